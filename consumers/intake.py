"""The intake: records in, one transaction out. It knows no carrier.

Faust drives it live, a plain loop drives it in replay and catch-up, lists drive it in tests.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from ledger.arrivals import Arrival, GapError, Taken, in_order, take
from ledger.cursors import NoCursorError
from ledger.deployment import Deployment
from ledger.engine import Database, LedgerTroubleError
from ledger.persons import Names
from rules.dossier import Antecedent, ConsentGiven, Document
from rules.facts import By, ContingencyAnswered
from rules.words import Consent, Role
from schemas import commands
from schemas.codes import Code
from schemas.document_issued import DocumentIssued
from schemas.reading import Event, Unreadable, read, readers_for
from schemas.record import RawRecord

GROUP = "saj-bnmp.processor"

# What was issued outside SAJ, or before BNMP, is registered only after a person's confirmation: held until it can be given.
_NOT_YET = frozenset({"EXCEPCIONAL", "ACERVO"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes batches of raw records into the ledger on behalf of one consumer group."""

    database: Database
    deployment: Deployment
    group: str = GROUP

    def take(self, records: Sequence[RawRecord], *, gaps: bool = True) -> Taken:
        """Read, decide and record a batch in one transaction.

        A record on which our own code or the database fails alone is found by halving the batch; it becomes a dead
        letter `UNPROCESSABLE` and stops nothing else. Raises, having written nothing, when `gaps` is set,
        `ledger.arrivals.GapError` for records before the batch that were not handed over and
        `ledger.cursors.NoCursorError` for a partition without cursor; and `LedgerTroubleError` when the database as a
        whole is in trouble: what was written before that is dropped when it comes again.
        """
        return self._take(in_order([self._arrival(record) for record in records]), gaps=gaps)

    def _take(self, arrivals: Sequence[Arrival], *, gaps: bool, again: bool = False) -> Taken:
        try:
            return take(self.database, self.deployment, self.group, arrivals, self.database.clock(), gaps=gaps)
        except (GapError, NoCursorError, LedgerTroubleError):
            raise
        except Exception as error:
            if len(arrivals) > 1:
                middle = len(arrivals) // 2
                return self._take(arrivals[:middle], gaps=gaps).then(self._take(arrivals[middle:], gaps=gaps))
            if not again:
                # Two processes that wrote the same thing at once: what the other wrote is seen now.
                return self._take(arrivals, gaps=gaps, again=True)
            if not arrivals or isinstance(arrivals[0].event, Unreadable):
                raise
            return self._take([_unprocessable(arrivals[0], error)], gaps=gaps)

    def _arrival(self, record: RawRecord) -> Arrival:
        readers = readers_for(self.deployment.custody_events)
        event = read(record, tribunal=self.deployment.court.tribunal, readers=readers)
        if isinstance(event, Unreadable):
            return Arrival(record, event)
        if isinstance(event.body, commands.ContingencyAnswered):
            return Arrival(record, event, command=_answered(event.body))
        if isinstance(event.body, DocumentIssued):
            return Arrival(record, event, document=_document(event, event.body), names=_names(event.body))
        return _unacted(record, event)


def _unprocessable(arrival: Arrival, error: Exception) -> Arrival:
    record, event = arrival.record, arrival.event
    at = traceback.extract_tb(error.__traceback__)[-1]
    # Not the error's own text: it may hold what the record holds.
    detail = f"{type(error).__name__} at {at.name} line {at.lineno}"
    log.error("intake.unprocessable", topic=record.topic, partition=record.partition, offset=record.offset, why=detail)
    document_id = getattr(getattr(event, "body", None), "document_id", None)
    dead = Unreadable(Code.UNPROCESSABLE, detail, event.type, event.ce_id, event.source, document_id)
    return Arrival(record, dead)


def _unacted(record: RawRecord, event: Event) -> Arrival:
    """What the contract has and this service does not act on yet: kept whole, told, and redriven once it does."""
    document_id = getattr(event.body, "document_id", None)
    detail = "this version does not act on the type"
    return Arrival(record, Unreadable(Code.UNPROCESSABLE, detail, event.type, event.ce_id, event.source, document_id))


def _names(body: DocumentIssued) -> Names:
    return Names(f"{body.tribunal}:{body.party.party_id}", body.party.rji)


def _answered(body: commands.ContingencyAnswered) -> ContingencyAnswered:
    by = By(Role(body.by.role), body.by.user, body.by.unit)
    return ContingencyAnswered(body.command_id, body.document_id, Consent(body.answer), by, body.at)


def _document(event: Event, body: DocumentIssued) -> Document:
    """The rules' form of a document; the person is found in the transaction."""
    case, unit, issued_so = body.case, body.unit, body.origin == "CONTINGENCIA" and body.contingency
    judge = next((s.user for s in body.signatures if s.role == Role.MAGISTRADO), None)
    return Document(
        document_id=body.document_id,
        person=0,
        kind=body.kind,
        variant=body.variant,
        case_number=(case.number if case else None) or "",
        medium=case.medium if case else None,
        unit=(unit.code if unit else None) or "",
        issued_at=body.issued_at,
        antecedents=tuple(
            Antecedent(a.document_id, a.national_number) for a in body.antecedents if a.document_id or a.national_number
        ),
        gaps=tuple(gap.field for gap in event.gaps) + (("origin",) if body.origin in _NOT_YET else ()),
        institutional=body.model is None or body.model.institutional is not False,
        owner_system=(case.owner_system if case else None) or "SAJ",
        released_by_judge=body.released_by is None or body.released_by.role in (None, Role.MAGISTRADO),
        valid_until=getattr(body.fields, "data_validade", None),
        signer=judge or next((s.user for s in body.signatures if s.user), None),
        consent=_consent(body),
        text=issued_so.text if issued_so else None,
        failed_access_at=issued_so.failed_access_at if issued_so else None,
        opened_at=issued_so.failed_access_at if issued_so else None,
        retroactive=body.origin not in (None, "NORMAL"),
    )


def _consent(body: DocumentIssued) -> ConsentGiven | None:
    """The answer that SAJ asked for before it published, if it did (docs/law.md safety-16)."""
    given = body.contingency
    if given is None or given.consent not in (Consent.SIM, Consent.NAO):
        return None
    if given.asked_at is None or given.answered_by is None:
        return None
    return ConsentGiven(Consent(given.consent), given.answered_by, given.asked_at)
