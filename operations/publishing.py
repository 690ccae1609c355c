"""A file of events, one JSON object a line: judged as the service would judge it, and published.

A line is `{type, source, id?, time?, key?, data}`. Without `id` it is the digest of type and data, so that a file that
was published in part can be published again: what is there already is dropped by the service. Without `time` it is the
instant of publishing, and without `key` the party's. What is said of a line never repeats what stood in it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

from pydantic import AfterValidator, ValidationError

from operations.answers import Answer
from producers.saj import Problem, SajProducer, key_of
from schemas.envelope import attributes
from schemas.gaps import gap_of
from schemas.json_text import MOST_DEPTH, JsonError, digest, parse
from schemas.reading import READERS
from schemas.shapes import Instant, Reading, refusal

MOST_BYTES = 1_048_576
"""The longest line; an event is no longer on its topic."""

_FLUSH_LINES, _FLUSH_SECONDS = 10_000, 30.0
_MOST_KEY = 128

Judge = Callable[[str, Mapping[str, Any]], list[Problem]]
"""What finds the problems of an event's data by its type (`producers.saj.check`)."""


class LineProblem(Answer):
    """What is wrong in a line (from 1): a dotted path, `*` for the line as a whole, and the rule."""

    line: int
    field: str
    rule: str


class FilePublished(Answer):
    """What a file held: its events, how many were published, how many are wrong, and the first of their problems."""

    events: int
    published: int
    wrong: int
    problems: tuple[LineProblem, ...]
    problems_in_all: int


@dataclass(frozen=True, slots=True)
class Said:
    """An event as a line says it, with what was not said filled in; without `time` it is that of publishing."""

    line: "_Line"
    key: str
    ce_id: str


def _type(value: str) -> str:
    if value not in READERS:
        raise refusal("is not an event that SAJ says")
    return value


def _attribute(name: str) -> AfterValidator:
    def check(value: str) -> str:
        if name not in attributes(((f"ce_{name}", value.encode()),)):
            raise refusal("does not have the right shape")
        return value

    return AfterValidator(check)


def _key(value: str) -> str:
    if len(value) > _MOST_KEY or not (value.isascii() and value.isprintable() and " " not in value):
        raise refusal(f"is not 1 to {_MOST_KEY} printable ASCII characters without spaces")
    return value


class _Line(Reading):
    type: Annotated[str, AfterValidator(_type)]
    source: Annotated[str, _attribute("source")]
    id: Annotated[str, _attribute("id")] | None = None
    time: Instant | None = None
    key: Annotated[str, AfterValidator(_key)] | None = None
    data: dict[str, Any]


def examine(file: BinaryIO, judge: Judge, most: int) -> FilePublished:
    """Judge every line and publish nothing; of the problems the first `most` are given."""
    events = wrong = found = 0
    problems: list[LineProblem] = []
    for number, raw in _lines(file):
        events += 1
        said = judged(raw, judge)
        if not isinstance(said, Said):
            wrong += 1
            found += len(said)
            told = said[: max(0, most - len(problems))]
            problems += (LineProblem(line=number, field=each.field, rule=each.rule) for each in told)
    return FilePublished(events=events, published=0, wrong=wrong, problems=tuple(problems), problems_in_all=found)


def publish(file: BinaryIO, judge: Judge, kit: SajProducer) -> int:
    """Publish the lines that hold, and give how many they were; raises `UndeliveredError` where Kafka did not take all."""
    count = 0
    for _, raw in _lines(file):
        said = judged(raw, judge)
        if not isinstance(said, Said):
            continue
        line = said.line
        kit.publish(line.type, line.data, key=said.key, ce_id=said.ce_id, time=line.time, source=line.source)
        count += 1
        if count % _FLUSH_LINES == 0:
            kit.flush(_FLUSH_SECONDS)
    kit.flush(_FLUSH_SECONDS)
    return count


def judged(raw: bytes | None, judge: Judge) -> Said | list[Problem]:
    """Give the event that a line says, or all that is wrong with it; None is a line that was too long to be read."""
    found = _object(raw)
    if not isinstance(found, dict):
        return [found]
    problems = _of_data(found.get("type"), found.get("data"), judge)
    unknown = len(found.keys() - _Line.model_fields.keys())
    if unknown:
        problems.append(Problem("*", f"has {unknown} members beside {', '.join(_Line.model_fields)}"))
    try:
        line = _Line.model_validate(found)
    except ValidationError as error:
        gaps = [gap_of(each) for each in error.errors(include_url=False, include_input=False)]
        return [Problem(gap.field, gap.rule) for gap in gaps] + problems
    if problems:
        return problems
    key = line.key or key_of(line.data)
    if key is None:
        return [Problem("key", "is required: the event names no party")]
    return Said(line, key, line.id or digest(line.type, line.data))


def _object(raw: bytes | None) -> dict[str, Any] | Problem:
    if raw is None:
        return Problem("*", f"is longer than {MOST_BYTES} bytes")
    try:
        # The data are one level further in than on a topic.
        found = parse(raw, most_depth=MOST_DEPTH + 1)
    except JsonError as error:
        return Problem("*", f"cannot be read: {error}")
    return found if isinstance(found, dict) else Problem("*", "must be an object")


def _of_data(type_: Any, data: Any, judge: Judge) -> list[Problem]:
    if not (isinstance(type_, str) and type_ in READERS and isinstance(data, dict)):
        return []
    return [
        Problem("data" if problem.field in ("*", "data") else f"data.{problem.field}", problem.rule)
        for problem in judge(type_, data)
    ]


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Give each line that is not blank, with its number from 1; None for one that is too long."""
    number = 0
    while raw := file.readline(MOST_BYTES + 1):
        number += 1
        if len(raw) > MOST_BYTES and not raw.endswith(b"\n"):
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(MOST_BYTES)
            yield number, None
        elif raw.strip():
            yield number, raw
