"""Custody as the history of parties tells it: what begins and ends it, what its fields must be, and its periods.

One row for each event (docs/law.md custody). The history registers nothing in BNMP, and BNMP moves nothing here: the
two are compared (rules/divergences.py), never mixed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rules.history import Custody
from rules.words import CustodyEvent, Kind, Variant

CIVIL_KIND = 8
"""TJMS's code of the kind "Prisão Civil"."""


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """What an event does; for a beginning, of which mandado it tells the fulfilment and whether by a certidão."""

    event: CustodyEvent
    begins: bool
    mandados: frozenset[str] = frozenset()
    variant: Variant | None = None
    civil: bool = False

    @property
    def wants_certidao(self) -> bool:
        """Whether BNMP hears of it by a certidão de cumprimento; what is born fulfilled needs none."""
        return self.begins and self.variant is None


_E, _ROW = CustodyEvent, CustodyRow
_PENAL: frozenset[str] = frozenset({Kind.MANDADO_PRISAO_CRIMINAL, Kind.MANDADO_INTERNACAO})
_CIVIL: frozenset[str] = frozenset({Kind.MANDADO_PRISAO_CIVIL})
_CRIMINAL: frozenset[str] = frozenset({Kind.MANDADO_PRISAO_CRIMINAL})
_TABLE = (
    _ROW(_E.PRISAO, begins=True, mandados=_PENAL),
    _ROW(_E.RECAPTURA, begins=True, mandados=_PENAL),
    _ROW(_E.CONVERSAO_FLAGRANTE, begins=True, mandados=_CRIMINAL, variant=Variant.CONVERSAO_FLAGRANTE),
    _ROW(_E.PRISAO_CIVIL, begins=True, mandados=_CIVIL, civil=True),
    _ROW(_E.ALVARA_SOLTURA, begins=False),
    _ROW(_E.TERMINO_PRISAO, begins=False),
)
EVENTS: dict[CustodyEvent, CustodyRow] = {row.event: row for row in _TABLE}

AS_CIVIL = "is not the kind of a civil prison"
NOT_COUNTED = "must be false: a civil prison does not count for a sentence"
IN_FUTURE = "is after the day on which it was typed: it is the day of the fulfilment"


def wrongs(
    event: CustodyEvent,
    *,
    kind: int | None,
    counts: bool | None,
    on: date | None,
    typed_at: datetime | None,
    civil_kind: int = CIVIL_KIND,
) -> tuple[tuple[str, str], ...]:
    """The fields that do not hold, each with its rule; what is merely missing is asked for by the form."""
    civil = EVENTS[event].civil
    found = (
        ("custody.kind_code", AS_CIVIL, civil and kind not in (None, civil_kind)),
        ("custody.counts_for_sentence", NOT_COUNTED, civil and counts is True),
        ("effective_date", IN_FUTURE, on is not None and typed_at is not None and on > typed_at.date()),
    )
    return tuple((field, rule) for field, rule, holds in found if holds)


UNMAPPED = "is not mapped to a place of BNMP's: a guia of this person could not be registered"


def is_unmapped(place: str | None, places: frozenset[str] | None) -> bool:
    """Whether a court that keeps a table of places of custody lacks this one (docs/law.md ANT-9)."""
    return place is not None and places is not None and place not in places


@dataclass(frozen=True, slots=True)
class Period:
    """One custody in one case: from `begin`, told last by `last`, to `end`, None while it stands."""

    begin: Custody
    last: Custody
    end: Custody | None = None


_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _order(event: Custody) -> tuple[date, datetime, bool, str]:
    """By day, and within it as typed; where nobody can tell, the arrest came last: somebody may be held."""
    begins = EVENTS[event.event].begins
    return event.on, event.recorded_at or (_LATEST if begins else _EARLIEST), begins, event.event_id


def in_order(events: Iterable[Custody]) -> list[Custody]:
    """The events of which case and day are known, in the order in which they happened."""
    return sorted((one for one in events if one.case_number and one.dated), key=_order)


def periods(events: Iterable[Custody]) -> tuple[Period, ...]:
    """The custodies that these events of one person tell, as they began.

    Each case has its own, and another court's are apart from this one's: what frees in one case ends nothing in another
    (docs/law.md FAIL-17). An end without a beginning ends nothing.
    """
    found: list[Period] = []
    standing: dict[tuple[str | None, bool], int] = {}
    for event in in_order(events):
        place = (event.case_number, event.other_court)
        at = standing.get(place)
        if not EVENTS[event.event].begins:
            if at is not None:
                found[at] = Period(found[at].begin, found[at].last, event)
                del standing[place]
        elif at is None:
            standing[place] = len(found)
            found.append(Period(event, event))
        else:
            found[at] = Period(found[at].begin, event)
    return tuple(found)
