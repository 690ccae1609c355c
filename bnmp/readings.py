"""What BNMP's JSON says, in our words. Whatever cannot be read is None; nothing here raises."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bnmp.words import CPF_TYPE, NOT_INFORMED, SIGNING_ZONE, SITUATIONS, STATUS_IDS, STATUSES
from rules.facts import Piece
from rules.identity import Candidate, Traits

_BRASILIA = ZoneInfo(SIGNING_ZONE)
_LONGEST_ID = 64
_LONGEST_TEXT = 200
_ID = re.compile(rf"[!-~]{{1,{_LONGEST_ID}}}")
_STATUSES = {unicodedata.normalize("NFC", label).casefold(): status for label, status in STATUSES.items()}


def part(body: Any, name: str) -> Mapping[str, Any]:
    """The object under `name`; an empty one where there is none."""
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str | None:
    """A text without blanks around it, of 200 characters at most; None when it is empty, no text, or cannot be kept.

    JSON may hold what no database takes: half a pair of surrogates, and NUL.
    """
    if not isinstance(value, str) or any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        return None
    return value.strip()[:_LONGEST_TEXT].rstrip() or None


def number(value: Any) -> int | None:
    """An id that is compared with one of ours; BNMP writes it as a number or as text."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def coded(body: Mapping[str, Any], name: str) -> str | None:
    """A coded value, which BNMP writes bare or as `{id?, descricao}`."""
    return text(part(body, name).get("descricao")) or text(body.get(name))


def identifier(value: Any) -> str | None:
    """An id, which BNMP writes as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int) and abs(value) >= 10**18:
        return None
    read = str(value).strip()
    return read if _ID.fullmatch(read) else None


def digits(value: Any, length: int) -> str | None:
    """A number of exactly `length` digits, with or without its mask."""
    read = re.sub(r"[^0-9]", "", value) if isinstance(value, str) else ""
    return read if len(read) == length else None


def day(value: Any) -> date | None:
    """A date, written `dd/MM/yyyy`, `yyyy-MM-dd`, or as an instant, which is then a day of Brasília."""
    if not isinstance(value, str):
        return None
    if (found := re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", value)) is not None:
        value = "-".join(reversed(found.groups()))
    try:
        read = datetime.fromisoformat(value)
        return read.date() if read.tzinfo is None else read.astimezone(_BRASILIA).date()
    except (ValueError, OverflowError):
        return None


def status(body: Mapping[str, Any]) -> str:
    """The status of a piece: a PecaStatus by its label, an unknown label verbatim, by id only without a label."""
    said = part(body, "status")
    label = text(said.get("descricao"))
    if label is None:
        by_id = number(said.get("id"))
        return "" if by_id is None else STATUS_IDS.get(by_id, "")
    return _STATUSES.get(unicodedata.normalize("NFC", label).casefold(), label)


def antecedents(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The BNMP ids of the pieces that a piece stands on; None when it does not say."""
    rows = body.get("outrasPecas")
    if not isinstance(rows, list):
        return None
    found = [identifier(part({"row": row}, "row").get("idPecaPai")) for row in rows]
    return tuple(one for one in found if one is not None)


def piece(body: Mapping[str, Any]) -> Piece | None:
    """A piece; None when it has no id."""
    bnmp_id = identifier(body.get("id"))
    if bnmp_id is None:
        return None
    national_number, peca = digits(body.get("numeroPeca"), 28), number(part(body, "tipoPeca").get("id"))
    issued_on, whom = day(body.get("dataExpedicao")), rji(part(body, "pessoa"))
    return Piece(bnmp_id, national_number, status(body), issued_on, antecedents(body) or (), peca, whom)


def rji(body: Mapping[str, Any], name: str = "numeroIndividuo") -> str | None:
    """An RJI of 11 digits, which BNMP writes as text or as a number."""
    return digits(identifier(body.get(name)), 11)


def situation(body: Mapping[str, Any]) -> str | None:
    """A person's status: a Situation by its label, an unknown label verbatim."""
    label = coded(body, "statusPessoa")
    return SITUATIONS.get(label.casefold(), label) if label else None


def candidate(body: Mapping[str, Any]) -> Candidate | None:
    """A person of the registry; None without an RJI. A merged person goes by the RJI that survived."""
    whose = rji(body, "rjiPrincipal") or rji(body)
    if whose is None:
        return None
    general = part(body, "dadosGeraisPessoa")
    return Candidate(
        whose, Traits(_cpf(body.get("documentos")), day(general.get("dataNascimento")), parent(general.get("nomeMae")))
    )


def parent(value: Any) -> str | None:
    """A parent's name; what stands for a missing one is None, or two unknown mothers would be the same."""
    name = text(value)
    return None if name is None or name.casefold() == NOT_INFORMED.casefold() else name


def _cpf(documents: Any) -> str | None:
    for row in documents if isinstance(documents, list) else ():
        if part({"row": row}, "row") and number(part(row, "tipoDocumento").get("id")) == CPF_TYPE:
            return digits(row.get("numero"), 11)
    return None
