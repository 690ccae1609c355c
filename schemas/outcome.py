"""What all that we write has in common.

Writers never write an unknown field: extra members are refused. Every outcome has the tribunal, the instant and a
message in Portuguese for the person at the counter; those about a document name it, and carry its `sequence`, of which
a reader drops lower ones.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rules.words import AnswerClass, OwnCertificate, Role, State
from schemas.shapes import CaseNumber, CertificateId, Identifier, Tribunal


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

    id: CertificateId
    kind: OwnCertificate
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
