"""Outcomes: what is said of a document that has come into a state, as event type and data; the ledger adds the rest."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rules import annex, holds, messages
from rules.dossier import Court, Document
from rules.words import Reason, Role, State

Said = tuple[str, dict[str, Any]]
"""An event type and its data."""


def _held(_: Document, after: Document, court: Court) -> Said:
    return offered(after) if after.reason is Reason.AWAITING_CONSENT else told_as_held(after, court)


def told_as_held(after: Document, court: Court, role: Role | None = None) -> Said:
    """The hold, with what to do about it; `role` is who is told beside whoever must act."""
    reason = after.reason or Reason.UNCERTAIN_OUTCOME
    who = role or messages.HOLDS[reason][0]
    remedy = holds.remedy(after.kind, after.variant, reason, after.missing, court.access_at)
    acts = {"role": who, "unit": after.unit or None} if who else None
    data = {"who": acts, "remedy": remedy, "missing": list(after.missing)}
    return "bnmp.document.held.v1", data | {"since": _iso(after.since)}


def offered(after: Document) -> Said:
    """The offer to issue under contingency, with the evidence (docs/law.md safety-15)."""
    said = f"{_state(after)} {messages.OFFER}"
    return "bnmp.document.contingency-offered.v1", {
        "failed_access_at": _iso(after.failed_access_at),
        "attempts": [attempt.told() for attempt in after.attempts],
        "remedy": messages.HOLDS[Reason.AWAITING_CONSENT][1],
        "message": messages.under_contingency(said, annex.lacks_of(after)),
    }


def _contingency(before: Document, after: Document, court: Court) -> Said | None:
    if not before.opened:
        message = messages.under_contingency(_state(after), annex.lacks_of(after))
        data = {"failed_access_at": _iso(after.failed_access_at), "text": after.text, "message": message}
        return "bnmp.document.contingency-opened.v1", data
    return _held(before, after, court) if after.reason else None


def _state(after: Document) -> str:
    """What its state means, as every outcome says it."""
    return messages.of(after.state or State.HELD, liberty=after.liberty and after.released_by_judge)


def _registered(_: Document, after: Document, __: Court) -> Said:
    return "bnmp.document.registered.v1", {
        "national_number": after.national_number,
        "bnmp_id": after.bnmp_id,
        "bnmp_status": after.bnmp_status,
        "registered_at": _iso(after.registered_at),
        "retroactive": after.retroactive,
    }


def _rejected(_: Document, after: Document, __: Court) -> Said:
    return "bnmp.document.rejected.v1", {"details": messages.ENDS[after.reason or Reason.WRONG_KIND]}


def _excluded(_: Document, after: Document, __: Court) -> Said:
    taken = after.withdrawal
    if taken is not None and after.reason is not Reason.NOT_COMMUNICATING:
        return "bnmp.document.excluded.v1", {"by": {"role": taken.role, "user": taken.user, "unit": taken.unit}}
    return "bnmp.document.ignored.v1", {"remedy": messages.ENDS[Reason.NOT_COMMUNICATING]}


def _uncertain(_: Document, after: Document, __: Court) -> Said:
    return "bnmp.document.uncertain.v1", {"since": _iso(after.since), "what_is_asked": messages.ASKED_IN_DOUBT}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


OUTCOMES: Mapping[State, Callable[[Document, Document, Court], Said | None]] = {
    State.HELD: _held,
    State.CONTINGENCY: _contingency,
    State.REGISTERED: _registered,
    State.REJECTED: _rejected,
    State.EXCLUDED: _excluded,
    State.UNCERTAIN: _uncertain,
}
