"""Versions: what of a document may still be replaced or completed, and what is said of one that ended (docs/law.md safety-3)."""

from typing import Any

import pytest

from rules.dossier import Withdrawal
from rules.outcomes import OUTCOMES
from rules.versions import is_completable, is_replaceable
from rules.words import Reason, Role, State, Step
from tests.rules.desk import COURT, NOW, UNIT, document

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
