"""The tables are whole: every pair, every fact, every answer, every reason."""

import dataclasses
import itertools
from typing import get_args

import pytest

from rules import messages
from rules.breaker import TRANSITIONS as LINK
from rules.breaker import LinkEvent, observe
from rules.casework import Casework
from rules.decide import HANDLERS
from rules.dossier import Link
from rules.facts import Fact
from rules.registration import ANSWERED
from rules.transmission import ENTRY, TERMINAL, TRANSITIONS, Event, TransitionRefusedError, advance
from rules.windows import Windows
from rules.words import AnswerClass, LinkState, Reason, State
from tests.rules.desk import NOW, Desk, document


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_a_pair_leads_where_the_table_says_or_is_refused_and_changes_nothing(state: State, event: Event) -> None:
    work = Casework(Desk().dossier, "Test")
    one = dataclasses.replace(document("m"), state=state, opened_at=NOW)
    work.documents["m"] = one
    if event in TRANSITIONS[state]:
        assert advance(state, event) is TRANSITIONS[state][event]
        return
    with pytest.raises(TransitionRefusedError, match=f"{state} does not know {event}"):
        work.move(one, event, reason=Reason.ACCESS)
    assert (work.documents, work.touched, work.says) == ({"m": one}, {}, [])


@pytest.mark.parametrize("event", [e for e in Event if e in (Event.BEGIN, Event.REGISTER, Event.DOUBT)])
def test_a_new_document_enters_by_no_other_door(event: Event) -> None:
    work = Casework(Desk().dossier, "Test")
    with pytest.raises(TransitionRefusedError, match=f"a new document does not know {event}"):
        work.move(document("m"), event)
    assert work.documents == {}


def test_every_state_has_its_row_and_can_be_reached() -> None:
    reached = set(ENTRY)
    while more := {target for state in reached for target in TRANSITIONS[state].values()} - reached:
        reached |= more
    assert reached == set(TRANSITIONS) == set(State)
    assert {State.REGISTERED, State.REJECTED, State.EXCLUDED} == TERMINAL


def test_opened_documents_can_never_come_back_to_ready_or_held() -> None:
    assert not {State.READY, State.HELD} & set(TRANSITIONS[State.CONTINGENCY].values())


@pytest.mark.parametrize(("state", "event"), list(itertools.product(LinkState, LinkEvent)))
def test_the_link_follows_its_table_and_ignores_the_rest(state: LinkState, event: LinkEvent) -> None:
    link = observe(Link(state), event, NOW, Windows(), 0.0)
    assert link.state is LINK[state].get(event, state)


def test_every_state_of_the_link_that_nobody_forces_can_be_reached() -> None:
    reached = {LinkState.UP}
    while more := {target for state in reached for target in LINK[state].values()} - reached:
        reached |= more
    assert reached == set(LinkState) - {LinkState.FORCED_DOWN, LinkState.FORCED_UP}
    assert set(LINK) == set(LinkState)


def test_every_fact_and_every_class_of_answer_has_its_handler() -> None:
    assert set(HANDLERS) == set(get_args(Fact))
    assert set(ANSWERED) == set(AnswerClass)


def test_every_reason_and_every_state_says_what_to_do() -> None:
    assert set(messages.HOLDS) | set(messages.ENDS) == set(Reason)
    assert not set(messages.HOLDS) & set(messages.ENDS)
    assert set(messages.STATES) == set(State)
    assert all(remedy.endswith(".") for _, remedy in messages.HOLDS.values())


def test_a_hold_of_a_release_says_first_that_the_release_stands() -> None:
    assert messages.of(State.HELD, liberty=True).startswith(messages.LIBERTY_HELD)
    assert messages.of(State.HELD, liberty=False) == messages.STATES[State.HELD]
    assert messages.of(State.REGISTERED, liberty=True) == messages.STATES[State.REGISTERED]
