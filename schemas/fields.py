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
from schemas.shapes import Amount, CaseNumber, Date, Days, Identifier, Name, Prose, Reading, Rows, StateOfUnion

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
EspecieInternacao = Literal[
    "CONVERSAO_PRISAO",
    "RECAPTURA",
    "PROVISORIA",
    "DEFINITIVA",
    "MEDIDA_SEGURANCA_2_GRAU",
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

    uf: StateOfUnion | None = None
    municipio: Name | None = None
    estabelecimento: Name | None = None
    data: Date | None = None


class Place(Reading):
    """A place of custody; `code` is SAJ's, and BNMP knows it only where a table maps it."""

    code: Identifier | None = None
    name: Name | None = None


class Multa(Reading):
    """A fine: its day-fines, and its value in reais."""

    dias: Days | None = None
    valor: Amount | None = None


class MedidaSeguranca(Reading):
    """The security measure that was applied; `crm` is the registration of the doctor whose report it stands on."""

    prazo_minimo_internacao_dias: Days | None = None
    local: Name | None = None
    condicoes: Prose | None = None
    curador: Name | None = None
    data_laudo: Date | None = None
    crm: Name | None = None


class Detracao(Reading):
    """Time already served: from the arrest to the release or escape."""

    prisao: Date | None = None
    soltura: Date | None = None
    dias: Days | None = None


class MandadoPrisaoFields(KindFields):
    """A mandado de prisão, criminal or civil."""

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


class MandadoInternacaoFields(KindFields):
    """A mandado de internação."""

    data_validade: Date | None = None
    especie_internacao: EspecieInternacao | None = None
    sintese_decisao: Prose | None = None
    prazo_minimo_internacao_dias: Days | None = None
    local_ocorrencia: Name | None = None
    observacao: Prose | None = None
    tipificacoes: Rows[Name] = ()


class ContramandadoFields(KindFields):
    """A contramandado, of prisão or of internação."""

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


class OrdemFields(KindFields):
    """An ordem de liberação or de desinternação."""

    motivo: Prose | None = None
    sintese_decisao: Prose | None = None


class GuiaFields(KindFields):
    """What every guia has. `guia_provisoria` is SAJ's id or the national number of the guia that this one follows."""

    data_infracao: Date | None = None
    data_recebimento_denuncia: Date | None = None
    data_publicacao_sentenca: Date | None = None
    pena: Pena | None = None
    local_custodia: Place | None = None
    data_transito: Date | None = None
    data_pronuncia: Date | None = None
    data_acordao: Date | None = None
    reincidente: bool | None = None
    multa: Multa | None = None
    defensor: Name | None = None
    processo_origem: CaseNumber | None = None
    guia_provisoria: Identifier | None = None


class GuiaRecolhimentoFields(GuiaFields):
    """A guia de recolhimento."""

    regime_prisional: Name | None = None


class GuiaInternacaoFields(GuiaFields):
    """A guia de internação."""

    medida_seguranca: MedidaSeguranca | None = None
    detracao: Rows[Detracao] = ()


class CertidaoCumprimentoFields(KindFields):
    """A certidão de cumprimento de mandado, de prisão or de internação."""

    data_cumprimento: Date | None = None
    local_prisao: Name | None = None
    responsavel_prisao: Name | None = None
    comunicado_por: Literal["POLINTER", "OFICIAL_DE_JUSTICA", "OUTRO"] | None = None
    data_comunicacao: Date | None = None


class CertidaoMorteFields(KindFields):
    """A certidão de extinção de punibilidade por morte."""

    data_obito: Date | None = None
    data_decisao: Date | None = None


class CertidaoArquivamentoFields(KindFields):
    """A certidão de arquivamento de guia."""

    motivo: Prose | None = None
    data_decisao: Date | None = None


class CertidaoAlteracaoFields(KindFields):
    """A certidão de alteração de unidade ou regime prisional: where, or how, the person serves from `data` on."""

    local_custodia: Place | None = None
    regime_prisional: Name | None = None
    data: Date | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a kind: its model, the fields that must be there, and its variants with what each demands besides.

    Of the fields in `either` one must be there.
    """

    model: type[KindFields]
    required: tuple[str, ...]
    variants: Mapping[Variant, tuple[str, ...]] = field(default_factory=dict)
    either: tuple[str, ...] = ()


_ORDER = ("motivo", "sintese_decisao")
_WARRANT = ("data_validade", "especie_prisao", "sintese_decisao")
_FLAGRANTE = ("prisao.uf", "prisao.municipio", "prisao.estabelecimento", "prisao.data")
_CAPTURE = ("data_cumprimento", "local_prisao", "responsavel_prisao")
_SENTENCE = ("data_infracao", "data_recebimento_denuncia", "data_publicacao_sentenca", "pena", "local_custodia.code")
_RECOLHIMENTO = Form(GuiaRecolhimentoFields, (*_SENTENCE, "regime_prisional"))
_INTERNACAO = Form(
    GuiaInternacaoFields,
    (*_SENTENCE, "medida_seguranca.prazo_minimo_internacao_dias", "medida_seguranca.data_laudo"),
)

FORMS: Mapping[str, Form] = {
    Kind.MANDADO_PRISAO_CRIMINAL: Form(
        MandadoPrisaoFields, _WARRANT, {Variant.RECAPTURA: (), Variant.CONVERSAO_FLAGRANTE: _FLAGRANTE}
    ),
    Kind.MANDADO_PRISAO_CIVIL: Form(MandadoPrisaoFields, _WARRANT),
    Kind.MANDADO_INTERNACAO: Form(
        MandadoInternacaoFields, ("data_validade", "especie_internacao", "sintese_decisao"), {Variant.CONVERSAO: ()}
    ),
    Kind.CONTRAMANDADO_PRISAO: Form(ContramandadoFields, _ORDER),
    Kind.CONTRAMANDADO_INTERNACAO: Form(ContramandadoFields, _ORDER),
    # Without a variant the ledger or the unit says which it is (docs/law.md safety 25): its absence is no gap.
    Kind.ALVARA_SOLTURA: Form(
        AlvaraSolturaFields, _ORDER, {Variant.MANDADO_CUMPRIDO: (), Variant.PRISAO_FLAGRANTE: ("local_prisao",)}
    ),
    Kind.ORDEM_LIBERACAO: Form(OrdemFields, _ORDER),
    Kind.ORDEM_DESINTERNACAO: Form(OrdemFields, _ORDER),
    Kind.GUIA_RECOLHIMENTO_PROVISORIA: _RECOLHIMENTO,
    Kind.GUIA_RECOLHIMENTO_DEFINITIVA: _RECOLHIMENTO,
    Kind.GUIA_RECOLHIMENTO_ACERVO: _RECOLHIMENTO,
    Kind.GUIA_INTERNACAO_PROVISORIA: _INTERNACAO,
    Kind.GUIA_INTERNACAO_DEFINITIVA: _INTERNACAO,
    Kind.GUIA_INTERNACAO_ACERVO: _INTERNACAO,
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: Form(CertidaoCumprimentoFields, _CAPTURE),
    Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO: Form(CertidaoCumprimentoFields, _CAPTURE),
    Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE: Form(CertidaoMorteFields, ("data_obito", "data_decisao")),
    Kind.CERTIDAO_ARQUIVAMENTO_GUIA: Form(CertidaoArquivamentoFields, ("motivo", "data_decisao")),
    Kind.CERTIDAO_ALTERACAO_UNIDADE_REGIME: Form(
        CertidaoAlteracaoFields, ("data",), either=("local_custodia", "regime_prisional")
    ),
}
