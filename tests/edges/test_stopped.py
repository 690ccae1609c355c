"""A partition over the limit of dead letters stands still, the process lives on, and a signed act lets it go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.groups import PROCESSOR
from ledger.cursors import cursors
from operations.offsets import OffsetsRefusedError, offsets_resume, offsets_show
from tests.edges.carried import COMMANDS, DOCUMENTS, Carried
from tests.edges.edge import Edge, until

LIMIT = 5
SIGNED = {"by": "op1", "reason": "the producer was mended"}


@pytest.fixture
def carried(edge: Edge, tmp_path: Path) -> Iterator[Carried]:
    made = Carried(edge, tmp_path)
    made.environment["SAJ_BNMP_DEAD_LETTER_LIMIT"] = str(LIMIT)
    yield made
    made.end()


def stopped(carried: Carried) -> bool:
    with carried.edge.database.reading() as connection:
        return cursors(connection, PROCESSOR)[DOCUMENTS, 0].stopped_at is not None


def test_a_partition_stands_still_and_goes_on_by_a_signed_act_with_nothing_lost(carried: Carried) -> None:
    # given
    life = carried.start()
    first = carried.edge.publish(DOCUMENTS, [b"unreadable"] * LIMIT)
    until(lambda: stopped(carried))
    stood = carried.cursor()
    # when more comes there, and elsewhere
    late = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 2)
    others = carried.edge.publish(COMMANDS, [b"unreadable"], partition=1)
    # then
    carried.until_taken(others, COMMANDS, 1)
    assert (life.runs, stopped(carried), carried.cursor()) == (True, True, stood)
    (shown,) = (line for line in offsets_show(carried.edge.kafka, carried.edge.database).items if line.stopped_at)
    assert (shown.topic, shown.partition) == (DOCUMENTS, 0)
    # and when it is let go on, the process leaves, and its next life reads from the cursor
    done = offsets_resume(carried.edge.database, DOCUMENTS, 0, **SIGNED)
    assert done.next_offset == stood
    assert life.status() == 70
    carried.start()
    carried.until_taken(first + late)
    with pytest.raises(OffsetsRefusedError, match="not stopped"):
        offsets_resume(carried.edge.database, DOCUMENTS, 0, **SIGNED)
