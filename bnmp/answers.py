"""What an answer of the registry means: one table, one pure function.

A write whose request went out whole and that nobody of the registry answered is UNCERTAIN; anything else that the
registry itself did not answer is CONNECTION. What counts as the registry's own answer is a body of JSON: gateways and
proxies speak HTML or nothing. Only a refusal of the person (401, 403) and of the pace (429) is taken at its status
alone, because a refusal must never pass for an outage (docs/law.md safety 20).
"""

import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum, auto
from http import HTTPStatus
from typing import Any, Final

from bnmp import readings
from bnmp.words import CONFLICTS, Conflict
from rules.words import AnswerClass

NO_ANSWER: Final = "no answer"
"""How `detail` begins when a time-out or a broken connection took the answer: for the breaker that is CONNECTION."""

_LONGEST_WAIT = 3600.0


class What(StrEnum):
    """What a request does. Only a write can be lost in doubt."""

    LOGIN = auto()
    READ = auto()
    WRITE = auto()


@dataclass(frozen=True, slots=True)
class Sent:
    """What went out; `complete` once the last byte of the request was handed over to be sent."""

    what: What
    complete: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back: a status with its body, or a `failure` (a time-out's or an error's name, never its text).

    Both when the body broke off or was longer than the bound. `cookies` are the Set-Cookie headers.
    """

    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    failure: str | None = None
    retry_after: str | None = None
    cookies: tuple[str, ...] = field(default=(), repr=False)


_BY_STATUS_ALONE = {401: AnswerClass.ACCESS, 403: AnswerClass.ACCESS, 429: AnswerClass.THROTTLED}
_BY_STATUS = {
    200: AnswerClass.OK,
    201: AnswerClass.OK,
    400: AnswerClass.REFUSED,
    422: AnswerClass.REFUSED,
    500: AnswerClass.FAULT,
}
_ABOUT_CHAIN = frozenset({404, 409})
_GATEWAY = frozenset({502, 503, 504})
_BY_CONFLICT = {
    Conflict.ANTECEDENT: AnswerClass.CHAIN,
    Conflict.EXISTS: AnswerClass.DUPLICATE,
    # Signed already: what the piece's status says is compared before it counts, as with a duplicate.
    Conflict.SIGNED: AnswerClass.DUPLICATE,
    Conflict.INACTIVE_PERSON: AnswerClass.CHAIN,
}
# At the door there is no document whose data or antecedents could be wrong: only the person who knocks.
_AT_LOGIN = {AnswerClass.REFUSED: AnswerClass.ACCESS, AnswerClass.CHAIN: AnswerClass.ACCESS}
_AT_LOGIN[AnswerClass.DUPLICATE] = AnswerClass.ACCESS
_OF_AN_ERROR = frozenset({"title", "error", "exception", "message"})


def classify(sent: Sent, seen: Seen) -> tuple[AnswerClass, str]:
    """Say what `seen` means after `sent`, and a detail without personal data."""
    if seen.status in _BY_STATUS_ALONE:
        return _BY_STATUS_ALONE[seen.status], _detail(seen.status, read_json(seen) or {})
    if seen.failure is not None or seen.status is None:
        return unanswered(sent), f"{NO_ANSWER}: {seen.failure or 'nothing'}"
    body = read_json(seen)
    if body is None:
        return unanswered(sent), f"{seen.status} without JSON"
    status = _told(seen.status, body)
    found = _of_registry(status, body)
    if found is None:
        return unanswered(sent), _detail(status, body)
    if sent.what is What.LOGIN:
        found = _AT_LOGIN.get(found, found)
    return found, "" if found is AnswerClass.OK else _detail(status, body)


def unanswered(sent: Sent) -> AnswerClass:
    """What it means that the registry itself said nothing readable."""
    return AnswerClass.UNCERTAIN if sent.what is What.WRITE and sent.complete else AnswerClass.CONNECTION


def _of_registry(status: int, body: Mapping[str, Any]) -> AnswerClass | None:
    """The class of a status that came with JSON; None where even so a gateway speaks, or nobody knows who."""
    if status in _BY_STATUS_ALONE:
        return _BY_STATUS_ALONE[status]
    if status in _ABOUT_CHAIN:
        return _BY_CONFLICT[conflict(body)]
    if status in _GATEWAY or not (status in _BY_STATUS or 400 <= status <= 599):
        return None
    # An error that the table does not know is nothing a unit could mend.
    return _BY_STATUS.get(status, AnswerClass.FAULT)


def _told(status: int, body: Mapping[str, Any]) -> int:
    """The status that counts: an error that travels under a 200 says its own."""
    told = readings.number(body.get("status"))
    is_error = told is not None and 400 <= told <= 599 and not _OF_AN_ERROR.isdisjoint(body)
    return told if status in (200, 201) and told is not None and is_error else status


def conflict(body: Mapping[str, Any]) -> Conflict:
    """What the error JSON of a 404 or 409 is about."""
    if body.get("rjiPrincipal"):
        return Conflict.INACTIVE_PERSON
    name = body.get("exception")
    return CONFLICTS.get(name.rpartition(".")[2] if isinstance(name, str) else "", Conflict.ANTECEDENT)


def read_json(seen: Seen) -> Mapping[str, Any] | None:
    """The JSON object of a whole body; None for anything else."""
    if seen.failure is not None:
        return None
    try:
        body = json.loads(seen.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def retry_after(seen: Seen, now: datetime) -> float | None:
    """The pause that a 429 asks for, in seconds, an hour at most; None when it asks for none that can be read."""
    text = seen.retry_after or ""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), _LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


_PHRASES = frozenset(status.phrase for status in HTTPStatus)
_ONE_WORD = re.compile(r"(?!.*[0-9]{6})[A-Za-z][A-Za-z0-9_.$-]{0,119}")


def _detail(status: int, body: Mapping[str, Any]) -> str:
    words = (body.get("exception"), body.get("title"))
    return " ".join([str(status), *(word for word in words if isinstance(word, str) and _is_harmless(word))])


def _is_harmless(word: str) -> bool:
    """Whether it names no person: one word without long numbers, or a phrase of HTTP; never free text."""
    return word in _PHRASES or _ONE_WORD.fullmatch(word) is not None
