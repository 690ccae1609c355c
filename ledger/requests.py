"""Requests: what SAJ asks of documents, persons and the link, as facts of the rules.

Commands about items of the stock are in ledger/regularising.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ledger.record import Recorder
from rules import certificate
from rules.access import Access
from rules.acts import (
    By,
    CertificateReleased,
    ContingencyAnswered,
    DocumentAct,
    DocumentWithdrawn,
    ExclusionAsked,
    RetryAsked,
    RjiLinked,
    RjiUnlinked,
    SignerAssigned,
    StatementGiven,
)
from rules.authority import identified
from rules.dossier import Antecedent, Hand
from rules.withdrawals import INCOMPLETE
from rules.words import Consent, Role, Statement
from schemas import commands, document_withdrawn
from schemas.reading import Event

# Whose command or withdrawal cannot be told has no competence; the words only fill their place on record.
_NOBODY = "unknown"
_LONGEST_ID = 64


Users = Mapping[str, Access]
"""Users of the court, by their names, as far as they are known."""


def by_of(body: commands.Command, users: Users) -> By:
    """Who gives a command: what was typed, and what is known of its user."""
    return identified(Role(body.by.role), body.by.user, body.by.unit, body.at, users)


def act_of(event: Event, users: Users) -> DocumentAct | None:
    """The act about a document that an event is, except a completion, which needs the document; None: another thing."""
    make = _ACTS.get(type(event.body))
    return make(event.body, event, users) if make else None


def document_of(event: Event) -> str | None:
    """The document that a command or a withdrawal is about, where this version acts on it."""
    if isinstance(event.body, commands.CertificateReleased):
        return certificate.document_of(event.body.certificate_id)
    acted = type(event.body) in _ACTS or isinstance(event.body, commands.DataSupplied)
    return event.body.document_id if acted else None  # type: ignore[attr-defined]  # every act names one


def chosen_in(event: Event) -> list[Antecedent]:
    """What the unit says that a document stands on, where it completes one; whose it is is locked with the document's."""
    named = event.body.antecedents if isinstance(event.body, commands.DataSupplied) else ()
    words = [[row.get(name) for name in ("document_id", "national_number")] for row in named if isinstance(row, dict)]
    return [Antecedent(*(word if isinstance(word, str) else None for word in pair)) for pair in words]


def link_of(event: Event, tribunal: str) -> tuple[str, str] | None:
    """The RJI that a command links, and the alias of the party to which it does."""
    body = event.body
    return (body.rji, f"{tribunal}:{body.party_id}") if isinstance(body, commands.RjiLinked) else None


def names_of(event: Event, tribunal: str) -> tuple[str, ...]:
    """The aliases of the persons whom a command names: its party, where it has one, and its RJIs."""
    body = event.body
    if isinstance(body, commands.RjiLinked | commands.RjiUnlinked):
        return (f"{tribunal}:{body.party_id}", body.rji)
    return (body.from_rji, body.into_rji) if isinstance(body, commands.RjiMerged) else ()


def _withdrawn(body: document_withdrawn.DocumentWithdrawn, event: Event, users: Users) -> DocumentAct:
    """A withdrawal that does not say who or why decides nothing, and yet a mandado is not sent against it."""
    by = body.by or document_withdrawn.By()
    whole = body.reason is not None and by.role is not None and by.user is not None and by.unit is not None
    at = body.at or event.time
    who = identified(Role(by.role or Role.SERVIDOR), by.user or _NOBODY, by.unit or _NOBODY, at, users)
    reason = body.reason if whole and body.reason is not None else INCOMPLETE
    return DocumentWithdrawn(event.ce_id[:_LONGEST_ID], body.document_id, who, at, reason, body.justification)


def _of_document(make: Callable[..., DocumentAct], **more: Callable[[Any], Any]) -> "_Make":
    def act(body: Any, _: Event, users: Users) -> DocumentAct:
        asked = {name: read(body) for name, read in more.items()}
        return make(body.command_id, body.document_id, by_of(body, users), body.at, **asked)

    return act


_Make = Callable[[Any, Event, Users], DocumentAct]
_ACTS: Mapping[type, _Make] = {
    document_withdrawn.DocumentWithdrawn: _withdrawn,
    commands.ContingencyAnswered: _of_document(ContingencyAnswered, answer=lambda body: Consent(body.answer)),
    commands.RetryRequested: _of_document(RetryAsked),
    commands.DocumentExcluded: _of_document(ExclusionAsked),
    commands.SignerAssigned: _of_document(
        SignerAssigned, hand=lambda body: Hand(Role(body.role), body.user, body.unit)
    ),
    commands.StatementGiven: _of_document(StatementGiven, statement=lambda body: Statement(body.statement)),
}


def released_of(body: commands.CertificateReleased, recorder: Recorder, users: Users) -> CertificateReleased:
    """The release of a certidão, with the certidão as it now is."""
    return CertificateReleased(
        body.command_id,
        certificate.document_of(body.certificate_id),
        by_of(body, users),
        body.at,
        recorder.certificate(body.certificate_id),
        body.released_at,
    )


NAMINGS: Mapping[type, type[RjiLinked | RjiUnlinked]] = {
    commands.RjiLinked: RjiLinked,
    commands.RjiUnlinked: RjiUnlinked,
}
