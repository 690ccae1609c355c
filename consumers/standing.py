"""Standing: how far a member of a consumer group is with each partition it was given, for those who watch it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """One assigned partition: the ledger's cursor and the topic's end, as offsets; `end` is as last fetched, if it was.

    `unfinished` are records that were read ahead and ask for something yet, `oldest_ms` the oldest one's time stamp.
    """

    topic: str
    partition: int
    cursor: int
    end: int | None = None
    unfinished: int = 0
    oldest_ms: int | None = None

    @property
    def lag(self) -> int:
        """Records from the cursor to the end, as far as it is known here."""
        return max(0, (self.end or 0) - self.cursor)
