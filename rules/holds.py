"""Holds: what to do today about a document that waits, as outcomes and the command line say it alike."""

from collections.abc import Mapping, Sequence

from rules import access, exceptional, messages, prerequisites
from rules.contingency import CONFIRMATION
from rules.words import GONE_PIECE, Reason


def remedy(kind: str, variant: str | None, reason: Reason, missing: Sequence[str], places: Mapping[str, str]) -> str:
    """What to do, in Portuguese, by the reason and by what is missing; `places`: by unit, where its access is asked."""
    said = messages.HOLDS[reason][1]
    if tuple(missing) == (CONFIRMATION,):
        return messages.CONFIRM
    if any(name.startswith(GONE_PIECE) for name in missing):
        return messages.PIECE_ANNULLED
    if reason is Reason.MISSING_ANTECEDENT:
        return prerequisites.remedy(kind, variant, missing) or said
    if reason is Reason.ACCESS:
        return access.remedy(missing, places)
    if reason is Reason.MISSING_DATA:
        return next((exceptional.REMEDIES[name] for name in missing if name in exceptional.REMEDIES), said)
    return said
