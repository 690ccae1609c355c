"""What Faust lost in memory is read again before the batch that shows it is taken; what is gone stops the processor."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from confluent_kafka import TopicPartition
from faust.types import TP, Message

from consumers.faust_consumer import RecordsGoneError, raw_record, refill
from consumers.intake import Intake
from consumers.processor import Processor, ProcessorSettings
from ledger.deployment import Deployment
from rules.dossier import Court
from rules.windows import Windows
from schemas.record import RawRecord
from tests.edges.carried import COMMANDS, DOCUMENTS, Carried
from tests.edges.edge import Edge

_COURT = Court("TJMS", ZoneInfo("America/Campo_Grande"))


@pytest.fixture
def carried(edge: Edge, tmp_path: Path) -> Carried:
    return Carried(edge, tmp_path)


@pytest.fixture
async def processor(edge: Edge) -> Processor:
    """A processor that has not joined its group: batches are handed to it by the test."""
    return Processor(Intake(edge.database, Deployment(_COURT, Windows())), ProcessorSettings(edge.kafka.bootstrap, "t"))


def _from(edge: Edge, topic: str, offsets: Sequence[int], partition: int = 0) -> list[RawRecord]:
    return [r for r in edge.records(topic, offsets[0], partition) if r.offset in offsets]


async def test_a_batch_that_begins_behind_the_cursor_is_taken_with_what_lies_between(
    carried: Carried, processor: Processor
) -> None:
    # given events that were dropped on two partitions: the first ones, and some in the middle
    documents = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 700)
    commands = carried.edge.publish(COMMANDS, [b"unreadable"] * 6, partition=1)
    left = [commands[n] for n in (0, 1, 4, 5)]
    batch = _from(carried.edge, DOCUMENTS, documents[650:]) + _from(carried.edge, COMMANDS, left, 1)
    # when
    taken = await processor._take(batch)
    # then
    assert carried.taken() == documents
    assert carried.taken(COMMANDS, 1) == commands
    assert taken.next_offsets == {(DOCUMENTS, 0): documents[-1] + 1, (COMMANDS, 1): commands[-1] + 1}
    assert carried.cursor() == documents[-1] + 1


async def test_what_comes_again_is_not_taken_again(carried: Carried, processor: Processor) -> None:
    # given
    offsets = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 4)
    batch = _from(carried.edge, DOCUMENTS, offsets)
    await processor._take(batch)
    # when
    again = await processor._take(batch)
    # then
    assert (again.next_offsets, again.counts) == ({}, {"already_consumed": 4})
    assert carried.taken() == offsets


async def test_records_that_retention_took_stop_the_processor_with_their_range(
    carried: Carried, processor: Processor
) -> None:
    # given
    offsets = carried.edge.publish(COMMANDS, [b"unreadable"] * 6)
    batch = _from(carried.edge, COMMANDS, offsets[5:])
    place = TopicPartition(COMMANDS, 0, offsets[4])
    carried.edge.admin.delete_records([place])[place].result()
    # when, then
    with pytest.raises(RecordsGoneError, match=rf"saj.commands\[0\] offsets {offsets[0]} to {offsets[3]} were never"):
        await processor._take(batch)
    assert (carried.taken(COMMANDS), carried.cursor(COMMANDS)) == ([], offsets[0])


async def test_a_record_read_again_is_the_same_record_to_the_byte(carried: Carried) -> None:
    # given
    headers = [("ce_id", b"1"), ("ce_id", bytes(range(256))), ("none", None)]
    (offset,) = carried.edge.publish(DOCUMENTS, [bytes(range(256))], key=b"\xff", headers=headers, codec="zstd")
    # when
    found = await refill(carried.edge.kafka.bootstrap, (((DOCUMENTS, 0), offset, offset + 1),))
    # then
    assert found == carried.edge.records(DOCUMENTS, offset)


@pytest.mark.parametrize("milliseconds", [1_795_230_326_001, 1_763_690_000_123, 1_001])
def test_fausts_form_of_a_record_keeps_its_millisecond(milliseconds: int) -> None:
    # given Faust's own division
    place = (DOCUMENTS, 0, 7, milliseconds / 1000.0, 0, [("h", b"1"), ("h", None)], b"k", b"v", None)
    # when
    record = raw_record(Message(*place, tp=TP(DOCUMENTS, 0)))
    # then
    assert record == RawRecord(DOCUMENTS, 0, 7, milliseconds, b"k", b"v", (("h", b"1"), ("h", None)))
