"""What the registry says when it refuses, and the shape in which it says it."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

ANTECEDENT = "PecaAntecessoraException"
INACTIVE_PERSON = "PessoaInativaException"
DUPLICATE = "RegistroDuplicadoException"
SIGNATURE = "AssinaturaException"
ANNULMENT = "AnulacaoException"
VALIDATION = "ValidacaoException"
ACCESS = "AcessoNegadoException"
UNAUTHENTICATED = "NaoAutenticadoException"
NOT_FOUND = "RegistroNaoEncontradoException"
FAULT = "ErroInternoException"
TOO_MANY = "LimiteRequisicoesException"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the registry, not a fault of the program
    """The registry refuses the request, with a status, an exception name and a message in Portuguese."""

    def __init__(self, status: int, exception: str, message: str, **extra: Any) -> None:
        """Keep what the error's JSON will say; `extra` are further top-level fields."""
        super().__init__(message)
        self.status = status
        self.exception = exception
        self.message = message
        self.extra = extra

    def as_json(self, path: str, at: datetime) -> dict[str, Any]:
        """Return the error's JSON, as the registry's gateway writes it."""
        phrase = HTTPStatus(self.status).phrase
        return {
            "title": phrase,
            "status": self.status,
            "timestamp": at.isoformat(timespec="milliseconds"),
            "error": phrase,
            "exception": self.exception,
            "message": self.message,
            "path": path,
            **self.extra,
        }


def invalid(message: str) -> Refusal:
    """Return a refusal for a field that is missing or wrong (422)."""
    return Refusal(422, VALIDATION, message)


def malformed(message: str) -> Refusal:
    """Return a refusal for a request that cannot be read (400)."""
    return Refusal(400, VALIDATION, message)


def broken_chain(message: str) -> Refusal:
    """Return a refusal because an antecedent is not in the status that the piece demands (409)."""
    return Refusal(409, ANTECEDENT, message)
