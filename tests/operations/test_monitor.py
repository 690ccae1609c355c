"""The monitor tells what it saw, and while it sees nothing, nothing but that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import copy
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger import differences
from ledger.cursors import Cursor, init
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.tables import consumed
from operations import monitor
from operations.lag_answers import GroupLag, LagLine, LagShown, Look
from operations.monitor import Monitor
from operations.verdicts import Verdict
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from rules.dossier import Court
from rules.reconciling import TABLE
from rules.windows import Windows

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFICE = Deployment(Court("TJMS", ZoneInfo("America/Campo_Grande")), Windows())
LINE = LagLine(
    group="g",
    topic="saj.commands",
    partition=3,
    committed=10,
    end=14,
    lag=4,
    seconds=2.5,
    arrival_rate=1,
    drain_rate=0,
    catch_up_seconds=None,
    commit_age_seconds=None,
    held_back=1,
    owner=None,
    verdict=Verdict.STOP,
    reason="",
)
SHOWN = LagShown(
    at=NOW,
    window_seconds=300,
    verdict=Verdict.STOP,
    link="UP",
    open={},
    groups=(GroupLag(group="g", state="EMPTY", members=0, lag=4, seconds=2.5, verdict=Verdict.STOP),),
    items=(LINE,),
    next_cursor=None,
    look=Look(requests=4, commits=20, records=1, seconds=0.1),
)


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    """A ledger with a partition that is stopped."""
    made = Database(f"sqlite:///{copy(template, tmp_path / 'ledger.db')}", lambda: NOW)
    with made.transaction() as connection:
        init(connection, "g", {("saj.commands", 3): Cursor(10, "T")})
        connection.execute(consumed.update().values(stopped_at=NOW))
    yield made
    made.close()


def told(one: Monitor) -> dict[tuple[str, ...], float]:
    return {(figure, *labels): value for figure, labels, value in one.samples()}


def test_what_was_seen_last_is_told_and_nothing_of_it_while_kafka_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a Kafka that is away, comes, and goes
    looks = iter([None, SHOWN, None])
    seen: list[dict[tuple[str, ...], float]] = []
    went_on: list[str] = []

    class Watch:
        def look(self, *_: object, **__: object) -> LagShown:
            shown = next(looks)
            if shown is None:
                raise KafkaUnreachableError("away")
            return shown

    @contextmanager
    def watching(*_: object) -> Iterator[Watch]:
        yield Watch()

    monkeypatch.setattr(monitor, "watching", watching)

    def note(figure: Any, labels: tuple[str, ...], _: float) -> None:
        went_on.append(f"{figure} {labels[0]}")

    one = Monitor(KafkaSettings("nowhere"), database, note, compares=True)
    # when
    one.run(lambda: len(seen) == 3, lambda _: seen.append(told(one)))
    # then
    assert seen[0] == seen[2] == {("monitor_sees",): 0}
    place = ("g", "saj.commands", "3")
    verdicts: dict[tuple[str, ...], float] = {("group_verdict", "g", each): each is Verdict.STOP for each in Verdict}
    differing: dict[tuple[str, ...], float] = {("divergences", kind): 0 for kind in TABLE}
    assert seen[1] == verdicts | differing | {
        ("monitor_sees",): 1,
        ("group_lag_records", *place): 4,
        ("group_lag_seconds", *place): 2.5,
        ("open_transaction_records", "saj.commands", "3"): 1,
        ("partition_stopped", "saj.commands", "3"): 1,
        ("look_seconds",): 0.1,
        ("look_requests",): 4,
        ("look_records",): 21,
        ("comparison_finished_timestamp_seconds",): NOW.timestamp(),
    }
    assert went_on == ["progress_timestamp_seconds monitor"] * 3


def test_nobody_is_told_when_everybody_was_compared_where_nobody_is_to_be(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given what differs, and when everybody was last compared
    with database.transaction() as connection:
        texts = dict.fromkeys(("ours", "registry", "cause", "mends", "message"), "x")
        data = texts | {"kind": "STATUS", "document_id": None, "case_number": None}
        found = [differences.Difference(None, "1", None, data, ("p",))]
        differences.tell(connection, OFFICE, NOW, found, unit="1")
        differences.finish(connection, NOW - timedelta(days=3))
    monkeypatch.setattr(monitor, "watching", _watching)
    seen = []
    for compares in (True, False):
        one = Monitor(KafkaSettings("nowhere"), database, compares=compares)
        # when
        looked = iter([False, False, True, True])
        one.run(partial(next, looked), lambda _: None)
        seen.append(told(one))
    # then
    finished = ("comparison_finished_timestamp_seconds",)
    assert [one["divergences", "STATUS"] for one in seen] == [1, 1]
    assert [one.get(finished) for one in seen] == [(NOW - timedelta(days=3)).timestamp(), None]


class _Watch:
    def look(self, *_: object, **__: object) -> LagShown:
        return SHOWN


@contextmanager
def _watching(*_: object) -> Iterator[_Watch]:
    yield _Watch()
