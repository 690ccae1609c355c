"""An office: SAJ's records made by hand and taken into a ledger, and the questions tests ask of it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from consumers.intake import GROUP, Intake
from ledger import access, cursors, outbox
from ledger.arrivals import Taken
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.tables import document, metadata, payload
from rules.access import Access
from rules.dossier import Court
from rules.windows import Windows
from rules.words import Role
from sandbox.saj.documents import TRIBUNAL, TYPE, Case, KindName, case_number
from sandbox.saj.documents import document as saj_document
from sandbox.saj.people import invent_people, invent_staff
from schemas.record import RawRecord

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
ISSUED, COMMANDS, CUSTODY = "saj.documents.issued", "saj.commands", "saj.custody.events"
PEOPLE, STAFF = invent_people(6, 17), invent_staff()
ANSWERED = "saj.contingency.answered.v1"
SOURCE = "/saj/tjms/pg5"
# Who gives commands, by role; SAJ told of those of the unit, and of the staff who sign.
GIVERS = {role: f"{role[0].lower()}007" for role in Role}
OF_UNIT = (Role.MAGISTRADO, Role.SERVIDOR, Role.CHEFE_DE_CARTORIO)


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Said:
    """A row of the outbox, opened."""

    topic: str
    key: bytes | None
    type: str
    ce_id: str
    data: dict[str, Any]


def paper(kind: KindName, document_id: str, *names: str, person: int = 0, **changes: Any) -> dict[str, Any]:
    """The data of a flawless document of an invented person that names these as its antecedents."""
    case = Case(case_number(100 + person, 2026), PEOPLE[person], STAFF[0])
    issued_at = START - timedelta(minutes=5)
    data = saj_document(kind, case, document_id=document_id, antecedents=names, issued_at=issued_at)
    return data | changes


def key_of(person: int) -> bytes:
    """The key under which SAJ publishes what is about this invented person."""
    return f"{TRIBUNAL}:{PEOPLE[person].party_id}".encode()


def known(user: str, role: Role, *units: str, **changes: Any) -> Access:
    """What SAJ told of a user long ago."""
    return Access(user, role, START - timedelta(days=30), units=frozenset(units), **changes)


def users() -> list[Access]:
    """Who is known of the office's units."""
    staff = [known(user.user, Role(user.position), *user.units) for s in STAFF for user in (s.servidor, s.magistrado)]
    return [*staff, *(known(GIVERS[role], role, STAFF[0].unit.code) for role in OF_UNIT)]


class Office:
    """A ledger with cursors at the beginning of SAJ's topics, three partitions each."""

    def __init__(self, database: Database, hand: Hand, windows: Windows | None = None, **reading: Any) -> None:
        """`reading`: how the court reads the law where it is silent."""
        self.database = database
        self.hand = hand
        court = Court(TRIBUNAL, ZoneInfo("America/Campo_Grande"), **reading)
        self.deployment = Deployment(court, windows or Windows())
        self.intake = Intake(database, self.deployment)
        self.offsets: dict[tuple[str, int], int] = {}
        self.commands = 0
        places = {(topic, n): cursors.Cursor(0, "T1") for topic in (ISSUED, COMMANDS, CUSTODY) for n in range(3)}
        with database.transaction() as connection:
            cursors.init(connection, GROUP, places)
            access.write(connection, users(), START - timedelta(days=30), 0)

    def raw(
        self, topic: str, value: bytes | None, headers: Mapping[str, str], *, key: bytes | None, **more: Any
    ) -> RawRecord:
        """The next record of a partition, whatever is in it."""
        partition = more.get("partition", 0)
        offset = self.offsets.get((topic, partition), 0)
        self.offsets[topic, partition] = offset + 1
        stamp = more.get("stamp", offset + 1000)
        pairs = tuple((name, text.encode()) for name, text in headers.items())
        return RawRecord(topic, partition, offset, stamp, key, value, pairs)

    def event(self, type_: str, topic: str, data: Mapping[str, Any], *, key: bytes, **more: Any) -> RawRecord:
        """An event in CloudEvents' binary mode."""
        ce_id = more.pop("ce_id", None) or str(uuid.uuid4())
        headers = {
            "ce_specversion": "1.0",
            "ce_id": ce_id,
            "ce_source": SOURCE,
            "ce_type": type_,
            "ce_time": self.hand().isoformat(),
            "content-type": "application/json",
        }
        return self.raw(topic, json.dumps(data).encode(), headers, key=key, **more)

    def issued(self, data: Mapping[str, Any], **more: Any) -> RawRecord:
        """A document as SAJ publishes it."""
        key = more.pop("key", f"{TRIBUNAL}:{data['party']['party_id']}".encode())
        return self.event(TYPE, ISSUED, data, key=key, **more)

    def answer(self, document_id: str, answer: str, **more: Any) -> RawRecord:
        """A user's SIM or NAO."""
        by = {"role": "SERVIDOR", "user": STAFF[0].servidor.user, "unit": more.pop("unit", STAFF[0].unit.code)}
        at, command_id = more.pop("at", self.hand()).isoformat(), more.pop("command_id", "c-1")
        data = {"command_id": command_id, "by": by, "at": at, "document_id": document_id, "answer": answer}
        return self.event(ANSWERED, COMMANDS, data, key=key_of(0), **more)

    def command(self, type_: str, by_role: str = "MAGISTRADO", **asked: Any) -> RawRecord:
        """A command of the unit, or of somebody else; `more` is about its record."""
        more: dict[str, Any] = asked.pop("more", {})
        user, unit = asked.pop("by_user", GIVERS[Role(by_role)]), asked.pop("by_unit", STAFF[0].unit.code)
        by = {"role": by_role, "user": user, "unit": unit}
        self.commands += 1
        data = {"command_id": f"c-{self.commands}", "by": by, "at": self.hand().isoformat(), **asked}
        return self.event(f"saj.{type_}.v1", COMMANDS, data, **{"key": key_of(0), **more})

    def access(self, user: str, role: str = "SERVIDOR", **more: Any) -> RawRecord:
        """SAJ tells of a user, by default one of the office's unit who may do everything."""
        told = {"user": user, "role": role, "units": [STAFF[0].unit.code], "sca_confirmed": True}
        told |= {"saj_authenticated": True} | more
        key = {"more": {"key": f"user:{user}".encode()}}
        return self.command("user.access-changed", "ADMINISTRADOR_REGIONAL", **key | told)

    def withdrawn(self, document_id: str, **changes: Any) -> RawRecord:
        """SAJ takes a document back."""
        by = {"role": "MAGISTRADO", "user": "m007", "unit": STAFF[0].unit.code}
        data = {"document_id": document_id, "tribunal": TRIBUNAL, "reason": "CANCELADO", "by": by}
        data |= {"at": self.hand().isoformat(), "justification": "Expedido por engano"} | changes
        return self.event("saj.document.withdrawn.v1", ISSUED, data, key=key_of(0))

    def custody(self, event_id: str, code: int, on: date, person: int = 0, **more: Any) -> RawRecord:
        """An event of the history of parties."""
        data = {
            "event_id": event_id,
            "tribunal": TRIBUNAL,
            "party": {"party_id": PEOPLE[person].party_id},
            "case": {"number": case_number(100 + person, 2026)},
            "event_code": code,
            "effective_date": on.isoformat(),
            "custody": {"kind_code": 8},
        }
        return self.event("saj.custody.recorded.v1", CUSTODY, data | more, key=key_of(person))

    def answers(self) -> list[tuple[str, str]]:
        """How commands were answered, and why."""
        found = [one for one in self.said() if one.type.startswith("bnmp.command.")]
        return [(one.type.split(".")[2], one.data["reason"]) for one in found]

    def junk(self, person: int | None = 0, **more: Any) -> RawRecord:
        """A record that nobody can read, under a person's key or none."""
        key = key_of(person) if person is not None else None
        return self.raw(ISSUED, b"{not json", {"ce_id": "x"}, key=more.pop("key", key), **more)

    def take(self, *records: RawRecord, gaps: bool = True) -> Taken:
        """Hand a batch to the intake."""
        return self.intake.take(records, gaps=gaps)

    def issue(self, *papers: Mapping[str, Any]) -> Taken:
        """Publish these documents and take them as one batch."""
        return self.take(*(self.issued(data) for data in papers))

    def waiting(self) -> list[RawRecord]:
        """The records that wait in the outbox, in its order."""
        with self.database.reading() as connection:
            return [record for _, _, record in outbox.waiting(connection, 0, 10_000)]

    def said(self) -> list[Said]:
        """What waits in the outbox, in its order."""
        return [opened(record) for record in self.waiting() if record.topic != "bnmp.dead-letter"]

    def letters(self) -> list[RawRecord]:
        """The dead letters that wait in the outbox."""
        return [record for record in self.waiting() if record.topic == "bnmp.dead-letter"]

    def standing(self, document_id: str) -> tuple[str | None, str | None]:
        """State and reason of a document."""
        row = self.row(document_id)
        return row["state"], row["reason"]

    def row(self, document_id: str) -> Mapping[str, Any]:
        """A document's row."""
        return next(row for row in self.rows(document) if row["document_id"] == document_id)

    def rows(self, table: sa.Table) -> list[Mapping[str, Any]]:
        """Every row of a table, in the order of its key; versions in theirs, for their ids are drawn by chance."""
        order = (payload.c.document_id, payload.c.version) if table is payload else tuple(table.primary_key)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(sa.select(table).order_by(*order)).mappings()]

    def dump(self) -> dict[str, list[Any]]:
        """Everything in the ledger, to be compared; the cursors of another group may come beside it."""
        return {table.name: [tuple(row.values()) for row in self.rows(table)] for table in metadata.sorted_tables}


def opened(record: RawRecord) -> Said:
    headers = {name: (value or b"").decode() for name, value in record.headers}
    return Said(record.topic, record.key, headers["ce_type"], headers["ce_id"], json.loads(record.value or b"{}"))
