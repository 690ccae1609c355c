"""Offsets: the first cursors of our groups, and where they stand."""

from dataclasses import dataclass
from datetime import datetime

from confluent_kafka.admin import AdminClient, OffsetSpec

from consumers.groups import TOPICS, ends, topic_ids
from ledger.cursors import Cursor, cursors, init
from ledger.engine import Database
from producers.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a group stands in one partition, and where the partition ends."""

    group: str
    topic: str
    partition: int
    next_offset: int
    end: int


def spec(start: str) -> OffsetSpec:
    """Read `earliest`, `latest` or an RFC 3339 instant; raises ValueError for anything else."""
    if start == "earliest":
        return OffsetSpec.earliest()
    if start == "latest":
        return OffsetSpec.latest()
    at = datetime.fromisoformat(start)
    if at.tzinfo is None:
        raise ValueError("an instant needs its offset, e.g. 2026-11-20T10:00:00-04:00")
    return OffsetSpec.for_timestamp(int(at.timestamp() * 1000))


def offsets_init(kafka: KafkaSettings, database: Database, start: str) -> list[Standing]:
    """Set the first cursor of every partition that has none; returns those that were set."""
    admin, asked, made = AdminClient(kafka.admin_config()), spec(start), []
    for group, topics in TOPICS.items():
        described = topic_ids(admin, topics)
        places = [(topic, number) for topic, (_, count) in described.items() for number in range(count)]
        last = ends(admin, places, OffsetSpec.latest())
        # After the last record there is no offset for an instant: the broker answers -1, the end is meant.
        first = {place: last[place] if at < 0 else at for place, at in ends(admin, places, asked).items()}
        wanted = {place: Cursor(first[place], described[place[0]][0]) for place in places}
        with database.transaction() as connection:
            new = init(connection, group, wanted)
        made += [Standing(group, *place, cursor.next_offset, last[place]) for place, cursor in sorted(new.items())]
    return made


def offsets_show(kafka: KafkaSettings, database: Database) -> list[Standing]:
    """Where every group stands."""
    admin, shown = AdminClient(kafka.admin_config()), []
    for group in TOPICS:
        with database.reading() as connection:
            known = cursors(connection, group)
        last = ends(admin, sorted(known), OffsetSpec.latest())
        shown += [Standing(group, *place, known[place].next_offset, last[place]) for place in sorted(known)]
    return shown


def records_in(kafka: KafkaSettings, topic: str) -> int:
    """How many records a topic holds."""
    admin = AdminClient(kafka.admin_config())
    places = [(topic, number) for number in range(topic_ids(admin, (topic,))[topic][1])]
    last, first = ends(admin, places, OffsetSpec.latest()), ends(admin, places, OffsetSpec.earliest())
    return sum(last[place] - first[place] for place in places)
