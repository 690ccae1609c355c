"""Check digits of the identifiers that travel: case number (Res. CNJ 65/2008), CPF.

The RJI and the national number have check digits whose rule is not published: only their length is checked.
"""

import re
from operator import mul

_CASE = re.compile(r"(\d{7})-?(\d{2})\.?(\d{4})\.?(\d)\.?(\d{2})\.?(\d{4})", re.ASCII)
_RJI = re.compile(r"(\d{9})-?(\d{2})", re.ASCII)
_CPF = re.compile(r"(\d{3})\.?(\d{3})\.?(\d{3})-?(\d{2})", re.ASCII)
_NATIONAL = re.compile(r"(\d{7})-?(\d{2})\.?(\d{4})\.?(\d)\.?(\d{2})\.?(\d{4})\.?(\d{2})\.?(\d{4})-?(\d{2})", re.ASCII)


def case_number(text: str) -> str | None:
    """Give the CNJ case number masked `NNNNNNN-DD.AAAA.J.TR.OOOO`, or None where the mod 97 check fails.

    Reads the masked form and the bare 20 digits. Source: Res. CNJ 65/2008, annex VIII.
    """
    match = _CASE.fullmatch(text)
    if match is None:
        return None
    sequence, check, year, segment, court, origin = match.groups()
    if int(f"{sequence}{year}{segment}{court}{origin}{check}") % 97 != 1:
        return None
    return f"{sequence}-{check}.{year}.{segment}.{court}.{origin}"


def cpf(text: str) -> str | None:
    """Give the CPF as 11 digits, or None where its two check digits fail or all digits are equal."""
    digits = _digits(_CPF, text)
    if digits is None or len(set(digits)) == 1:
        return None
    return digits if all(_cpf_digit(digits[:end]) == digits[end] for end in (9, 10)) else None


def rji(text: str) -> str | None:
    """Give the RJI (Registro Judicial Individual) as 11 digits, or None."""
    return _digits(_RJI, text)


def national_number(text: str) -> str | None:
    """Give the national number of a peça as 28 digits, or None."""
    return _digits(_NATIONAL, text)


def _digits(mask: re.Pattern[str], text: str) -> str | None:
    match = mask.fullmatch(text)
    return None if match is None else "".join(match.groups())


def _cpf_digit(digits: str) -> str:
    weighed = sum(map(mul, map(int, digits), range(len(digits) + 1, 1, -1)))
    return str(weighed * 10 % 11 % 10)
