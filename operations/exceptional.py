"""What was issued outside SAJ: the list that SAJ does not keep, and a registration from here (docs/law.md exceptional)."""

from collections.abc import Mapping
from typing import Any

from ledger import acts, outside
from ledger.engine import Database
from operations.answers import Answer, Page
from producers.saj import SajProducer, check
from producers.settings import KafkaSettings
from rules.exceptional import EXCEPCIONAL
from schemas.document_issued import TYPE

REGISTERED = "EXCEPTIONAL_REGISTERED"
_FLUSH_SECONDS = 30.0


class ExceptionalLine(Answer):
    """A document that was issued outside SAJ, and how its registration stands; nothing of what SAJ wrote in it."""

    document_id: str
    kind: str
    hypothesis: str | None
    case_number: str | None
    unit: str | None
    state: str
    reason: str | None
    missing: tuple[str, ...]
    national_number: str | None
    person: int


ExceptionalPage = Page[ExceptionalLine]


class ExceptionalRegistered(Answer):
    """A document that was published to be registered; what becomes of it `exceptional list` and its outcomes tell."""

    document_id: str
    event_id: str
    hypothesis: str


def listed(
    database: Database, limit: int, cursor: str = "", *, unit: str | None = None, pending: bool = False
) -> ExceptionalPage:
    """Documents in the order of their ids, from the one after `cursor`; `pending`: only what has not ended."""
    with database.reading() as connection:
        found = outside.documents(connection, limit + 1, cursor, unit=unit, pending=pending)
    lines = tuple(
        ExceptionalLine(**{name: getattr(one, name) for name in ExceptionalLine.model_fields}) for one in found[:limit]
    )
    return ExceptionalPage(items=lines, next_cursor=lines[-1].document_id if len(found) > limit else None)


def register(
    database: Database, kafka: KafkaSettings, data: Mapping[str, Any], why: tuple[str, str], signed: tuple[str, str]
) -> ExceptionalRegistered:
    """Publish a document as SAJ would, with (hypothesis, justification) of its being issued outside; (by, reason) on record.

    Raises ValueError for what does not hold in it, and UndeliveredError where Kafka did not take it.
    """
    whole = {**data, "origin": EXCEPCIONAL, "exceptional": {"hypothesis": why[0], "justification": why[1]}}
    problems = check(TYPE, whole)
    if problems:
        raise ValueError("; ".join(f"{one.field} {one.rule}" for one in problems))
    document_id = str(whole["document_id"])
    with database.transaction() as connection:
        acts.write(connection, REGISTERED, document_id, by=signed[0], reason=signed[1], detail={"hypothesis": why[0]})
    kit = SajProducer(kafka)
    event_id = kit.publish(TYPE, whole)
    kit.flush(_FLUSH_SECONDS)
    return ExceptionalRegistered(document_id=document_id, event_id=event_id, hypothesis=why[0])
