"""What we say on `saj.outcomes` and `bnmp.link`, and the two records of ours between the rooms.

Writers never write an unknown field: extra members are refused. Every outcome has the tribunal, the instant and a
message in Portuguese for the person at the counter; those about a document name it, and carry its `sequence`, of which
a reader drops lower ones.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from rules.words import AnswerClass, LinkState, Reason, Role, State
from schemas.codes import Code
from schemas.shapes import CaseNumber, Identifier, NationalNumber, Rji, Tribunal

FINAL_REASONS = frozenset({Reason.OUT_OF_SCOPE, Reason.WRONG_KIND})
HOLD_REASONS = frozenset(Reason) - FINAL_REASONS - {Reason.NOT_COMMUNICATING}

Whole = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Writing(BaseModel):
    """What every model that we write is built on: frozen, nothing unknown, instants with their offset."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True)


class Who(Writing):
    """Who must act: a role, and its unit where one is meant."""

    role: Role
    unit: Identifier | None = None


class Actor(Writing):
    """Who acted."""

    role: Role
    user: Identifier
    unit: Identifier | None = None


class Attempt(Writing):
    """One failed call: when it started, what was called, the class of the answer, and engineers' English about it."""

    at: AwareDatetime
    op: str
    class_: AnswerClass = Field(alias="class")
    detail: str


class Certificate(Writing):
    """A certidão of SAJ's own that a resolution or an annulment leaves in the case."""

    id: Identifier
    kind: Literal["CERTIDAO_CONTINGENCIA", "CERTIDAO_MANDADO_RETROATIVO", "CERTIDAO_ANULACAO"]
    medium: Literal["DIGITAL", "FISICO"]
    text: str
    signer: Identifier
    status: Literal["PENDING_RELEASE", "RELEASED"]
    instruction: str


class Outcome(Writing):
    """What all outcomes share."""

    tribunal: Tribunal
    at: AwareDatetime
    message: Annotated[str, Field(min_length=1)]


class DocumentOutcome(Outcome):
    """What all outcomes about a document share. `case_number` is None where the document's own did not hold."""

    document_id: Identifier
    case_number: CaseNumber | None
    state: State
    sequence: Annotated[int, Field(ge=1)]
    reason: str | None = None
    remedy: str | None = None


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
    """What BNMP says of the document and its person, read back."""

    bnmp_status: str
    person_status: str | None


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
        "ACCESS_UNKNOWN",
        "HISTORY_ALTERED",
    ]
    what: str
    who: Who
    runbook: str


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

    category: Literal["ALVARAS_ORDENS", "MANDADOS"]
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
    "bnmp.incident.v1": Incident,
    "bnmp.link.changed.v1": LinkChanged,
    DISPATCH: Dispatch,
    CONTINGENCY: ContingencyRecord,
}
