"""Trying again what is held for one reason: listed first, then asked for, document by document and not too fast.

Each is the command that an operator gives for one document (`saj.document.retry-requested.v1`), judged and answered so.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ledger import acts, listing, search
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.search import Which
from operations.answers import Answer
from operations.commanding import Asked, Giver, give_many
from operations.document_plan import DocumentPlan, Planned, PlanRefusedError, written
from producers.settings import KafkaSettings
from rules.words import Reason

RETRIED = "DOCUMENTS_RETRIED"
TYPE = "saj.document.retry-requested.v1"
_PAGE = 1000

Tell = Callable[[int], object]
"""Is told how many answers there are, after each."""


class RetryDone(Answer):
    """What became of one document's command; MOVED_ON: it stood elsewhere than planned, and nothing was asked."""

    document_id: str
    outcome: str
    reason: str | None


class Retried(Answer):
    """What became of a plan: how many of each outcome (APPLIED, REFUSED, SENT, MOVED_ON), and each that was not applied."""

    sha256: str
    planned: int
    outcomes: dict[str, int]
    items: tuple[RetryDone, ...]


def plan(
    database: Database, deployment: Deployment, which: Which, selectors: Mapping[str, str], limit: int, *, file: Path
) -> DocumentPlan:
    """List what stands for the reason that `which` names, the oldest ids first, `limit` at most, and write the plan's file."""
    if which.reason not in list(Reason):
        raise PlanRefusedError("a plan to retry needs the reason that the documents are held for")
    items: list[Planned] = []
    with database.reading() as connection:
        after = ""
        while page := search.documents(connection, which, min(_PAGE, limit - len(items)), after):
            after = page[-1].document_id
            items += [
                Planned(
                    document_id=found.document_id,
                    person=found.person,
                    version=found.version,
                    sequence=0,
                    state=found.state,
                    reason=found.reason,
                )
                for found in page
            ]
            if len(items) >= limit:
                break
    return written("RETRY", deployment.court.tribunal, selectors, len(items), items, file=file)


def apply(
    kafka: KafkaSettings,
    database: Database,
    planned: DocumentPlan,
    giver: Giver,
    *,
    rate: float,
    wait: float,
    tell: Tell = lambda _: None,
) -> Retried:
    """Ask for another try of every document that still stands as planned, `rate` a second at most.

    It goes on record before the first. Raises PlanRefusedError where none stands so any more, KafkaUnreachableError,
    UndeliveredError.
    """
    standing = {item.document_id for item in planned.items if _stands(database, item)}
    if planned.items and not standing:
        raise PlanRefusedError("none of the plan's documents stands as it was planned: make a new plan")
    signed = f"{giver.role}:{giver.user}:{giver.unit}"
    with database.transaction() as connection:
        detail = {"sha256": planned.sha256, "documents": len(planned.items), "selectors": dict(planned.selectors)}
        acts.write(connection, RETRIED, planned.sha256[:16], by=signed, reason=giver.reason, detail=detail)
    done: list[RetryDone] = []

    def asked() -> Iterator[Asked]:
        for item in planned.items:
            # Looked at once more just before: the ones before it may have let it go.
            command = _asked(database, item)
            if command is None:
                done.append(RetryDone(document_id=item.document_id, outcome="MOVED_ON", reason=None))
            else:
                yield command

    for each, outcome, reason in give_many(kafka, planned.tribunal, asked(), giver, rate=rate, wait=wait):
        done.append(RetryDone(document_id=each.data["document_id"], outcome=outcome, reason=reason))
        tell(len(done))
    left = sorted((each for each in done if each.outcome != "APPLIED"), key=lambda each: each.document_id)
    outcomes = dict(sorted(Counter(each.outcome for each in done).items()))
    return Retried(sha256=planned.sha256, planned=len(planned.items), outcomes=outcomes, items=tuple(left))


def _stands(database: Database, item: Planned) -> bool:
    with database.reading() as connection:
        found = search.a_document(connection, item.document_id)
    now = found and (found.version, found.state, found.reason)
    return now == (item.version, item.state, item.reason)


def _asked(database: Database, item: Planned) -> Asked | None:
    if not _stands(database, item):
        return None
    with database.reading() as connection:
        key = listing.saj_key(connection, item.document_id)
    command = Asked(TYPE, "", {"document_id": item.document_id}, database.clock())
    return replace(command, key=key.decode()) if key else replace(command, key=item.document_id)
