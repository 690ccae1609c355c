"""The mark that the intake is held against: the leanest loop that asks and tells the database what an intake must.

The bare driver, no parsing, no rules: of a batch the cursor, which ids are known, the persons, their documents by one
narrow query; then one row each of document, payload, history and outbox, the cursor, commit.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol

import psycopg

from bench._report import Sample, timed
from bench._servers import Fill, Server
from bench._workload import TOPIC, Workload, batches, warmed
from sandbox.saj.documents import TRIBUNAL
from schemas.document_issued import DocumentIssued
from schemas.reading import Event, read
from schemas.record import RawRecord

_TABLES = """
CREATE TABLE person (person BIGINT PRIMARY KEY, rji TEXT);
CREATE TABLE alias (alias TEXT PRIMARY KEY, person BIGINT NOT NULL);
CREATE TABLE document (document_id TEXT PRIMARY KEY, inbox_id TEXT UNIQUE, person BIGINT NOT NULL, kind TEXT NOT NULL,
    variant TEXT, case_number TEXT, unit TEXT, state TEXT NOT NULL, reason TEXT, priority SMALLINT, sequence INTEGER,
    turn INTEGER, step TEXT, bnmp_id TEXT, national_number TEXT, bnmp_status TEXT, due_at TEXT, stands_on TEXT);
CREATE INDEX document_person ON document (person);
CREATE TABLE payload (document_id TEXT, version INTEGER, digest TEXT, data TEXT, PRIMARY KEY (document_id, version));
CREATE TABLE history (id IDENTITY, document_id TEXT NOT NULL, person BIGINT NOT NULL, at TEXT NOT NULL,
    fact TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX history_document ON history (document_id);
CREATE TABLE outbox (id IDENTITY, person BIGINT, topic TEXT NOT NULL, key BYTEA, headers TEXT, value BYTEA);
CREATE TABLE consumed (topic TEXT PRIMARY KEY, next_offset BIGINT NOT NULL);
"""
_ROWS = {
    "person": "person",
    "alias": "alias, person",
    "document": (
        "document_id, inbox_id, person, kind, variant, case_number, unit, state, priority, sequence, turn, step, bnmp_id,"
        " national_number, bnmp_status, stands_on"
    ),
    "payload": "document_id, version, digest, data",
    "history": "document_id, person, at, fact, state, detail",
    "outbox": "person, topic, key, headers, value",
}
_NARROW = "document_id, person, kind, variant, case_number, state, reason, priority, sequence, turn, step, bnmp_status, stands_on"
_AT = "2026-11-02T12:00:00+00:00"
# As long as what the relay publishes of ours.
_HEADERS = json.dumps([["ce_id", "x" * 48], ["ce_source", "x" * 16], ["ce_type", "x" * 24], ["ce_time", "x" * 44]])
_SAID = b"x" * 120

Row = tuple[Any, ...]
Bare = tuple[str, str, str, str, str, str, str]
"""Of a record: alias, inbox id, document, kind, case, unit, and the value as text."""


class Lean(Protocol):
    """A driver's connection, with the few words in which the drivers differ."""

    def script(self, text: str) -> None:
        """Run statements that make tables."""

    def begin(self) -> None:
        """Begin a write transaction."""

    def among(self, chosen: str, values: Sequence[Any]) -> list[Row]:
        """Run a SELECT that ends with `... IN`, for these values."""

    def lock(self, persons: Sequence[int]) -> None:
        """Lock persons in their order."""

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows."""

    def advance(self, offset: int) -> None:
        """Move the cursor."""

    def commit(self) -> None:
        """Commit."""

    def close(self) -> None:
        """Close the connection."""


class LeanSqlite:
    """Python's own driver."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    def script(self, text: str) -> None:
        """As `Lean.script`."""
        self._connection.executescript(text.replace("id IDENTITY", "id INTEGER PRIMARY KEY AUTOINCREMENT"))

    def begin(self) -> None:
        """As `Lean.begin`."""
        self._connection.execute("BEGIN IMMEDIATE")

    def among(self, chosen: str, values: Sequence[Any]) -> list[Row]:
        """As `Lean.among`."""
        statement = f"{chosen} IN (SELECT value FROM json_each(?))"  # noqa: S608 (our own words)
        return self._connection.execute(statement, (json.dumps(values),)).fetchall()

    def lock(self, persons: Sequence[int]) -> None:
        """The database is locked already."""

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """As `Lean.write`."""
        marks = ", ".join("?" * len(rows[0]))
        self._connection.executemany(f"INSERT INTO {table} ({_ROWS[table]}) VALUES ({marks})", rows)  # noqa: S608 (our own words)

    def advance(self, offset: int) -> None:
        """As `Lean.advance`."""
        self._connection.execute("UPDATE consumed SET next_offset = ? WHERE topic = ?", (offset, TOPIC))

    def commit(self) -> None:
        """As `Lean.commit`."""
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """As `Lean.close`."""
        self._connection.close()


class LeanPostgresql:
    """Psycopg, in binary where it reads, by COPY where it writes."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)
        self._cursor = self._connection.cursor(binary=True)

    def script(self, text: str) -> None:
        """As `Lean.script`."""
        self._connection.execute(text.replace("id IDENTITY", "id BIGSERIAL PRIMARY KEY").encode())

    def begin(self) -> None:
        """As `Lean.begin`."""
        self._cursor.execute("BEGIN")

    def among(self, chosen: str, values: Sequence[Any]) -> list[Row]:
        """As `Lean.among`."""
        return self._cursor.execute(f"{chosen} = ANY(%s)".encode(), (values,)).fetchall()

    def lock(self, persons: Sequence[int]) -> None:
        """As `Lean.lock`."""
        statement = "SELECT person FROM person WHERE person = ANY(%s) ORDER BY person FOR NO KEY UPDATE"
        self._cursor.execute(statement, (persons,))

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """As `Lean.write`."""
        with self._cursor.copy(f"COPY {table} ({_ROWS[table]}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def advance(self, offset: int) -> None:
        """As `Lean.advance`."""
        self._cursor.execute("UPDATE consumed SET next_offset = %s WHERE topic = %s", (offset, TOPIC))

    def commit(self) -> None:
        """As `Lean.commit`."""
        self._cursor.execute("COMMIT")

    def close(self) -> None:
        """As `Lean.close`."""
        self._connection.close()


def _lean(url: str) -> Lean:
    return LeanSqlite(url) if url.startswith("sqlite") else LeanPostgresql(url)


@contextmanager
def _opened(url: str) -> Iterator[Lean]:
    with closing(_lean(url)) as lean:
        yield lean


def seeded(workload: Workload) -> Fill:
    """Give what fills a lean database with the workload's past."""

    def fill(url: str) -> None:
        persons: list[Row] = []
        aliases: list[Row] = []
        documents: list[Row] = []
        for number, invented, past in workload.past():
            persons.append((number,))
            aliases.append((f"{TRIBUNAL}:{invented.party_id}", number))
            for one in past:
                stands_on = ",".join(named.document_id or "" for named in one.antecedents)
                said = (one.kind, one.variant, one.case_number, one.unit, one.state, one.priority, 1, 1, one.step)
                known = (one.bnmp_id, one.national_number, one.bnmp_status, stands_on)
                documents.append((one.document_id, f"i-{one.document_id}", number, *said, *known))
        with _opened(url) as lean:
            lean.script(_TABLES + f"INSERT INTO consumed VALUES ('{TOPIC}', 0);")  # noqa: S608 (our own words)
            lean.begin()
            for table, rows in (("person", persons), ("alias", aliases), ("document", documents)):
                if rows:
                    lean.write(table, rows)
            lean.commit()

    return fill


def run(server: Server, name: str, records: Sequence[RawRecord]) -> Sample:
    """Take all records into a copy of the lean database `name`; what parsing finds is there before the clock starts."""
    first, rest = warmed([_bare(record) for record in records])
    cut = batches(rest)
    with server.copy(name) as url, _opened(url) as lean:
        _take_all(lean, batches(first, 2))
        return timed(len(rest), lambda: _take_all(lean, cut))


def run_reading(server: Server, name: str, records: Sequence[RawRecord]) -> Sample:
    """Do the same on the clock from the bytes on, read and checked as the intake reads them: another mark beside the first."""
    first, rest = warmed(records)
    cut = batches(rest)
    with server.copy(name) as url, _opened(url) as lean:
        _take_all(lean, ([_read(record) for record in batch] for batch in batches(first, 2)))
        return timed(len(rest), lambda: _take_all(lean, ([_read(record) for record in batch] for batch in cut)))


def _take_all(lean: Lean, cut: Iterable[Sequence[Bare]]) -> None:
    for batch in cut:
        _take(lean, batch)


def _read(record: RawRecord) -> Bare:
    event = read(record, tribunal=TRIBUNAL)
    if not isinstance(event, Event) or not isinstance(event.body, DocumentIssued):
        raise TypeError("the workload is of documents that can be read")
    data, key = event.data, (record.key or b"").decode()
    of = data["document_id"], data["kind"], data["case"]["number"], data["unit"]["code"]
    return key, event.ce_id, *of, (record.value or b"").decode()


def _bare(record: RawRecord) -> Bare:
    """What parsing would have found."""
    value = (record.value or b"").decode()
    data = json.loads(value)
    key, inbox_id = (record.key or b"").decode(), str(dict(record.headers)["ce_id"])
    return key, inbox_id, data["document_id"], data["kind"], data["case"]["number"], data["unit"]["code"], value


def _take(lean: Lean, batch: Sequence[Bare]) -> None:
    lean.begin()
    (cursor,) = lean.among("SELECT next_offset FROM consumed WHERE topic", [TOPIC])[0]
    known = {row[0] for row in lean.among("SELECT inbox_id FROM document WHERE inbox_id", [one[1] for one in batch])}
    persons: dict[str, int] = dict(
        lean.among("SELECT alias, person FROM alias WHERE alias", sorted({one[0] for one in batch}))
    )
    numbers = sorted(persons.values())
    lean.lock(numbers)
    files: dict[int, list[Row]] = {number: [] for number in numbers}
    for row in lean.among(f"SELECT {_NARROW} FROM document WHERE person", numbers):  # noqa: S608 (our own words)
        files[row[1]].append(row)
    documents: list[Row] = []
    payloads: list[Row] = []
    history: list[Row] = []
    outbox: list[Row] = []
    for alias, inbox_id, document_id, kind, case, unit, value in batch:
        if inbox_id in known:
            continue
        person = persons[alias]
        final = (None, case, unit, "READY", 2, 1, 1, None, None, None, None, "")
        documents.append((document_id, inbox_id, person, kind, *final))
        payloads.append((document_id, 1, "d" * 64, value))
        history.append((document_id, person, _AT, "DocumentIssued", "READY", ""))
        outbox.append((person, "bnmp.dispatch", str(person).encode(), _HEADERS, _SAID))
    for table, rows in (("document", documents), ("payload", payloads), ("history", history), ("outbox", outbox)):
        lean.write(table, rows)
    lean.advance(int(cursor) + len(batch))
    lean.commit()
