"""Look-ups that bring no answer, a late one, or one to another question (docs/law.md safety-2, 4, 15)."""

import pytest

from rules.acts import RetryAsked
from rules.dossier import Antecedent
from rules.facts import Question
from rules.lookup import question
from rules.words import AnswerClass, Consent, LinkState, Reason, Role, State, Step
from tests.rules.desk import RJI
from tests.rules.test_lookup import ANOTHER, ASKING, MISSING, NUMBER, OTHER, READY, by_number, shown


def test_an_attempt_that_does_not_connect_is_evidence_and_asked_again_soon() -> None:
    # given
    desk = by_number(NUMBER)
    # when
    for _ in range(3):
        desk.looked_up("a", kind=AnswerClass.CONNECTION)
        desk.due("a")
    # then
    assert (desk.standing("a"), len(desk["a"].attempts)) == (ASKING, 3)
    desk.link(LinkState.SUSPECT, unavailable_since=desk["a"].attempts[0].at)
    assert desk.standing("a") == (State.HELD, Reason.AWAITING_CONSENT)
    desk.consent("a", Consent.SIM)
    assert desk["a"].opened


@pytest.mark.parametrize("kind", [AnswerClass.REFUSED, AnswerClass.CHAIN, AnswerClass.DUPLICATE])
def test_an_answer_that_says_nothing_leaves_the_antecedent_missing_until_the_clock(kind: AnswerClass) -> None:
    # given
    desk = by_number(NUMBER)
    # when
    desk.looked_up("a", kind=kind)
    # then
    assert (desk.standing("a"), desk.takes()) == (MISSING, None)
    desk.due("a")
    assert desk.takes() == "a"


def test_a_registry_that_fails_is_asked_three_times_and_then_by_the_clock() -> None:
    # given
    desk = by_number(NUMBER)
    # when
    for _ in range(2):
        desk.looked_up("a", kind=AnswerClass.FAULT)
        assert desk.standing("a") == ASKING
        desk.due("a")
    desk.looked_up("a", kind=AnswerClass.FAULT)
    # then
    assert (desk.standing("a"), desk["a"].attempts) == (MISSING, ())


def test_a_pace_that_bnmp_asks_for_is_kept() -> None:
    # given
    desk = by_number(NUMBER)
    # when
    desk.looked_up("a", kind=AnswerClass.THROTTLED, retry_after=7.0)
    # then
    due = desk["a"].due_at
    assert due is not None
    assert (due - desk.dossier.now).total_seconds() == 7


def test_whoever_may_not_even_read_is_told_so() -> None:
    # given
    desk = by_number(NUMBER)
    # when
    desk.looked_up("a", kind=AnswerClass.ACCESS)
    # then
    assert desk.standing("a") == (State.HELD, Reason.ACCESS)
    desk.ask(RetryAsked, "a", Role.SERVIDOR)
    assert desk.standing("a") == ASKING


def test_what_changed_while_bnmp_was_asked_is_asked_as_well() -> None:
    # given
    desk = by_number(NUMBER)
    first = question(desk["a"], desk.dossier)
    desk.put("a", antecedents=(Antecedent(national_number=NUMBER), Antecedent(national_number=ANOTHER)))
    desk.review()
    # when
    desk.looked_up("a", shown(), asked=first)
    # then
    assert (desk.standing("a"), desk.takes()) == (ASKING, "a")
    desk.looked_up("a", shown(), shown(number=ANOTHER))
    assert desk.standing("a") == READY


def test_an_answer_to_what_no_longer_asks_is_noted_and_no_more() -> None:
    # given
    desk = by_number(NUMBER)
    desk.looked_up("a", shown())
    before = desk["a"]
    # when
    decision = desk.looked_up("a", asked=Question((NUMBER,)))
    # then
    assert (desk["a"], decision.entries[0].detail) == (before, "late look-up OK")


def test_what_bnmp_showed_and_then_refuses_to_stand_on_is_looked_up_anew() -> None:
    # given
    desk = by_number(NUMBER)
    desk.looked_up("a", shown())
    desk.until("a", Step.CREATE)
    # when
    desk.answered("a", AnswerClass.CHAIN)
    assert desk.standing("a") == MISSING
    desk.due("a")
    # then
    assert (desk.standing("a"), desk.takes()) == (ASKING, "a")


@pytest.mark.parametrize("survivor", [OTHER, RJI])
def test_an_answer_that_names_another_rji_of_a_linked_person_says_that_they_were_merged(survivor: str) -> None:
    # given
    desk = by_number(NUMBER)
    before = desk.dossier.persons[1].rji
    # when
    decision = desk.looked_up("a", shown(rji=survivor), rji=survivor)
    # then
    assert (before, desk.dossier.persons[1].rji, desk["a"].rji) == (RJI, survivor, None)
    assert decision.rjis == ({1: OTHER} if survivor == OTHER else {})
