"""Versions: what of a document may still be replaced or completed, and what is said of one that ended (docs/law.md safety-3)."""

from typing import Any

import pytest

from rules.dossier import ConsentGiven, Withdrawal
from rules.facts import StepBegun
from rules.outcomes import OUTCOMES
from rules.versions import is_completable, is_replaceable
from rules.words import Consent, LinkState, Reason, Role, State, Step
from tests.rules.desk import COURT, NOW, UNIT, Desk, document

AT_BNMP: dict[str, Any] = {"bnmp_id": "b-1"}
UNDER_WAY: dict[str, Any] = {"doing": Step.CREATE}


@pytest.mark.parametrize("begun", [{}, AT_BNMP, UNDER_WAY, AT_BNMP | UNDER_WAY])
@pytest.mark.parametrize("state", list(State))
def test_what_has_begun_at_bnmp_is_neither_replaced_nor_completed(state: State, begun: dict[str, Any]) -> None:
    one = document("m", state=state, **begun)
    assert is_replaceable(one) is (not begun and state in (State.READY, State.HELD))
    assert is_completable(one) is (not begun and state in (State.READY, State.HELD, State.CONTINGENCY))


def test_safety_7_what_does_not_communicate_is_told_so_although_it_was_taken_back_too() -> None:
    # given
    taken = Withdrawal("ANULADO", "c-1", Role.MAGISTRADO, "u123", UNIT, NOW)
    said = {}
    for reason in (Reason.NOT_COMMUNICATING, Reason.WITHDRAWN):
        ended = document("m", state=State.EXCLUDED, reason=reason, withdrawal=taken)
        # when
        said[reason] = OUTCOMES[State.EXCLUDED](document("m"), ended, COURT)
    # then
    names = {reason: told[0] for reason, told in said.items() if told is not None}
    assert names == {
        Reason.NOT_COMMUNICATING: "bnmp.document.ignored.v1",
        Reason.WITHDRAWN: "bnmp.document.excluded.v1",
    }


def test_an_answer_stands_for_a_later_version_that_brings_none_of_its_own() -> None:
    # given
    desk = Desk(document("m", gaps=("fields.motivo",)))
    desk.link(LinkState.DOWN)
    desk.consent("m", Consent.NAO)
    given_first = desk["m"].consent
    # when
    desk.reissue("m")
    # then
    assert given_first is not None
    assert desk["m"].consent == given_first
    # and one that brings its own has its own
    own = ConsentGiven(Consent.NAO, "u9", NOW)
    desk.reissue("m", consent=own)
    assert desk["m"].consent == own


@pytest.mark.parametrize("reason", [Reason.REGISTRY_FAULT, Reason.DIVERGENCE, Reason.UNCERTAIN_OUTCOME])
def test_another_version_settles_no_doubt(reason: Reason) -> None:
    desk = Desk(document("m"))
    desk.put("m", state=State.HELD, reason=reason, missing=("b-1",))
    desk.reissue("m")
    assert desk.standing("m") == (State.HELD, reason)


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN, State.REGISTERED, State.HELD])
def test_safety_9_what_is_under_way_or_has_ended_is_not_begun_again(state: State) -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    doing = Step.CREATE if state in (State.SENDING, State.UNCERTAIN) else None
    desk.put("m", state=state, doing=doing, reason=Reason.ACCESS if state is State.HELD else None)
    before = desk["m"]
    # when
    desk.tell(StepBegun("m", Step.SIGN_SERVIDOR))
    # then
    assert desk["m"] == before


def test_what_waited_for_the_link_is_retroactive_in_every_later_version() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.consent("m", Consent.NAO)
    desk.link(LinkState.UP)
    assert (desk["m"].retroactive, desk["m"].failed_access_at) == (True, NOW)
    # when
    desk.reissue("m")
    # then
    assert (desk["m"].retroactive, desk["m"].failed_access_at) == (True, NOW)
