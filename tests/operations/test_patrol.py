"""The patrol finds by itself what was altered, in bounded pieces, and never blames a history that nobody changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
import sqlalchemy as sa

from consumers.intake import Intake
from ledger import acts, chains
from ledger.chain_check import Checked, check
from ledger.engine import Database
from ledger.tables import act, history, outbox, payload
from operations import patrol as module
from operations.patrol import Patrol
from schemas.record import RawRecord
from tests.ledger.office import Hand, Office, paper

KEY = b"uma chave inventada"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEALS", "ENTRIES", "DOCUMENTS"):
        monkeypatch.setattr(module, name, 2)


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    """An office with a key, several persons, an act, and all of it sealed."""
    hand = Hand()
    database = Database(f"sqlite:///{copy(template, tmp_path / 'ledger.db')}", clock=hand, audit_key=KEY)
    made = Office(database, hand)
    made.deployment = replace(made.deployment, audit_key=KEY)
    made.intake = Intake(database, made.deployment)
    made.issue(*(paper("MANDADO", f"M-{n}", person=n) for n in range(5)))
    with database.transaction() as connection:
        acts.write(connection, "REDRIVE", "um", by="op1", reason="teste")
    yield made
    database.close()


class Topic:
    """The topic of seals, to which `publish` moves what waits in the outbox."""

    def __init__(self, office: Office) -> None:
        self.office, self.records, self.whole = office, list[RawRecord](), 0

    def seal(self) -> None:
        """Make a seal and publish it."""
        self.office.hand.later(self.office.deployment.windows.seal)
        with self.office.database.transaction() as connection:
            chains.seal(connection, self.office.deployment, self.office.hand())
        new = [record for record in self.office.waiting() if record.topic == chains.TOPIC]
        self.records += [replace(record, offset=len(self.records) + at) for at, record in enumerate(new)]
        change(self.office, outbox.delete())

    def read(self, offset: int, limit: int) -> list[RawRecord]:
        return self.records[offset : offset + limit]

    def verify(self) -> int:
        """Look at everything, as `audit verify` does."""
        self.whole += 1
        told = [chains.seal_of(record.value) for record in self.records]
        with self.office.database.reading() as connection:
            return len(list(check(connection, KEY, told, Checked())))

    def patrol(self) -> Patrol:
        return Patrol(self.office.database, self.office.deployment, self.read, self.verify)


def change(office: Office, statement: sa.Executable) -> None:
    with office.database.transaction() as connection:
        connection.execute(statement)


def go_round(one: Patrol) -> tuple[float | None, int]:
    """Step until a round is over; gives what it found, and in how many pieces."""
    before = dict(figures(one))
    for steps in range(1, 100):
        one.step()
        after = figures(one)
        if after != before and "audit_findings" in after:
            return after["audit_findings"], steps
    return None, 100


def figures(one: Patrol) -> dict[str, float]:
    return {name: value for name, _, value in one.samples()}


def test_a_history_that_nobody_changed_is_gone_over_in_pieces_and_then_there_is_rest(office: Office) -> None:
    # given
    topic = Topic(office)
    for _ in range(3):
        topic.seal()
    one = topic.patrol()
    office.hand.later(1)
    # when
    found, steps = go_round(one)
    # then
    assert found == 0
    assert steps > 6
    assert topic.whole == 0
    # and nothing is read until the next seal is due
    before = figures(one)
    for _ in range(20):
        one.step()
    assert figures(one) == before


@pytest.mark.parametrize("what", ["entry", "act", "payload", "person", "seal"])
def test_what_was_altered_since_the_last_round_is_found_and_stays_so(office: Office, what: str) -> None:
    # given
    topic = Topic(office)
    topic.seal()
    one = topic.patrol()
    office.hand.later(1)
    assert go_round(one)[0] == 0
    # when
    topic.seal()
    if what == "seal":
        topic.records[1] = replace(
            topic.records[1], value=(topic.records[1].value or b"").replace(b'"number":2', b'"number":3')
        )
    else:
        gone = (history.c.person == 1, chains.chain.c.person == 1)
        ways: dict[str, list[sa.Executable]] = {
            "entry": [history.update().where(history.c.id == 2).values(reason="ACCESS")],
            "act": [act.update().values(by="op2")],
            "payload": [payload.update().where(payload.c.document_id == "M-3").values(digest="00")],
            "person": [history.delete().where(gone[0]), chains.chain.delete().where(gone[1])],
        }
        for statement in ways[what]:
            change(office, statement)
    office.hand.later(office.deployment.windows.seal)
    # then
    for times in (1, 2):
        found, _ = go_round(one)
        assert found, what
        assert topic.whole == times
        office.hand.later(office.deployment.windows.seal)


def test_entries_that_come_while_it_goes_round_are_not_blamed(office: Office) -> None:
    # given
    topic = Topic(office)
    topic.seal()
    one = topic.patrol()
    office.hand.later(1)
    one.step()
    one.step()
    # when
    office.issue(paper("MANDADO", "M-9", person=1), paper("MANDADO", "M-10", person=4))
    topic.seal()
    # then
    assert go_round(one)[0] == 0
    assert topic.whole == 0
