"""Consumer groups: how our consumers join them, and where they may start."""

import contextlib
import time
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from consumers.intake import GROUP
from ledger.cursors import cursors
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.requeue import requeue
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError

PROCESSOR, SENDER, RESOLVER = GROUP, "saj-bnmp.sender", "saj-bnmp.resolver"
TOPICS: dict[str, tuple[str, ...]] = {
    PROCESSOR: ("saj.documents.issued", "saj.custody.events", "saj.commands"),
    SENDER: ("bnmp.dispatch",),
    RESOLVER: ("bnmp.contingency",),
}
ASK_SECONDS = 10
log = structlog.get_logger(__name__)
_ELECTING = frozenset(
    {KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART}
)
_AWAY = frozenset({KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE})  # noqa: SLF001 (librdkafka's own codes)


class StartRefusedError(Exception):
    """A group may not start where the ledger's cursors and the topics disagree; the text says what to do."""


class OffsetsGoneError(StartRefusedError):
    """Kafka lost records before they were read: offsets `first` to `last`, both gone, of one partition."""

    def __init__(self, group: str, topic: str, partition: int, first: int, last: int) -> None:
        """Keep the range; the text says it, and the call to go on with once they were published again."""
        super().__init__(
            f"{topic}[{partition}] offsets {first} to {last} are gone from Kafka and {group} never read them: publish "
            "them again from the source, as their order demands, then run saj-bnmp offsets skip "
            f"--topic {topic} --partition {partition} --to {last + 1} --by WHO --reason WHY"
        )
        self.group, self.topic, self.partition, self.first, self.last = group, topic, partition, first, last


def consumer_config(kafka: KafkaSettings, group: str, instance: str) -> dict[str, Any]:
    """A consumer that never commits or resets by itself, under a static name for a fast restart."""
    return kafka.client_config() | {
        "group.id": group,
        "group.instance.id": instance,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": 10_000,
        "heartbeat.interval.ms": 1_000,
    }


def topic_ids(admin: AdminClient, topics: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """The broker's id and partition count of each topic; a missing topic is refused.

    Raises KafkaUnreachableError where no broker answers.
    """
    found = {}
    for name, future in admin.describe_topics(TopicCollection(list(topics)), request_timeout=ASK_SECONDS).items():
        try:
            described = future.result()
        except Exception as error:  # noqa: BLE001 (whatever the broker says, the topic cannot be used)
            if isinstance(error, KafkaException) and error.args[0].code() in _AWAY:
                raise KafkaUnreachableError(f"Kafka cannot be reached: {error.args[0].str()}") from None
            raise StartRefusedError(f"topic {name} cannot be used ({error}): run saj-bnmp topics create") from None
        found[name] = (str(described.topic_id), len(described.partitions))
    return found


def ends(admin: AdminClient, places: list[tuple[str, int]], spec: OffsetSpec) -> dict[tuple[str, int], int]:
    """The offset of each partition that `spec` asks for; a broker that is still electing leaders is asked again."""
    asked = {TopicPartition(topic, partition): spec for topic, partition in places}
    deadline = time.monotonic() + ASK_SECONDS
    while True:
        futures = admin.list_offsets(asked, request_timeout=ASK_SECONDS)
        try:
            return {(place.topic, place.partition): future.result().offset for place, future in futures.items()}
        except KafkaException as error:
            if error.args[0].code() not in _ELECTING or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def check_queue(kafka: KafkaSettings, database: Database, deployment: Deployment, group: str) -> None:
    """Check the start of the sender or the resolver; what its queue lost is put there again from the ledger, and told."""
    with database.reading() as connection:
        known = cursors(connection, group)
    with contextlib.suppress(OffsetsGoneError):
        check_start(kafka, database, group)
        return
    first = ends(AdminClient(kafka.admin_config()), sorted(known), OffsetSpec.earliest())
    gone = {place: at for place, at in first.items() if known[place].next_offset < at}
    count = requeue(database, deployment, group, gone, contingency=group == RESOLVER)
    log.warning(
        "queue.offsets_gone",
        group=group,
        partitions=[f"{topic}[{number}]" for topic, number in sorted(gone)],
        documents_put_again=count,
    )
    check_start(kafka, database, group)


def check_start(kafka: KafkaSettings, database: Database, group: str) -> None:
    """Refuse to start without a cursor for every partition, on another topic's id, or outside of what a topic holds."""
    admin = AdminClient(kafka.admin_config())
    described = topic_ids(admin, TOPICS[group])
    with database.reading() as connection:
        known = cursors(connection, group)
    places = [(topic, number) for topic, (_, count) in described.items() for number in range(count)]
    without = [place for place in places if place not in known]
    if without:
        topic, partition = without[0]
        raise StartRefusedError(
            f"{group} has no cursor for {topic}[{partition}] and {len(without) - 1} more: "
            "run saj-bnmp offsets init --from earliest|latest|TIME"
        )
    first, last = (ends(admin, places, spec) for spec in (OffsetSpec.earliest(), OffsetSpec.latest()))
    for place in places:
        topic, partition = place
        cursor = known[place]
        if cursor.topic_id != described[topic][0]:
            raise StartRefusedError(
                f"{topic} is another topic than the one {group} read: it was deleted and made again"
            )
        if cursor.next_offset > last[place]:
            raise StartRefusedError(
                f"{group} stands at {topic}[{partition}] offset {cursor.next_offset}, beyond its end {last[place]}"
            )
        if cursor.next_offset < first[place]:
            raise OffsetsGoneError(group, topic, partition, cursor.next_offset, first[place] - 1)
