"""BNMP's words: every path, id, field name and label, in tables that a court with the registry's manual corrects.

`(choice)` marks what had to be chosen because nothing public says it.
"""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final

from rules.situation import Situation
from rules.words import Kind, PecaStatus, Step, Variant

AUTHENTICATE: Final = "/api/public/authenticate"
PERSONS: Final = "/api/pessoas"
DUPLICATES: Final = "/api/pessoas/duplicidades"
PERSON_BY_RJI: Final = "/api/pessoas/rji/{rji}"  # (choice)
LIGHT_FILTER: Final = "/api/pecas/light-filter"
PIECE: Final = "{path}/{id}"

PATHS: Final[Mapping[str, str]] = {
    Kind.MANDADO_PRISAO_CRIMINAL: "/api/mandado-prisaos",
    Kind.MANDADO_PRISAO_CIVIL: "/api/mandado-prisaos",
    Kind.MANDADO_INTERNACAO: "/api/mandado-internacaos",
    Kind.CONTRAMANDADO_PRISAO: "/api/contramandados",
    Kind.CONTRAMANDADO_INTERNACAO: "/api/contramandados",
    Kind.ALVARA_SOLTURA: "/api/alvara-solturas",
    Kind.ORDEM_LIBERACAO: "/api/alvara-solturas",  # (choice)
    Kind.ORDEM_DESINTERNACAO: "/api/ordem-desinternacaos",
    Kind.GUIA_RECOLHIMENTO_PROVISORIA: "/api/guia-recolhimentos",
    Kind.GUIA_RECOLHIMENTO_DEFINITIVA: "/api/guia-recolhimentos",
    Kind.GUIA_RECOLHIMENTO_ACERVO: "/api/guia-recolhimentos",  # (choice)
    Kind.GUIA_INTERNACAO_PROVISORIA: "/api/guia-internacaos",
    Kind.GUIA_INTERNACAO_DEFINITIVA: "/api/guia-internacaos",
    Kind.GUIA_INTERNACAO_ACERVO: "/api/guia-internacaos",  # (choice)
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: "/api/certidao-cumprimento-mandado-prisaos",
    Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO: "/api/certidao-cumprimento-mandado-internacaos",
    Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE: "/api/certidao-extincao-punibilidades",
    Kind.CERTIDAO_ARQUIVAMENTO_GUIA: "/api/certidoes-arquivamento-guia",
    Kind.CERTIDAO_ALTERACAO_UNIDADE_REGIME: "/api/certidoes-alteracao-unidade-regime",  # (choice)
}
SIGN: Final[Mapping[Step, str]] = {
    Step.SIGN_SERVIDOR: "{path}/assinar-servidor/{id}",
    Step.SIGN_MAGISTRADO: "{path}/assinar-magistrado/{id}",
}

ANNUL: Final = "{path}/{id}/anular"  # (choice)

SIGNING_ZONE: Final = "America/Sao_Paulo"
PERSONS_PAGE: Final = 20
PIECES_PAGE: Final = 50
MOST_ROWS: Final = 10_000  # page * size from here on is refused
JUSTIFICATION_LIMIT: Final = 150

SEXES: Final[Mapping[str, int]] = {"M": 1, "F": 2}
CPF_TYPE: Final = 6
NOT_INFORMED: Final = "Não informado"
SECRECY: Final[Mapping[str, int]] = {"ABERTO": 1, "RESTRITO": 2, "SIGILOSO": 3}  # (choice): above 1 is secret

# A field of the form is sent under its own name in camelCase unless it stands here.
FIELD_NAMES: Final[Mapping[str, str]] = {
    "prazo_prisao_dias": "prazoPrisao",
    "tipificacoes": "tipificacoesPenais",
}
PENALTY_NAMES: Final[Mapping[str, str]] = {"anos": "tempoPenaAno", "meses": "tempoPenaMes", "dias": "tempoPenaDia"}

# (choice): the variant of a mandado travels in its espécie.
SPECIES_OF_VARIANT: Final[Mapping[str, str]] = {
    Variant.RECAPTURA: "RECAPTURA",
    Variant.CONVERSAO_FLAGRANTE: "PREVENTIVA_CONVERSAO_FLAGRANTE",
    Variant.CONVERSAO: "CONVERSAO_PRISAO",
}
CIVIL: Final = "CIVIL"
# (choice): by kind and variant; an alvará without variant is sent as the first (docs/law.md safety 25).
RELEASE_TYPES: Final[Mapping[tuple[str, str | None], str]] = {
    (Kind.ALVARA_SOLTURA, None): "MANDADO_CUMPRIDO",
    (Kind.ALVARA_SOLTURA, Variant.MANDADO_CUMPRIDO): "MANDADO_CUMPRIDO",
    (Kind.ALVARA_SOLTURA, Variant.PRISAO_FLAGRANTE): "PRISAO_FLAGRANTE",
    (Kind.ORDEM_LIBERACAO, None): "ORDEM_LIBERACAO",
}
# (choice): a guia of the stock is told by its type id alone.
GUIDE_TYPES: Final[Mapping[str, str]] = {
    Kind.GUIA_RECOLHIMENTO_PROVISORIA: "PROVISORIA",
    Kind.GUIA_RECOLHIMENTO_DEFINITIVA: "DEFINITIVA",
    Kind.GUIA_INTERNACAO_PROVISORIA: "PROVISORIA",
    Kind.GUIA_INTERNACAO_DEFINITIVA: "DEFINITIVA",
}

STATUSES: Final[Mapping[str, PecaStatus]] = {
    "em elaboração": PecaStatus.EM_ELABORACAO,
    "ag. elaboração": PecaStatus.EM_ELABORACAO,
    "aguardando assinatura": PecaStatus.AGUARDANDO_ASSINATURA,
    "ag. assinatura": PecaStatus.AGUARDANDO_ASSINATURA,
    "pendente de cumprimento": PecaStatus.PENDENTE_CUMPRIMENTO,
    "cumprido": PecaStatus.CUMPRIDO,
    "revogado": PecaStatus.REVOGADO,
    "expirado": PecaStatus.EXPIRADO,
    "excluído": PecaStatus.EXCLUIDO,
    "ativo": PecaStatus.ATIVO,
    "ativa": PecaStatus.ATIVO,
    "anulado": PecaStatus.ANULADO,
}
# The only ids that mean the same everywhere; read when there is no label.
STATUS_IDS: Final[Mapping[int, PecaStatus]] = {1: PecaStatus.EM_ELABORACAO, 4: PecaStatus.AGUARDANDO_ASSINATURA}
# A person's, in lower case; another label is kept verbatim.
SITUATIONS: Final[Mapping[str, Situation]] = {
    "em liberdade": Situation.EM_LIBERDADE,
    "procurado": Situation.PROCURADO,
    "foragido": Situation.FORAGIDO,
    "preso provisório": Situation.PRESO_PROVISORIO,
    "preso condenado em execução provisória": Situation.PRESO_EXECUCAO_PROVISORIA,
    "preso condenado em execução definitiva": Situation.PRESO_EXECUCAO_DEFINITIVA,
    "preso em execução definitiva": Situation.PRESO_EXECUCAO_DEFINITIVA,
    "internado provisório": Situation.INTERNADO_PROVISORIO,
    "internado em execução de medida de segurança": Situation.INTERNADO_EXECUCAO,
    "falecido": Situation.FALECIDO,
}


class Conflict(StrEnum):
    """What a 404 or 409 is about."""

    ANTECEDENT = auto()
    EXISTS = auto()
    SIGNED = auto()
    INACTIVE_PERSON = auto()


# (choice): by `exception`, without its package; a name that is not here is about an antecedent.
CONFLICTS: Final[Mapping[str, Conflict]] = {
    "PecaAntecessoraException": Conflict.ANTECEDENT,
    "PecaJaExisteException": Conflict.EXISTS,
    "PecaDuplicadaException": Conflict.EXISTS,
    "PessoaDuplicadaException": Conflict.EXISTS,
    "RegistroDuplicadoException": Conflict.EXISTS,
    "AssinaturaException": Conflict.SIGNED,
    "PessoaInativaException": Conflict.INACTIVE_PERSON,
}
