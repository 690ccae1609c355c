"""A mandado that was fulfilled while it waited, and what its certidão must be to go with it (docs/law.md safety-13)."""

from rules.acts import ExclusionAsked
from rules.history import Custody
from rules.words import CustodyEvent, LinkState, Reason, Role, State, Variant
from tests.rules.desk import CASE, CERTIDAO, NOW, Desk, document

ARREST = Custody("h-1", CustodyEvent.PRISAO, NOW.date(), CASE)
WAITS, JUDGE = (State.CONTINGENCY, None), (State.CONTINGENCY, Reason.NEEDS_JUDGE)


def _opened(variant: str | None = None) -> Desk:
    """A mandado that was opened in an outage that is over, and an arrest in its case since."""
    desk = Desk(document("m", variant=variant))
    desk.link(LinkState.DOWN)
    desk.consent("m")
    desk.link(LinkState.UP)
    desk.custody(ARREST)
    return desk


def test_safety_13_a_mandado_that_converts_an_arrest_is_born_fulfilled_and_asks_nobody() -> None:
    assert _opened(Variant.CONVERSAO_FLAGRANTE).standing("m") == WAITS
    assert [_opened(other).standing("m") for other in (None, Variant.RECAPTURA)] == [JUDGE] * 2


def test_safety_13_a_certidao_that_its_unit_took_out_follows_nothing() -> None:
    # given
    desk = _opened()
    desk.tell_issued(document("c", CERTIDAO, "m"))
    assert desk.standing("m") == WAITS
    # when
    assert desk.ask(ExclusionAsked, "c", Role.SERVIDOR) == "APPLIED"
    # then
    assert (desk.standing("m"), desk["m"].missing) == (JUDGE, ("custody:h-1",))
