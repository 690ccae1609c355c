"""The history of parties as SAJ tells it: `saj.custody.recorded.v1` beside the document that it belongs to.

The codes are TJMS's. A release in the history speaks of the person and not of one case: it stops every mandado of
theirs that is not in effect, so only stories whose person has no other write one.
"""

from datetime import datetime
from typing import Any

from sandbox.saj.documents import TRIBUNAL, Case, KindName

TYPE = "saj.custody.recorded.v1"
ARRESTED, ARRESTED_FOR_DEBT, RECAPTURED, CONVERTED, RELEASED = 144, 966, 626, 890, 62
_STARTS: dict[KindName, int] = {
    "MANDADO": ARRESTED,
    "MANDADO_CIVIL": ARRESTED_FOR_DEBT,
    "RECAPTURA": RECAPTURED,
}
_CUSTODY_KINDS = {ARRESTED: 5, ARRESTED_FOR_DEBT: 8, RECAPTURED: 5, CONVERTED: 1}


def code_of(kind: KindName, case: frozenset[KindName], *, alone: bool) -> int | None:
    """The event that a document of `kind` has beside it, in a case of these kinds; None for no event."""
    if kind == "CERTIDAO":
        return next(_STARTS[warrant] for warrant in case if warrant in _STARTS)
    if kind == "FLAGRANTE":
        return CONVERTED
    return RELEASED if alone and kind == "ALVARA" else None


def custody(code: int, case: Case, *, event_id: str, at: datetime) -> dict[str, Any]:
    """Give the event's data: it happened on the day of `at` (zoned), and was typed then."""
    kind = _CUSTODY_KINDS.get(code)
    return {
        "event_id": event_id,
        "tribunal": TRIBUNAL,
        "case": {"number": case.number},
        "party": {"party_id": case.person.party_id, "rji": None},
        "event_code": code,
        "effective_date": at.date().isoformat(),
        "unit": case.staff.unit.code,
        "other_court": False,
        "custody": None if kind is None else _place(kind),
        "recorded_by": {"role": "SERVIDOR", "user": case.staff.servidor.user},
        "recorded_at": at.isoformat(),
    }


def _place(kind: int) -> dict[str, Any]:
    place = {"code": "MS-914", "name": "Estabelecimento Inventado 4"}
    return {"kind_code": kind, "counts_for_sentence": False, "place_kind": "PRESIDIO", "place": place}
