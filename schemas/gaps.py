"""Reading leniently: what is wrong in a document is named and left out, and the document itself is kept.

A document with a wrong birth date is still a document: its person is waiting (docs/law.md safety 6). So a model says
by its own types what may be missing (`X | None`, rows) and what may not, and `settle` empties exactly the places that
do not hold until the rest does.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.json_text import UNSTORABLE

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

REQUIRED = "is required"
EITHER = "is required where the other is missing"
_MOST_ROUNDS = 16
_RULES = {
    "missing": REQUIRED,
    "string_type": "must be text",
    "string_unicode": UNSTORABLE,
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "date_type": "is not a date YYYY-MM-DD",
    "datetime_type": "is not an instant with offset (RFC 3339)",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be a list",
    "literal_error": "is not one of the words of the contract",
    "enum": "is not one of the words of the contract",
    "string_too_long": "is too long",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that is missing or does not hold: its dotted path, and the rule in English, never its value."""

    field: str
    rule: str


class UnsettledError(ValueError):
    """A field without which there is no document is missing or wrong; `gap` names it."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(f"{gap.field} {gap.rule}")
        self.gap = gap


def settle(model: type[M], data: Mapping[str, Any], *, under: str = "") -> tuple[M, tuple[Gap, ...]]:
    """Validate `data`, emptying what does not hold, and tell what was emptied.

    `under` is put before each gap's path. Raises `UnsettledError` when something that the model demands does not hold.
    """
    gaps: dict[Place, Gap] = {}
    left: Any = data
    for _ in range(_MOST_ROUNDS):
        try:
            return model.model_validate(left), tuple(gaps.values())
        except ValidationError as error:
            found = {_place(each, left): each for each in error.errors(include_url=False, include_input=False)}
        left = copy.deepcopy(left) if left is data else left
        places = sorted(found, key=_order)
        for place in places:
            gap = gap_of(found[place], place, under)
            if place in gaps or not place:
                raise UnsettledError(gap)
            gaps[place] = gap
        # From the last to the first, so that a row taken out does not move the ones still to be emptied.
        for place in reversed(places):
            _empty(left, place)
    raise UnsettledError(Gap(under or "data", "does not hold"))


def gap_of(error: ErrorDetails, place: Place | None = None, under: str = "") -> Gap:
    """Turn one of pydantic's errors into a gap; nothing of the value gets into it."""
    path = ".".join(str(part) for part in ((under,) if under else ()) + (error["loc"] if place is None else place))
    rule = error["msg"] if error["type"] == "shape" else _RULES.get(error["type"], "does not have the right shape")
    return Gap(path or "data", rule)


def required(body: BaseModel, paths: Iterable[str], known: Iterable[Gap]) -> tuple[Gap, ...]:
    """Tell which of the dotted `paths` (`*` for each row) have nothing in `body`, less those that are `known` gaps.

    A group of fields in which nothing was typed is nothing.
    """
    told = {gap.field for gap in known}
    missing = dict.fromkeys(place for path in paths for place in _missing(body, _parts(path)))
    return tuple(Gap(place, REQUIRED) for place in missing if place not in told)


def either(body: BaseModel, paths: tuple[str, ...], known: Iterable[Gap]) -> tuple[Gap, ...]:
    """Tell all the dotted `paths` when none of them has anything in `body`, less those that are `known` gaps."""
    told = {gap.field for gap in known}
    missing = [place for path in paths for place in _missing(body, _parts(path))]
    if len(missing) < len(paths):
        return ()
    return tuple(Gap(place, EITHER) for place in missing if place not in told)


def unknown_fields(body: BaseModel, data: Any) -> int:
    """Count the members of `data`, at any depth that `body` has read, which the model does not know."""
    if not isinstance(data, Mapping):
        return 0
    known = _names(type(body))
    count = 0
    for name, raw in data.items():
        if name not in known:
            count += 1
        elif isinstance(raw, dict | list):
            count += _unknown_below(getattr(body, known[name]), raw)
    return count


@cache
def _names(model: type[BaseModel]) -> Mapping[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _unknown_below(value: Any, raw: Any) -> int:
    if isinstance(value, BaseModel):
        return unknown_fields(value, raw)
    if isinstance(value, tuple) and isinstance(raw, list) and len(value) == len(raw):
        return sum(
            unknown_fields(row, part) for row, part in zip(value, raw, strict=True) if isinstance(row, BaseModel)
        )
    return 0


@cache
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _missing(value: Any, path: tuple[str, ...], above: tuple[str, ...] = ()) -> Iterator[str]:
    for at, part in enumerate(path):
        if _is_nothing(value):
            yield ".".join(above + path[:at])
            return
        if part == "*":
            for index, row in enumerate(value):
                yield from _missing(row, path[at + 1 :], (*above, *path[:at], str(index)))
            return
        value = getattr(value, part)
    if _is_nothing(value) or (isinstance(value, BaseModel) and all(_is_nothing(part) for _, part in value)):
        yield ".".join(above + path)


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, tuple) and not value)


def _place(error: ErrorDetails, data: Any) -> Place:
    """Give the deepest place of the error that can be emptied: the member may be absent, its holder may not."""
    place: list[str | int] = []
    holder: Any = data
    for part in error["loc"]:
        if isinstance(part, str) and isinstance(holder, Mapping):
            holder = holder.get(part)
        elif isinstance(part, int) and isinstance(holder, list):
            holder = holder[part]
        else:
            break
        place.append(part)
    return tuple(place)


def _order(place: Place) -> list[tuple[bool, int, str]]:
    return [(isinstance(part, int), part if isinstance(part, int) else 0, str(part)) for part in place]


def _empty(data: Any, place: Place) -> None:
    holder = data
    for part in place[:-1]:
        holder = holder[part]
    last = place[-1]
    if isinstance(last, int):
        del holder[last]
    else:
        holder[last] = None
