"""The history of parties as a decision sees it: its events, and what was told of them and stands (docs/law.md custody)."""

from dataclasses import dataclass
from datetime import date, datetime

from rules.words import CustodyEvent

FREEING = frozenset({CustodyEvent.ALVARA_SOLTURA, CustodyEvent.TERMINO_PRISAO})


@dataclass(frozen=True, slots=True)
class Custody:
    """An event of the history of parties that begins or ends a custody, and the day on which it happened.

    Not `dated`: the day is that of its arrival, for its own does not hold. `recorded_at`: when it was typed; `heard_at`:
    when the ledger first had it so. `party_id` is the party of its case.
    """

    event_id: str
    event: CustodyEvent
    on: date
    case_number: str | None = None
    party_id: str | None = None
    other_court: bool = False
    recorded_at: datetime | None = None
    heard_at: datetime | None = None
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Watch:
    """What was said of a person's custody and stands, and when it is to be looked at again.

    `banners` are (case, party, banner); `divergences` are kind and subject (docs/law.md custody).
    """

    banners: frozenset[tuple[str, str, str]] = frozenset()
    divergences: frozenset[str] = frozenset()
    due_at: datetime | None = None


UNWATCHED = Watch()
