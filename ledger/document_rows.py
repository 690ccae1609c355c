"""A document's row: read straight into the rules' document, and made from it.

These run for every document of every person at hand, so both are written out field by field when the ledger is loaded,
as `dataclasses` writes its own methods; the fields and their columns are those of the code itself.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ledger.tables import Instant, document
from rules.analysis import Analysis
from rules.confirmation import Confirmation
from rules.dossier import Antecedent, Attempt, ConsentGiven, Document, Found, Hand, Withdrawal
from rules.words import AnswerClass, Consent, Reason, Role, State, Step

_FIELDS = tuple(field.name for field in fields(Document))
_KEPT = tuple(name for name in _FIELDS if name != "antecedents")
_Reader = Callable[[Any], Any]


def _attempts(kept: list[dict[str, str]]) -> tuple[Attempt, ...]:
    return tuple(Attempt(datetime.fromisoformat(a["at"]), a["op"], AnswerClass(a["class"]), a["detail"]) for a in kept)


def _consent(kept: dict[str, str]) -> ConsentGiven:
    return ConsentGiven(Consent(kept["answer"]), kept["by"], datetime.fromisoformat(kept["at"]), kept.get("order"))


def _withdrawal(kept: dict[str, str]) -> Withdrawal:
    return Withdrawal(**{**kept, "role": Role(kept["role"]), "at": datetime.fromisoformat(kept["at"])})  # type: ignore[arg-type]  # as written by row_of


def _confirmed(kept: dict[str, str]) -> Confirmation:
    return Confirmation(Role(kept["role"]), kept["user"], kept["unit"], datetime.fromisoformat(kept["at"]))


def _hands(kept: list[list[str]]) -> tuple[Hand, ...]:
    return tuple(Hand(Role(role), user, unit) for role, user, unit in kept)


def _found(kept: list[list[Any]]) -> tuple[Found, ...]:
    return tuple(Found(*row) for row in kept)


def _parsed(read: _Reader) -> Callable[[str], Any]:
    # Nearly every list is empty.
    return lambda text: () if text == "[]" else read(json.loads(text))


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def _analysis(kept: dict[str, Any]) -> Analysis:
    return Analysis(**kept)


_TEXTS = ("gaps", "missing", "cleared")
_MADE: Mapping[str, _Reader] = {
    **{
        name: {word.value: word for word in words}.__getitem__
        for name, words in (("state", State), ("reason", Reason), ("step", Step), ("doing", Step))
    },
    **{name: _parsed(tuple) for name in _TEXTS},
    "attempts": _parsed(_attempts),
    "consent": _parsed(_consent),
    "confirmed": _parsed(_confirmed),
    "withdrawal": _parsed(_withdrawal),
    "hands": _parsed(_hands),
    "found": _parsed(_found),
    "analysis": _parsed(_analysis),
}


def _of_type(*kinds: type) -> tuple[str, ...]:
    return tuple(name for name in _KEPT if isinstance(document.c[name].type, kinds))


# What the two drivers leave to be read; SQLite has neither dates, nor instants, nor truth.
_READERS: Mapping[str, Mapping[str, _Reader]] = {
    "postgresql": _MADE,
    "sqlite": {
        **_MADE,
        **dict.fromkeys(_of_type(Instant), _utc),
        **dict.fromkeys(_of_type(sa.Date), date.fromisoformat),
        **dict.fromkeys(_of_type(sa.Boolean), bool),
    },
}
# JSON as text: PostgreSQL's driver would read every empty list.
COLUMNS = tuple(
    sa.cast(document.c[name], sa.Text) if isinstance(document.c[name].type, sa.JSON) else document.c[name]
    for name in _KEPT
)
"""What `Read` reads, in its order."""

Read = Callable[[Sequence[Any], Mapping[str, tuple[Antecedent, ...]]], Document]
"""Makes the document of a row of `COLUMNS`, given what every document names."""


def _reader(readers: Mapping[str, _Reader]) -> Read:
    """What `Document(...)` would make, in a third of the time; made open and frozen at the end, as in rules/change.py."""
    draft: Any = type("DocumentDraft", (), {"__slots__": _FIELDS})
    lines = [
        "def read(row, named):",
        f"    {', '.join(_KEPT)} = row",
        "    antecedents = named.get(document_id, ())",
        *(f"    if {name} is not None: {name} = read_{name}({name})" for name in readers),
        "    new = draft()",
        *(f"    new.{name} = {name}" for name in _FIELDS),
        "    new.__class__ = record",
        "    return new",
    ]
    made: dict[str, Any] = {"draft": draft, "record": Document}
    made |= {f"read_{name}": read for name, read in readers.items()}
    exec("\n".join(lines), made)  # noqa: S102 (our own class's names)
    read: Read = made["read"]
    return read


READERS: Mapping[str, Read] = {dialect: _reader(readers) for dialect, readers in _READERS.items()}


def _plain() -> Callable[[Document], dict[str, Any]]:
    pairs = ", ".join(f'"{name}": kept.{name}' for name in _KEPT)
    made: dict[str, Any] = {}
    exec(f"def plain(kept): return {{{pairs}}}", made)  # noqa: S102 (our own class's names)
    plain: Callable[[Document], dict[str, Any]] = made["plain"]
    return plain


_row = _plain()


def row_of(kept: Document) -> dict[str, Any]:
    """A document's row; its antecedents and SAJ's key are kept beside it."""
    row, consent, taken = _row(kept), kept.consent, kept.withdrawal
    for name in _TEXTS:
        row[name] = list(row[name])
    row["attempts"] = [attempt.told() for attempt in kept.attempts]
    row["found"] = [[one.name, one.bnmp_id, one.number, one.status, one.peca, one.rji] for one in kept.found]
    row["hands"] = [[hand.role, hand.user, hand.unit] for hand in kept.hands]
    if consent is not None:
        told = {"answer": consent.answer, "by": consent.by, "at": consent.at.isoformat()}
        row["consent"] = told | ({"order": consent.order} if consent.order else {})
    if kept.confirmed is not None:
        row["confirmed"] = asdict(kept.confirmed) | {"at": kept.confirmed.at.isoformat()}
    if kept.analysis is not None:
        row["analysis"] = asdict(kept.analysis)
    if taken is not None:
        row["withdrawal"] = asdict(taken) | {"at": taken.at.isoformat()}
    return row


def antecedent_rows(stated: Iterable[Document]) -> list[dict[str, Any]]:
    """The rows of what documents name, in the order in which they name it."""
    return [
        {
            "document_id": kept.document_id,
            "position": position,
            "names_document": named.document_id,
            "names_number": named.national_number,
        }
        for kept in stated
        for position, named in enumerate(kept.antecedents)
    ]
