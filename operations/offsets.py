"""Offsets: the first cursors of our groups, where they stand, and the signed way past records that Kafka lost."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from consumers.groups import ASK_SECONDS, TOPICS, OffsetsGoneError, ends, topic_ids
from ledger import acts, incidents, limits
from ledger.cursors import Cursor, Place, cursors, init, skip
from ledger.deployment import Deployment
from ledger.engine import Database
from operations.answers import (
    CursorSet,
    GroupShown,
    Member,
    OffsetLine,
    OffsetsShown,
    OffsetsSkipped,
    PartitionResumed,
    StrangeCursorError,
)
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError

SKIPPED = "OFFSETS_SKIPPED"
_COORDINATING = frozenset(
    {
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError._TIMED_OUT,  # noqa: SLF001 (the client's own code: it looked for the coordinator all the time)
    }
)
_GROUP_OF = {topic: group for group, topics in TOPICS.items() for topic in topics}
_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")


class OffsetsRefusedError(Exception):
    """What was asked of the cursors would lose records or has nothing to do; the text says why."""


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


def offsets_init(kafka: KafkaSettings, database: Database, start: str) -> list[CursorSet]:
    """Set the first cursor of every partition that has none; returns those that were set."""
    admin, asked, made = AdminClient(kafka.admin_config()), spec(start), list[CursorSet]()
    for group, topics in TOPICS.items():
        described = topic_ids(admin, topics)
        places = [(topic, number) for topic, (_, count) in described.items() for number in range(count)]
        last = _reached(ends, admin, places, OffsetSpec.latest())
        # After the last record there is no offset for an instant: the broker answers -1, the end is meant.
        found = _reached(ends, admin, places, asked)
        first = {place: last[place] if at < 0 else at for place, at in found.items()}
        wanted = {place: Cursor(first[place], described[place[0]][0]) for place in places}
        with database.transaction() as connection:
            new = init(connection, group, wanted)
        made += [
            CursorSet(group=group, topic=place[0], partition=place[1], next_offset=cursor.next_offset, end=last[place])
            for place, cursor in sorted(new.items())
        ]
    return made


def offsets_begin(kafka: KafkaSettings, database: Database, start: str) -> list[CursorSet]:
    """As `offsets_init`, for a start that nobody watches and that comes again: what has its cursor is left alone.

    Raises OffsetsRefusedError where the ledger knows nothing of a group that, by Kafka, has read: that is a ledger lost
    or another's, and beginning anew would register again what stands in BNMP.
    """
    admin = AdminClient(kafka.admin_config())
    for group in TOPICS:
        with database.reading() as connection:
            known = cursors(connection, group)
        if not known and _has_read(kafka, admin, group):
            raise OffsetsRefusedError(
                f"this ledger has no cursor of {group}, which has read in Kafka already: look at SAJ_BNMP_DATABASE_URL, "
                "restore the ledger, or say by hand where to begin: saj-bnmp offsets init --from earliest|latest|TIME"
            )
    return offsets_init(kafka, database, start)


def _has_read(kafka: KafkaSettings, admin: AdminClient, group: str) -> bool:
    """Whether Kafka knows of a record that the group has taken."""
    described = topic_ids(admin, TOPICS[group])
    places = [TopicPartition(topic, number) for topic, (_, count) in described.items() for number in range(count)]
    return any(offset > 0 for offset in _committed(kafka, group, places).values())


def offsets_show(kafka: KafkaSettings, database: Database, limit: int = 1000, cursor: str = "") -> OffsetsShown:
    """Where every group stands, from the line after `cursor` (`group/topic/partition`), and who is in it."""
    admin, lines = AdminClient(kafka.admin_config()), list[OffsetLine]()
    for group in TOPICS:
        with database.reading() as connection:
            known = cursors(connection, group)
        lines += _lines(kafka, admin, group, known)
    names = [f"{line.group}/{line.topic}/{line.partition}" for line in lines]
    if cursor and cursor not in names:
        raise StrangeCursorError(cursor)
    start = names.index(cursor) + 1 if cursor else 0
    more = names[start + limit - 1] if len(names) > start + limit else None
    return OffsetsShown(items=tuple(lines[start : start + limit]), groups=_groups(admin), next_cursor=more)


def _lines(kafka: KafkaSettings, admin: AdminClient, group: str, known: dict[Place, Cursor]) -> list[OffsetLine]:
    places = sorted(known)
    if not places:
        return []
    first, last = (_reached(ends, admin, places, at) for at in (OffsetSpec.earliest(), OffsetSpec.latest()))
    committed = _committed(kafka, group, [TopicPartition(*place) for place in places])
    return [
        OffsetLine(
            group=group,
            topic=place[0],
            partition=place[1],
            next_offset=known[place].next_offset,
            committed=committed.get(place),
            first=first[place],
            end=last[place],
            left=max(0, last[place] - known[place].next_offset),
            gone=max(0, first[place] - known[place].next_offset),
            stopped_at=known[place].stopped_at,
        )
        for place in places
    ]


def _committed(kafka: KafkaSettings, group: str, places: list[TopicPartition]) -> dict[Place, int]:
    """What the group committed.

    Not by the admin client: where a broker has had no group yet, so that nobody coordinates, its question is never
    answered, or ends the process (a fault of librdkafka 2.16). A consumer's own question waits for the coordinator.
    """
    consumer = Consumer(kafka.admin_config() | {"group.id": group, "enable.auto.commit": False})
    try:
        told = _coordinated(partial(consumer.committed, places, timeout=ASK_SECONDS))
    finally:
        consumer.close()
    return {(place.topic, place.partition): place.offset for place in told if place.offset >= 0}


def _groups(admin: AdminClient) -> tuple[GroupShown, ...]:
    listed = _reached(lambda: admin.list_consumer_groups(request_timeout=ASK_SECONDS).result().valid)
    known = {each.group_id for each in listed}
    return tuple(
        _coordinated(partial(_group, admin, group))
        if group in known
        else GroupShown(group=group, state="DEAD", members=())
        for group in TOPICS
    )


def _group(admin: AdminClient, name: str) -> GroupShown:
    described = admin.describe_consumer_groups([name], request_timeout=ASK_SECONDS)[name].result()
    members = tuple(
        Member(
            member_id=member.member_id,
            instance=member.group_instance_id,
            host=member.host,
            partitions=tuple(f"{at.topic}[{at.partition}]" for at in member.assignment.topic_partitions),
        )
        for member in described.members
    )
    return GroupShown(group=name, state=described.state.name, members=members)


def offsets_skip(
    kafka: KafkaSettings, database: Database, topic: str, partition: int, to: int, *, by: str, reason: str
) -> OffsetsSkipped:
    """Take a group past records of `saj.*` that Kafka lost before they were read; signed and kept on record.

    Only what is gone may be skipped: a record that is still there is never passed over. Raises OffsetsRefusedError.
    """
    group = _GROUP_OF.get(topic)
    if group is None or not topic.startswith("saj."):
        raise OffsetsRefusedError(f"{topic} is not a topic of SAJ's: what our own queues lost is in the ledger")
    place = (topic, partition)
    admin = AdminClient(kafka.admin_config())
    if partition not in range(topic_ids(admin, (topic,))[topic][1]):
        raise OffsetsRefusedError(f"{topic} has no partition {partition}")
    first = _reached(ends, admin, [place], OffsetSpec.earliest())[place]
    if to > first:
        raise OffsetsRefusedError(f"{topic}[{partition}] holds offset {first}: what is there is read, never skipped")
    with database.transaction() as connection:
        before = skip(connection, group, place, to)
        if before is None:
            raise OffsetsRefusedError(f"{group} does not stand before {topic}[{partition}] offset {to}")
        detail = {"group": group, "first": before, "last": to - 1}
        done = acts.write(connection, SKIPPED, f"{topic}[{partition}]", by=by, reason=reason, detail=detail)
    return OffsetsSkipped(
        group=group,
        topic=topic,
        partition=partition,
        first=before,
        last=to - 1,
        next_offset=to,
        at=done.at,
        by=done.by,
        reason=done.reason,
    )


def offsets_resume(database: Database, topic: str, partition: int, *, by: str, reason: str) -> PartitionResumed:
    """Let a partition go on that was stopped for its dead letters; signed and kept on record. Raises OffsetsRefusedError."""
    group = _GROUP_OF.get(topic)
    with database.transaction() as connection:
        at = limits.resume(connection, group, (topic, partition), by=by, reason=reason) if group else None
    if group is None or at is None:
        raise OffsetsRefusedError(f"{topic}[{partition}] is not stopped")
    return PartitionResumed(group=group, topic=topic, partition=partition, next_offset=at, by=by, reason=reason)


def report_gone(database: Database, deployment: Deployment, gone: OffsetsGoneError) -> bool:
    """Say the incident OFFSETS_GONE, once for each range; False where it was said before."""
    where = f"{gone.topic}[{gone.partition}]"
    detail = {"group": gone.group, "first": gone.first, "last": gone.last}
    told = f"{where}, {gone.first} a {gone.last}"
    with database.transaction() as connection:
        return incidents.say_once(connection, deployment, "OFFSETS_GONE", where, where=told, detail=detail)


def _reached(ask: Callable[_Asked, _Told], *arguments: _Asked.args, **options: _Asked.kwargs) -> _Told:
    try:
        return ask(*arguments, **options)
    except KafkaException as error:
        raise KafkaUnreachableError(f"Kafka did not tell its offsets: {error.args[0].str()}") from error


def _coordinated(ask: Callable[[], _Told]) -> _Told:
    """Ask what a group's coordinator knows; one that is still being found, or reads its log, is asked again."""
    deadline = time.monotonic() + ASK_SECONDS
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in _COORDINATING or time.monotonic() > deadline:
                raise KafkaUnreachableError(f"Kafka did not tell of its groups: {error.args[0].str()}") from error
        time.sleep(0.1)


def records_in(kafka: KafkaSettings, topic: str) -> int:
    """How many records a topic holds."""
    admin = AdminClient(kafka.admin_config())
    places = [(topic, number) for number in range(topic_ids(admin, (topic,))[topic][1])]
    last, first = (_reached(ends, admin, places, at) for at in (OffsetSpec.latest(), OffsetSpec.earliest()))
    return sum(last[place] - first[place] for place in places)
