"""Reading and checking the fields of a request's JSON. Messages name fields, never their contents."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sandbox.bnmp.refusals import invalid

COMMON = ("numeroProcesso", "dataExpedicao", "tipoPeca.id", "pessoa.numeroIndividuo", "orgao.id")
_LONG_TEXTS = frozenset({"sinteseDecisao", "cumprimento", "observacao"})
_SHORT_TEXTS = frozenset(
    {"justificativa", "nomeServidor", "cargoServidor", "localOcorrencia", "justificativaCancelamento"}
)
_PENALTY = ("anos", "meses", "dias")


def dig(body: Any, path: str) -> Any:
    """Return what stands at a dotted path, or None; an empty text, list or object counts as None."""
    value = body
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return None if value in ("", [], {}) else value


def text(body: Any, path: str) -> str:
    """Return what stands at a dotted path as text, "" when absent."""
    value = dig(body, path)
    return "" if value is None else str(value)


def plain(name: str) -> str:
    """Return a name as it is compared: without case, accents, and spaces beside each other."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def document_numbers(body: Any) -> set[str]:
    """Return the numbers of a person's documents, without those that are absent."""
    return {text(document, "numero") for document in dig(body, "documentos") or []} - {""}


def mark(body: Any, field: str) -> str:
    """Return a coded value that comes either bare or as `{id?, descricao}`."""
    return text(body, field) if not isinstance(dig(body, field), Mapping) else text(body, f"{field}.descricao")


def integer(value: Any) -> int | None:
    """Return an id that comes as a number or as digits, else None."""
    digits = str(value)
    return int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else None


def require(body: Any, paths: Iterable[str]) -> None:
    """Refuse (422) unless every path is filled; of `a|b` one is enough."""
    missing = [path for path in paths if all(dig(body, each) is None for each in path.split("|"))]
    if missing:
        raise invalid("Campo obrigatório ausente: " + ", ".join(missing))


def day(value: Any) -> date | None:
    """Read a `dd/MM/yyyy` date, or return None."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{2}/\d{2}/\d{4}", value):
        return None
    try:
        return datetime.strptime(value, "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        return None


def check_day(body: Any, path: str) -> None:
    """Refuse (422) unless a `dd/MM/yyyy` date stands at the path."""
    if day(dig(body, path)) is None:
        raise invalid(f"Data inválida, use dd/MM/aaaa: {path}")


def check_forms(body: Mapping[str, Any]) -> None:
    """Refuse (422) wrong dates, texts over their limit, a bad case number or penalty."""
    if not re.fullmatch(r"\d{20}", text(body, "numeroProcesso")):
        raise invalid("numeroProcesso deve ter 20 dígitos")
    for name, value in _walk(body):
        leaf = name.rsplit(".", 1)[-1]
        if re.fullmatch(r"data([A-Z]\w*)?", leaf) and value is not None and day(value) is None:
            raise invalid(f"Data inválida, use dd/MM/aaaa: {name}")
        limit = 4000 if leaf in _LONG_TEXTS else 150 if leaf in _SHORT_TEXTS else None
        if limit and isinstance(value, str) and len(value) > limit:
            raise invalid(f"Campo com mais de {limit} caracteres: {name}")
    if dig(body, "pena") is not None:
        _check_penalty(body["pena"])


def _check_penalty(penalty: Any) -> None:
    parts = [integer(dig(penalty, part)) for part in _PENALTY]
    if any(part is None or part > 999 for part in parts):
        raise invalid("pena deve ter anos, meses e dias de 0 a 999")


def _walk(value: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _walk(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner
