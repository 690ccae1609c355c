"""JSON within bounds: what arrives is parsed only as far as the ledger can keep it, and hashed in one canonical form."""

import hashlib
import json
import math
import re
from typing import Any, NoReturn

MOST_DEPTH = 32
UNSTORABLE = "holds NUL or half of a surrogate pair"
_WHOLE = range(-(2**63), 2**63)
_MOST_DIGITS = 40
# PostgreSQL keeps neither in text or jsonb. In UTF-8 JSON both come as escapes only.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
# The same as canonical JSON has it; an escaped backslash before the digits is taken for it too.
_MAYBE_UNKEEPABLE = re.compile(rb"\\u0000|\xed[\xa0-\xbf]")


class JsonError(ValueError):
    """The bytes are not JSON within the bounds; the text says which bound, never what stood there."""


def parse(value: bytes, *, most_depth: int = MOST_DEPTH) -> Any:
    """Parse UTF-8 JSON; raise `JsonError` for anything that could be read in two ways or not be kept.

    That is: a name given twice, NaN or Infinity, whole numbers beyond 64 bits, numbers of very many digits, nesting
    deeper than `most_depth`. Text may hold what `storable` takes out: that spoils a field and not the record.
    """
    try:
        data = _DECODER.decode(value.decode("utf-8"))
    except UnicodeDecodeError:
        raise JsonError("not UTF-8") from None
    except json.JSONDecodeError:
        raise JsonError("not JSON") from None
    except RecursionError:
        raise JsonError(f"nested deeper than {MOST_DEPTH}") from None
    # Most records have not enough brackets to need the walk.
    if value.count(b"{") + value.count(b"[") > most_depth:
        _check_depth(data, most_depth)
    return data


def is_storable(text: str) -> bool:
    """Whether every database can keep the text: it has no NUL and no half of a surrogate pair."""
    return _UNKEEPABLE.search(text) is None


def storable(data: Any) -> Any:
    """Give `data` as every database can keep it: other text is null, and a member of such a name is left out."""
    if isinstance(data, str):
        return data if is_storable(data) else None
    if isinstance(data, dict):
        return {name: storable(part) for name, part in data.items() if is_storable(name)}
    return [storable(part) for part in data] if isinstance(data, list) else data


def canonical(data: Any) -> bytes:
    """Give the one form in which equal data are equal bytes: names sorted, no spaces, UTF-8."""
    return _ENCODER.encode(data).encode("utf-8", "surrogatepass")


def digest(type: str, data: Any) -> str:  # noqa: A002 (the envelope's own word)
    """Give the hex SHA-256 of the event's type and the canonical JSON of its data."""
    return digest_of(type, canonical(data))


def digest_and_storable(type: str, data: Any) -> tuple[str, Any]:  # noqa: A002 (the envelope's own word)
    """Give what `digest` and `storable` give; nearly always data can be kept, and its canonical form shows it at once."""
    written = canonical(data)
    return digest_of(type, written), storable(data) if _MAYBE_UNKEEPABLE.search(written) else data


def digest_of(type: str, written: bytes) -> str:  # noqa: A002 (the envelope's own word)
    """Give the digest of data whose canonical JSON is known."""
    return hashlib.sha256(type.encode() + written).hexdigest()


def peek(value: bytes) -> Any:
    """Give what may be bad JSON, or None where nothing can be read; a member given twice is None."""
    try:
        return _PEEKING.decode(value.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _check_depth(data: Any, most_depth: int) -> None:
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if not isinstance(value, dict | list):
            continue
        if depth > most_depth:
            raise JsonError(f"nested deeper than {MOST_DEPTH}")
        waiting += [(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonError("a name is given twice in one object")
    return members


def _members_given_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        members[name] = None if name in members else value
    return members


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS or (number := int(text)) not in _WHOLE:
        raise JsonError("a number is out of range")
    return number


def _real(text: str) -> float:
    if len(text) > _MOST_DIGITS or not math.isfinite(number := float(text)):
        raise JsonError("a number is out of range")
    return number


def _constant(_: str) -> NoReturn:
    raise JsonError("a number is out of range")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_int=_whole, parse_float=_real, parse_constant=_constant)
_PEEKING = json.JSONDecoder(object_pairs_hook=_members_given_once)
