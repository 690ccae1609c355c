"""Banners of a case: which should stand by what SAJ has told, never by BNMP (docs/law.md banners).

The open warrant's goes when its fulfilment is notified, by the certidão or by the event of the history, and only then is
the defendant shown in custody: one outcome says both, and what it removes is applied before what it sets.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from enum import auto

from rules import messages
from rules.casework import Say
from rules.custody import EVENTS, in_order, periods
from rules.dossier import Document
from rules.history import Custody
from rules.kinds import needs_judges_release
from rules.words import Kind, _Name


class Banner(_Name):
    """A banner that follows from what is told; the one of custody in another case is set and removed by hand."""

    MANDADO_PRISAO_CIVIL_EM_ABERTO = auto()
    REU_PRESO = auto()


Place = tuple[str, str, str]
"""Case, party and banner."""

_CIVIL = Kind.MANDADO_PRISAO_CIVIL
# A notified fulfilment, and the orders among the four ways in which a civil mandado is closed: contramandado and alvará.
# The others are its own end (validity, or the term served after fulfilment) and death.
CLOSING = frozenset(
    {Kind.CERTIDAO_CUMPRIMENTO_PRISAO, Kind.CONTRAMANDADO_PRISAO, Kind.ALVARA_SOLTURA, Kind.ORDEM_LIBERACAO}
)
DEATH = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE
_ENDING = CLOSING | {DEATH}


def is_told(document: Document) -> bool:
    """Whether a document counts: not taken back or annulled, an order only once its judge has released it (safety-5)."""
    return document.stands and (document.released_by_judge or not needs_judges_release(document.kind))


class Among:
    """Documents that others may reach: by their id, by their number, or alone in their case (docs/law.md safety-24)."""

    __slots__ = ("_by_case", "_by_number", "_ids")

    def __init__(self, documents: Iterable[Document]) -> None:
        """Read once who they are."""
        self._ids: set[str] = set()
        self._by_number: dict[str | None, list[str]] = defaultdict(list)
        self._by_case: dict[tuple[int, str], list[str]] = defaultdict(list)
        for one in documents:
            self._ids.add(one.document_id)
            self._by_number[one.national_number].append(one.document_id)
            self._by_case[one.person, one.case_number].append(one.document_id)

    def reached(self, document: Document) -> set[str]:
        """The documents that one names; where it names none, the only one in its case."""
        found, names = set[str](), False
        for named in document.antecedents:
            if named.document_id:
                names = True
                found |= {named.document_id} & self._ids
            if named.national_number:
                names = True
                found.update(self._by_number.get(named.national_number, ()))
        if names:
            return found
        same = self._by_case.get((document.person, document.case_number), ())
        return set(same) if len(same) == 1 else found


def open_civil(
    person: int, documents: Mapping[str, Document], events: Iterable[Custody], now: datetime, zone: tzinfo
) -> tuple[list[Document], datetime | None]:
    """The civil mandados of a person that are open, and when the next of them ends by its own validity."""
    civil = [one for one in documents.values() if one.kind == _CIVIL and is_told(one)]
    mine = [one for one in civil if one.person == person and one.case_number]
    if not mine:
        return [], None
    told = [one for one in documents.values() if one.kind in _ENDING and is_told(one)]
    if any(one.kind == DEATH and one.person == person for one in told):
        return [], None
    among = Among(civil)
    closed = {found for one in told if one.kind in CLOSING for found in among.reached(one)}
    closed |= set(_closed_by_history(mine, events, zone))
    today = now.astimezone(zone).date()
    left = [one for one in mine if one.document_id not in closed and (one.valid_until or date.max) >= today]
    ends = [one.valid_until for one in left if one.valid_until]
    after = datetime.combine(min(ends) + timedelta(days=1), time(), zone) if ends and min(ends) < date.max else None
    return left, after


def _closed_by_history(mine: list[Document], events: Iterable[Custody], zone: tzinfo) -> Iterator[str]:
    """An arrest for debt closes the only civil mandado that it can mean; where it may mean several, the certidão says."""
    freed: dict[str, date] = {}
    for event in in_order(events):
        case = event.case_number or ""
        if event.other_court:
            continue
        issued = [one for one in mine if one.case_number == case and _issued_by(one, event.on, zone)]
        if not EVENTS[event.event].begins:
            freed[case] = event.on
        elif EVENTS[event.event].civil:
            # What was issued before the person was last let go is not what they were arrested by now.
            meant = [one for one in issued if case not in freed or not _issued_by(one, freed[case], zone)]
            if len(meant) == 1:
                yield meant[0].document_id


def _issued_by(one: Document, day: date, zone: tzinfo) -> bool:
    return one.issued_at is None or one.issued_at.astimezone(zone).date() <= day


def standing(
    person: int, documents: Mapping[str, Document], events: tuple[Custody, ...], now: datetime, zone: tzinfo
) -> tuple[frozenset[Place], datetime | None]:
    """The banners that should stand in the cases of a person, and when that may change by itself."""
    wanted, after = open_civil(person, documents, events, now, zone)
    found = {(one.case_number, one.party_id, Banner.MANDADO_PRISAO_CIVIL_EM_ABERTO) for one in wanted}
    held = [one.last for one in periods(events) if one.end is None and not one.last.other_court] if events else []
    found |= {(one.case_number or "", one.party_id, Banner.REU_PRESO) for one in held}
    return frozenset((case, party, banner) for case, party, banner in found if party), after


def says(before: frozenset[Place], after: frozenset[Place]) -> Iterator[Say]:
    """What has to change in each case, from what was said to what should stand."""
    changes: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: {"set": [], "removed": []})
    for which, places in (("removed", before - after), ("set", after - before)):
        for case, party, banner in sorted(places):
            changes[case, party][which].append(banner)
    for (case, party), change in sorted(changes.items()):
        data = {"case_number": case, "party_id": party, **change, "message": messages.BANNERS}
        yield Say("bnmp.case.banners-changed.v1", data)
