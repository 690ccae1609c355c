"""Divergences of custody: what the history of parties tells and BNMP does not, and the other way about.

Neither side moves the other (docs/law.md custody): what differs for longer than a day is told to the unit once, and again
if it differs anew. With certidões and releases on their way all the time, less would be noise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo

from rules import messages
from rules.banners import Among, is_told
from rules.casework import Say
from rules.custody import EVENTS, CustodyRow, Period, in_order, periods
from rules.deadlines import term_ends, years_end
from rules.dossier import Document
from rules.history import Custody
from rules.kinds import CERTIDOES_CUMPRIMENTO, GUIAS, MANDADOS
from rules.words import CustodyEvent, Kind, PecaStatus, State, Variant

RELEASING = frozenset({Kind.ALVARA_SOLTURA, Kind.ORDEM_LIBERACAO, Kind.ORDEM_DESINTERNACAO})


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference: its kind (contract), what it is about, since when, and what each side says."""

    kind: str
    subject: str
    since: datetime
    case_number: str
    party_id: str | None
    ours: str | None
    registry: str | None
    document_id: str | None = None
    message: str | None = None
    at_once: bool = False

    @property
    def name(self) -> str:
        """What tells one divergence from another."""
        return f"{self.kind} {self.subject}"

    def say(self) -> Say:
        """The divergence as it is told to the unit."""
        data = {
            name: getattr(self, name) for name in ("kind", "ours", "registry", "case_number", "document_id", "party_id")
        }
        return Say("bnmp.divergence.found.v1", data | {"message": self.message or messages.DIVERGENCES[self.kind]})

    def due(self, grace: timedelta) -> datetime:
        """When it is told: once it has stood for a while, or, where somebody may be held beyond their term, at once."""
        return self.since if self.at_once else self.since + grace


@dataclass(frozen=True, slots=True)
class File:
    """A person's documents and history, as the two sides are compared."""

    documents: tuple[Document, ...]
    events: tuple[Custody, ...]
    zone: tzinfo

    def of(self, case: str | None, kinds: Iterable[str]) -> list[Document]:
        """The documents of these kinds in a case that count."""
        return [one for one in self.documents if one.case_number == case and one.kind in kinds and is_told(one)]

    def since(self, event: Custody) -> datetime:
        """When an event was heard; at the latest the end of its own day."""
        return event.heard_at or datetime.combine(event.on + timedelta(days=1), time(), self.zone)

    def is_after(self, document: Document, event: Custody) -> bool:
        """Whether a document was issued on the day of an event or later."""
        return document.issued_at is None or document.issued_at.astimezone(self.zone).date() >= event.on

    def here(self) -> list[Period]:
        """The custodies of this court."""
        return [period for period in periods(self.events) if not period.last.other_court]


def findings(
    person: int, documents: Mapping[str, Document], events: tuple[Custody, ...], zone: tzinfo
) -> list[Finding]:
    """Everything in which the two sides differ now, however short a time."""
    file = File(tuple([one for one in documents.values() if one.person == person]), events, zone)
    # Of a person without a history BNMP alone may tell anything.
    return [found for look in (_LOOKS if events else _OF_BNMP) for found in look(file)]


def _custody_untold(file: File) -> Iterator[Finding]:
    """The history shows somebody in custody, and no fulfilment is on its way to BNMP."""
    for period in file.here():
        event, row = period.last, EVENTS[period.last.event]
        if period.end is None and not _is_fulfilled(file, event, row):
            mandados = _mandados(file, event, row)
            kind = "FULFILMENT_WITHOUT_CERTIFICATE" if mandados else "CUSTODY_WITHOUT_WARRANT"
            registry = next((one.bnmp_status for one in mandados if one.bnmp_status), None)
            yield _about(kind, event, file, registry)


def _mandados(file: File, event: Custody, row: CustodyRow) -> list[Document]:
    return [one for one in file.of(event.case_number, row.mandados) if row.variant in (None, one.variant)]


def _is_fulfilled(file: File, event: Custody, row: CustodyRow) -> bool:
    """Whether its certidão was issued since, or BNMP has a mandado fulfilled without one of ours."""
    mandados = _mandados(file, event, row)
    if not row.wants_certidao:
        return bool(mandados)
    certidoes = file.of(event.case_number, CERTIDOES_CUMPRIMENTO)
    if any(file.is_after(one, event) for one in certidoes):
        return True
    among = Among(mandados)
    ours = {found for one in certidoes for found in among.reached(one)}
    fulfilled = [one for one in mandados if one.state is State.REGISTERED and one.bnmp_status == PecaStatus.CUMPRIDO]
    return any(one.document_id not in ours for one in fulfilled)


def _release_unregistered(file: File) -> Iterator[Finding]:
    """The history shows an alvará, and BNMP has no release; the end of a term BNMP brings about by itself."""
    for event in in_order(file.events):
        if event.event is not CustodyEvent.ALVARA_SOLTURA or event.other_court:
            continue
        releases = [one for one in file.of(event.case_number, RELEASING) if one.state is State.REGISTERED]
        if not releases:
            yield _about("RELEASE_EVENT_WITHOUT_RELEASE", event, file, None)


def _release_unheard(file: File) -> Iterator[Finding]:
    """BNMP has a release, and the history shows the person in custody still."""
    for period in file.here():
        if period.end is not None:
            continue
        for one in file.of(period.last.case_number, RELEASING):
            if one.registered_at is not None and file.is_after(one, period.last):
                yield _of("RELEASE_WITHOUT_EVENT", one, one.registered_at, _told(period.last))


def _term_over(file: File) -> Iterator[Finding]:
    """The term of the arrest is over, BNMP has ended it by itself, and the history shows the person in custody still."""
    for period in file.here():
        event = period.last
        ends = term_ends(event.on, _mandados(file, event, EVENTS[event.event])) if period.end is None else None
        if ends is not None:
            found = _about("RELEASE_WITHOUT_EVENT", event, file, f"TERMINO {ends.isoformat()}")
            since = datetime.combine(ends, time(), file.zone)
            yield replace(
                found, subject=f"{event.event_id} term", since=since, message=messages.TERM_OVER, at_once=True
            )


def _held_for_years(file: File) -> Iterator[Finding]:
    """A provisional custody of years, and no guia of its person and no release in its case (docs/law.md deadlines, L16).

    A guia may be of another case than the arrest; the end of a civil prison is told by its term.
    """
    if any(one.kind in GUIAS and is_told(one) for one in file.documents):
        return
    for period in file.here():
        event, case = period.last, period.begin.case_number
        if period.end is None and event.event is not CustodyEvent.PRISAO_CIVIL and not file.of(case, RELEASING):
            ends = years_end(period.begin.on)
            since = datetime.combine(ends, time(), file.zone)
            found = replace(_about("PERSON_STATUS", period.begin, file, None), subject=f"{period.begin.event_id} years")
            yield replace(found, since=since, message=messages.HELD_FOR_YEARS, at_once=True)


def _days_differ(file: File) -> Iterator[Finding]:
    """The only arrest of a case and the only certidão of its fulfilment tell two days (docs/law.md custody)."""
    begun = [period.begin for period in file.here() if EVENTS[period.begin.event].wants_certidao]
    for event in begun:
        told = [one for one in file.of(event.case_number, CERTIDOES_CUMPRIMENTO) if one.fulfilled_on is not None]
        alone = len(told) == 1 and sum(one.case_number == event.case_number for one in begun) == 1
        if alone and told[0].fulfilled_on not in (None, event.on):
            found = _about("STATUS", event, file, f"{told[0].kind} {told[0].fulfilled_on}")
            yield replace(found, subject=f"{event.event_id} {told[0].document_id}", document_id=told[0].document_id)


def _custody_unheard(file: File) -> Iterator[Finding]:
    """BNMP has a fulfilled mandado, nobody was released since, and the history shows no custody in its case."""
    told = [
        one
        for one in file.documents
        if one.kind in CERTIDOES_CUMPRIMENTO or (one.variant == Variant.CONVERSAO_FLAGRANTE and one.kind in MANDADOS)
        if one.case_number and one.registered_at is not None
    ]
    if not told:
        return
    known = {event.case_number for event in in_order(file.events) if EVENTS[event.event].begins}
    known |= {one.case_number for one in file.documents if one.kind in RELEASING and is_told(one)}
    for one in told:
        if one.registered_at is not None and one.case_number not in known:
            yield _of("REGISTRY_CUSTODY_WITHOUT_EVENT", one, one.registered_at, None)


def _about(kind: str, event: Custody, file: File, registry: str | None) -> Finding:
    case = event.case_number or ""
    return Finding(kind, event.event_id, file.since(event), case, event.party_id, _told(event), registry)


def _of(kind: str, one: Document, since: datetime, ours: str | None) -> Finding:
    registry = f"{one.kind} {one.bnmp_status or ''}".strip()
    return Finding(kind, one.document_id, since, one.case_number, one.party_id, ours, registry, one.document_id)


def _told(event: Custody) -> str:
    return f"{event.event} {event.on.isoformat()}"


_LOOKS: tuple[Callable[[File], Iterator[Finding]], ...] = (
    _custody_untold,
    _release_unregistered,
    _release_unheard,
    _custody_unheard,
    _term_over,
    _days_differ,
    _held_for_years,
)
_OF_BNMP = (_custody_unheard,)
