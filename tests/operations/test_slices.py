"""Which records are meant is said exactly, by offsets and bytes, and a plan's file is what was planned or nothing."""

import json
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from operations.replay import Limits
from operations.replay_file import loaded, written
from operations.slices import CHUNK_RECORDS, Builder, Reader, ReplayRefusedError, Slice, digest_of, merged
from schemas.record import RawRecord

TOPIC = "saj.commands"


def record(offset: int, *, partition: int = 0, stamp: int = 0, value: bytes | None = b"v") -> RawRecord:
    return RawRecord(TOPIC, partition, offset, stamp, b"k", value, (("a", b"1"), ("b", None)))


def built(offsets: Sequence[int]) -> Slice:
    builder = Builder(TOPIC, "T1", 0)
    for offset in offsets:
        builder.add(record(offset))
    return builder.made()


@given(st.lists(st.integers(0, 40), unique=True, min_size=1).map(sorted), st.integers(0, 41))
def test_a_slice_has_exactly_the_offsets_that_were_added(offsets: list[int], first: int) -> None:
    # when
    made = built(offsets)
    # then
    assert list(made.offsets(0)) == offsets
    assert list(made.offsets(first)) == [offset for offset in offsets if offset >= first]
    assert made.count == len(offsets)


def test_a_slice_of_many_records_has_many_chunks_and_one_span() -> None:
    # when
    made = built(range(2 * CHUNK_RECORDS + 1))
    # then
    assert (made.firsts, made.lengths) == (array("q", [0]), array("q", [2 * CHUNK_RECORDS + 1]))
    assert [(each.first, each.count) for each in made.chunks] == [
        (0, CHUNK_RECORDS),
        (CHUNK_RECORDS, CHUNK_RECORDS),
        (2 * CHUNK_RECORDS, 1),
    ]


@pytest.mark.parametrize(
    "other",
    [
        record(2),
        record(1, stamp=1),
        record(1, value=b"w"),
        record(1, value=None),
        replace(record(1), key=None),
        replace(record(1), headers=(("a", b"1"), ("b", b""))),
        replace(record(1), headers=(("a", b"1b"),)),
    ],
)
def test_a_digest_differs_where_anything_of_a_record_does(other: RawRecord) -> None:
    assert digest_of([record(1)]) == digest_of([record(1)])
    assert digest_of([other]) != digest_of([record(1)])


@pytest.mark.parametrize("size", [1, 2, 100])
def test_partitions_are_merged_by_what_was_stamped_and_each_stays_in_its_order(size: int) -> None:
    # given a producer whose clock went back
    first = [record(0, stamp=10), record(1, stamp=5), record(2, stamp=30)]
    second = [record(0, partition=1, stamp=7), record(1, partition=1, stamp=20)]
    # when
    batches = list(merged({(TOPIC, 1): iter([second]), (TOPIC, 0): iter([first[:1], first[1:]])}, size))
    # then
    assert [each for batch in batches for each in batch] == [second[0], first[0], first[1], second[1], first[2]]
    assert all(len(batch) == size for batch in batches[:-1])


def test_a_plans_file_gives_back_what_was_planned(tmp_path: Path) -> None:
    # given
    made = built([1, 2, 7])
    # when
    plan = written("TJMS", {"from": 1}, [made], tmp_path / "plan.json")
    # then
    assert loaded(tmp_path / "plan.json", "TJMS") == plan
    assert (plan.slices, plan.count) == ((made,), 3)


def test_a_plans_file_that_was_changed_or_is_anothers_is_refused(tmp_path: Path) -> None:
    # given
    file = tmp_path / "plan.json"
    written("TJMS", {"from": 1}, [built([1, 2, 7])], file)
    whole = json.loads(file.read_text())
    # when
    with pytest.raises(ReplayRefusedError, match="TJSP"):
        loaded(file, "TJSP")
    changes: tuple[dict[str, Any], ...] = (
        {"selectors": {"from": 2}},
        {"slices": []},
        {"slices": [whole["slices"][0] | {"topic_id": "T2"}]},
        {"slices": [whole["slices"][0] | {"spans": [1, 3, 7, 1]}]},
    )
    for change in changes:
        file.write_text(json.dumps(whole | change))
        # then
        with pytest.raises(ReplayRefusedError, match="changed"):
            loaded(file, "TJMS")
    for text in ("", "{", "[]", json.dumps(whole | {"more": 1})):
        file.write_text(text)
        with pytest.raises(ReplayRefusedError, match="no plan"):
            loaded(file, "TJMS")


def test_a_batch_is_of_a_second_at_most() -> None:
    assert [Limits(rate, 500).batch for rate in (None, 0.5, 3.0, 9999.0)] == [500, 1, 3, 500]
    assert Limits(None, 20).batch == 20


class Given:
    """What the client hands over: a record, or the end of a partition as it was at some moment."""

    def __init__(self, partition: int, offset: int, *, ends: bool = False) -> None:
        self._partition, self._offset, self._ends = partition, offset, ends

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def error(self) -> KafkaError | None:
        return KafkaError(KafkaError._PARTITION_EOF) if self._ends else None

    def timestamp(self) -> tuple[int, int]:
        return 1, 0

    def key(self) -> bytes:
        return b"k"

    value = key

    def headers(self) -> None:
        return None


class Client:
    """A consumer whose answers are given."""

    def __init__(self, *answers: list[Given]) -> None:
        self.answers = list(answers)
        self.assigned: list[int] = []

    def assign(self, places: list[TopicPartition]) -> None:
        self.assigned += [place.offset for place in places]

    def consume(self, _count: int, _seconds: float) -> list[Given]:
        return self.answers.pop(0)


def test_only_an_end_that_lies_behind_what_is_meant_ends_the_reading() -> None:
    # given the end of another partition, an end that was one earlier, and nothing for a while
    client = Client(
        [Given(1, 9, ends=True)],
        [Given(0, 4, ends=True)],
        [],
        [Given(0, 3), Given(1, 4), Given(0, 4), Given(0, 5)],
        [Given(0, 6, ends=True)],
    )
    reader = Reader(cast(Consumer, client))
    # when
    first, second = reader.pull((TOPIC, 0), 4, 6), reader.pull((TOPIC, 0), 6, 6)
    # then
    assert [one.offset for one in first] == [4, 5]
    assert second == []
    assert client.assigned == [4]


def test_a_record_behind_what_is_meant_ends_it_and_is_not_given() -> None:
    # given a partition whose offsets have a hole
    client = Client([Given(0, 4), Given(0, 9)], [Given(0, 9)])
    reader = Reader(cast(Consumer, client))
    # then
    assert [one.offset for one in reader.pull((TOPIC, 0), 4, 6)] == [4]
    assert reader.pull((TOPIC, 0), 5, 6) == []
