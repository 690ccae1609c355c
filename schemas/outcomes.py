"""What we say on `saj.outcomes` and `bnmp.link`, the seals, and the two records of ours between the rooms.

What they have in common is in schemas/outcome.py.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from rules.words import LinkState, Reason, Resolution
from schemas import seal
from schemas.codes import Code
from schemas.outcome import Actor, Attempt, Certificate, DocumentOutcome, Outcome, Who, Writing
from schemas.shapes import CaseNumber, Identifier, NationalNumber, Rji, Tribunal

FINAL_REASONS = frozenset({Reason.OUT_OF_SCOPE, Reason.WRONG_KIND})
EXCLUSIONS = frozenset({Reason.NOT_COMMUNICATING, Reason.WITHDRAWN, Reason.EXCLUDED_BY_UNIT})
HOLD_REASONS = frozenset(Reason) - FINAL_REASONS - EXCLUSIONS

Banner = Literal["MANDADO_PRISAO_CIVIL_EM_ABERTO", "REU_PRESO", "REU_PRESO_OUTRO_PROCESSO"]
Whole = Annotated[int, Field(ge=0, le=2**63 - 1)]


def _one_of(allowed: frozenset[Reason]) -> Callable[[Reason], Reason]:
    def check(reason: Reason) -> Reason:
        if reason not in allowed:
            raise ValueError("this reason belongs to another outcome")
        return reason

    return check


class DocumentRegistered(DocumentOutcome):
    """In effect in BNMP: created, fully signed and read back (docs/law.md safety 1)."""

    national_number: NationalNumber
    rji: Rji
    bnmp_id: Identifier
    bnmp_status: str
    registered_at: AwareDatetime
    retroactive: bool


class DocumentHeld(DocumentOutcome):
    """Waits, with a reason and who must act (None: nobody); `missing` are dotted paths."""

    reason: Annotated[Reason, AfterValidator(_one_of(HOLD_REASONS))]
    remedy: str
    who: Who | None
    missing: tuple[str, ...] = ()
    since: AwareDatetime


class DocumentRejected(DocumentOutcome):
    """Final: it will never be registered (docs/law.md safety 3)."""

    reason: Annotated[Reason, AfterValidator(_one_of(FINAL_REASONS))]
    details: str


class DocumentIgnored(DocumentOutcome):
    """Its model does not communicate (docs/law.md safety 7)."""

    reason: Literal[Reason.NOT_COMMUNICATING]
    remedy: str


class DocumentExcluded(DocumentOutcome):
    """Taken out by a person's act; `by` is who."""

    reason: str
    by: Actor


class DocumentUncertain(DocumentOutcome):
    """Sent, and no answer came: BNMP is being asked whether it holds the document."""

    since: AwareDatetime
    what_is_asked: str


class ContingencyOffered(DocumentOutcome):
    """SAJ shows the warning screen and asks (Res. CNJ 251/2018 art. 8)."""

    failed_access_at: AwareDatetime
    attempts: Annotated[tuple[Attempt, ...], Field(min_length=1)]


class ContingencyOpened(DocumentOutcome):
    """Issued under contingency; `text` is the dispensation text, exact."""

    failed_access_at: AwareDatetime
    text: str


class ContingencyResolved(DocumentOutcome):
    """Registered after contingency, with the certidão that regularises it in the case."""

    national_number: NationalNumber
    rji: Rji
    certificate: Certificate


class DocumentStatusChanged(DocumentOutcome):
    """What BNMP says of the document and its person, read back; an annulment leaves a certidão in the case."""

    bnmp_status: str
    person_status: str | None
    certificate: Certificate | None = None


class RecordUnreadable(Outcome):
    """A record went to the dead letters; `document_id` when it could be read."""

    dlq_reason: Code
    topic: str
    partition: Whole
    offset: Whole
    document_id: Identifier | None = None


class CommandApplied(Outcome):
    """A command did what it asked."""

    command_id: Identifier
    reason: str | None = None


class CommandRefused(Outcome):
    """A command was refused, and why."""

    command_id: Identifier
    reason: str


class Incident(Outcome):
    """Something that a person must act upon now; `runbook` is the page to open."""

    kind: Literal[
        "REGISTRY_UNFIT",
        "CHAIN_BROKEN",
        "LIBERTY_HELD",
        "TWIN_FOUND",
        "DEAD_LETTER_LIMIT",
        "OUTBOX_STUCK",
        "OFFSETS_GONE",
        "CLOCK_FAILS",
        "LANE_FAILS",
        "ACCESS_UNKNOWN",
        "HISTORY_ALTERED",
    ]
    what: str
    who: Who
    runbook: str


class PersonLinked(Outcome):
    """A party of a case has its RJI."""

    party_id: Identifier
    rji: Rji


class BannersChanged(Outcome):
    """Which banners the case should show for the party, and which no more."""

    case_number: CaseNumber
    party_id: Identifier
    set: tuple[Banner, ...] = ()
    removed: tuple[Banner, ...] = ()


class WrongField(Writing):
    """A field of a custody event that does not hold: its dotted path, and the rule in English, never its value."""

    field: str
    rule: str


class CustodyHeld(Outcome):
    """An event of the party's history was kept, and its unit is asked to mend these fields."""

    event_id: Identifier
    party_id: Identifier
    case_number: CaseNumber | None = None
    wrong: tuple[WrongField, ...]
    who: Who


class LegacyItemChanged(Outcome):
    """What became of an item of the legacy stock: VERDE was registered, VERMELHO was taken from the list."""

    item_id: Identifier
    colour: Literal["VERDE", "VERMELHO"]
    certificate: Certificate | None = None


class DivergenceFound(Outcome):
    """We say one thing and the registry another, about a document or about a person; None: it says nothing.

    TEXT is about a paper that SAJ issued under contingency by itself: `ours` is the exact text that it does not carry.
    `cause` is what has likely led to it, `mends` the command that mends or shows it, for operators.
    """

    kind: Literal[
        "CUSTODY_WITHOUT_WARRANT",
        "RELEASE_EVENT_WITHOUT_RELEASE",
        "RELEASE_WITHOUT_EVENT",
        "REGISTRY_CUSTODY_WITHOUT_EVENT",
        "FULFILMENT_WITHOUT_CERTIFICATE",
        "MISSING_AT_REGISTRY",
        "MISSING_HERE",
        "STATUS",
        "NUMBER",
        "PERSON_STATUS",
        "DUPLICATE",
        "UNSIGNED",
        "SECRECY",
        "RJI",
        "TEXT",
    ]
    ours: str | None
    registry: str | None
    document_id: Identifier | None = None
    case_number: CaseNumber | None = None
    party_id: Identifier | None = None
    cause: str | None = None
    mends: str | None = None


class LinkChanged(Outcome):
    """The link to BNMP changed its state; `by` is who forced it, None when it changed by itself."""

    state: LinkState
    since: AwareDatetime
    cause: str
    by: Actor | None = None


class Dispatch(Writing):
    """A turn in the queue of the sender. `person` is the ledger's permanent id; no personal data."""

    document_id: Identifier
    tribunal: Tribunal
    person: Annotated[int, Field(ge=1, le=2**63 - 1)]
    turn: Annotated[int, Field(ge=1)]
    priority: Annotated[int, Field(ge=0, le=5)]
    purpose: Literal["SEND", "LOOK_UP"]


class GivenConsent(Writing):
    """The answer that opened the contingency: by which user of SAJ, and when."""

    answer: Literal["SIM", "NAO"]
    by: Identifier
    at: AwareDatetime


class ContingencyRecord(Dispatch):
    """A turn in the queue of the resolver. Without `consent` SAJ itself had issued the document under contingency."""

    category: Resolution
    failed_access_at: AwareDatetime
    text: str
    attempts: tuple[Attempt, ...] = ()
    consent: GivenConsent | None = None
    opened_at: AwareDatetime


DISPATCH = "bnmp.dispatch.v1"
CONTINGENCY = "bnmp.contingency.v1"

TYPES: Mapping[str, type[Writing]] = {
    "bnmp.document.registered.v1": DocumentRegistered,
    "bnmp.document.held.v1": DocumentHeld,
    "bnmp.document.rejected.v1": DocumentRejected,
    "bnmp.document.ignored.v1": DocumentIgnored,
    "bnmp.document.excluded.v1": DocumentExcluded,
    "bnmp.document.uncertain.v1": DocumentUncertain,
    "bnmp.document.contingency-offered.v1": ContingencyOffered,
    "bnmp.document.contingency-opened.v1": ContingencyOpened,
    "bnmp.contingency.resolved.v1": ContingencyResolved,
    "bnmp.document.status-changed.v1": DocumentStatusChanged,
    "bnmp.record.unreadable.v1": RecordUnreadable,
    "bnmp.command.applied.v1": CommandApplied,
    "bnmp.command.refused.v1": CommandRefused,
    "bnmp.person.linked.v1": PersonLinked,
    "bnmp.case.banners-changed.v1": BannersChanged,
    "bnmp.custody.held.v1": CustodyHeld,
    "bnmp.legacy.item-changed.v1": LegacyItemChanged,
    "bnmp.divergence.found.v1": DivergenceFound,
    "bnmp.incident.v1": Incident,
    "bnmp.link.changed.v1": LinkChanged,
    DISPATCH: Dispatch,
    CONTINGENCY: ContingencyRecord,
    seal.TYPE: seal.AuditSeal,
}
