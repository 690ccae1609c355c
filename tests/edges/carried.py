"""The processor as a process of its own, and what it left in its ledger."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from confluent_kafka import KafkaException

from consumers.groups import PROCESSOR, TOPICS
from ledger.tables import dead_letter
from operations.offsets import offsets_init
from tests.edges.edge import PARTITIONS, WAIT_SECONDS, Edge, until

DOCUMENTS, CUSTODY, COMMANDS = TOPICS[PROCESSOR]
_ROOT = Path(__file__).resolve().parents[2]
_ROLE = ("-m", "console", "run", "processor", "--exit-with-parent")


class Life:
    """One life of the processor. It ends with this process at the latest: it holds on to a pipe of ours."""

    def __init__(self, carried: "Carried", argv: Sequence[str]) -> None:
        self._log = carried.log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, *argv],
            cwd=_ROOT,
            env=os.environ | carried.environment,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def status(self, seconds: float = WAIT_SECONDS) -> int:
        """The exit status, waited for."""
        return self._process.wait(seconds)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        if self.runs:
            self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._log.close()


class Carried:
    """A ledger whose cursors stand at the end of SAJ's topics, and the processors that fill it."""

    def __init__(self, edge: Edge, folder: Path) -> None:
        self.edge = edge
        self.log = folder / "processor.log"
        self.environment = {
            "SAJ_BNMP_KAFKA_BOOTSTRAP": edge.kafka.bootstrap,
            "SAJ_BNMP_DATABASE_URL": edge.database.url,
            "SAJ_BNMP_TRIBUNAL": "TJMS",
            "SAJ_BNMP_INSTANCE_ID": "test",
            # What is published here is unreadable on purpose.
            "SAJ_BNMP_DEAD_LETTER_LIMIT": "100000",
        }
        self.lives: list[Life] = []
        offsets_init(edge.kafka, edge.database, "latest")

    def start(self, *argv: str) -> Life:
        self.lives.append(Life(self, argv or _ROLE))
        return self.lives[-1]

    def end(self) -> None:
        for life in self.lives:
            life.end()

    def text(self) -> str:
        return self.log.read_text()

    def at_group(self, offset: int, topic: str = DOCUMENTS, partition: int = 0) -> bool:
        return self.edge.committed(PROCESSOR, topic, partition) == offset

    def cursor(self, topic: str = DOCUMENTS, partition: int = 0) -> int:
        return self.edge.cursor(PROCESSOR, topic, partition)

    def taken(self, topic: str = DOCUMENTS, partition: int = 0) -> list[int]:
        """The offsets that were taken, of records which all became dead letters."""
        chosen = sa.select(dead_letter.c.offset).where(
            (dead_letter.c.topic == topic) & (dead_letter.c.partition == partition)
        )
        with self.edge.database.reading() as connection:
            return sorted(connection.scalars(chosen))

    def until_taken(self, offsets: Sequence[int], topic: str = DOCUMENTS, partition: int = 0) -> None:
        """Wait until exactly these are taken; an end of the process is told with its last words."""

        def there() -> bool:
            assert self.lives[-1].runs, self.text()[-3000:]
            return len(self.taken(topic, partition)) >= len(offsets)

        until(there)
        assert self.taken(topic, partition) == list(offsets)

    def move_group_to_the_ends(self) -> None:
        """Somebody sets the group's offsets; Kafka lets them as soon as it has given up the last life's membership."""
        places = [(topic, number) for topic in TOPICS[PROCESSOR] for number in range(PARTITIONS)]

        def moved() -> bool:
            with contextlib.suppress(KafkaException):
                self.edge.commit(PROCESSOR, {place: self.edge.end(*place) for place in places})
                return True
            return False

        until(moved)
