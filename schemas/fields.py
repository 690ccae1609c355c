"""The form's fields, one model per kind, and the table that chooses among them.

A new kind is one model here and one row of `FORMS`. Which fields must be there is in the row, not in the model: a
missing field holds the document, it never loses it (docs/law.md safety 6). Text limits are the registry's own: 4000
for prose, 150 for names and places.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from rules.words import Kind, Variant
from schemas.shapes import Date, Days, Name, Prose, Reading, Rows

EspeciePrisao = Literal[
    "PREVENTIVA",
    "PREVENTIVA_CONVERSAO_FLAGRANTE",
    "PREVENTIVA_DECISAO_CONDENATORIA",
    "TEMPORARIA",
    "DEFINITIVA",
    "DEPORTACAO_EXTRADICAO_EXPULSAO",
    "RECAPTURA",
    "CIVIL",
    "CONVERSAO_TEMPORARIA_PREVENTIVA",
    "AGUARDANDO_FIANCA",
]
PenaltyPart = Annotated[int, Field(ge=0, le=999)]


class KindFields(Reading):
    """What the models of all kinds have in common: nothing but being the `fields` of a document."""


class Pena(Reading):
    """The length of a penalty; each part 0 to 999."""

    anos: PenaltyPart | None = None
    meses: PenaltyPart | None = None
    dias: PenaltyPart | None = None


class PrisaoFlagrante(Reading):
    """Where and when the person was arrested in the act (Res. CNJ 251/2018, annex I)."""

    uf: Annotated[str, Field(min_length=2, max_length=2)] | None = None
    municipio: Name | None = None
    estabelecimento: Name | None = None
    data: Date | None = None


class MandadoPrisaoFields(KindFields):
    """A mandado de prisão."""

    data_validade: Date | None = None
    especie_prisao: EspeciePrisao | None = None
    sintese_decisao: Prose | None = None
    prazo_prisao_dias: Days | None = None
    data_infracao: Date | None = None
    local_ocorrencia: Name | None = None
    regime_prisional: Name | None = None
    pena: Pena | None = None
    cumprimento: Prose | None = None
    observacao: Prose | None = None
    tipificacoes: Rows[Name] = ()
    prisao: PrisaoFlagrante | None = None


class ContramandadoFields(KindFields):
    """A contramandado."""

    motivo: Prose | None = None
    sintese_decisao: Prose | None = None
    prisao_domiciliar: bool | None = None
    outras_cautelares: Prose | None = None


class AlvaraSolturaFields(KindFields):
    """An alvará de soltura."""

    motivo: Prose | None = None
    sintese_decisao: Prose | None = None
    medidas_cautelares: Rows[Name] = ()
    local_prisao: Name | None = None


class CertidaoCumprimentoFields(KindFields):
    """A certidão de cumprimento de mandado."""

    data_cumprimento: Date | None = None
    local_prisao: Name | None = None
    responsavel_prisao: Name | None = None
    comunicado_por: Literal["POLINTER", "OFICIAL_DE_JUSTICA", "OUTRO"] | None = None
    data_comunicacao: Date | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a kind: its model, the fields that must be there, and its variants with what each demands besides."""

    model: type[KindFields]
    required: tuple[str, ...]
    variants: Mapping[Variant, tuple[str, ...]] = field(default_factory=dict)


FORMS: Mapping[str, Form] = {
    Kind.MANDADO_PRISAO_CRIMINAL: Form(
        MandadoPrisaoFields,
        ("data_validade", "especie_prisao", "sintese_decisao"),
        {
            Variant.RECAPTURA: (),
            Variant.CONVERSAO_FLAGRANTE: ("prisao.uf", "prisao.municipio", "prisao.estabelecimento", "prisao.data"),
        },
    ),
    Kind.CONTRAMANDADO_PRISAO: Form(ContramandadoFields, ("motivo", "sintese_decisao")),
    # Without a variant the ledger or the unit says which it is (docs/law.md safety 25): its absence is no gap.
    Kind.ALVARA_SOLTURA: Form(
        AlvaraSolturaFields,
        ("motivo", "sintese_decisao"),
        {Variant.MANDADO_CUMPRIDO: (), Variant.PRISAO_FLAGRANTE: ("local_prisao",)},
    ),
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: Form(
        CertidaoCumprimentoFields, ("data_cumprimento", "local_prisao", "responsavel_prisao")
    ),
}
