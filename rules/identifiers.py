"""The identifiers that travel: their masks in both directions, and the check digits of those whose rule is public.

Each is kept bare and shown masked, but for the case number, which travels masked (docs/law.md identifiers).
"""

import re
from operator import mul
from typing import Final


class Mask:
    """How a number of fixed length is written; `#` is a digit, anything else a separator that may be left out."""

    def __init__(self, pattern: str) -> None:
        """Read the pattern once."""
        self._written = re.sub("#+", "{}", pattern)
        parts = re.findall("#+|[^#]", pattern)
        reads = (rf"(\d{{{len(part)}}})" if part[0] == "#" else f"{re.escape(part)}?" for part in parts)
        self._reads = re.compile("".join(reads), re.ASCII)

    def parts(self, text: str) -> tuple[str, ...]:
        """The groups of digits between separators, from the masked form or the bare one; nothing for anything else."""
        match = self._reads.fullmatch(text)
        return () if match is None else match.groups()

    def bare(self, text: str) -> str | None:
        """The digits alone, or None for what is not written so."""
        return "".join(self.parts(text)) or None

    def shown(self, text: str) -> str | None:
        """The masked form, or None for what is not written so."""
        parts = self.parts(text)
        return self._written.format(*parts) if parts else None


CASE: Final = Mask("#######-##.####.#.##.####")
RJI: Final = Mask("#########-##")
CPF: Final = Mask("###.###.###-##")
NATIONAL: Final = Mask("#######-##.####.#.##.####.##.####-##")
_CASE_DIGITS = 20


def case_number(text: str) -> str | None:
    """Give the CNJ case number masked `NNNNNNN-DD.AAAA.J.TR.OOOO`, or None where the mod 97 check fails.

    Source: Res. CNJ 65/2008, annex VIII.
    """
    parts = CASE.parts(text)
    if not parts:
        return None
    sequence, check, *rest = parts
    return CASE.shown(text) if int("".join((sequence, *rest, check))) % 97 == 1 else None


def cpf(text: str) -> str | None:
    """Give the CPF as 11 digits, or None where its two check digits fail or all digits are equal."""
    digits = CPF.bare(text)
    if digits is None or len(set(digits)) == 1:
        return None
    return digits if all(_cpf_digit(digits[:end]) == digits[end] for end in (9, 10)) else None


def rji(text: str) -> str | None:
    """Give the RJI (Registro Judicial Individual) as 11 digits, or None; its check digits have no public rule."""
    return RJI.bare(text)


def national_number(text: str) -> str | None:
    """Give the national number of a peça as 28 digits, or None; its last two digits have no public rule."""
    return NATIONAL.bare(text)


def is_of(number: str, case: str, peca: int) -> bool:
    """Whether a national number (28 digits) begins with this case number, masked or bare, and BNMP's type id.

    One that does not may belong to a case that was divided: it is told, and never refused.
    """
    return number[: _CASE_DIGITS + 2] == f"{CASE.bare(case)}{peca:02d}"


def _cpf_digit(digits: str) -> str:
    weighed = sum(map(mul, map(int, digits), range(len(digits) + 1, 1, -1)))
    return str(weighed * 10 % 11 % 10)
