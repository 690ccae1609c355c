"""BNMP's words: every path, id, field name and label, in tables that a court with the registry's manual corrects.

`(choice)` marks what had to be chosen because nothing public says it.
"""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final

from rules.words import Kind, PecaStatus, Step, Variant

AUTHENTICATE: Final = "/api/public/authenticate"
PERSONS: Final = "/api/pessoas"
DUPLICATES: Final = "/api/pessoas/duplicidades"
PERSON_BY_RJI: Final = "/api/pessoas/rji/{rji}"  # (choice)
LIGHT_FILTER: Final = "/api/pecas/light-filter"
PIECE: Final = "{path}/{id}"

PATHS: Final[Mapping[str, str]] = {
    Kind.MANDADO_PRISAO_CRIMINAL: "/api/mandado-prisaos",
    Kind.CONTRAMANDADO_PRISAO: "/api/contramandados",
    Kind.ALVARA_SOLTURA: "/api/alvara-solturas",
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: "/api/certidao-cumprimento-mandado-prisaos",
}
SIGN: Final[Mapping[Step, str]] = {
    Step.SIGN_SERVIDOR: "{path}/assinar-servidor/{id}",
    Step.SIGN_MAGISTRADO: "{path}/assinar-magistrado/{id}",
}

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

# (choice): the variant of a mandado de prisão travels in its espécie.
SPECIES_OF_VARIANT: Final[Mapping[str, str]] = {
    Variant.RECAPTURA: "RECAPTURA",
    Variant.CONVERSAO_FLAGRANTE: "PREVENTIVA_CONVERSAO_FLAGRANTE",
}
# (choice): an alvará without variant is sent as the first (docs/law.md safety 25).
RELEASE_TYPES: Final[Mapping[str | None, str]] = {
    None: "MANDADO_CUMPRIDO",
    Variant.MANDADO_CUMPRIDO: "MANDADO_CUMPRIDO",
    Variant.PRISAO_FLAGRANTE: "PRISAO_FLAGRANTE",
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
