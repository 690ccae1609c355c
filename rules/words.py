"""The words of the house that every room uses: kinds, states, reasons, roles, classes of answer.

Legal instruments and statuses are in Portuguese as the registry writes them; mechanics are in English.
Spellings travel on Kafka and are fixed.
"""

from enum import StrEnum, auto


class _Name(StrEnum):
    """A StrEnum whose values are its names, letter by letter."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # noqa: ARG004 (enum's own signature)
        return name


class Kind(_Name):
    """A kind of document that communicates with BNMP."""

    MANDADO_PRISAO_CRIMINAL = auto()
    MANDADO_PRISAO_CIVIL = auto()
    MANDADO_INTERNACAO = auto()
    CONTRAMANDADO_PRISAO = auto()
    CONTRAMANDADO_INTERNACAO = auto()
    ALVARA_SOLTURA = auto()
    ORDEM_LIBERACAO = auto()
    ORDEM_DESINTERNACAO = auto()
    GUIA_RECOLHIMENTO_PROVISORIA = auto()
    GUIA_RECOLHIMENTO_DEFINITIVA = auto()
    GUIA_RECOLHIMENTO_ACERVO = auto()
    GUIA_INTERNACAO_PROVISORIA = auto()
    GUIA_INTERNACAO_DEFINITIVA = auto()
    GUIA_INTERNACAO_ACERVO = auto()
    CERTIDAO_CUMPRIMENTO_PRISAO = auto()
    CERTIDAO_CUMPRIMENTO_INTERNACAO = auto()
    CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE = auto()
    CERTIDAO_ARQUIVAMENTO_GUIA = auto()
    CERTIDAO_ALTERACAO_UNIDADE_REGIME = auto()


class Variant(_Name):
    """A variant of a kind; most kinds have none."""

    RECAPTURA = auto()
    CONVERSAO_FLAGRANTE = auto()
    CONVERSAO = auto()
    MANDADO_CUMPRIDO = auto()
    PRISAO_FLAGRANTE = auto()


class Effect(_Name):
    """What a document does to a person's freedom (docs/law.md, words)."""

    LIBERTY = auto()
    ARREST = auto()
    NEUTRAL = auto()


class Category(_Name):
    """A family of kinds: SAJ's screens and the contingency's resolution go by it (docs/law.md kinds)."""

    MANDADO = auto()
    CONTRAMANDADO = auto()
    ALVARA_ORDEM = auto()
    GUIA = auto()
    CERTIDAO = auto()


class Resolution(_Name):
    """The two options of the screen that resolves what was issued under contingency."""

    ALVARAS_ORDENS = auto()
    MANDADOS = auto()


class OwnCertificate(_Name):
    """A certidão of SAJ's own that follows an act of ours; BNMP never sees it."""

    CERTIDAO_CONTINGENCIA = auto()
    CERTIDAO_MANDADO_RETROATIVO = auto()
    CERTIDAO_ANULACAO = auto()


class CertificateStatus(_Name):
    """Whether SAJ has released a certidão of its own in the case."""

    PENDING_RELEASE = auto()
    RELEASED = auto()


class State(_Name):
    """Where the transmission of a document stands (rules/transmission.py)."""

    READY = auto()
    SENDING = auto()
    UNCERTAIN = auto()
    HELD = auto()
    CONTINGENCY = auto()
    REGISTERED = auto()
    REJECTED = auto()
    EXCLUDED = auto()


class Reason(_Name):
    """Why a document is HELD, stays in CONTINGENCY, or ended without registration."""

    WAITING_ANTECEDENT = auto()
    MISSING_ANTECEDENT = auto()
    WAITING_LINK = auto()
    AWAITING_CONSENT = auto()
    MISSING_DATA = auto()
    ACCESS = auto()
    DEAD_LETTER_AHEAD = auto()
    DIVERGENCE = auto()
    NEEDS_JUDGE = auto()
    CHAIN_INCOMPLETE = auto()
    ANTECEDENT_CYCLE = auto()
    REFUSED_BY_BNMP = auto()
    REGISTRY_FAULT = auto()
    UNCERTAIN_OUTCOME = auto()
    NOT_COMMUNICATING = auto()
    OUT_OF_SCOPE = auto()
    WRONG_KIND = auto()
    WITHDRAWN = auto()
    EXCLUDED_BY_UNIT = auto()


class Role(_Name):
    """Who acts."""

    SERVIDOR = auto()
    MAGISTRADO = auto()
    CHEFE_DE_CARTORIO = auto()
    ADMINISTRADOR_REGIONAL = auto()
    OPERADOR = auto()


class AnswerClass(_Name):
    """What an answer of the registry means; each name is an instruction (bnmp/answers.py)."""

    OK = auto()
    CONNECTION = auto()
    UNCERTAIN = auto()
    THROTTLED = auto()
    ACCESS = auto()
    REFUSED = auto()
    CHAIN = auto()
    DUPLICATE = auto()
    FAULT = auto()


class LinkState(_Name):
    """State of the link to BNMP (rules/breaker.py)."""

    UP = auto()
    SUSPECT = auto()
    DOWN = auto()
    PROBING = auto()
    FORCED_DOWN = auto()
    FORCED_UP = auto()


class Step(_Name):
    """A step of a registration; a write is marked before it is sent and again when it is answered."""

    PERSON = auto()
    PERSON_CREATE = auto()
    CREATE = auto()
    SIGN_SERVIDOR = auto()
    SIGN_MAGISTRADO = auto()
    READ_BACK = auto()
    LOOK_UP = auto()
    ANNUL = auto()


class Consent(_Name):
    """The user's answer to the question whether to issue under contingency."""

    SIM = auto()
    NAO = auto()
    NAO_PERGUNTADO = auto()


class CustodyEvent(_Name):
    """What an event of a party's history does; each court has its own codes for them."""

    PRISAO = auto()
    RECAPTURA = auto()
    CONVERSAO_FLAGRANTE = auto()
    PRISAO_CIVIL = auto()
    ALVARA_SOLTURA = auto()
    TERMINO_PRISAO = auto()


class Statement(_Name):
    """A judge's answer about a mandado that waits for it."""

    SEND = auto()
    DO_NOT_SEND = auto()


class PecaStatus(_Name):
    """BNMP's status of a document; an unknown label is kept verbatim as a plain string beside these."""

    EM_ELABORACAO = auto()
    AGUARDANDO_ASSINATURA = auto()
    PENDENTE_CUMPRIMENTO = auto()
    CUMPRIDO = auto()
    REVOGADO = auto()
    EXPIRADO = auto()
    EXCLUIDO = auto()
    ATIVO = auto()
    ANULADO = auto()


# BNMP has no such piece any more.
GONE = frozenset({PecaStatus.ANULADO, PecaStatus.EXCLUIDO})
# What a document lacks whose piece is gone, before the piece's BNMP id.
GONE_PIECE = "bnmp_gone:"


class DueFact(_Name):
    """What the clock tells a document when its `due_at` has come."""

    RETRY = auto()
    READ_AGAIN = auto()
    ASK_AGAIN = auto()
    OFFER_AGAIN = auto()
    CONFIRM = auto()
    LOOK_UP = auto()
    ANNUL = auto()
