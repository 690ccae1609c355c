"""The topics, and which event types belong on which. Spellings and policies are the contract's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_DAY_MS = 86_400_000
_MIB = 1_048_576
FOREVER = -1


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it must be: default partition count, retention in milliseconds (`FOREVER`: never deleted)."""

    name: str
    partitions: int
    policy: Literal["delete", "compact"]
    retention_ms: int
    max_message_bytes: int
    key: str
    written_by: str
    read_by: str
    types: tuple[str, ...]


_OUTCOMES = (
    "bnmp.document.registered.v1",
    "bnmp.document.held.v1",
    "bnmp.document.excluded.v1",
    "bnmp.document.uncertain.v1",
    "bnmp.record.unreadable.v1",
    "bnmp.command.applied.v1",
    "bnmp.command.refused.v1",
    "bnmp.person.linked.v1",
    "bnmp.incident.v1",
    "bnmp.document.ignored.v1",
    "bnmp.document.rejected.v1",
    "bnmp.document.contingency-offered.v1",
    "bnmp.document.contingency-opened.v1",
    "bnmp.contingency.resolved.v1",
    "bnmp.document.status-changed.v1",
    "bnmp.case.banners-changed.v1",
    "bnmp.custody.held.v1",
    "bnmp.legacy.item-changed.v1",
    "bnmp.divergence.found.v1",
)
_COMMANDS = (
    "saj.contingency.answered.v1",
    "saj.contingency.resolution-requested.v1",
    "saj.document.data-supplied.v1",
    "saj.document.retry-requested.v1",
    "saj.document.excluded.v1",
    "saj.document.signer-assigned.v1",
    "saj.document.statement-given.v1",
    "saj.unit.contingency-standing-order.v1",
    "saj.certificate.released.v1",
    "saj.person.rji-linked.v1",
    "saj.person.rji-unlinked.v1",
    "saj.person.rji-merged.v1",
    "saj.user.access-changed.v1",
    "saj.legacy.item-listed.v1",
    "saj.legacy.regularisation-requested.v1",
    "saj.legacy.item-excluded.v1",
    "saj.link.tested.v1",
    "saj.link.forced.v1",
)
_DOCUMENTS = ("saj.document.issued.v1", "saj.document.withdrawn.v1")
_CUSTODY = ("saj.custody.recorded.v1",)
_PERSON = "the person: the RJI, else <tribunal>:<party_id>"
_PERSON_OR_OTHER = f"{_PERSON}; link, user:<id> or unit:<code> where no person is meant"
_LEDGERS_PERSON = "the ledger's person id"

_ROWS = (
    Topic("saj.documents.issued", 12, "delete", 30 * _DAY_MS, _MIB, _PERSON, "SAJ", "processor", _DOCUMENTS),
    Topic("saj.custody.events", 12, "delete", 30 * _DAY_MS, _MIB, _PERSON, "SAJ", "processor", _CUSTODY),
    Topic(
        "saj.commands",
        12,
        "delete",
        30 * _DAY_MS,
        _MIB,
        _PERSON_OR_OTHER,
        "SAJ, console, command line",
        "processor",
        _COMMANDS,
    ),
    Topic("bnmp.dispatch", 12, "delete", 7 * _DAY_MS, _MIB, _LEDGERS_PERSON, "relay", "sender", ("bnmp.dispatch.v1",)),
    Topic(
        "bnmp.contingency",
        12,
        "delete",
        90 * _DAY_MS,
        _MIB,
        _LEDGERS_PERSON,
        "relay",
        "resolver",
        ("bnmp.contingency.v1",),
    ),
    Topic("saj.outcomes", 12, "delete", 30 * _DAY_MS, _MIB, "as SAJ keyed the document", "relay", "SAJ", _OUTCOMES),
    Topic("bnmp.link", 1, "compact", FOREVER, _MIB, "link", "relay", "anyone", ("bnmp.link.changed.v1",)),
    Topic("bnmp.audit-seals", 1, "delete", FOREVER, _MIB, "seal", "relay", "auditors", ("bnmp.audit.seal.v1",)),
    # Larger than any other: a dead letter is the original value with more headers. It keeps the types it came with.
    Topic("bnmp.dead-letter", 12, "delete", 180 * _DAY_MS, 2 * _MIB, "the original key", "relay", "operators", ()),
)

TOPICS: Mapping[str, Topic] = {row.name: row for row in _ROWS}
HOME: Mapping[str, str] = {type_: row.name for row in _ROWS for type_ in row.types}
"""The topic on which each event type of the contract belongs."""
