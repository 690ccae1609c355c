"""Dead letters: what nobody can act upon, kept as it came; ended by being redriven or discarded.

A redriven record carries the header `redrive_id`: `topic:partition:offset` of the letter that it was.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import acts, outbox
from ledger.batches import Arrival, Batch
from ledger.bulk import claim, insert
from ledger.counted import count
from ledger.deployment import Deployment
from ledger.persons import find
from ledger.record import record as decide_and_record
from ledger.tables import dead_letter
from ledger.tables import outbox as outbox_table
from rules.casework import Say
from rules.dossier import Document
from rules.facts import PersonReviewed
from schemas.codes import Code
from schemas.record import RawRecord

REDRIVE_ID = "redrive_id"
_RECORD = ("topic", "partition", "offset")
# Longer ones no party has: its id is bounded, and an index keeps no more than some 2,700 bytes.
_LONGEST_ALIAS = 200
_PLACE = re.compile(rb"([a-z.-]{1,100}):([0-9]{1,6}):([0-9]{1,18})")

Letter = tuple[str, int, int]
"""Topic, partition and offset of a dead letter."""

DISCARD, REDRIVE = "DISCARD", "REDRIVE"
DISCARD_ONLY = frozenset({Code.CONFLICTING_DUPLICATE, Code.CONFLICTING_DOCUMENT})
"""What stands against what the ledger has: redriven it would be dead again, whatever is mended."""


def name_of(letter: Letter) -> str:
    """A letter's name for people: `topic:partition:offset`."""
    return ":".join(map(str, letter))


def named(name: str) -> Letter | None:
    """The letter of that name, or None where none could have it."""
    found = _PLACE.fullmatch(name.encode())
    return (found[1].decode(), int(found[2]), int(found[3])) if found else None


def letter_of(record: RawRecord) -> Letter | None:
    """The letter that a redriven record was, or None."""
    given = [value for name, value in record.headers if name == REDRIVE_ID and value]
    return named(given[0].decode(errors="replace")) if len(given) == 1 else None


def redriven(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """End the letters that were redriven; what is dead again is a letter of its own."""
    for letter in sorted({found for a in arrivals if (found := letter_of(a.record)) is not None}):
        person = _end(batch.connection, letter, batch)
        if person is not None:
            batch.behind_letters.add(person)


def redrive(connection: Connection, letter: Letter, record: RawRecord, *, by: str, reason: str) -> bool:
    """Let a letter's record go to its topic once more, as it came; False where none stands, or it is on its way already.

    The letter ends when the intake takes the record. Raises ValueError where nobody signs.
    """
    standing = sa.select(dead_letter.c.reason).where(_here(letter), dead_letter.c.ended_at.is_(None)).with_for_update()
    code = connection.scalar(standing)
    if code is None or code in DISCARD_ONLY or acts.of(connection, REDRIVE, name_of(letter)):
        return False
    acts.write(connection, REDRIVE, name_of(letter), by=by, reason=reason)
    own = tuple(header for header in record.headers if header[0] != REDRIVE_ID)
    again = replace(record, topic=letter[0], headers=(*own, (REDRIVE_ID, name_of(letter).encode())))
    insert(connection, outbox_table, [outbox.as_it_came(again)])
    return True


def discard(
    connection: Connection, deployment: Deployment, letter: Letter, *, by: str, reason: str, statement: str
) -> bool:
    """End a letter by an operator's act with the unit's statement of what it was; False where none stands there.

    Raises ValueError where nobody signs, or nothing is stated (docs/law.md safety-6).
    """
    if not statement.strip():
        raise ValueError("a discarded letter needs the unit's statement of what it was")
    found = _standing(connection, letter)
    if found is None:
        return False
    detail = {"statement": statement.strip()[: acts.LONGEST]}
    made = acts.write(connection, DISCARD, name_of(letter), by=by, reason=reason, detail=detail)
    connection.execute(dead_letter.update().where(_here(letter)).values(ended_at=made.at))
    if found[0] is not None:
        decide_and_record(connection, deployment, made.at, [PersonReviewed(found[0])], [found[0]])
    return True


def _end(connection: Connection, letter: Letter, batch: Batch) -> int | None:
    found = _standing(connection, letter)
    if found is None:
        return None
    connection.execute(dead_letter.update().where(_here(letter)).values(ended_at=batch.now))
    batch.count("redriven")
    return found[0]


def _standing(connection: Connection, letter: Letter) -> tuple[int | None] | None:
    chosen = sa.select(dead_letter.c.person).where(_here(letter), dead_letter.c.ended_at.is_(None))
    row = connection.execute(chosen).one_or_none()
    return (row.person,) if row else None


def _here(letter: Letter) -> sa.ColumnElement[bool]:
    topic, partition, offset = letter
    table = dead_letter.c
    return (table.topic == topic) & (table.partition == partition) & (table.offset == offset)


def dead(batch: Batch, record: RawRecord, code: Code, document_id: str | None, document: Document | None) -> None:
    """Write a dead letter down once, say it, and put the person whom its key names behind it."""
    alias = alias_of(batch, record.key)
    person = find(batch.connection, [alias]).get(alias) if alias else None
    row = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "person": person}
    # A replay finds this very record dead before, and says nothing twice.
    if not claim(batch.connection, dead_letter, _RECORD, [row | {"reason": code, "found_at": batch.now}]):
        batch.count("duplicate")
        return
    if person is not None:
        batch.behind_letters.add(person)
    batch.count("dead_letter")
    batch.died.add((record.topic, record.partition))
    count(batch.connection, "dead_letters", code)
    batch.letters.append(outbox.dead_letter(record, code, "intake", batch.now))
    said = {
        "dlq_reason": code,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "document_id": document.document_id if document else document_id,
        "message": "Mensagem ilegível: o operador foi avisado. Confirme se havia ordem de liberdade.",
    }
    composer = outbox.Composer(batch.deployment, batch.now, {}, {})
    batch.says.append(composer.row(Say("bnmp.record.unreadable.v1", said), key=record.key))


def alias_of(batch: Batch, key: bytes | None) -> str | None:
    """The alias of a person that a record's key is; one never seen is added, for a later document may be theirs."""
    try:
        name = (key or b"").decode()
    except UnicodeDecodeError:
        return None
    is_rji = name.isascii() and name.isdigit() and len(name) == 11
    is_party = name.startswith(f"{batch.deployment.court.tribunal}:") and len(name) <= _LONGEST_ALIAS
    return name if is_rji or (is_party and "\0" not in name) else None
