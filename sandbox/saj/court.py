"""The court at work: publishes a day's phases, reads every outcome, and answers when it is asked.

One thread owns the consumer and does nothing but read, keep and answer; whoever waits is woken by it.
"""

import contextlib
import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from producers.saj import SOURCE, SajProducer
from producers.settings import KafkaSettings
from sandbox.saj.day import Day, Expected, Publication
from sandbox.saj.documents import TRIBUNAL, TYPE
from sandbox.saj.people import invent_staff
from sandbox.saj.scenarios import Phase
from schemas.writing import envelope

OUTCOMES = "saj.outcomes"
_TOPIC = "saj.documents.issued"
_OFFERED = "bnmp.document.contingency-offered.v1"
_OPENED = "bnmp.document.contingency-opened.v1"
_RESOLVED = "bnmp.contingency.resolved.v1"
_HELD = "bnmp.document.held.v1"
_CONFIRMATION = "confirmation"
_ANSWERED = "saj.contingency.answered.v1"
_RESOLVE = "saj.contingency.resolution-requested.v1"
_RELEASE = "saj.certificate.released.v1"
_ACCESS_CHANGED = "saj.user.access-changed.v1"
_BATCH = 500
_POLL_SECONDS = 0.1
_DELIVERY_SECONDS = 30.0


class CourtError(Exception):
    """The court cannot hear what is said: look at the topic `saj.outcomes` and at Kafka."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said about a document, or, without `document_id` and `sequence`, about something else."""

    type: str
    document_id: str | None
    sequence: int
    state: str | None
    reason: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All that was said so far: by document and sequence, and the rest in the order of arrival."""

    by_document: dict[str, dict[int, Outcome]] = field(default_factory=dict)
    others: list[Outcome] = field(default_factory=list)

    def latest(self, document_id: str) -> Outcome | None:
        """Give the outcome of a document with the highest sequence; None while nothing was said."""
        told = self.by_document.get(document_id)
        return told[max(told)] if told else None

    def has(self, document_id: str, type_: str) -> bool:
        """Whether an outcome of that type was ever said about a document."""
        return any(outcome.type == type_ for outcome in self.by_document.get(document_id, {}).values())

    def waited(self, document_id: str) -> bool:
        """Whether a document was ever held because of the link."""
        return any(outcome.reason == "WAITING_LINK" for outcome in self.by_document.get(document_id, {}).values())

    def keep(self, outcome: Outcome) -> bool:
        """Keep an outcome; False when it was known already."""
        if outcome.document_id is None or outcome.sequence == 0:
            self.others.append(outcome)
            return True
        told = self.by_document.setdefault(outcome.document_id, {})
        return told.setdefault(outcome.sequence, outcome) is outcome


Predicate = Callable[[Outcomes], bool]


def settled(documents: Iterable[Expected]) -> Predicate:
    """Make the predicate that holds when every document has ended as it must, contingencies resolved."""
    wanted = tuple(documents)

    def holds(outcomes: Outcomes) -> bool:
        return all(_has_ended(outcomes, document) for document in wanted)

    return holds


def parked(documents: Iterable[Expected]) -> Predicate:
    """Make the predicate that holds when, the link cut, every document is opened or held until it is back."""
    wanted = tuple(documents)

    def holds(outcomes: Outcomes) -> bool:
        return all(
            outcomes.has(document.document_id, _OPENED)
            if document.contingency
            else _reason(outcomes, document) == "WAITING_LINK"
            for document in wanted
        )

    return holds


class Court:
    """A day's court on one Kafka. A context manager: it listens from its start to its end."""

    def __init__(self, settings: KafkaSettings, day: Day, source: str = SOURCE) -> None:
        """Make the court of `day`; `source` is what it calls itself in its events."""
        self.day = day
        self._settings = settings
        self._kit = SajProducer(settings, source)
        self._outcomes = Outcomes()
        self._news = threading.Condition()
        self._ended = threading.Event()
        self._failure: Exception | None = None
        self._listener = threading.Thread(target=self._listen, name="court", daemon=True)

    def __enter__(self) -> Self:
        announce(self._kit)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.join(_DELIVERY_SECONDS)

    def publish(self, phase: Phase) -> int:
        """Publish a phase, and give how many events that were; raises `UndeliveredError` when one was not taken."""
        return publish_phase(self._kit, self.day, phase)

    def wait_until(self, predicate: Predicate, seconds: float) -> bool:
        """Wait until `predicate` holds; False when it does not after `seconds`. Raises `CourtError` when deaf."""
        with self._news:
            held = self._news.wait_for(lambda: self._failure is not None or predicate(self._outcomes), seconds)
            if self._failure is not None:
                raise CourtError(f"The court hears nothing any more: {self._failure}") from self._failure
            return held

    @property
    def outcomes(self) -> Outcomes:
        """A copy of all that was said so far."""
        with self._news:
            told = {document_id: dict(rows) for document_id, rows in self._outcomes.by_document.items()}
            return Outcomes(told, list(self._outcomes.others))

    def _listen(self) -> None:
        consumer = Consumer(
            {
                **self._settings.admin_config(),
                # Never committed and never joined: the group only has to have a name.
                "group.id": "saj-sandbox-court",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        try:
            consumer.assign(_all_partitions(consumer))
            while not self._ended.is_set():
                self._hear(consumer.consume(_BATCH, _POLL_SECONDS))
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            with self._news:
                self._failure = error
                self._news.notify_all()
        finally:
            # An answer to a document of ours may still be on its way.
            with contextlib.suppress(Exception):
                self._kit.flush(5)
            consumer.close()

    def _hear(self, records: list[Any]) -> None:
        # Errors that are not fatal pass: the client goes on by itself once the broker is back.
        heard = [_outcome(record) for record in records if not _is_error(record)]
        with self._news:
            new = [outcome for outcome in heard if self._outcomes.keep(outcome)]
            if new:
                self._news.notify_all()
        for outcome in new:
            document = self.day.documents.get(outcome.document_id or "")
            if document is not None:
                self._react(outcome, document)

    def _react(self, outcome: Outcome, document: Expected) -> None:
        """Do what SAJ's people do: answer each offer as planned, confirm a resolution, release a certidão.

        An answer of an earlier outage counts for nothing, so each offer has its own.
        """
        if outcome.type == _OFFERED and document.answer is not None:
            self._give(_ANSWERED, document, {"document_id": document.document_id, "answer": document.answer})
        elif outcome.type == _HELD and outcome.data.get("missing") == [_CONFIRMATION]:
            self._give(_RESOLVE, document, {"document_ids": [document.document_id]})
        elif outcome.type == _RESOLVED:
            released_at = datetime.now(UTC).isoformat()
            made = outcome.data.get("certificate") or {}
            if "id" in made:
                self._give(_RELEASE, document, {"certificate_id": made["id"], "released_at": released_at})

    def _give(self, type_: str, document: Expected, asked: Mapping[str, Any]) -> None:
        now, number = datetime.now(UTC), str(uuid.uuid4())
        data = {
            "command_id": number,
            "by": {"role": "SERVIDOR", "user": document.answered_by, "unit": document.unit},
            "at": now.isoformat(),
            "tribunal": TRIBUNAL,
            **asked,
        }
        self._kit.publish(type_, data, key=document.key, ce_id=number, time=now)


def announce(kit: SajProducer) -> None:
    """Tell the service of the court's users: whom nobody told it of decides nothing."""
    now = datetime.now(UTC)
    for user in (user for staff in invent_staff() for user in (staff.servidor, staff.magistrado)):
        data = {
            "command_id": str(uuid.uuid4()),
            "by": {"role": "ADMINISTRADOR_REGIONAL", "user": "a900", "unit": user.units[0]},
            "at": now.isoformat(),
            "tribunal": TRIBUNAL,
            "user": user.user,
            "role": user.position,
            "position": user.title,
            "units": list(user.units),
            "sca_confirmed": True,
            "saj_authenticated": True,
        }
        kit.publish(_ACCESS_CHANGED, data, key=f"user:{user.user}", time=now)
    kit.flush(_DELIVERY_SECONDS)


def publish_phase(kit: SajProducer, day: Day, phase: Phase) -> int:
    """Publish a phase of a day with the kit, and give how many events that were; all of them are taken."""
    publications = day.published_in(phase)
    for publication in publications:
        _publish(kit, publication)
    kit.flush(_DELIVERY_SECONDS)
    return len(publications)


def publish_day(settings: KafkaSettings, day: Day) -> int:
    """Publish a whole day at once, without listening, and give how many events that were."""
    kit = SajProducer(settings)
    return sum(publish_phase(kit, day, phase) for phase in Phase)


def _publish(kit: SajProducer, publication: Publication) -> None:
    now = datetime.now(UTC)
    if publication.data is not None:
        kit.publish(publication.type, publication.data, key=publication.key, ce_id=publication.ce_id, time=now)
        return
    ce_id = publication.ce_id
    headers = [] if ce_id is None else envelope(TYPE, ce_id=ce_id, source=kit.source, time=now)
    kit.publish_raw(_TOPIC, publication.key.encode(), publication.raw, headers)


def _all_partitions(consumer: Any) -> list[Any]:
    topic = consumer.list_topics(OUTCOMES, timeout=_DELIVERY_SECONDS).topics[OUTCOMES]
    if topic.error is not None or not topic.partitions:
        raise CourtError(f"there is no topic {OUTCOMES}; saj-bnmp topics create makes it")
    return [TopicPartition(OUTCOMES, partition, OFFSET_BEGINNING) for partition in topic.partitions]


def _is_error(record: Any) -> bool:
    error = record.error()
    if error is not None and error.fatal():
        raise CourtError(error.str())
    return error is not None


def _outcome(record: Any) -> Outcome:
    headers = dict(record.headers() or ())
    data = json.loads(record.value())
    return Outcome(
        type=headers["ce_type"].decode(),
        document_id=data.get("document_id"),
        sequence=data.get("sequence", 0),
        state=data.get("state"),
        reason=data.get("reason"),
        data=data,
    )


def _reason(outcomes: Outcomes, document: Expected) -> str | None:
    latest = outcomes.latest(document.document_id)
    return latest.reason if latest else None


def _has_ended(outcomes: Outcomes, document: Expected) -> bool:
    latest = outcomes.latest(document.document_id)
    ended = latest is not None and latest.state == document.state
    return ended and (not document.contingency or outcomes.has(document.document_id, _RESOLVED))
