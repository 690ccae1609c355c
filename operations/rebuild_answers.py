"""The shape of what `saj-bnmp rebuild` answers."""

from typing import Literal

from operations.answers import Answer


class Gone(Answer):
    """Offsets that Kafka no longer holds: what was published there is in no ledger that is made of the topics."""

    topic: str
    partition: int
    first: int
    last: int


class Difference(Answer):
    """A row that one ledger has, or that both have otherwise in these columns; no value of it is shown."""

    key: str
    where: Literal["LIVE", "REBUILT", "BOTH"]
    columns: tuple[str, ...]


class TableCompared(Answer):
    """A table: what was compared of it, how many keys there are, and how many rows differ; the first of them by name."""

    table: str
    columns: tuple[str, ...]
    rows: int
    only_live: int
    only_rebuilt: int
    differing: int
    differences: tuple[Difference, ...]


class Rebuilt(Answer):
    """A second ledger held against the live one. `moved`: the live one went on meanwhile, and may have what is newer.

    `not_compared` says what cannot be, by table, and why.
    """

    taken: int
    gone: tuple[Gone, ...]
    moved: bool
    tables: tuple[TableCompared, ...]
    not_compared: dict[str, str]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not any(each.only_live or each.only_rebuilt or each.differing for each in self.tables)
