"""Re-evaluating open documents after a rule was corrected: first what it would change, then exactly that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from ledger import acts
from ledger.deployment import Deployment
from ledger.engine import Connection, Database, now
from ledger.patience import patiently
from ledger.re_evaluating import Change, persons_of_open, re_evaluate
from ledger.search import FoundDocument, Which, documents_of
from operations.answers import Answer
from operations.document_plan import DocumentPlan, Planned, PlanRefusedError, written

RE_EVALUATED = "DOCUMENTS_RE_EVALUATED"
PERSONS = 50
"""How many persons' documents are decided about in one transaction."""

Tell = Callable[[int], object]
"""Is told how many persons were looked at, after each batch."""


class ReEvaluated(Answer):
    """What became of a plan: how many documents were changed now, and how many had been before (a plan goes on so)."""

    sha256: str
    planned: int
    changed: int
    before: int
    by: str
    reason: str


def plan(
    database: Database,
    deployment: Deployment,
    which: Which,
    selectors: Mapping[str, str],
    *,
    file: Path,
    tell: Tell = lambda _: None,
) -> DocumentPlan:
    """Look at all that are meant, write nothing to the ledger, and write the plan's file. Raises PlanRefusedError."""
    found: dict[str, Change] = {}
    after, looked = 0, 0
    while True:
        with database.transaction() as connection:
            persons = persons_of_open(connection, which, after, PERSONS)
            changes = re_evaluate(connection, deployment, now(connection), persons, write=False) if persons else []
        if not persons:
            break
        found |= {change.document_id: change for change in changes}
        after, looked = persons[-1], looked + len(persons)
        tell(looked)
    items = [_planned(found[document_id]) for document_id in sorted(found)]
    return written("RE_EVALUATE", deployment.court.tribunal, selectors, looked, items, file=file)


def apply(
    database: Database,
    deployment: Deployment,
    planned: DocumentPlan,
    *,
    by: str,
    reason: str,
    tell: Tell = lambda _: None,
) -> ReEvaluated:
    """Do what was planned, in bounded transactions; what was done before is left alone, so that a plan goes on.

    Raises PlanRefusedError before anything is written where the documents or the rules are others by now, and in the
    middle where they became others meanwhile: what was done is told by it. ValueError where nobody signs.
    """
    batches, whole = list(_batches(planned.items)), {item.document_id: item for item in planned.items}
    for batch in batches:
        with database.transaction() as connection:
            _matching(connection, deployment, whole, batch, write=False)

    def do(batch: Sequence[Planned]) -> int:
        with database.transaction() as connection:
            done = _matching(connection, deployment, whole, batch, write=True)
            if done:
                detail = {"sha256": planned.sha256, "documents": len(batch), "changed": done}
                acts.write(connection, RE_EVALUATED, batch[0].document_id, by=by, reason=reason, detail=detail)
            return done

    changed = looked = 0
    for batch in batches:
        try:
            changed += patiently(partial(do, batch))
        except PlanRefusedError as error:
            raise PlanRefusedError(f"{error}; {changed} documents of the plan were changed before that") from None
        looked += len({item.person for item in batch})
        tell(looked)
    return ReEvaluated(
        sha256=planned.sha256,
        planned=len(planned.items),
        changed=changed,
        before=len(planned.items) - changed,
        by=by,
        reason=reason,
    )


def _matching(
    connection: Connection,
    deployment: Deployment,
    whole: Mapping[str, Planned],
    batch: Sequence[Planned],
    *,
    write: bool,
) -> int:
    """Decide about a batch, and give how many documents change; raises PlanRefusedError where that is not the plan.

    What is bound to the batch's documents changes with them: it is in the plan too, perhaps in another batch.
    """
    found = re_evaluate(connection, deployment, now(connection), {item.person for item in batch}, write=write)
    made = {change.document_id: _planned(change) for change in found}
    others = [document_id for document_id, change in made.items() if whole.get(document_id) != change]
    left = [item for item in batch if item.document_id not in made]
    standing = documents_of(connection, [item.document_id for item in left])
    others += [item.document_id for item in left if not _is_done(item, standing.get(item.document_id))]
    if others:
        raise PlanRefusedError(f"{min(others)} is not as it was planned: make a new plan")
    return len(made)


def _is_done(item: Planned, kept: FoundDocument | None) -> bool:
    return kept is not None and (kept.state, kept.reason) == (item.to_state, item.to_reason)


def _batches(items: Sequence[Planned]) -> Iterator[list[Planned]]:
    """The items by their persons; those of one person in one batch."""
    of: dict[int, list[Planned]] = {}
    for item in items:
        of.setdefault(item.person, []).append(item)
    persons = sorted(of)
    for first in range(0, len(persons), PERSONS):
        yield [item for person in persons[first : first + PERSONS] for item in of[person]]


def _planned(change: Change) -> Planned:
    return Planned(**{name: getattr(change, name) for name in Planned.model_fields})
