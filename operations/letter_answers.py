"""The shapes of what is answered about dead letters.

A letter is known by where its record stood: `topic:partition:offset`. What a record holds is masked unless it was asked
to be revealed: letters are `x`, digits `0`; the contract's own words, and whatever is neither, are as they came.
"""

from typing import Literal

from pydantic import AwareDatetime

from operations.answers import Answer, Page


class LetterLine(Answer):
    """A dead letter in a listing.

    `holds_back`: how many documents wait behind it; `person`: whom its key names, null where it names nobody;
    `redriven_at`: it was sent on its way again, and is not back yet; `ended_at`: it was redriven or discarded.
    """

    letter: str
    code: str
    found_at: AwareDatetime
    age_seconds: int
    person: int | None
    holds_back: int
    redriven_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class Reading(Answer):
    """What this release makes of the record: `OK`, or the code of what is wrong and where; never a value of it."""

    code: str
    detail: str | None
    type: str | None
    document_id: str | None
    gaps: tuple[str, ...] = ()


class HeaderShown(Answer):
    """A header of the record; `value` is null where it has none."""

    name: str
    value: str | None


class Content(Answer):
    """The record's bytes, as text (what is not UTF-8 escaped) and as hex; `cut`: only the first of them are shown."""

    size: int
    cut: bool
    text: str
    hex: str


class LetterShown(LetterLine):
    """A dead letter with what stood in its record.

    `step` found it dead; `stamped_at` is the record's own time stamp; `key` is hashed unless `revealed`; `holding` are
    the first documents behind it. Without `kept` neither topic holds the record any more, and only the ledger's row of it
    is left.
    """

    kept: bool
    step: str | None
    stamped_at: AwareDatetime | None
    revealed: bool
    key: str | None
    headers: tuple[HeaderShown, ...]
    value: Content | None
    reading: Reading | None
    holding: tuple[str, ...]


class LetterDone(LetterLine):
    """What is, or would be, done about one letter; REFUSED says `why`."""

    act: Literal["REDRIVE", "DISCARD", "REFUSED"]
    why: str | None


class LettersDone(Answer):
    """A plan, or what was done by it where it was `applied`; each letter's act is on record under `by` and `reason`."""

    applied: bool
    by: str | None
    reason: str | None
    items: tuple[LetterDone, ...]


LetterPage = Page[LetterLine]
