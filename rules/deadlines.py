"""Deadlines: which of the law's clocks are watched here, by what, and which cannot be and why (docs/law.md deadlines).

A deadline that passes has somebody who is told, through what the contract has: a hold that escalates, a divergence, an
alarm. Where what starts a clock is an event that nobody tells us of, the row says so, and nothing is guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rules.dossier import Document


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock: its limit (None: at once), and `told_by` what tells of it, or `why_not` it is not watched."""

    rule: str
    clock: str
    limit: timedelta | None
    told_by: str | None = None
    why_not: str | None = None


_DAY = timedelta(days=1)
_UNSEEN = "SAJ tells no event of it"
_ROW = Deadline
_TABLE = (
    _ROW("L1", "alvará issued and carried out", _DAY, told_by="RELEASE_WITHOUT_EVENT"),
    _ROW("L2", "registration once the impediment has ended", None, told_by="resolution"),
    _ROW("L3", "issue after the decision", None, why_not=_UNSEEN),
    _ROW("L4", "document that waits for a signature", _DAY, told_by="UNSIGNED"),
    _ROW("L5", "deletion of what nobody signed", timedelta(days=30), told_by="UNSIGNED"),
    _ROW("L6", "release without word of its being carried out", _DAY, told_by="RELEASE_WITHOUT_EVENT"),
    _ROW("L7", "review of a provisional custody", timedelta(days=10), why_not=_UNSEEN),
    _ROW("L8", "end of a temporary prison", None, told_by="RELEASE_WITHOUT_EVENT"),
    _ROW("L9", "wait for bail", timedelta(days=5), why_not="whether bail was paid SAJ does not tell"),
    _ROW("L10", "mandado past its validity", _DAY, told_by="STATUS"),
    _ROW("L11", "no return from temporary leave", timedelta(days=3), why_not=_UNSEEN),
    _ROW("L12", "regime disciplinar diferenciado", timedelta(days=30), why_not=_UNSEEN),
    _ROW("L13", "definitive guia after trânsito", timedelta(days=5), why_not="trânsito is told by the guia itself"),
    _ROW("L14", "provisional guia", None, why_not=_UNSEEN),
    _ROW("L15", "end of a civil prison", None, told_by="RELEASE_WITHOUT_EVENT"),
    _ROW("L16", "four years without guia or alvará", timedelta(days=4 * 365), told_by="PERSON_STATUS"),
    _ROW("L17", "fulfilment notified, certidão issued", _DAY, told_by="FULFILMENT_WITHOUT_CERTIFICATE"),
)
DEADLINES: dict[str, Deadline] = {row.rule: row for row in _TABLE}


def term_ends(begun: date, mandados: Iterable[Document]) -> date | None:
    """The first day after the term of an arrest (L8, L15); None where a mandado has none.

    The day of the arrest counts. A prorogation has a mandado of its own, whose term comes on top; of what may be meant
    the latest end is taken.
    """
    terms = [one.term_days for one in mandados]
    days = [term for term in terms if term]
    if not days or len(days) != len(terms):
        return None
    try:
        return begun + timedelta(days=sum(days))
    except OverflowError:
        return None


def years_end(begun: date) -> date:
    """The day on which a provisional custody that began then has lasted as long as one may without a guia (L16)."""
    limit = DEADLINES["L16"].limit or timedelta()
    return date.max if date.max - begun < limit else begun + limit


def is_overdue(mandado: Document, today: date) -> bool:
    """Whether its validity (L10) ended before yesterday, so that BNMP's routine has had a whole day to end it."""
    return mandado.valid_until is not None and today - mandado.valid_until > _DAY
