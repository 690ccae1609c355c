"""JSON within bounds: what arrives is parsed only as far as the ledger can keep it, and hashed in one canonical form."""

import hashlib
import json
import math
import re
from typing import Any, NoReturn

MOST_DEPTH = 32
_WHOLE = range(-(2**63), 2**63)
_MOST_DIGITS = 40
# PostgreSQL keeps neither in text or jsonb. In UTF-8 JSON both come as escapes only.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


class JsonError(ValueError):
    """The bytes are not JSON within the bounds; the text says which bound, never what stood there."""


def parse(value: bytes) -> Any:
    """Parse UTF-8 JSON; raise `JsonError` for anything that could be read in two ways or not be kept.

    That is: a name given twice, NaN or Infinity, whole numbers beyond 64 bits, numbers of very many digits, nesting
    deeper than 32, NUL and lone surrogates in text.
    """
    try:
        data = _DECODER.decode(value.decode("utf-8"))
    except UnicodeDecodeError:
        raise JsonError("not UTF-8") from None
    except json.JSONDecodeError:
        raise JsonError("not JSON") from None
    except RecursionError:
        raise JsonError(f"nested deeper than {MOST_DEPTH}") from None
    # Most records have neither such an escape nor enough brackets to need the walk.
    if _SUSPECT.search(value) or value.count(b"{") + value.count(b"[") > MOST_DEPTH:
        _check(data)
    return data


def canonical(data: Any) -> bytes:
    """Give the one form in which equal data are equal bytes: names sorted, no spaces, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(type: str, data: Any) -> str:  # noqa: A002 (the envelope's own word)
    """Give the hex SHA-256 of the event's type and the canonical JSON of its data."""
    return hashlib.sha256(type.encode() + canonical(data)).hexdigest()


def peek(value: bytes | None, name: str) -> Any:
    """Give the top-level member `name` of what may be bad JSON, or None; a member given twice counts as not there."""
    try:
        data = _PEEKING.decode((value or b"").decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return data.get(name) if isinstance(data, dict) else None


def _check(data: Any) -> None:
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
            continue
        if not isinstance(value, dict | list):
            continue
        if depth > MOST_DEPTH:
            raise JsonError(f"nested deeper than {MOST_DEPTH}")
        if isinstance(value, dict):
            for name in value:
                _check_text(name)
        waiting += [(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]


def _check_text(text: str) -> None:
    if _UNKEEPABLE.search(text):
        raise JsonError("text with NUL or a lone surrogate")


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


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_int=_whole, parse_float=_real, parse_constant=_constant)
_PEEKING = json.JSONDecoder(object_pairs_hook=_members_given_once)
