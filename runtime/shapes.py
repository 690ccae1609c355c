"""Shapes: what the value of each key on a log line may be. Whatever has not its key's shape is not shown.

A closed word cannot be anybody's name, a number nobody's CPF with its dots; free text has no shape at all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from consumers.groups import TOPICS as GROUPS
from consumers.groups import StartRefusedError
from ledger.engine import LedgerError, LedgerTroubleError
from operations.keys import hashed
from producers.settings import LIBRDKAFKA
from rules.words import AnswerClass, LinkState
from schemas.figures import FIGURES
from schemas.topics import TOPICS

Shape = Callable[[Any, str], Any]
"""Gives what may be shown of a value, with the secret that keys hashes; None for what may not be shown."""

_LARGEST: Final = 10**10
_LONGEST: Final = 1000
_MOST: Final = 50
# A CPF or an RJI has eleven digits, however they are set apart.
_DIGITS: Final = re.compile(r"\d(?:[\s./-]?\d){10,}")
# SAJ's ids begin with the court and are numbers; whatever looks like anything else is hashed as a person is.
_DOCUMENT: Final = re.compile(r"(?!.*\d{11})[A-Z]{1,10}-[0-9-]{1,40}")
# What librdkafka's lines of level error are about, in its own words.
_FACILITIES: Final = frozenset(
    {"APIVERSION", "ASSIGN", "AUTH", "BROKERFAIL", "CLOSETMOUT", "COMMITFAIL", "CONFWARN", "CONNECT", "ERROR", "FAIL"}
    | {"FATAL", "FETCHERR", "GETPID", "MAXPOLL", "METADATA", "OFFSET", "PARTCNT", "PROTOERR", "PURGE", "REQTMOUT"}
    | {"SESSTMOUT", "SSL", "TERMINATE", "TIMEOUT"}
)
_EVENT: Final = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,60}")
_PLACE: Final = re.compile(r"([a-z.-]{1,40})\[[0-9]{1,6}\]")
_IN_CODE: Final = re.compile(r"[\w.<>-]{1,100}(:[0-9]{1,6})?( [\w.<>-]{1,100})?")
# Their texts are put together here, of topics, offsets, revisions and the call that mends it.
_OURS: Final = (StartRefusedError, LedgerError, LedgerTroubleError)


def _number(value: Any, _: str) -> Any:
    return value if isinstance(value, int | float) and abs(value) < _LARGEST else None


def _one_of(*closed: Iterable[str]) -> Shape:
    words = frozenset(word for each in closed for word in each)
    return lambda value, _: str(value) if isinstance(value, str) and value in words else None


def _instant(value: Any, _: str) -> Any:
    return value.isoformat() if isinstance(value, datetime) else None


def _person(value: Any, secret: str) -> Any:
    return hashed(secret, str(value))


def _document(value: Any, secret: str) -> Any:
    if not isinstance(value, str):
        return None
    return value if _DOCUMENT.fullmatch(value) else hashed(secret, value)


def _places(value: Any, _: str) -> Any:
    """Partitions, as `topic[number]`."""
    if not isinstance(value, list | tuple):
        return None
    found = [_PLACE.fullmatch(str(one)) for one in value[:_MOST]]
    return [one[0] for one in found if one is not None and one[1] in TOPICS]


def _why(value: Any, _: str) -> Any:
    """A cause: the class of an exception, with its text where that is ours; the name of Kafka's own error."""
    if isinstance(value, BaseException):
        return cleared(str(value)) if isinstance(value, _OURS) else type(value).__name__
    if type(value).__name__ == "KafkaError" and type(value).__module__ in ("cimpl", "confluent_kafka.cimpl"):
        return str(value.name())
    return None


def _template(value: Any, _: str) -> Any:
    return cleared(value) if isinstance(value, str) else None


def _in_code(value: Any, _: str) -> Any:
    return value if isinstance(value, str) and _IN_CODE.fullmatch(value) else None


def _values(value: Any, _: str) -> Any:
    return value if isinstance(value, list) else None


def _keys(shape: Shape, names: str) -> Mapping[str, Shape]:
    return dict.fromkeys(names.split(), shape)


KEYS: Final[Mapping[str, Shape]] = {
    **_keys(_number, "records first end found offset partition left documents_put_again outbox_id status suppressed"),
    **_keys(
        _number,
        "document duplicate same_content custody command redriven dead_letter already_consumed key_mismatch connected",
    ),
    **_keys(_number, "port seconds_left"),
    "topic": _one_of(TOPICS),
    "group": _one_of(GROUPS),
    "link": _one_of(LinkState),
    "answer": _one_of(AnswerClass),
    "type": _one_of(*(topic.types for topic in TOPICS.values())),
    "figure": _one_of(row.name for row in FIGURES),
    "again_at": _instant,
    "partitions": _places,
    "person": _person,
    "document_id": _document,
    "why": _why,
    "logger": _in_code,
    "place": _in_code,
    "template": _template,
    "values": _values,
}


def library_argument(logger: str, number: int, value: Any) -> Any:
    """What may be shown of an argument of a library's line; dots for what may not."""
    if logger == LIBRDKAFKA and number == 0:
        return value if isinstance(value, str) and value in _FACILITIES else "..."
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, str) and (value in TOPICS or value in GROUPS):
        return value
    shown = _number(value, "")
    return "..." if shown is None else shown


def as_event(value: Any) -> str:
    """An event's name, which is a literal of ours; a text in its place is not repeated."""
    return value if isinstance(value, str) and _EVENT.fullmatch(value) else "event.unnamed"


def cleared(text: str) -> str:
    """Take out runs of digits in which a CPF or an RJI could lie, and what is longer than a line should be."""
    return _DIGITS.sub("...", text[:_LONGEST])
