"""A ledger that has taken a morning of SAJ's, and what a replay of it is asked."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from consumers.groups import PROCESSOR
from consumers.intake import Intake
from ledger import letters, replays
from ledger.chains import chain
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.letters import Letter
from ledger.replays import LEDGER, Run, Span
from ledger.tables import metadata
from operations.choosing import Selection
from operations.offsets import offsets_init
from operations.replay import Applier, Limits
from operations.replay_answers import ReplayPlanned
from operations.replay_file import Plan, loaded
from operations.replay_plan import Planner
from rules.dossier import Court
from rules.windows import Windows
from schemas.record import RawRecord
from schemas.seal import ACTS
from schemas.writing import envelope
from tests.edges.edge import Edge
from tests.ledger.office import SOURCE, START, paper
from tests.planted import ROOT

TOPIC = "saj.documents.issued"
DEPLOYMENT = Deployment(Court("TJMS", ZoneInfo("America/Campo_Grande")), Windows())
# What a replay writes of itself, and who is at work on it.
_OWN = frozenset({"replay_run", "replay_place", "replay_item", "lease", "act"})


class Replaying:
    """A partition of SAJ's documents, of which the service has read everything that was published by a test."""

    def __init__(self, edge: Edge, folder: Path) -> None:
        self.edge, self.folder = edge, folder
        self.intake = Intake(edge.database, DEPLOYMENT)
        self.planner = Planner(edge.kafka, edge.database, DEPLOYMENT)
        self.applier = Applier(edge.kafka, edge.database, DEPLOYMENT)
        self.tag, self.published_so_far = uuid4().hex[:8], 0
        offsets_init(edge.kafka, edge.database, "latest")
        self.first = edge.end(TOPIC)

    def published(self, count: int, *, taken: bool = True) -> list[RawRecord]:
        """Publish so many mandados, and let the service take them."""
        numbers = range(self.published_so_far, self.published_so_far + count)
        self.published_so_far += count
        data = [paper("MANDADO", f"{self.tag}-{number}", person=number % 6) for number in numbers]
        return self.said(data, [uuid4().hex for _ in data], taken=taken)

    def said(self, data: Sequence[dict[str, Any]], ids: Sequence[str], *, taken: bool = True) -> list[RawRecord]:
        first = self.edge.end(TOPIC)
        for each, ce_id in zip(data, ids, strict=True):
            headers = envelope("saj.document.issued.v1", ce_id=ce_id, source=SOURCE, time=START)
            key = f"TJMS:{each['party']['party_id']}".encode()
            self.edge.publish(TOPIC, [json.dumps(each).encode()], key=key, headers=headers)
        records = self.edge.records(TOPIC, first)
        if taken:
            self.take(records)
        return records

    def take(self, records: Sequence[RawRecord]) -> None:
        """The service takes these, and its group's offset follows."""
        self.intake.take(records)
        self.edge.commit(PROCESSOR, {(TOPIC, 0): self.edge.cursor(PROCESSOR, TOPIC)})

    def plan(self, **chosen: Any) -> ReplayPlanned:
        """Plan all that this test has published, or what is chosen of it."""
        selection = Selection((TOPIC,), frozenset({0}), **{"first": self.first, **chosen})
        return self.planner.plan(selection, {"test": True}, self.file)

    @property
    def file(self) -> Path:
        return self.folder / "plan.json"

    def planned(self) -> Plan:
        return loaded(self.file, "TJMS")

    def apply(self, target: str = LEDGER, **limits: Any) -> Run:
        return self.applier.apply(self.planned(), target, Limits(**limits), by="op1", reason="a test")

    @contextmanager
    def life(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process of Python's on this ledger and broker; it ends with the block at the latest."""
        environment = {
            "SAJ_BNMP_KAFKA_BOOTSTRAP": self.edge.kafka.bootstrap,
            "SAJ_BNMP_DATABASE_URL": self.edge.database.url,
            "SAJ_BNMP_TRIBUNAL": "TJMS",
        }
        begun = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=os.environ | environment)
        try:
            yield begun
        finally:
            begun.kill()
            begun.wait()

    def discarded(self, record: RawRecord) -> Letter:
        """A release that could not read this record takes it; its unit says that nothing is to be done."""
        letter = (record.topic, record.partition, record.offset)
        self.intake.take([replace(record, value=b"{")])
        with self.edge.database.transaction() as connection:
            signed = {"by": "op1", "reason": "a test", "statement": "A unidade: era cópia."}
            assert letters.discard(connection, DEPLOYMENT, letter, **signed)
        return letter

    def done(self) -> int:
        """How many records the latest run is past."""
        with self.edge.database.reading() as connection:
            return sum(sum(run.became.values()) for run in replays.runs(connection, 1))

    def said_of_run(self, word: str) -> int:
        """Say a word about the latest run; gives how many records it is past in the same moment."""
        with self.edge.database.transaction() as connection:
            (run,) = replays.runs(connection, 1)
            assert replays.say(connection, run.replay_id, word, by="op1", reason="a test") is not None
            return sum(run.became.values())

    def spans(self, run: Run, *without: str) -> list[Span]:
        with self.edge.database.reading() as connection:
            return replays.spans(connection, run.replay_id, 1000, without=without)

    def forget(self, table: sa.Table, where: sa.ColumnElement[bool]) -> None:
        """Somebody's accident: rows of the ledger are gone."""
        with self.edge.database.transaction() as connection:
            connection.execute(table.delete().where(where))

    def dump(self, *without: str) -> dict[str, list[Any]]:
        return dump(self.edge.database, *without)


def dump(database: Database, *without: str) -> dict[str, list[Any]]:
    """Everything in a ledger but what a replay writes of itself, the chain of the acts too."""
    rows = {
        table.name: sa.select(table).order_by(*table.primary_key)
        for table in metadata.sorted_tables
        if table.name not in _OWN | set(without)
    }
    rows["chain"] = rows["chain"].where(chain.c.person != ACTS)
    with database.reading() as connection:
        return {name: [tuple(row) for row in connection.execute(chosen)] for name, chosen in rows.items()}
