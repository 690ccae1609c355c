"""Acts: what somebody asks of a document, or of who a person is; each is answered with applied or refused.

Who may ask what is docs/law.md safety-28 (rules/authority.py).
"""

from dataclasses import dataclass
from datetime import datetime

from rules.analysis import Analysis
from rules.certificate import Certificate
from rules.dossier import Document, Hand
from rules.legacy import StockItem
from rules.words import Consent, Role, Statement


@dataclass(frozen=True, slots=True)
class By:
    """Who did it: `role` is the user's own where SAJ told us of the user, else as typed; `unit` is as typed.

    `acts_in_unit`: whether the user was of that unit then; None where nothing is known of the user.
    """

    role: Role
    user: str
    unit: str
    acts_in_unit: bool | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What all acts about a document share; `command_id` is what its answer names."""

    command_id: str
    document_id: str
    by: By
    at: datetime


@dataclass(frozen=True, slots=True)
class ContingencyAnswered(Act):
    """The user answered SIM or NÃO to the offer."""

    answer: Consent


@dataclass(frozen=True, slots=True)
class DocumentWithdrawn(Act):
    """SAJ took a document back; `reason` is ANULADO, CANCELADO or SEM_EFEITO, `why` the unit's own words."""

    reason: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class RetryAsked(Act):
    """Somebody mended what stood in the way, or wants the offer again."""


@dataclass(frozen=True, slots=True)
class ExclusionAsked(Act):
    """The unit wants a document out of the transmission."""


@dataclass(frozen=True, slots=True)
class DataSupplied(Act):
    """The unit completed a document: `document` is the new version's content, `rji` the person that it chose.

    `refused`: why that person cannot be taken (rules/naming.py), and with it nothing of what came.
    """

    document: Document
    rji: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class SignerAssigned(Act):
    """Another hand signs the registration; who wrote the order stays on record."""

    hand: Hand


@dataclass(frozen=True, slots=True)
class StatementGiven(Act):
    """The judge's answer to NEEDS_JUDGE."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class CertificateReleased(Act):
    """SAJ released a certidão of its own in the case; `certificate` is as the ledger has it, None where it has none."""

    certificate: Certificate | None
    released_at: datetime


@dataclass(frozen=True, slots=True)
class RjiLinked:
    """The unit says who of the registry a person is; `person` is the ledger's."""

    command_id: str
    person: int
    rji: str
    by: By


@dataclass(frozen=True, slots=True)
class RjiUnlinked:
    """The unit undoes a wrong link."""

    command_id: str
    person: int
    rji: str
    by: By


@dataclass(frozen=True, slots=True)
class RjiMerged:
    """The unit says that BNMP made two RJIs one; `persons` are the ledger's who have one of them."""

    command_id: str
    persons: tuple[int, ...]
    from_rji: str
    into_rji: str
    by: By


@dataclass(frozen=True, slots=True)
class ResolutionAsked(Act):
    """The unit wants a contingency resolved; `document` is the completed content, where data came with it."""

    document: Document | None = None
    rji: str | None = None


@dataclass(frozen=True, slots=True)
class ItemAct:
    """What acts about an item of the stock share; `item` is as the ledger has it."""

    command_id: str
    item: StockItem
    by: By


@dataclass(frozen=True, slots=True)
class ItemListed(ItemAct):
    """SAJ lists an item: `new` is what it says now; `item` is that too where the ledger had none."""

    new: StockItem


@dataclass(frozen=True, slots=True)
class RegularisationAsked(ItemAct):
    """The unit sends an item; no `analysis`: nobody looked at its case. `documents` are what would be made of it.

    `evidence`: the digital certificate of who sends was used in SAJ.
    """

    analysis: Analysis | None
    necessary: bool
    evidence: bool
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class ItemExcluded(ItemAct):
    """The chefe de cartório takes an item off the list; nothing is sent."""


StockAct = ItemListed | RegularisationAsked | ItemExcluded
PersonAct = RjiLinked | RjiUnlinked | RjiMerged
DocumentAct = (
    ContingencyAnswered
    | DocumentWithdrawn
    | RetryAsked
    | ExclusionAsked
    | DataSupplied
    | SignerAssigned
    | StatementGiven
    | CertificateReleased
    | ResolutionAsked
)
