"""The commands about the legacy stock: what was issued before BNMP, or with models that did not communicate."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from schemas.command import Command, OfLegacyItem
from schemas.document_issued import Case, Party
from schemas.shapes import CaseNumber, Date, Identifier, Instant, Name, Prose, Raw, Reading, Rows


class Pec(Reading):
    """Whether there is a case of execution of the sentence, and which."""

    exists: bool | None = None
    number: CaseNumber | None = None


class Sum(Reading):
    """A sum of sentences: the case into which the others are summed, and those."""

    summing_case: CaseNumber | None = None
    summed: Rows[CaseNumber] = ()


class ItemListed(OfLegacyItem):
    """One item of the stock. `other_guides` are guias of the case already sent: SAJ's ids or national numbers."""

    kind: Literal["MANDADO_AG_CUMPRIMENTO", "MANDADO_CUMPRIDO", "GUIA_EXECUCAO", "PRISAO_SEM_MANDADO"]
    party: Party
    unit: Identifier | None = None
    case: Case | None = None
    issued_on: Date | None = None
    saj_status: Name | None = None
    custody_status: Name | None = None
    pec: Pec | None = None
    sum: Sum | None = None
    other_guides: Rows[Identifier] = ()
    origin_data: Raw = Field(default_factory=dict)
    fields: Raw = Field(default_factory=dict)


class Analysis(Reading):
    """The clerk's analysis of the case: whether the defendant is loose, and whether registering is necessary."""

    reu: Literal["SOLTO", "PRESO"]
    necessary: bool
    by: Identifier
    at: Instant


class RegularisationRequested(OfLegacyItem):
    """Register the item with its completed fields; without an analysis it is refused.

    `new_person`: the unit looked in BNMP and found nobody who is this person, so somebody new is to be created.
    """

    fields: Raw = Field(default_factory=dict)
    new_person: bool = False
    analysis: Analysis | None = None
    certificate_evidence: Prose | None = None


class ItemExcluded(OfLegacyItem):
    """The chefe de cartório takes the item from the list of what is pending; nothing is sent."""

    hypothesis: Literal[
        "PEC_EM_ANDAMENTO",
        "ACAO_PENAL_ARQUIVADA",
        "EXECUCAO_EXTINTA",
        "PEC_ARQUIVADO",
        "OUTRA",
    ]
    text: Prose


COMMANDS: Mapping[str, type[Command]] = {
    "saj.legacy.item-listed.v1": ItemListed,
    "saj.legacy.regularisation-requested.v1": RegularisationRequested,
    "saj.legacy.item-excluded.v1": ItemExcluded,
}
