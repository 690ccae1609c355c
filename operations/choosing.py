"""Choosing: which records of a topic an operator means, by what they hold and by what the ledger knows of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.requests import names_of
from ledger.seen import Seen
from schemas.custody_recorded import CustodyRecorded
from schemas.document_issued import DocumentIssued
from schemas.reading import Event, Unreadable
from schemas.record import RawRecord


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are meant; what is None does not narrow.

    `first` and `last` are offsets, both meant; `since` and `until` bound the record's own time stamp, `until` not meant.
    `persons` are the ledger's numbers and `names` the keys of the same human being. `kind` is a document's kind, an event's
    type or the code of what cannot be read; `state` and `reason` are those of the document in the ledger. `ids` are
    documents' ids or events' `ce_id`.
    """

    topics: tuple[str, ...]
    partitions: frozenset[int] | None = None
    first: int | None = None
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    persons: frozenset[int] | None = None
    names: frozenset[str] | None = None
    case: str | None = None
    kind: str | None = None
    state: str | None = None
    reason: str | None = None
    unit: str | None = None
    ids: frozenset[str] | None = None

    def is_meant(self, record: RawRecord, event: Event | Unreadable, seen: Seen, tribunal: str) -> bool:
        """Whether a record, which is of these topics, partitions and offsets, is meant."""
        stamp = record.timestamp_ms / 1000
        if self.since is not None and stamp < self.since.timestamp():
            return False
        if self.until is not None and stamp >= self.until.timestamp():
            return False
        if self.names is not None and not self._is_of(record, event, seen, tribunal):
            return False
        if self.ids is not None and not self.ids & ids_of(event):
            return False
        about = traits(event, seen)
        wanted = {"case": self.case, "kind": self.kind, "state": self.state, "reason": self.reason, "unit": self.unit}
        return all(about[name] == value for name, value in wanted.items() if value is not None)

    def _is_of(self, record: RawRecord, event: Event | Unreadable, seen: Seen, tribunal: str) -> bool:
        named = {(record.key or b"").decode(errors="replace")} | _names(event, tribunal)
        return bool(named & (self.names or frozenset())) or (
            seen.about is not None and seen.about.person in (self.persons or frozenset())
        )


def kind_of(event: Event | Unreadable) -> str:
    """A document's kind, another event's type, or the code of what cannot be read."""
    if isinstance(event, Unreadable):
        return event.code
    return event.body.kind if isinstance(event.body, DocumentIssued) else event.type


def traits(event: Event | Unreadable, seen: Seen) -> Mapping[str, str | None]:
    """What a record says of its case and unit; what it does not say itself is its document's in the ledger."""
    about, body = seen.about, getattr(event, "body", None)
    unit = getattr(body, "unit", None)
    return {
        "kind": kind_of(event),
        "case": _case(body) or (about.case_number if about else None),
        "unit": (unit if isinstance(unit, str) else getattr(unit, "code", None)) or (about.unit if about else None),
        "state": about.state if about else None,
        "reason": about.reason if about else None,
    }


def ids_of(event: Event | Unreadable) -> set[str]:
    """By which ids a record may be asked for."""
    document_id = event.document_id if isinstance(event, Unreadable) else getattr(event.body, "document_id", None)
    return {found for found in (event.ce_id, document_id) if found}


def _case(body: Any) -> str | None:
    number: str | None = getattr(getattr(body, "case", None), "number", None)
    return number


def _names(event: Event | Unreadable, tribunal: str) -> set[str]:
    if isinstance(event, Unreadable):
        return set()
    if isinstance(event.body, DocumentIssued | CustodyRecorded):
        party = event.body.party
        return {f"{tribunal}:{party.party_id}", *([party.rji] if party.rji else [])}
    return set(names_of(event, tribunal))
