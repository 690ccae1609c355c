"""What carries records where no Kafka runs loses none of them between its two threads."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bench._carriage import Queue
from schemas.record import RawRecord
from schemas.writing import envelope

COUNT = 20_000


@pytest.fixture
def busy() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("busy")
def test_every_record_that_is_put_is_taken_once_and_held_until_it_is_finished() -> None:
    # given
    queue, taken = Queue(), list[int]()
    headers = tuple(envelope("bnmp.dispatch.v1", ce_id="1", source="bench", time=datetime.now(UTC)))
    data = {"document_id": "d", "tribunal": "TJMS", "person": 1, "turn": 1, "priority": 0, "purpose": "SEND"}
    record = RawRecord("bnmp.dispatch", 0, 0, 0, b"1", json.dumps(data).encode(), headers)

    def put() -> None:
        for _ in range(COUNT):
            queue.put(record)

    putting = threading.Thread(target=put)
    # when
    putting.start()
    alive = True
    while alive:
        # What was put before it was seen to have ended is taken after that.
        alive = putting.is_alive()
        new = queue.take()
        assert all(queue.holds(reference) for reference in new)
        taken += [reference.offset for reference in new]
    putting.join()
    # then
    assert taken == list(range(COUNT))
