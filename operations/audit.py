"""Audit: who did what, and whether the history is what it was when it was written."""

from dataclasses import asdict
from itertools import islice
from typing import Literal

from confluent_kafka import TopicPartition
from pydantic import AwareDatetime

from ledger import acts, chains, incidents
from ledger.chain_check import Checked, Finding, check
from ledger.deployment import Deployment
from ledger.engine import Database
from operations.answers import Answer, Page, StrangeCursorError
from operations.records import ASK_SECONDS, reader, until_ends
from producers.settings import KafkaSettings
from schemas.record import RawRecord

MOST = 1000


class ActShown(Answer):
    """What an operator, or the service itself, did: by whom, why, and about what."""

    number: int
    at: AwareDatetime
    by: str
    reason: str
    act: str
    subject: str
    detail: dict[str, object]


class Altered(Answer):
    """Something that does not hold: of the ledger's number of a person and the place in their chain, or of a seal.

    Person 0: of an operator's act. `position` is the entry's place, the seal's number, or with a `document` the version
    of it that is not as it was received; `entry` is the row's id, where there is one.
    """

    what: str
    person: int | None
    position: int | None
    entry: int | None
    document: str | None


class AuditVerified(Answer):
    """What was looked at and what does not hold; of many findings the first `MOST`, `found` counts all.

    `signed` is false where no key is set: then anybody who may write to the ledger could have made the codes anew.
    `unchained` are entries of a release that had no chains.
    """

    verdict: Literal["HOLDS", "ALTERED"]
    signed: bool
    entries: int
    persons: int
    seals: int
    unchained: int
    acts: int
    payloads: int
    found: int
    items: tuple[Altered, ...]


ActPage = Page[ActShown]


def shown(database: Database, which: acts.Which, limit: int, cursor: str = "") -> ActPage:
    """Acts, the latest first, before the one that `cursor` is; raises ValueError for a cursor of another listing."""
    if cursor and not cursor.isdecimal():
        raise StrangeCursorError(cursor)
    with database.reading() as connection:
        found = acts.listed(connection, which, limit + 1, int(cursor) if cursor else None)
    items = tuple(ActShown(number=number, **asdict(each)) for number, each in found[:limit])
    return ActPage(items=items, next_cursor=str(items[-1].number) if len(found) > limit else None)


def verify(kafka: KafkaSettings, database: Database, deployment: Deployment) -> AuditVerified:
    """Hold the whole history against its codes and against every seal; what does not hold is an incident as well.

    Reads everything once, and what does not hold once more: a seal may be told between two looks at one reading. Raises
    KafkaUnreachableError, for without the seals nothing is proved.
    """
    counts, found, first = _checked(kafka, database, deployment)
    if found:
        counts, found, first = _checked(kafka, database, deployment)
    if found:
        _report(database, deployment, first[0], found)
    return AuditVerified(
        verdict="ALTERED" if found else "HOLDS",
        signed=bool(deployment.audit_key),
        **asdict(counts),
        found=found,
        items=tuple(Altered(**asdict(each)) for each in first),
    )


def _checked(kafka: KafkaSettings, database: Database, deployment: Deployment) -> tuple[Checked, int, list[Finding]]:
    """What was looked at, how much of it does not hold, and the first `MOST` of that."""
    seals, counts, found = _seals(kafka), Checked(), 0
    first: list[Finding] = []
    with database.reading() as connection:
        for each in check(connection, deployment.audit_key, seals, counts):
            found += 1
            if len(first) < MOST:
                first.append(each)
    return counts, found, first


def _report(database: Database, deployment: Deployment, first: Finding, found: int) -> None:
    detail = {
        "what": first.what,
        "person": first.person,
        "document": first.document,
        "position": first.position,
        "found": found,
    }
    where = f"{first.what} {first.document or first.person or '-'}/{first.position or '-'}"
    with database.transaction() as connection:
        incidents.say_once(connection, deployment, "HISTORY_ALTERED", "history", where=where, detail=detail)


def seals_from(kafka: KafkaSettings, offset: int, limit: int) -> list[RawRecord]:
    """The records of seals from an offset of their one partition on, so many at most. Raises KafkaUnreachableError."""
    with reader(kafka) as consumer:
        consumer.assign([TopicPartition(chains.TOPIC, 0, offset)])
        return list(islice(until_ends(consumer, {(chains.TOPIC, 0)}), limit))


def _seals(kafka: KafkaSettings) -> list[chains.Seal]:
    """Every seal, in the order in which they were published."""
    with reader(kafka) as consumer:
        there = consumer.list_topics(chains.TOPIC, timeout=ASK_SECONDS).topics[chains.TOPIC]
        places = [TopicPartition(chains.TOPIC, number, 0) for number in there.partitions]
        consumer.assign(places)
        left = {(place.topic, place.partition) for place in places}
        return [chains.seal_of(record.value) for record in until_ends(consumer, left)]
