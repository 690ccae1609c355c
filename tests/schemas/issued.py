"""Issued documents as the tests spoil them: a golden sample with one member changed, and the gaps that it then has."""

from typing import Any

from schemas.document_issued import document_issued
from schemas.samples import names, sample
from schemas.topics import HOME

ISSUED = "saj.document.issued.v1"
# Kind, and variant where it has a sample of its own.
WHOLE = [name.removeprefix(f"{ISSUED}.").split(".") for name in names() if name.startswith(ISSUED)]


def gaps_of(data: dict[str, Any]) -> dict[str, str]:
    return {gap.field: gap.rule for gap in document_issued(data)[1]}


def changed(path: str, value: object, kind: str | None = None) -> dict[str, Any]:
    data = sample(ISSUED, kind)
    *holders, last = path.split(".")
    holder: Any = data
    for part in holders:
        holder = holder[int(part)] if part.isdigit() else holder[part]
    holder[int(last) if last.isdigit() else last] = value
    return data


def type_of(name: str) -> str:
    """The event type of a sample's name."""
    return next(type_ for type_ in HOME if f"{name}.".startswith(f"{type_}."))
