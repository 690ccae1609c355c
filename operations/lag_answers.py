"""The shapes of what is answered about lag. Offsets and counts are records, rates are records a second."""

from pydantic import AwareDatetime

from operations.answers import Answer
from operations.verdicts import Verdict


class LagLine(Answer):
    """One partition of one group.

    `seconds`: how old the oldest unfinished record is by its own time stamp, null where Kafka did not give it in time;
    `commit_age_seconds`: since its last commit, null where that lies before the window; `held_back`: records behind a
    transaction that is open, which nobody may read yet; `owner`: who reads it, null where nobody does.
    """

    group: str
    topic: str
    partition: int
    committed: int
    end: int
    lag: int
    seconds: float | None
    arrival_rate: float
    drain_rate: float
    catch_up_seconds: float | None
    commit_age_seconds: float | None
    held_back: int
    owner: str | None
    verdict: Verdict
    reason: str


class GroupLag(Answer):
    """A group: as its worst partition, and with all their lag."""

    group: str
    state: str
    members: int
    lag: int
    seconds: float | None
    verdict: Verdict


class Look(Answer):
    """What looking cost: requests to the brokers, records read of their topic of offsets and of others, and time."""

    requests: int
    commits: int
    records: int
    seconds: float


class LagShown(Answer):
    """Every group's lag at an instant.

    `link` and `open` are the ledger's: the state of the link to BNMP, and the documents that are not terminal by state and
    reason. `window_seconds`: how far back commits were looked at.
    """

    at: AwareDatetime
    window_seconds: float
    verdict: Verdict
    link: str
    open: dict[str, int]
    groups: tuple[GroupLag, ...]
    items: tuple[LagLine, ...]
    next_cursor: str | None
    look: Look
