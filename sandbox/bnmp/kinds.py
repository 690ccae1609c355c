"""The table of the kinds of pieces: where each lives, what it must bring, what it demands and does.

A path may serve several kinds. They are told apart by `tipoPeca.id` and by a mark in the body (`told_by`),
or, for contramandados, by the type of the piece that they name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.bnmp.labels import (
    ACTIVE,
    ARCHIVING,
    ARREST,
    CHANGE,
    COUNTER,
    DEATH,
    DISCHARGE,
    EXPIRED,
    FULFILLED,
    FULFILMENT,
    GUIDE,
    GUIDES,
    INTERNMENT,
    INTERNMENT_FULFILMENT,
    INTERNMENT_GUIDE,
    LEGACY_GUIDE,
    LEGACY_INTERNMENT_GUIDE,
    PENDING,
    RELEASE,
)
from sandbox.bnmp.refusals import Refusal, broken_chain, invalid


class Effect(StrEnum):
    """What a fully signed piece does to the pieces it names."""

    NONE = "none"
    FULFIL = "fulfil"
    REVOKE = "revoke"
    RELEASE = "release"
    ARCHIVE = "archive"
    DEATH = "death"


@dataclass(frozen=True, slots=True)
class Demand:
    """An antecedent of one of these types in one of these statuses; `named`: in `outrasPecas`, else any of the person."""

    types: frozenset[int]
    statuses: frozenset[str]
    named: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table; `told_by` is (mark, values), `required` are paths in the body, `a|b` one of the two."""

    name: str
    path: str
    type_id: int
    required: tuple[str, ...]
    judge_signs: bool
    told_by: tuple[str, frozenset[str]] | None = None
    demand: Demand | None = None
    needs_custody: bool = False
    born: str = ACTIVE
    effect: Effect = Effect.NONE
    annullable: bool = False


def _demand(types: set[int], statuses: set[str], *, named: bool = True) -> Demand:
    return Demand(frozenset(types), frozenset(statuses), named)


def _told(mark: str, *values: str) -> tuple[str, frozenset[str]]:
    return mark, frozenset(values)


_CIVIL, _FLAGRANTE = "CIVIL", "PREVENTIVA_CONVERSAO_FLAGRANTE"
_ARREST_SPECIES = (
    *("PREVENTIVA", "PREVENTIVA_DECISAO_CONDENATORIA", "TEMPORARIA", "DEFINITIVA", "DEPORTACAO_EXTRADICAO_EXPULSAO"),
    *("RECAPTURA", "CONVERSAO_TEMPORARIA_PREVENTIVA", "AGUARDANDO_FIANCA"),
)
_INTERNMENT_SPECIES = ("RECAPTURA", "PROVISORIA", "DEFINITIVA", "MEDIDA_SEGURANCA_2_GRAU")
_ORDER = ("motivo", "sinteseDecisao")
_WARRANT = ("dataValidade", "especiePrisao", "sinteseDecisao")
_INTERN = ("dataValidade", "especieInternacao", "sinteseDecisao")
_SENTENCE = ("dataInfracao", "dataRecebimentoDenuncia", "dataPublicacaoSentenca", "pena", "localCustodia")
_PRISON_GUIDE = (*_SENTENCE, "regimePrisional")
_MEASURE_GUIDE = (*_SENTENCE, "medidaSeguranca.prazoMinimoInternacaoDias", "medidaSeguranca.dataLaudo")
_CAPTURE = ("dataCumprimento", "localPrisao", "responsavelPrisao")
_FLAGRANTE_PLACE = ("prisao.uf", "prisao.municipio", "prisao.estabelecimento", "prisao.data")

_PENDING_ARREST = _demand({ARREST}, {PENDING})
_PENDING_INTERNMENT = _demand({INTERNMENT}, {PENDING})
_FULFILLED_ARREST = _demand({ARREST}, {FULFILLED})
_FULFILLED_ANY = _demand({ARREST, INTERNMENT}, {FULFILLED})
_HELD_BY_ARREST = _demand({ARREST}, {FULFILLED}, named=False)
_HELD_BY_INTERNMENT = _demand({INTERNMENT}, {FULFILLED}, named=False)
_ISSUED_INTERNMENT = _demand({INTERNMENT}, {PENDING, FULFILLED})
_ACTIVE_GUIDE = _demand(set(GUIDES), {ACTIVE})
# An expired warrant may still be revoked by a contramandado, besides the automatic routine.
_REVOCABLE_ARREST = _demand({ARREST}, {PENDING, EXPIRED})
_REVOCABLE_INTERNMENT = _demand({INTERNMENT}, {PENDING, EXPIRED})

_MP, _MI, _CM, _AS = "mandado-prisaos", "mandado-internacaos", "contramandados", "alvara-solturas"
_GR, _GI = "guia-recolhimentos", "guia-internacaos"
_JUDGE, _CLERK = True, False

# The table is read row by row, so the formatter leaves it alone.
# fmt: off
KINDS: tuple[Kind, ...] = (
    Kind("MANDADO_PRISAO_CRIMINAL", _MP, ARREST, _WARRANT, _JUDGE, _told("especiePrisao", *_ARREST_SPECIES), born=PENDING),
    Kind("MANDADO_PRISAO_CRIMINAL", _MP, ARREST, (*_WARRANT, *_FLAGRANTE_PLACE), _JUDGE, _told("especiePrisao", _FLAGRANTE), born=FULFILLED),
    Kind("MANDADO_PRISAO_CIVIL", _MP, ARREST, _WARRANT, _JUDGE, _told("especiePrisao", _CIVIL), born=PENDING),
    Kind("MANDADO_INTERNACAO", _MI, INTERNMENT, _INTERN, _JUDGE, _told("especieInternacao", *_INTERNMENT_SPECIES), born=PENDING),
    Kind("MANDADO_INTERNACAO", _MI, INTERNMENT, _INTERN, _JUDGE, _told("especieInternacao", "CONVERSAO_PRISAO"), _FULFILLED_ARREST, born=PENDING),
    Kind("CONTRAMANDADO_PRISAO", _CM, COUNTER, _ORDER, _JUDGE, _told("outrasPecas", "1"), _REVOCABLE_ARREST, effect=Effect.REVOKE, annullable=True),
    Kind("CONTRAMANDADO_INTERNACAO", _CM, COUNTER, _ORDER, _JUDGE, _told("outrasPecas", "10"), _REVOCABLE_INTERNMENT, effect=Effect.REVOKE, annullable=True),
    Kind("ALVARA_SOLTURA", _AS, RELEASE, _ORDER, _JUDGE, _told("tipoAlvara", "MANDADO_CUMPRIDO"), _FULFILLED_ARREST, effect=Effect.RELEASE),
    Kind("ALVARA_SOLTURA", _AS, RELEASE, (*_ORDER, "localPrisao"), _JUDGE, _told("tipoAlvara", "PRISAO_FLAGRANTE"), effect=Effect.RELEASE),
    Kind("ORDEM_LIBERACAO", _AS, RELEASE, _ORDER, _JUDGE, _told("tipoAlvara", "ORDEM_LIBERACAO"), _FULFILLED_ANY, effect=Effect.RELEASE),
    Kind("ORDEM_DESINTERNACAO", "ordem-desinternacaos", DISCHARGE, _ORDER, _JUDGE, None, _ISSUED_INTERNMENT, effect=Effect.RELEASE, annullable=True),
    Kind("GUIA_RECOLHIMENTO_PROVISORIA", _GR, GUIDE, _PRISON_GUIDE, _JUDGE, _told("tipoGuia", "PROVISORIA"), _HELD_BY_ARREST, annullable=True),
    Kind("GUIA_RECOLHIMENTO_DEFINITIVA", _GR, GUIDE, _PRISON_GUIDE, _JUDGE, _told("tipoGuia", "DEFINITIVA"), _HELD_BY_ARREST, annullable=True),
    Kind("GUIA_RECOLHIMENTO_ACERVO", _GR, LEGACY_GUIDE, _PRISON_GUIDE, _JUDGE),
    Kind("GUIA_INTERNACAO_PROVISORIA", _GI, INTERNMENT_GUIDE, _MEASURE_GUIDE, _JUDGE, _told("tipoGuia", "PROVISORIA"), _HELD_BY_INTERNMENT),
    Kind("GUIA_INTERNACAO_DEFINITIVA", _GI, INTERNMENT_GUIDE, _MEASURE_GUIDE, _JUDGE, _told("tipoGuia", "DEFINITIVA"), _HELD_BY_INTERNMENT),
    Kind("GUIA_INTERNACAO_ACERVO", _GI, LEGACY_INTERNMENT_GUIDE, _MEASURE_GUIDE, _JUDGE),
    Kind("CERTIDAO_CUMPRIMENTO_PRISAO", "certidao-cumprimento-mandado-prisaos", FULFILMENT, _CAPTURE, _CLERK, None, _PENDING_ARREST, effect=Effect.FULFIL, annullable=True),
    Kind("CERTIDAO_CUMPRIMENTO_INTERNACAO", "certidao-cumprimento-mandado-internacaos", INTERNMENT_FULFILMENT, _CAPTURE, _CLERK, None, _PENDING_INTERNMENT, effect=Effect.FULFIL, annullable=True),
    Kind("CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE", "certidao-extincao-punibilidades", DEATH, ("dataObito", "dataDecisao"), _CLERK, effect=Effect.DEATH, annullable=True),
    Kind("CERTIDAO_ARQUIVAMENTO_GUIA", "certidoes-arquivamento-guia", ARCHIVING, ("motivo", "dataDecisao"), _CLERK, None, _ACTIVE_GUIDE, effect=Effect.ARCHIVE),
    Kind("CERTIDAO_ALTERACAO_UNIDADE_REGIME", "certidoes-alteracao-unidade-regime", CHANGE, ("localCustodia|regimePrisional", "data"), _CLERK, needs_custody=True),
)
# fmt: on
PATHS = frozenset(kind.path for kind in KINDS)


def kind_of(path: str, type_id: int, marks: Mapping[str, str]) -> Kind:
    """Return the row for a piece posted to that path; refuses a wrong type or an unknown mark."""
    rows = [kind for kind in KINDS if kind.path == path and kind.type_id == type_id]
    if not rows:
        raise invalid("tipoPeca não corresponde ao endereço da peça")
    for kind in rows:
        if kind.told_by is None or marks.get(kind.told_by[0], "") in kind.told_by[1]:
            return kind
    raise _untold(rows[0])


def _untold(kind: Kind) -> Refusal:
    mark = kind.told_by[0] if kind.told_by else ""
    if mark == "outrasPecas":
        return broken_chain("A peça exige em outrasPecas mandados de um só tipo, de prisão ou de internação")
    return invalid(f"Campo obrigatório ausente ou inválido: {mark}")
