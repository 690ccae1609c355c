"""Prerequisites: what each kind stands on, as rows that can be read aloud, and what is said where it is missing.

Sources: docs/law.md antecedents (ANT-1 to ANT-12) and effects. ANT-13 to ANT-15 are of every kind: a person without
RJI is searched, linked or created by the steps themselves (rules/steps.py); what was issued under contingency and is
not resolved is waited for like anything that is on its way; what stands otherwise in SAJ and in BNMP is DIVERGENCIA.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from rules.dossier import Court, Document
from rules.kinds import GUIAS, MANDADOS, MANDADOS_INTERNACAO, MANDADOS_PRISAO
from rules.words import Kind, PecaStatus, Variant


class Certidao(Enum):
    """What the certidão de cumprimento of a reached mandado is to a row: nothing, waited for if it may go, demanded."""

    NONE = auto()
    IF_ISSUED = auto()
    DEMANDED = auto()


class Demand(Enum):
    """What a row asks for: antecedents; only that what is on its way goes first; nothing at all."""

    ANTECEDENTS = auto()
    ORDER = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class AntecedentRow:
    """To issue `kind` of `variant`, each antecedent must be of a kind in `on` and have a status of `statuses` in BNMP.

    `certidao` says how a pending mandado comes to that status. `remedy` is said to the unit where an antecedent is
    missing; `fulfilled` is the document that ends a mandado which is fulfilled already, `strange` the one for a mandado
    of the other sort. What registering it does to the mandados it reaches is a row of rules/effects.py.
    """

    rule: str
    kind: Kind
    variant: Variant | None
    on: frozenset[str]
    statuses: frozenset[str]
    remedy: str
    certidao: Certidao = Certidao.NONE
    demand: Demand = Demand.ANTECEDENTS
    fulfilled: Kind | None = None
    strange: Kind | None = None


_FULFILLED = frozenset({PecaStatus.CUMPRIDO})
_PENDING = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO})
_ISSUED = _PENDING | _FULFILLED
_REVOCABLE = _PENDING | {PecaStatus.EXPIRADO}
_ACTIVE = frozenset({PecaStatus.ATIVO})
_NO_STATUS = frozenset[str]()
_P, _I = MANDADOS_PRISAO, MANDADOS_INTERNACAO
_K, _ROW = Kind, AntecedentRow
_IF, _BY = Certidao.IF_ISSUED, Certidao.DEMANDED
_ORDER, _NOTHING = Demand.ORDER, Demand.NOTHING

_REGULARISE = (
    "Providencie a regularização do acervo: registre o mandado e a certidão de cumprimento no processo, "
    "ainda que anteriores à integração."
)
_REGISTER = "Providencie a regularização do acervo: registre o mandado antecessor."
_REGULARISE_CASE = "Providencie a regularização (saneamento) do processo: registre o mandado de internação."
_FLAGRANTE = "Não depende de mandado: informe o local da prisão em flagrante."
_GUIA_FIRST = "Registre a guia a arquivar, ou confira no BNMP se ela está ativa."
_CUSTODY = "Confira no BNMP se a pessoa está presa ou internada."

# The table is read row by row, so the formatter leaves it alone.
# fmt: off
ROWS = (
    _ROW("ANT-1", _K.ALVARA_SOLTURA, Variant.MANDADO_CUMPRIDO, _P, _FULFILLED, _REGULARISE, _BY, strange=_K.ORDEM_DESINTERNACAO),
    _ROW("ANT-2", _K.ALVARA_SOLTURA, Variant.PRISAO_FLAGRANTE, MANDADOS, _NO_STATUS, _FLAGRANTE, demand=_NOTHING),
    _ROW("ANT-3", _K.ORDEM_LIBERACAO, None, _P | _I, _FULFILLED, _REGULARISE, _BY),
    _ROW("ANT-4", _K.ORDEM_DESINTERNACAO, None, _I, _ISSUED, _REGULARISE_CASE, _IF, strange=_K.ALVARA_SOLTURA),
    _ROW("ANT-5", _K.CONTRAMANDADO_PRISAO, None, _P, _REVOCABLE, _REGISTER, fulfilled=_K.ALVARA_SOLTURA, strange=_K.CONTRAMANDADO_INTERNACAO),
    _ROW("ANT-6", _K.CONTRAMANDADO_INTERNACAO, None, _I, _REVOCABLE, _REGISTER, fulfilled=_K.ORDEM_DESINTERNACAO, strange=_K.CONTRAMANDADO_PRISAO),
    _ROW("ANT-7", _K.CERTIDAO_CUMPRIMENTO_PRISAO, None, _P, _PENDING, _REGISTER),
    _ROW("ANT-8", _K.CERTIDAO_CUMPRIMENTO_INTERNACAO, None, _I, _PENDING, _REGISTER),
    _ROW("ANT-9", _K.GUIA_RECOLHIMENTO_PROVISORIA, None, _P, _FULFILLED, _REGULARISE, _BY),
    _ROW("ANT-9", _K.GUIA_RECOLHIMENTO_DEFINITIVA, None, _P, _FULFILLED, _REGULARISE, _BY),
    _ROW("ANT-10", _K.GUIA_INTERNACAO_PROVISORIA, None, _I, _FULFILLED, _REGULARISE, _BY),
    _ROW("ANT-10", _K.GUIA_INTERNACAO_DEFINITIVA, None, _I, _FULFILLED, _REGULARISE, _BY),
    _ROW("ANT-11", _K.MANDADO_INTERNACAO, Variant.CONVERSAO, _P, _FULFILLED, _REGULARISE, _BY),
    _ROW("ANT-12", _K.CERTIDAO_ARQUIVAMENTO_GUIA, None, GUIAS, _ACTIVE, _GUIA_FIRST),
    # BNMP wants the person in custody: what may bring that about goes first, and nothing is asked for.
    _ROW("custody", _K.CERTIDAO_ALTERACAO_UNIDADE_REGIME, None, MANDADOS | GUIAS, _FULFILLED | _ACTIVE, _CUSTODY, _BY, demand=_ORDER),
)
# fmt: on
FULFILS: dict[str, Kind] = {
    **dict.fromkeys(MANDADOS_PRISAO, Kind.CERTIDAO_CUMPRIMENTO_PRISAO),
    **dict.fromkeys(MANDADOS_INTERNACAO, Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO),
}
# Where the court reads ANT-4 strictly, a discharge stands on a fulfilled internment only.
_STRICT = {
    row.rule: replace(row, statuses=_FULFILLED, certidao=_BY) for row in ROWS if row.kind is Kind.ORDEM_DESINTERNACAO
}

# How a missing antecedent is named: by its id alone where nobody here has it; else by what is the matter, and its id.
EXCEPTIONAL, DIVERGENT = "EXCEPCIONAL", "DIVERGENCIA"
REMEDIES: Mapping[str, str] = {
    EXCEPTIONAL: "A peça antecessora não consta no BNMP: confira, e registre-a por cadastro excepcional.",
    DIVERGENT: (
        "A situação da peça antecessora no SAJ e no BNMP é diferente: confira em Consulta de Peças e reconcilie "
        "(botão Cumprir - CNJ, irreversível)."
    ),
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: "Emita a certidão de cumprimento do mandado de prisão, ou regularize o acervo.",
    Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO: (
        "Emita a certidão de cumprimento do mandado de internação, ou regularize o acervo."
    ),
    Kind.ALVARA_SOLTURA: "Para este mandado o documento adequado é o alvará de soltura.",
    Kind.ORDEM_DESINTERNACAO: "Para este mandado o documento adequado é a ordem de desinternação.",
    Kind.CONTRAMANDADO_PRISAO: "Para este mandado o documento adequado é o contramandado de prisão.",
    Kind.CONTRAMANDADO_INTERNACAO: "Para este mandado o documento adequado é o contramandado de internação.",
}


def row_of(document: Document, court: Court | None = None) -> AntecedentRow | None:
    """The row that governs a document, as its court reads it; None for a kind of which nothing is demanded."""
    row = _row(document.kind, document.variant)
    return _STRICT.get(row.rule, row) if row and court and court.discharge_on_fulfilled else row


@lru_cache(maxsize=256)
def _row(kind: str, variant: str | None) -> AntecedentRow | None:
    if kind == Kind.ALVARA_SOLTURA and variant is None:
        # Read so until the ledger or the unit says which it is (docs/law.md safety-25).
        variant = Variant.MANDADO_CUMPRIDO
    return next((row for row in ROWS if row.kind == kind and row.variant in (None, variant)), None)


def remedy(kind: str, variant: str | None, missing: Iterable[str]) -> str | None:
    """What the unit is told to do about the antecedents that are missing; None where no row governs the kind."""
    matters = (REMEDIES.get(name.partition(":")[0]) for name in missing)
    row = _row(kind, variant)
    return next((matter for matter in matters if matter), row.remedy if row else None)


def divergent(missing: Iterable[str]) -> frozenset[str]:
    """Which of the missing antecedents stand otherwise in SAJ and in BNMP (docs/law.md ANT-15)."""
    parts = (name.partition(":") for name in missing)
    return frozenset(document_id for matter, _, document_id in parts if matter == DIVERGENT)
