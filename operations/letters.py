"""Dead letters: what stands, what stood in it, and the two ways to end one. Each is planned before it is done."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ledger import acts
from ledger import letters as ledger_letters
from ledger.deployment import Deployment
from ledger.engine import Connection, Database
from ledger.letter_search import FoundLetter, WhichLetters
from ledger.letter_search import letters as search
from ledger.letters import DISCARD_ONLY, Letter, name_of, named
from operations.answers import StrangeCursorError
from operations.keys import hashed
from operations.letter_answers import (
    Content,
    HeaderShown,
    LetterDone,
    LetterLine,
    LetterPage,
    LettersDone,
    LetterShown,
    Reading,
)
from operations.masking import as_text, masked
from operations.records import Fetch
from schemas.reading import Event, Unreadable, read, readers_for
from schemas.record import RawRecord
from schemas.topics import TOPICS

REVEALED = "LETTER_REVEALED"
MOST_HOLDING = 100
# What our own header adds to a record that goes its way again.
_HEADER_BYTES = 200
_WELL_KNOWN = frozenset(
    {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_dataschema", "content-type", "traceparent"}
    | {ledger_letters.REDRIVE_ID}
)

# Eleven digits are a CPF or an RJI, and a blank may stand between somebody's names.
_HARMLESS = re.compile(rb"(?!.*[0-9]{11})[!-~]{0,256}")


def listed(database: Database, which: WhichLetters, limit: int, cursor: str = "") -> LetterPage:
    """Letters in the order of where they stood, from the one after `cursor`; raises ValueError for one of another listing."""
    after = named(cursor) if cursor else ("", -1, -1)
    if after is None:
        raise StrangeCursorError(cursor)
    with database.reading() as connection:
        found = search(connection, which, limit + 1, after)
    lines = tuple(LetterLine(**_line(each, database.clock())) for each in found[:limit])
    return LetterPage(items=lines, next_cursor=lines[-1].letter if len(found) > limit else None)


def show(
    database: Database,
    deployment: Deployment,
    letter: Letter,
    fetch: Fetch,
    *,
    secret: str,
    most: int,
    reveal: tuple[str, str] | None = None,
) -> LetterShown | None:
    """One letter with the first `most` bytes of its value, masked; None where the ledger knows no such letter.

    `reveal` is (by, reason): everything is then shown as it is, and that it was is put on record first. Raises ValueError
    when nobody signs for it.
    """
    with database.reading() as connection:
        found = _one(connection, letter)
    if found is None:
        return None
    if reveal is not None:
        with database.transaction() as connection:
            acts.write(connection, REVEALED, name_of(letter), by=reveal[0], reason=reveal[1])
    kept = fetch({letter: found.found_at}).get(letter)
    record = kept.record if kept else None
    plain = reveal is not None
    return LetterShown(
        **_line(found, database.clock()),
        kept=record is not None,
        step=kept.step if kept else None,
        stamped_at=None if record is None else datetime.fromtimestamp(record.timestamp_ms / 1000, UTC),
        revealed=plain,
        key=None if record is None else _key(record.key, secret, plain=plain),
        headers=() if record is None else tuple(_header(*each, plain=plain) for each in record.headers),
        value=None if record is None or record.value is None else _content(record.value, most, plain=plain),
        reading=None if record is None else _reading(record, deployment),
        holding=found.holding[:MOST_HOLDING],
    )


def redrive(
    database: Database,
    deployment: Deployment,
    which: WhichLetters,
    limit: int,
    fetch: Fetch,
    *,
    sign: tuple[str, str] | None = None,
) -> LettersDone:
    """Let the records of these letters go their way once more; without `sign` (by, reason) only planned.

    A letter that this release would find dead again is refused: it would end one letter and begin another. Those that
    were sent end when the intake takes their records.
    """
    with database.reading() as connection:
        found = search(connection, which, limit)
    records = fetch({each.letter: each.found_at for each in found if _refusal(each) is None})
    done = []
    # In the order of their ages, for the first one there was may be what the next one stands on.
    for each in sorted(found, key=lambda one: (one.found_at, one.letter)):
        record = records[each.letter].record if each.letter in records else None
        why = _refusal(each) or _unsendable(record, deployment)
        if why is None and sign is not None and record is not None:
            with database.transaction() as connection:
                if not ledger_letters.redrive(connection, each.letter, record, by=sign[0], reason=sign[1]):
                    why = "somebody else has just dealt with it"
        done.append(LetterDone(**_line(each, database.clock()), act="REFUSED" if why else "REDRIVE", why=why))
    return _done(done, sign)


def discard(
    database: Database, deployment: Deployment, letter: Letter, *, statement: str, sign: tuple[str, str] | None = None
) -> LettersDone:
    """End a letter without its being acted upon; `statement` is the unit's word of what it was (docs/law.md safety-6).

    Without `sign` (by, reason) only planned; no items where no such letter stands. What waited behind it goes on in the
    same transaction. Raises ValueError where nobody signs or nothing is stated.
    """
    if not statement.strip():
        raise ValueError("a discarded letter needs the unit's statement of what it was")
    with database.reading() as connection:
        found = _one(connection, letter)
    if found is None or found.ended_at is not None:
        return _done([], sign)
    why = None
    if sign is not None:
        with database.transaction() as connection:
            signed: Mapping[str, Any] = {"by": sign[0], "reason": sign[1], "statement": statement}
            if not ledger_letters.discard(connection, deployment, letter, **signed):
                why = "somebody else has just dealt with it"
    line = _line(found, database.clock())
    return _done([LetterDone(**line, act="REFUSED" if why else "DISCARD", why=why)], sign)


def standing(database: Database, wanted: Sequence[str]) -> list[str]:
    """Those of these letters that nobody has ended yet."""
    asked = tuple(letter for name in wanted if (letter := named(name)) is not None)
    with database.reading() as connection:
        return [name_of(each.letter) for each in search(connection, WhichLetters(letters=asked), len(asked))]


def _one(connection: Connection, letter: Letter) -> FoundLetter | None:
    return next(iter(search(connection, WhichLetters(letters=(letter,), ended=True), 1)), None)


def _line(found: FoundLetter, now: datetime) -> dict[str, Any]:
    return {
        "letter": name_of(found.letter),
        "code": found.code,
        "found_at": found.found_at,
        "age_seconds": int((now - found.found_at).total_seconds()),
        "person": found.person,
        "holds_back": len(found.holding),
        "redriven_at": found.redriven_at if found.ended_at is None else None,
        "ended_at": found.ended_at,
    }


def _refusal(found: FoundLetter) -> str | None:
    if found.ended_at is not None:
        return "it was ended already"
    if found.redriven_at is not None:
        return "it is on its way already"
    if found.code in DISCARD_ONLY:
        return "it stands against what the ledger has: it can only be discarded"
    return None


def _unsendable(record: RawRecord | None, deployment: Deployment) -> str | None:
    """Why a record may not go its way once more."""
    if record is None:
        return "neither topic holds its record any more: SAJ must publish it again"
    size = len(record.value or b"") + len(record.key or b"") + _HEADER_BYTES
    size += sum(len(name) + len(value or b"") for name, value in record.headers)
    if size > TOPICS[record.topic].max_message_bytes:
        return "it is too large for its topic"
    found = _read(record, deployment)
    if isinstance(found, Unreadable):
        return f"it would be dead again: {found.code}: {found.detail}"
    return None


def _read(record: RawRecord, deployment: Deployment) -> Event | Unreadable:
    readers = readers_for(deployment.custody_events, deployment.civil_custody_kind)
    return read(record, tribunal=deployment.court.tribunal, readers=readers)


def _reading(record: RawRecord, deployment: Deployment) -> Reading:
    found = _read(record, deployment)
    if isinstance(found, Unreadable):
        return Reading(code=found.code, detail=found.detail, type=found.type, document_id=found.document_id)
    named_here = getattr(found.body, "document_id", None)
    gaps = tuple(gap.field for gap in found.gaps)
    return Reading(code="OK", detail=None, type=found.type, document_id=named_here, gaps=gaps)


def _key(key: bytes | None, secret: str, *, plain: bool) -> str | None:
    if key is None:
        return None
    return as_text(key) if plain else hashed(secret, key.decode("utf-8", "backslashreplace"))


def _header(name: str, value: bytes | None, *, plain: bool) -> HeaderShown:
    known = plain or name in _WELL_KNOWN
    as_it_is = plain or (known and _HARMLESS.fullmatch(value or b""))
    said = None if value is None else as_text(value if as_it_is else masked(value))
    return HeaderShown(name=name if known else as_text(masked(name.encode())), value=said)


def _content(value: bytes, most: int, *, plain: bool) -> Content:
    first = value[:most]
    shown = first if plain else masked(first)
    return Content(size=len(value), cut=len(value) > most, text=as_text(shown), hex=shown.hex(" "))


def _done(items: Sequence[LetterDone], sign: tuple[str, str] | None) -> LettersDone:
    by, reason = sign or (None, None)
    return LettersDone(applied=sign is not None, by=by, reason=reason, items=tuple(items))
