"""The registry's numbers: who gets the next RJI and the next national number.

RJI: 11 digits, year of creation (2), sequence (7), two opaque digits. Piece: 28 digits, case (20), type
(2), sequence within case and type (4), two opaque digits. The opaque digits are seeded chance.
"""

import random
from collections import Counter

_LOWEST_SUFFIX, _HIGHEST_SUFFIX = 2, 27


class NumberMaker:
    """Gives out ids, RJIs and national numbers, never the same twice."""

    def __init__(self, seed: int) -> None:
        """Start the sequences; the opaque digits follow from the seed."""
        self._chance = random.Random(f"{seed}:numbers")  # noqa: S311 - seeded chance, no secret
        self._sequences: Counter[str] = Counter()

    def next_id(self, what: str) -> int:
        """Return the next internal id of persons or pieces; the two ranges do not overlap."""
        start = {"person": 5_000_000, "piece": 100_000}[what]
        return start + self._next(what)

    def rji(self, year: int) -> str:
        """Return a new RJI of that year."""
        return f"{year % 100:02d}{self._next('rji'):07d}{self._chance.randrange(100):02d}"

    def piece(self, case: str, type_id: int) -> str:
        """Return a new national number for a piece of that type in that case (20 digits)."""
        sequence = self._next(f"{case}:{type_id}")
        suffix = self._chance.randint(_LOWEST_SUFFIX, _HIGHEST_SUFFIX)
        return f"{case}{type_id:02d}{sequence:04d}{suffix:02d}"

    def _next(self, name: str) -> int:
        self._sequences[name] += 1
        return self._sequences[name]


def masked_rji(rji: str) -> str:
    """Return the RJI as the registry prints it, `#########-##`."""
    return f"{rji[:9]}-{rji[9:]}"
