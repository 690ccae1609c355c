"""The whole way in one process: any papers in any order, any fault, a death between any two transactions."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ledger.certificates import certificate
from ledger.engine import Database
from ledger.tables import document
from rules.messages import ENDS, HOLDS
from rules.transmission import TERMINAL
from rules.words import Consent, State
from tests.flow.plan import draw
from tests.flow.world import World
from tests.ledger.office import Hand, Office
from tests.served import Served

ACTS = 150
EXAMPLES = 20


def live(template: Path, loop: asyncio.AbstractEventLoop, seed: int, acts: int = ACTS) -> World:
    """A world on SQLite after `acts` things that happened at random and the rest that followed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        shutil.copy(template, file)
        hand = Hand()
        database = Database(f"sqlite:///{file}", hand)
        # Nobody pulls the plug of this machine.
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        return live_in(database, hand, loop, seed, acts)


def live_in(database: Database, hand: Hand, loop: asyncio.AbstractEventLoop, seed: int, acts: int = ACTS) -> World:
    """A world in this ledger, checked at its end; the ledger is closed then."""
    chance = random.Random(seed)
    world = World(Office(database, hand), draw(chance), chance, loop)
    for _ in range(acts):
        world.act()
    world.settle()
    check(world)
    database.close()
    return world


def check(world: World) -> None:
    assert world.wrongs == []
    rows = {row["document_id"]: row for row in world.office.rows(document)}
    assert sorted(rows) == sorted(d.document_id for d in world.plan.documents), "nothing is lost"
    for document_id, row in rows.items():
        must_rest(document_id, row)
        must_match_the_book(world, document_id, row)
        must_be_lawful(world, document_id, row)
        must_be_told(world, document_id, row)
    for planned in world.plan.must_end():
        row = rows[planned.document_id]
        assert row["state"] == State.REGISTERED, f"{planned.document_id} rests as {row['state']} {row['reason']}"
    assert [world.unfinished(contingency=role) for role in (False, True)] == [[], []]
    must_not_change_on_replay(world)


def must_rest(document_id: str, row: Mapping[str, Any]) -> None:
    state, reason = row["state"], row["reason"]
    told = HOLDS if state in (State.HELD, State.CONTINGENCY) else ENDS
    assert state == State.REGISTERED or reason in told, f"{document_id} rests as {state} {reason}"
    assert state in TERMINAL or state in (State.HELD, State.CONTINGENCY)


def must_match_the_book(world: World, document_id: str, row: Mapping[str, Any]) -> None:
    pieces = [entry for entry in world.book.pieces if entry.owner == document_id]
    assert len(pieces) <= 1
    if row["state"] == State.REGISTERED:
        assert pieces[0].bnmp_id == row["bnmp_id"]
        assert pieces[0].status == row["bnmp_status"]


def must_be_lawful(world: World, document_id: str, row: Mapping[str, Any]) -> None:
    """Contingency only with evidence and SIM; a certidão for each one that was resolved, and for no other."""
    made = [one for one in world.office.rows(certificate) if one["document_id"] == document_id]
    resolved = row["opened_at"] is not None and row["state"] == State.REGISTERED
    assert len(made) == resolved
    if row["opened_at"] is None:
        return
    consent = row["consent"]
    assert isinstance(consent, dict)
    assert consent["answer"] == Consent.SIM
    assert world.plan.answers[document_id] == "SIM"
    assert row["failed_access_at"] in world.book.failed
    offers = [one for one in world.outcomes.values() if one.type == "bnmp.document.contingency-offered.v1"]
    assert document_id in {one.data["document_id"] for one in offers}


def must_be_told(world: World, document_id: str, row: Mapping[str, Any]) -> None:
    """The numbers of a document's outcomes go up by one, in the order in which they were said."""
    said = [one for one in world.outcomes.values() if one.data.get("document_id") == document_id]
    numbers = [one.data["sequence"] for one in said if "sequence" in one.data and one.type != "bnmp.incident.v1"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert row["sequence"] == len(numbers)


def must_not_change_on_replay(world: World) -> None:
    before = world.office.dump()
    world.replayer.take(world.published, gaps=False)
    world.office.take(*world.published)
    assert world.office.dump() == before


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_nothing_is_lost_doubled_or_let_go_alone(
    template: Path, loop: asyncio.AbstractEventLoop, seed: int
) -> None:
    # given / when / then
    live(template, loop, seed)


def test_the_worlds_that_are_tried_have_what_they_are_tried_for(
    template: Path, loop: asyncio.AbstractEventLoop
) -> None:
    # when
    worlds = [live(template, loop, seed) for seed in range(8)]
    # then
    seen = {reason for world in worlds for reason in (one.data.get("reason") for one in world.outcomes.values())}
    types = {one.type for world in worlds for one in world.outcomes.values()}
    assert {"AWAITING_CONSENT", "CHAIN_INCOMPLETE", "MISSING_ANTECEDENT"} <= seen
    assert {
        "bnmp.document.uncertain.v1",
        "bnmp.document.contingency-opened.v1",
        "bnmp.contingency.resolved.v1",
    } <= types
    assert any(world.lives > 2 for world in worlds)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_so_on_postgresql_too(served: Served, loop: asyncio.AbstractEventLoop, seed: int) -> None:
    # given
    hand = Hand()
    # when / then
    with served.database() as url:
        live_in(Database(url, hand), hand, loop, seed)
