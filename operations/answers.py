"""The shapes of `--json` answers, as pydantic models; operations/shapes.py has them by their commands.

A listing is a page: `items`, and `next_cursor` to go on with, null on the last one. Instants carry their offset, ages
are seconds. A person is the ledger's own number; what names a person elsewhere is a keyed hash, `h:` and 16 digits, or
null without the key, unless it was asked to be revealed.
"""

from datetime import date
from typing import Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """What every answer is built on: frozen, and nothing beside what its shape names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StrangeCursorError(ValueError):
    """A cursor that no page of this listing gave."""

    def __init__(self, cursor: str) -> None:
        super().__init__(f"--cursor {cursor} is not one that this listing gave")


class DocumentLine(Answer):
    """A document in a listing. `who` must act, where it waits for somebody; `missing` is what it waits for."""

    document_id: str
    kind: str
    state: str
    reason: str | None
    missing: tuple[str, ...]
    who: str | None
    priority: int
    case_number: str | None
    unit: str | None
    person: int
    since: AwareDatetime | None
    age_seconds: int | None


class Attempt(Answer):
    """A failed call to BNMP, kept as evidence."""

    at: AwareDatetime
    op: str
    answer: str = Field(alias="class")
    detail: str


class DocumentDetail(DocumentLine):
    """A document with all that the ledger knows of its way, and nothing of what SAJ wrote in it."""

    remedy: str | None
    version: int
    variant: str | None
    issued_at: AwareDatetime | None
    antecedents: tuple[str, ...]
    turn: int
    step: str | None
    doing: str | None
    attempts: tuple[Attempt, ...]
    failed_access_at: AwareDatetime | None
    text: str | None
    opened_at: AwareDatetime | None
    retroactive: bool
    bnmp_id: str | None
    national_number: str | None
    bnmp_status: str | None
    registered_at: AwareDatetime | None
    due_at: AwareDatetime | None
    due_fact: str | None


class Decision(Answer):
    """One decision about a document: when, on which fact, what came of it and why."""

    at: AwareDatetime
    fact: str
    state: str
    reason: str | None
    step: str | None
    doing: str | None
    turn: int
    sequence: int
    attempt: int
    detail: str


class Lease(Answer):
    """Who works on a person, and until when the claim holds."""

    owner: str
    until: AwareDatetime | None


class CustodyPeriod(Answer):
    """A custody in one case as the history of parties tells it: from the event that begins it to the one that ends it.

    `until` is null while it stands; days are the court's; `other_court`: the prison of another.
    """

    case_number: str
    event: str
    since: date
    until: date | None
    ended_by: str | None
    other_court: bool


class CustodyGap(Answer):
    """An event of the history with fields that do not hold."""

    event_id: str
    event_code: int | None
    gaps: tuple[str, ...]


class BannerShown(Answer):
    """A banner that stands in a case, as SAJ was told."""

    case_number: str
    banner: str


class CustodyShown(Answer):
    """A person's custody: its periods and wrong events, the banners that stand, the divergences that were told."""

    periods: tuple[CustodyPeriod, ...]
    gaps: tuple[CustodyGap, ...]
    banners: tuple[BannerShown, ...]
    divergences: tuple[str, ...]


class PersonShown(Answer):
    """A person with the first of its documents. `rji` and `keys` are hashed unless `revealed`."""

    person: int
    rji: str | None
    keys: tuple[str | None, ...]
    revealed: bool
    lease: Lease | None
    dead_letters: int
    custody: CustodyShown
    documents: tuple[DocumentLine, ...]
    next_cursor: str | None


class LinkShown(Answer):
    """The link to BNMP as all processes see it; `waiting`: how many documents it keeps, by reason.

    `until`: when a state that was forced ends by itself; `flaps`: how often it went again before it had settled.
    """

    state: str
    since: AwareDatetime | None
    cause: str
    unavailable_since: AwareDatetime | None
    last_failed_at: AwareDatetime | None
    probe_at: AwareDatetime | None
    opened_times: int
    flaps: int
    until: AwareDatetime | None
    permits_contingency: bool
    waiting: dict[str, int]


class OffsetLine(Answer):
    """Where a group stands in a partition.

    `next_offset` is the ledger's cursor, the truth; `committed` is what Kafka was told of it, null when nothing was;
    `first` and `end` are what the partition holds. `gone`: offsets that Kafka lost before they were read.
    `stopped_at`: too many of its records died, and it waits for `offsets resume`.
    """

    group: str
    topic: str
    partition: int
    next_offset: int
    committed: int | None
    first: int
    end: int
    left: int
    gone: int
    stopped_at: AwareDatetime | None = None


class Member(Answer):
    """A process in a group; `partitions` are `topic[number]`."""

    member_id: str
    instance: str | None
    host: str
    partitions: tuple[str, ...]


class GroupShown(Answer):
    """A consumer group as Kafka sees it."""

    group: str
    state: str
    members: tuple[Member, ...]


class OffsetsShown(Answer):
    """Every group's standing, and who is in it."""

    items: tuple[OffsetLine, ...]
    groups: tuple[GroupShown, ...]
    next_cursor: str | None


class CursorSet(Answer):
    """A cursor that was set for the first time."""

    group: str
    topic: str
    partition: int
    next_offset: int
    end: int


class PartitionResumed(Answer):
    """A stopped partition that goes on from its cursor; signed, and on record."""

    group: str
    topic: str
    partition: int
    next_offset: int
    by: str
    reason: str


class OffsetsSkipped(Answer):
    """Offsets that a group was taken past: `first` to `last`, which Kafka no longer holds. Signed, and on record."""

    group: str
    topic: str
    partition: int
    first: int
    last: int
    next_offset: int
    at: AwareDatetime
    by: str
    reason: str


class Checked(Answer):
    """One check of the doctor; `remedy` is what to do where it does not hold."""

    name: str
    verdict: Literal["OK", "WARNING", "FAILED", "UNREACHABLE"]
    what: str
    remedy: str | None = None


class Diagnosis(Answer):
    """What the doctor found; `holds` is false as soon as one check failed or a server was not reached."""

    at: AwareDatetime
    holds: bool
    checks: tuple[Checked, ...]


class RoleEnded(Answer):
    """A line of `up --json` for each life of a role that ended by itself."""

    role: str
    at: AwareDatetime
    how: str
    event: str | None
    lived_seconds: float
    restarts: int
    quick_ends: int
    failing: bool
    next_start_in_seconds: float


Item = TypeVar("Item", bound=Answer)


class Page(Answer, Generic[Item]):
    """A page of a listing; `next_cursor` is what `--cursor` takes for the next one, null on the last."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


DocumentPage = Page[DocumentLine]
CursorsSet = Page[CursorSet]
