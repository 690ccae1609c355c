"""The shapes of what is answered about replays.

What became of records, or would: `DONE` already taken with this content, `NEW` and `KNOWN` lacking in the inbox (the
content of a `KNOWN` one is there), `CONFLICT` with what is there, `UNREADABLE` and no dead letter yet, `LETTER` a dead
letter already, `AHEAD` not read by the service yet. Of a run also `TAKEN` (the ledger lacked it and has it now), `DIED`
(a new dead letter), `SENT`, and `SENT_AGAIN`: it may be in the topic twice, with the same `ce_id`, for the run was killed
or Kafka did not answer while it was being sent. `SENDING` is that of a run that has not gone on.
"""

from typing import Literal

from pydantic import AwareDatetime

from operations.answers import Answer, Page

Counts = dict[str, int]
From = Literal["RUNS", "CONSTANTS"]


class SlicePlanned(Answer):
    """Records of one partition that are meant, from offset `first` to `last`, and what they are to the ledger."""

    topic: str
    partition: int
    first: int
    last: int
    selected: int
    sights: Counts


class ReplayPlanned(Answer):
    """A plan: what it selects by kind and by partition, and the file that `replay apply` takes, by its digest.

    `oldest` and `newest` are time stamps of records; `expected_seconds` is into a ledger, at the rate asked for or as it was
    measured, whichever is slower: `RUNS` of this ledger's that have finished, or `CONSTANTS` while there are none.
    """

    file: str
    sha256: str
    read: int
    selected: int
    sights: Counts
    kinds: dict[str, Counts]
    slices: tuple[SlicePlanned, ...]
    oldest: AwareDatetime | None
    newest: AwareDatetime | None
    expected_seconds: float
    expected_from: From


class ReplayLine(Answer):
    """A run of a plan. `target` is `ledger` or a topic; `at_work`: somebody holds its lease; `why` it failed or ended."""

    replay_id: str
    plan: str
    target: str
    state: str
    why: str | None
    at_work: bool
    planned: int
    done: int
    became: Counts
    started_at: AwareDatetime
    changed_at: AwareDatetime


class PlaceDone(Answer):
    """How far a run is with one partition: the next offset that it will look at."""

    topic: str
    partition: int
    next_offset: int


class SpanDone(Answer):
    """Records from offset `first` to `last` that became the same."""

    topic: str
    partition: int
    first: int
    last: int
    became: str


class ReplayStatus(Page[ReplayLine]):
    """Runs; of one that was asked for also its checkpoint, and the first of what became otherwise than `DONE` or `SENT`."""

    places: tuple[PlaceDone, ...] = ()
    spans: tuple[SpanDone, ...] = ()


class ReplayChanged(Answer):
    """A run after a signed word about it."""

    replay_id: str
    state: str
    by: str
    reason: str
