"""The backlog on a real broker: it reads from the ledger's cursor and lets go of what is finished, in order."""

from collections.abc import Callable
from typing import NoReturn

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from structlog.testing import capture_logs

from consumers.backlog import Backlog
from consumers.groups import StartRefusedError
from ledger import cursors
from ledger.engine import Connection
from tests.edges.edge import until
from tests.edges.queued import Queue, read


@pytest.mark.parametrize("elsewhere", [0, 5], ids=["behind", "ahead"])
def test_reading_begins_at_the_ledgers_cursor_wherever_the_group_stands(queue: Queue, elsewhere: int) -> None:
    # given
    queue.put(5)
    queue.start_at(2, 0)
    queue.edge.commit(queue.group, {(queue.topic, 0): elsewhere})
    # when
    backlog = queue.backlog()
    found = read(backlog, 3)
    # then, and the group's offset comes to the cursor by itself
    assert [(f.offset, f.document_id) for f in found] == [(2, "d3"), (3, "d4"), (4, "d5")]
    until(lambda: queue.committed() == 2)
    assert queue.cursor() == 2


def test_only_the_contiguous_finished_prefix_is_let_go(queue: Queue) -> None:
    # given
    queue.put(5)
    queue.start_at(0, 0)
    backlog = queue.backlog()
    found = read(backlog, 5)
    # when the second and the fourth are finished first
    backlog.finish(found[1])
    backlog.finish(found[3])
    until(lambda: queue.committed() == 0)
    until(lambda: queue.committed(1) == 0)
    before = queue.cursor()
    backlog.finish(found[0])
    until(lambda: queue.committed() == 2)
    after = queue.cursor()
    # then
    assert (before, after) == (0, 2)
    assert [backlog.holds(f) for f in found] == [False, False, True, False, True]
    # when the rest is finished
    backlog.finish(found[2])
    backlog.finish(found[4])
    # then
    until(lambda: queue.committed() == 5)
    assert queue.cursor() == 5


def test_after_a_restart_the_unfinished_is_read_again(queue: Queue) -> None:
    # given
    queue.put(4)
    queue.start_at(0, 0)
    first = queue.backlog()
    found = read(first, 4)
    for finished in (found[0], found[2]):
        first.finish(finished)
    # when it stops, which lets go of the prefix at once, and starts again
    first.stop()
    stood = (queue.cursor(), queue.committed())
    again = read(queue.backlog(), 3)
    # then what was finished behind an unfinished one is read once more
    assert stood == (1, 1)
    assert [f.document_id for f in again] == ["d2", "d3", "d4"]


def test_the_ledgers_cursor_moves_before_the_groups_offset(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    # given what happens, in its order
    events: list[str] = []
    advance = cursors.advance

    def told(connection: Connection, group: str, places: dict[tuple[str, int], int]) -> None:
        advance(connection, group, places)
        events.append("ledger")

    monkeypatch.setattr("consumers.backlog.Consumer", lambda config: _Watched(config, events.append))
    monkeypatch.setattr(cursors, "advance", told)
    queue.put(1)
    queue.start_at(0, 0)
    backlog = queue.backlog()
    # when
    backlog.finish(read(backlog, 1)[0])
    until(lambda: queue.committed() == 1)
    backlog.stop()
    # then
    assert events[:2] == ["ledger", "kafka"]
    assert events == ["ledger", "kafka"] * (len(events) // 2)


def test_a_commit_that_kafka_refuses_is_made_good_by_the_next(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a group offset that cannot be set for a while
    told: list[str] = []
    monkeypatch.setattr("consumers.backlog.Consumer", lambda config: _Watched(config, told.append, refusing=2))
    queue.put(1)
    queue.start_at(0, 0)
    backlog = queue.backlog()
    # when
    backlog.finish(read(backlog, 1)[0])
    # then
    until(lambda: queue.committed() == 1)
    backlog.check()
    assert told.count("refused") == 2


def test_what_ends_the_thread_is_raised_by_check(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a ledger that fails at the first commit
    queue.start_at(0, 0)
    monkeypatch.setattr(cursors, "advance", _fail)
    backlog = queue.backlog()
    # when
    until(lambda: not backlog._thread.is_alive())
    # then
    with pytest.raises(_BrokenError):
        backlog.check()


def test_a_partition_without_cursor_ends_the_thread(queue: Queue) -> None:
    # given
    queue.start_at(0)
    backlog = queue.backlog()
    # when
    until(lambda: not backlog._thread.is_alive())
    # then
    with pytest.raises(StartRefusedError, match=r"no cursor for test\..*\[1\]"):
        backlog.check()


def test_a_foreign_record_is_passed_over_and_told(queue: Queue) -> None:
    # given
    queue.edge.publish(queue.topic, [b"not ours", None])
    queue.put(1)
    queue.edge.publish(queue.topic, [b"{}"])
    queue.start_at(0, 0)
    # when
    with capture_logs() as logs:
        backlog = queue.backlog()
        (found,) = read(backlog, 1)
        backlog.finish(found)
        until(lambda: queue.committed() == 4)
    # then the log names the place and none of the bytes
    told = [entry for entry in logs if entry["event"] == "backlog.foreign_record"]
    assert (found.document_id, found.offset) == ("d1", 2)
    assert [(entry["partition"], entry["offset"]) for entry in told] == [(0, 0), (0, 1), (0, 3)]
    assert "not ours" not in str(told)


def test_a_full_backlog_reads_no_further_and_goes_on_when_there_is_room(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given room for two, and one record a read
    monkeypatch.setattr("consumers.backlog.READ_AHEAD", 2)
    monkeypatch.setattr("consumers.backlog.BATCH", 1)
    queue.put(4)
    queue.start_at(0, 0)
    backlog = queue.backlog()
    first = read(backlog, 2)
    until(lambda: queue.committed() == 0)
    until(lambda: backlog._paused)
    held = backlog.take()
    # when
    for reference in first:
        backlog.finish(reference)
    # then
    assert held == []
    assert [f.document_id for f in read(backlog, 2)] == ["d3", "d4"]


def test_a_full_backlog_that_empties_during_a_rebalance_reads_on(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a member that is full, and becomes empty while another one joins
    monkeypatch.setattr("consumers.backlog.READ_AHEAD", 1)
    monkeypatch.setattr("consumers.backlog.BATCH", 1)
    monkeypatch.setattr("consumers.backlog.Backlog", _EmptiedByRebalance)
    queue.start_at(0, 0)
    for partition in (0, 0, 1, 1):
        queue.put(1, partition)
    first = queue.backlog("one")
    found = {reference.document_id for reference in read(first, 1)}
    until(lambda: first._paused)
    # when
    second = queue.backlog("two")

    def all_read() -> bool:
        for backlog in (first, second):
            for reference in backlog.take():
                found.add(reference.document_id)
                backlog.finish(reference)
        return len(found) == 4

    # then no partition stays paused
    until(all_read, 20)


def test_a_partition_that_went_to_another_member_is_held_no_longer(queue: Queue) -> None:
    # given one member with everything
    queue.put(1, partition=0)
    queue.put(1, partition=1)
    queue.start_at(0, 0)
    first = queue.backlog("one")
    found = read(first, 2)
    # when a second one joins
    second = queue.backlog("two")
    until(lambda: (first.assigned, second.assigned) == (1, 1))
    (moved,) = read(second, 1)
    # then each record is held by one of them
    assert [first.holds(f) for f in found] == [f.document_id != moved.document_id for f in found]
    assert second.holds(moved)


class _BrokenError(Exception):
    pass


def _fail(*_: object) -> NoReturn:
    raise _BrokenError


class _EmptiedByRebalance(Backlog):
    """All its work is finished in the moment after an assignment."""

    def _assigned(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        super()._assigned(consumer, places)
        for partition in self._partitions.values():
            partition.unfinished.clear()


class _Watched(Consumer):  # type: ignore[misc]  # the client is untyped
    """A consumer that tells of its commits; the first `refusing` of them fail."""

    def __init__(self, config: dict[str, object], tell: Callable[[str], None], refusing: int = 0) -> None:
        super().__init__(config)
        self._tell = tell
        self._refusing = refusing

    def commit(self, *args: object, **kwargs: object) -> object:
        if self._refusing:
            self._refusing -= 1
            self._tell("refused")
            raise KafkaException(KafkaError(KafkaError.ILLEGAL_GENERATION))
        self._tell("kafka")
        return super().commit(*args, **kwargs)
