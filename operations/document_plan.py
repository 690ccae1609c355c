"""The file of a plan over documents: what stands where now and what is meant to happen, with a digest over itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from operations.answers import Answer
from operations.plan_file import digest, put

VERSION = 1
MOST_ITEMS = 100_000
_MOST_BYTES = 64 * 1_048_576

What = Literal["RE_EVALUATE", "RETRY"]


class PlanRefusedError(Exception):
    """A plan is not applied; the text says why."""


class Planned(Answer):
    """A document of a plan: where it stands, and where a re-evaluation would bring it (null: it is only tried again)."""

    document_id: str
    person: int
    version: int
    sequence: int
    state: str
    reason: str | None
    to_state: str | None = None
    to_reason: str | None = None


class DocumentPlan(Answer):
    """A plan as its file has it and as `--json` prints it; `sha256` is over all the rest. It names no person but by number."""

    version: int
    what: What
    tribunal: str
    selectors: dict[str, str]
    looked_at: int
    items: tuple[Planned, ...]
    sha256: str


def written(
    what: What, tribunal: str, selectors: Mapping[str, str], looked_at: int, items: Sequence[Planned], *, file: Path
) -> DocumentPlan:
    """Write a plan's file, whole or not at all; raises PlanRefusedError for more than MOST_ITEMS."""
    if len(items) > MOST_ITEMS:
        raise PlanRefusedError(f"{len(items)} documents are more than a plan holds, {MOST_ITEMS}: narrow it")
    made = DocumentPlan(
        version=VERSION,
        what=what,
        tribunal=tribunal,
        selectors=dict(selectors),
        looked_at=looked_at,
        items=tuple(items),
        sha256="",
    )
    plan = made.model_copy(update={"sha256": digest(made.model_dump(mode="json"))})
    put(file, plan.model_dump_json(indent=1))
    return plan


def loaded(file: Path, what: What, tribunal: str) -> DocumentPlan:
    """A plan from its file; raises PlanRefusedError for one that was changed, or is not of this kind or tribunal."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= _MOST_BYTES else b""
        plan = DocumentPlan.model_validate_json(raw)
    except OSError as error:
        raise PlanRefusedError(f"{file}: {error.strerror}") from error
    except ValidationError:
        raise PlanRefusedError(f"{file} is no plan over documents of this release") from None
    if plan.version != VERSION or digest(plan.model_dump(mode="json")) != plan.sha256:
        raise PlanRefusedError(f"{file} was changed after it was planned: its digest does not hold")
    if (plan.what, plan.tribunal) != (what, tribunal):
        raise PlanRefusedError(f"{file} is a plan to {plan.what} in {plan.tribunal}, not to {what} in {tribunal}")
    return plan
