"""Masking: what a record that nobody could read may show of itself, so that one sees where it broke and not of whom it is.

Letters become `x` and digits `0`, so that punctuation, lengths and the contract's own words stay: it is in those that a
record breaks. Nobody knows what an unreadable record holds, so nothing is looked for in it.
"""

import re
from collections.abc import Iterator
from enum import EnumType
from functools import cache
from typing import Any

from rules import words
from schemas.outcomes import TYPES
from schemas.reading import READERS
from schemas.samples import named, names
from schemas.topics import TOPICS

_WORD = re.compile(r"\w+")
# One stray byte tells of a wrong encoding; several are text in one, or a packed record.
_STRAY = re.compile("[\udc80-\udcff]{2,}")
_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def masked(value: bytes) -> bytes:
    """The bytes with everything in them masked that may be somebody's."""
    text = value.decode("utf-8", "surrogateescape")
    text = _WORD.sub(lambda found: _word(found[0]), text)
    return _STRAY.sub(lambda found: "?" * len(found[0]), text).encode("utf-8", "surrogateescape")


def as_text(value: bytes) -> str:
    """The bytes as text that a terminal may show: what is not UTF-8, and control characters, escaped."""
    text = value.decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _word(word: str) -> str:
    if word in _vocabulary():
        return word
    return "".join("0" if each.isnumeric() else "x" if each.isalpha() else each for each in word)


@cache
def _vocabulary() -> frozenset[str]:
    """The words of the contract: fields, types, topics, and the closed lists of values."""
    told = {"true", "false", "null", "ce_specversion", "cloudevents", "application", "json", "content", "type"}
    for sample in names():
        told |= set(_fields(named(sample)))
    for each in vars(words).values():
        if isinstance(each, EnumType):
            told |= {str(member) for member in each}  # type: ignore[var-annotated]  # an enumeration of words
    compound = (*TYPES, *READERS, *TOPICS)
    return frozenset(part for text in (*told, *compound) for part in _WORD.findall(text))


def _fields(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _fields(each)
