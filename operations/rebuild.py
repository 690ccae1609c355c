"""Rebuild: a second ledger is made of the topics alone, and held against the live one. The live one is only read.

The second ledger knows nothing of BNMP and says nothing: its outbox is emptied as it is filled, and it is claimed for a name
that no deployment has, so that no role starts on it and registers everything again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from confluent_kafka.admin import AdminClient

from consumers.groups import PROCESSOR, TOPICS, topic_ids
from consumers.intake import Intake
from consumers.processor import BATCH
from ledger import cursors, outbox
from ledger.batches import Arrival, Batch
from ledger.contents import CONTENTS, Content, Row, rows
from ledger.cursors import Cursor, Place
from ledger.deployment import Deployment
from ledger.engine import Database, LedgerError
from ledger.migrate import check, check_unused, migrate
from operations.rebuild_answers import Difference, Gone, Rebuilt, TableCompared
from operations.slices import Reader, merged, reaches, slices_reader
from producers.settings import KafkaSettings
from schemas.record import RawRecord

GROUP = "saj-bnmp.rebuild"
MARK = "{} rebuilt"
"""What the second ledger is claimed for."""

# No partition is stopped here: nobody is there to let it go on.
_NO_LIMIT = 2**62
_TELL_SECONDS = 2.0

Tell = Callable[[int, int], object]
"""Is told every two seconds how many offsets were taken, and of how many."""

NOT_COMPARED: Mapping[str, str] = {
    "document": "state, reason and all that follows from BNMP's answers, from the link and from the clock",
    "inbox": "outcome: whether content conflicted goes by how far a document was when it came",
    "payload": "under which of several ids the same content came first",
    "person": "numbers are each ledger's own; RJIs may come from BNMP",
    "dead_letter": "reason and end: another release may read what this one cannot, and ends are signed acts",
    "legacy_item": "documents and colour: they follow from what became of the item",
    "history, chain, certificate, custody_watch, divergence": "come of decisions, which follow from BNMP's answers",
    "link, link_test, link_failure, comparison": "come of BNMP and of the clock",
    "act, seal_head, replay_run, replay_place, replay_item": "what people and the ledger itself did",
    "consumed, deployment, lease, outbox": "each ledger's own",
}


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Makes the ledger `into` of what `live` has read; both are open, and `into` is empty or was begun by this."""

    kafka: KafkaSettings
    live: Database
    into: Database
    deployment: Deployment

    def rebuild(self, most: int, tell: Tell = lambda _, __: None) -> Rebuilt:
        """Take all that the live ledger's processor has read and Kafka still holds, then compare; goes on after a kill.

        Of the differences the first `most` of each table are named. Raises LedgerError where `into` is another ledger.
        """
        self._claim()
        described = topic_ids(AdminClient(self.kafka.admin_config()), TOPICS[PROCESSOR])
        places = [(topic, number) for topic, (_, count) in described.items() for number in range(count)]
        held = reaches(self.kafka, places)
        with self.into.transaction() as connection:
            first = {place: Cursor(low, described[place[0]][0]) for place, (low, _) in held.items()}
            cursors.init(connection, GROUP, first)
        read = self._read(self.live, PROCESSOR)
        taken = self._take(read, tell)
        # What was published meanwhile is little; after it both ledgers have read alike, or nearly.
        read = self._read(self.live, PROCESSOR)
        taken += self._take(read, tell)
        compared = [self._compared(content, most) for content in CONTENTS if content.said or content.where is not None]
        return Rebuilt(
            taken=taken,
            gone=tuple(
                Gone(topic=place[0], partition=place[1], first=0, last=low - 1)
                for place, (low, _) in sorted(held.items())
                if low > 0
            ),
            moved=self._read(self.live, PROCESSOR) != read,
            tables=tuple(compared),
            not_compared=dict(NOT_COMPARED),
        )

    def _claim(self) -> None:
        mark = MARK.format(self.deployment.court.tribunal)
        try:
            check(self.into, mark)
        except LedgerError:
            # Not begun by this: then it is empty, or it is somebody's.
            check_unused(self.into)
            migrate(self.into, mark)

    def _read(self, database: Database, group: str) -> dict[Place, int]:
        with database.reading() as connection:
            return {place: cursor.next_offset for place, cursor in cursors.cursors(connection, group).items()}

    def _take(self, ends: Mapping[Place, int], tell: Tell) -> int:
        """Take every partition up to where the live ledger is; gives how many records."""
        deployment = replace(self.deployment, dead_letter_limit=_NO_LIMIT)
        intake, taken = Intake(self.into, deployment, GROUP), 0
        done = self._read(self.into, GROUP)
        total = sum(max(0, end - done[place]) for place, end in ends.items())
        tell_at = time.monotonic() + _TELL_SECONDS
        with slices_reader(self.kafka) as reader:
            sources = {place: _until(reader, place, done[place], end) for place, end in ends.items()}
            for records in merged(sources, BATCH):
                intake.take(records, gaps=False, beside=_say_nothing)
                taken += len(records)
                if time.monotonic() > tell_at:
                    tell_at = time.monotonic() + _TELL_SECONDS
                    tell(taken, total)
        return taken

    def _compared(self, content: Content, most: int) -> TableCompared:
        only_live = only_rebuilt = differing = count = 0
        named: list[Difference] = []
        with self.live.reading() as ours, self.into.reading() as theirs:
            for key, mine, other in paired(rows(ours, content), rows(theirs, content)):
                count += 1
                if mine == other:
                    continue
                only_live += other is None
                only_rebuilt += mine is None
                fields = _fields(mine, other)
                differing += bool(fields)
                if len(named) < most:
                    where = "BOTH" if fields else "LIVE" if other is None else "REBUILT"
                    named.append(Difference(key=_shown(content, key), where=where, columns=fields))
        return TableCompared(
            table=content.table.name,
            columns=(*content.key, *content.said),
            rows=count,
            only_live=only_live,
            only_rebuilt=only_rebuilt,
            differing=differing,
            differences=tuple(named),
        )


def paired(
    mine: Iterator[Row], others: Iterator[Row]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any] | None, dict[str, Any] | None]]:
    """Rows of two ledgers by their keys, both in the order of their bytes: what each has under a key, or None."""
    left, right = next(mine, None), next(others, None)
    while left is not None or right is not None:
        if left is not None and (right is None or _order(left[0]) < _order(right[0])):
            yield left[0], left[1], None
            left = next(mine, None)
        elif right is not None and (left is None or _order(right[0]) < _order(left[0])):
            yield right[0], None, right[1]
            right = next(others, None)
        elif left is not None and right is not None:
            yield left[0], left[1], right[1]
            left, right = next(mine, None), next(others, None)


def _order(key: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(part.encode() if isinstance(part, str) else part for part in key)


def _fields(mine: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> tuple[str, ...]:
    if mine is None or other is None:
        return ()
    return tuple(name for name, value in mine.items() if other[name] != value)


def _shown(content: Content, key: Sequence[Any]) -> str:
    """A row's key for operators; whose it is stands in no answer."""
    return "a party" if content.table.name == "alias" else " ".join(map(str, key))


def _until(reader: Reader, place: Place, at: int, end: int) -> Iterator[list[RawRecord]]:
    while at < end:
        pulled = reader.pull(place, at, end)
        if not pulled:
            return
        at = pulled[-1].offset + 1
        yield pulled


def _say_nothing(batch: Batch, _: Sequence[Arrival]) -> None:
    outbox.discard(batch.connection)
