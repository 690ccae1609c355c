"""A queue topic of one test, what is put there, and the backlogs that read it."""

from datetime import UTC, datetime
from itertools import count

from consumers import backlog as reading
from schemas.outcomes import DISPATCH, Dispatch
from schemas.writing import compose
from tests.edges.edge import Edge, until


class Queue:
    """A queue topic of this test alone, its group, and the backlogs that read it."""

    def __init__(self, edge: Edge, topic: str) -> None:
        self.edge = edge
        self.topic = topic
        self.group = f"group.{topic}"
        self._number = count(1)
        self._running: list[reading.Backlog] = []

    def put(self, amount: int, partition: int = 0) -> None:
        for _ in range(amount):
            self._put(f"d{next(self._number)}", partition)

    def _put(self, document_id: str, partition: int) -> None:
        body = Dispatch(document_id=document_id, tribunal="TJMS", person=1, turn=1, priority=2, purpose="SEND")
        headers, value = compose(DISPATCH, body, ce_id=document_id, source="/test", time=datetime.now(UTC))
        self.edge.publish(self.topic, [value], partition=partition, headers=headers)

    def start_at(self, *offsets: int) -> None:
        self.edge.start_at(self.group, {(self.topic, number): at for number, at in enumerate(offsets)})

    def backlog(self, instance: str = "one") -> reading.Backlog:
        made = reading.Backlog(self.edge.kafka, self.edge.database, self.group, self.topic, instance)
        made.start()
        self._running.append(made)
        return made

    def cursor(self, partition: int = 0) -> int:
        return self.edge.cursor(self.group, self.topic, partition)

    def committed(self, partition: int = 0) -> int:
        return self.edge.committed(self.group, self.topic, partition)

    def end(self) -> None:
        for backlog in self._running:
            backlog.stop()


def read(backlog: reading.Backlog, amount: int) -> list[reading.Reference]:
    """The next references, as many as are asked for at least."""
    found: list[reading.Reference] = []

    def enough() -> bool:
        backlog.check()
        found.extend(backlog.take())
        return len(found) >= amount

    until(enough)
    return found
