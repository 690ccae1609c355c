"""A second ledger is made of the topics, and tells what the live one lacks, has more, or has otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.engine import Database, LedgerError
from ledger.migrate import check, migrate
from ledger.tables import document, inbox, outbox
from operations.rebuild import Rebuilder
from operations.rebuild_answers import Rebuilt
from tests.edges.conftest import opened
from tests.edges.edge import Edge
from tests.edges.replaying import DEPLOYMENT, Replaying, dump
from tests.ledger.conftest import DATABASES
from tests.ledger.office import paper
from tests.served import Served


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=DATABASES)
def second(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database of the second ledger: either, whatever carries the live one."""
    if request.param == "sqlite":
        with opened(f"sqlite:///{tmp_path / 'second.db'}") as made:
            yield made
        return
    served: Served = request.getfixturevalue("served")
    with served.database(migrated=False) as url, opened(url) as made:
        yield made


@pytest.fixture
def replaying(edge: Edge, tmp_path: Path) -> Replaying:
    """A live ledger whose reading begins where this test's does."""
    return Replaying(edge, tmp_path)


def rebuilt(replaying: Replaying, second: Database) -> Rebuilt:
    return Rebuilder(replaying.edge.kafka, replaying.edge.database, second, DEPLOYMENT).rebuild(10**6)


def found(told: Rebuilt) -> dict[str, tuple[int, int, int]]:
    """Of the tables that differ: rows of the live one alone, of the other alone, and with other contents."""
    counts = {each.table: (each.only_live, each.only_rebuilt, each.differing) for each in told.tables}
    return {table: each for table, each in counts.items() if any(each)}


def test_a_ledger_that_lost_nothing_is_rebuilt_and_one_that_did_is_told(replaying: Replaying, second: Database) -> None:
    # given
    replaying.published(4)
    data = [paper("ALVARA", f"{replaying.tag}-a", f"{replaying.tag}-0")]
    replaying.said(data, [f"{replaying.tag}-e"])
    before = dump(replaying.edge.database)
    # when other tests' records lie before ours, which this ledger never had
    first = rebuilt(replaying, second)
    # then the live ledger is as it was, and has nothing that the other has not
    assert dump(replaying.edge.database) == before
    assert all(each.only_live == each.differing == 0 for each in first.tables)
    assert not first.moved
    with second.reading() as connection:
        assert connection.execute(outbox.select()).first() is None
    # when the live one forgets one row and has another otherwise, and goes on meanwhile
    replaying.forget(inbox, inbox.c.ce_id == f"{replaying.tag}-e")
    with replaying.edge.database.transaction() as connection:
        mine = document.c.document_id == f"{replaying.tag}-1"
        connection.execute(document.update().where(mine).values(unit="0", state="REGISTERED"))
    replaying.published(1)
    later = rebuilt(replaying, second)
    # then
    lacks = {table: each[1] for table, each in found(first).items()}
    assert found(later)["inbox"] == (0, lacks.get("inbox", 0) + 1, 0)
    assert found(later)["document"] == (0, lacks.get("document", 0), 1)
    (one,) = [each for table in later.tables for each in table.differences if each.where == "BOTH"]
    assert (one.key, one.columns) == (f"{replaying.tag}-1", ("unit",))
    assert (later.taken, later.is_equal) == (1, False)


def test_no_role_starts_on_a_rebuilt_ledger_and_nobodys_ledger_is_rebuilt_into(
    replaying: Replaying, second: Database, tmp_path: Path
) -> None:
    # given
    replaying.published(1)
    rebuilt(replaying, second)
    # when
    with pytest.raises(LedgerError, match="TJMS rebuilt"):
        check(second, "TJMS")
    with pytest.raises(LedgerError):
        rebuilt(replaying, replaying.edge.database)
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    migrate(fresh, "TJMS")
    with pytest.raises(LedgerError, match="belongs to TJMS"):
        rebuilt(replaying, fresh)
    fresh.close()
    # then
    check(replaying.edge.database, "TJMS")
