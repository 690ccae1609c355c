"""The unit's analysis of an item of the stock, which each of its documents carries (docs/law.md legacy)."""

from collections.abc import Iterable
from dataclasses import dataclass

_ANALYSED = frozenset({"analysis"})
_AND_NEW = _ANALYSED | {"rji"}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a user found of an item's case: whether the person is `loose`, and was arrested by it (`fulfilled`).

    `creates`: they looked in BNMP and it has nobody of the kind, so that somebody new may be created (safety-22).
    """

    item_id: str
    user: str
    loose: bool = False
    fulfilled: bool = False
    creates: bool = False

    def left(self, gaps: Iterable[str]) -> tuple[str, ...]:
        """What a document of the stock lacks still, once its case was looked at."""
        done = _AND_NEW if self.creates else _ANALYSED
        return tuple(gap for gap in gaps if gap not in done)
