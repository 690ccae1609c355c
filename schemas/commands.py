"""What people decide, on `saj.commands`. Commands are strict: one that does not hold is not half obeyed.

Here stands only what a command must look like. Who may give which, and what makes it refused with an answer instead of
a dead letter, is in the rules (docs/law.md safety 28).
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from schemas import legacy
from schemas.command import By, Command, OfDocument
from schemas.gaps import Gap, UnsettledError, settle
from schemas.shapes import (
    CertificateId,
    GivenRows,
    Identifier,
    Instant,
    KindWord,
    Name,
    Prose,
    Raw,
    Reading,
    Rji,
    RoleWord,
    Rows,
    VariantWord,
    refusal,
)

__all__ = ["ANSWERED", "COMMANDS", "By", "Command", "command_reader"]

ANSWERED = "saj.contingency.answered.v1"

Category = Literal["ALVARAS_ORDENS", "MANDADOS"]
Tested = Literal["OK", "ERROR"]


class ContingencyAnswered(OfDocument):
    """The user's answer to the question whether to issue under contingency."""

    answer: Literal["SIM", "NAO"]


class Supplied(Reading):
    """What was missing of a document, as `saj.document.issued.v1` would have it; the document's own gaps judge it."""

    fields: Raw = Field(default_factory=dict)
    party: Raw = Field(default_factory=dict)


_DOCUMENT_ID: TypeAdapter[str] = TypeAdapter(Identifier)


def _by_document(value: Any) -> Any:
    # The keys are typed by people: pydantic's own errors would repeat them.
    if value is None:
        return {}
    if isinstance(value, dict):
        try:
            return {_DOCUMENT_ID.validate_python(name): Supplied.model_validate(part) for name, part in value.items()}
        except ValidationError:
            pass
    raise refusal("is not an object of document_id to what it lacked")


class ResolutionRequested(Command):
    """Register what was issued under contingency: the documents named, or all of a category."""

    document_ids: Rows[Identifier] = ()
    category: Category | None = None
    data: Annotated[dict[str, Supplied], BeforeValidator(_by_document)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> "ResolutionRequested":
        if bool(self.document_ids) == (self.category is not None):
            raise refusal("must have either document_ids or category")
        return self


class DataSupplied(OfDocument, Supplied):
    """What was missing of a document that is held; also the choice of a variant or of antecedents."""

    variant: VariantWord | None = None
    antecedents: Rows[Raw] = ()


class RetryRequested(OfDocument):
    """Try again what is held or refused."""


class DocumentExcluded(OfDocument):
    """The unit takes a document out: it will not be registered."""


class SignerAssigned(OfDocument):
    """Who signs the registration when the first signer no longer can (docs/law.md safety 5)."""

    role: RoleWord
    user: Identifier
    unit: Identifier


class StatementGiven(OfDocument):
    """The judge's answer to `NEEDS_JUDGE`."""

    statement: Literal["SEND", "DO_NOT_SEND"]
    text: Prose


class StandingOrder(Command):
    """A judge's SIM beforehand for releases of a unit, for a while (docs/law.md safety 16)."""

    unit: Identifier
    kinds: GivenRows[KindWord]
    from_: Instant = Field(alias="from")
    to: Instant


class CertificateReleased(Command):
    """SAJ released a certidão of ours in the case (docs/law.md safety 30)."""

    certificate_id: CertificateId
    released_at: Instant


class RjiLinked(Command):
    """A person confirmed which RJI a party has."""

    party_id: Identifier
    rji: Rji


class RjiUnlinked(Command):
    """A link between a party and an RJI was wrong."""

    party_id: Identifier
    rji: Rji


class RjiMerged(Command):
    """BNMP made two RJIs one (docs/law.md safety 23)."""

    from_rji: Rji
    into_rji: Rji


class Duty(Reading):
    """A unit in which a user is on duty for a while."""

    unit: Identifier
    from_: Instant = Field(alias="from")
    to: Instant


class AccessChanged(Command):
    """What a user may do from now on; it replaces what was known of them."""

    user: Identifier
    role: RoleWord
    position: Name | None = None
    units: GivenRows[Identifier]
    duty_units: Rows[Duty] = ()
    sca_confirmed: bool
    saj_authenticated: bool


class LinkTested(Command):
    """A communication test in SAJ, seen from the user's machine and from SAJ's server (docs/law.md safety 21)."""

    user: Identifier
    client: Tested
    app_server: Tested


class LinkForced(Command):
    """The link's state by a person's word, or AUTO again (docs/law.md safety 19)."""

    state: Literal["FORCED_DOWN", "FORCED_UP", "AUTO"]
    cause: Literal["UNAVAILABILITY_DECLARED", "OUR_MAINTENANCE"] | None = None
    notice: Name | None = None
    until: Instant | None = None


COMMANDS: Mapping[str, type[Command]] = {
    ANSWERED: ContingencyAnswered,
    "saj.contingency.resolution-requested.v1": ResolutionRequested,
    "saj.document.data-supplied.v1": DataSupplied,
    "saj.document.retry-requested.v1": RetryRequested,
    "saj.document.excluded.v1": DocumentExcluded,
    "saj.document.signer-assigned.v1": SignerAssigned,
    "saj.document.statement-given.v1": StatementGiven,
    "saj.unit.contingency-standing-order.v1": StandingOrder,
    "saj.certificate.released.v1": CertificateReleased,
    "saj.person.rji-linked.v1": RjiLinked,
    "saj.person.rji-unlinked.v1": RjiUnlinked,
    "saj.person.rji-merged.v1": RjiMerged,
    "saj.user.access-changed.v1": AccessChanged,
    "saj.link.tested.v1": LinkTested,
    "saj.link.forced.v1": LinkForced,
    **legacy.COMMANDS,
}
# A listed item is not an act but a row of an old stock: what does not hold in it is a gap and no reason to lose it.
_LENIENT = frozenset({legacy.ItemListed})


def command_reader(model: type[Command]) -> Callable[[Mapping[str, Any]], tuple[Command, tuple[Gap, ...]]]:
    """Make the reader of a command: it raises `UnsettledError` for the first field that does not hold."""

    def read(data: Mapping[str, Any]) -> tuple[Command, tuple[Gap, ...]]:
        body, gaps = settle(model, data)
        if gaps and model not in _LENIENT:
            raise UnsettledError(gaps[0])
        return body, gaps

    return read
