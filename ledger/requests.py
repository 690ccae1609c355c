"""Requests: what SAJ asks of documents, persons and the link, as facts of the rules.

A type that is in the contract and not in these tables is answered with NOT_YET_SUPPORTED, never dropped in silence.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ledger.record import Recorder
from rules import certificate
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
from rules.dossier import Hand
from rules.withdrawals import INCOMPLETE
from rules.words import Consent, Role, Statement
from schemas import commands, document_withdrawn
from schemas.reading import Event

# Whose command or withdrawal cannot be told has no competence; the words only fill their place on record.
_NOBODY = "unknown"
_LONGEST_ID = 64


def by_of(body: commands.Command) -> By:
    """Who gives a command, as it was typed."""
    return By(Role(body.by.role), body.by.user, body.by.unit)


def act_of(event: Event) -> DocumentAct | None:
    """The act about a document that an event is, except a completion, which needs the document; None: another thing."""
    make = _ACTS.get(type(event.body))
    return make(event.body, event) if make else None


def document_of(event: Event) -> str | None:
    """The document that a command or a withdrawal is about, where this version acts on it."""
    if isinstance(event.body, commands.CertificateReleased):
        return certificate.document_of(event.body.certificate_id)
    acted = type(event.body) in _ACTS or isinstance(event.body, commands.DataSupplied)
    return event.body.document_id if acted else None  # type: ignore[attr-defined]  # every act names one


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


def _withdrawn(body: document_withdrawn.DocumentWithdrawn, event: Event) -> DocumentAct:
    """A withdrawal that does not say who or why decides nothing, and yet a mandado is not sent against it."""
    by = body.by or document_withdrawn.By()
    whole = body.reason is not None and by.role is not None and by.user is not None and by.unit is not None
    who = By(Role(by.role or Role.SERVIDOR), by.user or _NOBODY, by.unit or _NOBODY)
    reason = body.reason if whole and body.reason is not None else INCOMPLETE
    return DocumentWithdrawn(event.ce_id[:_LONGEST_ID], body.document_id, who, body.at or event.time, reason)


def _of_document(make: Callable[..., DocumentAct], **more: Callable[[Any], Any]) -> Callable[[Any, Event], DocumentAct]:
    def act(body: Any, _: Event) -> DocumentAct:
        asked = {name: read(body) for name, read in more.items()}
        return make(body.command_id, body.document_id, by_of(body), body.at, **asked)

    return act


_ACTS: Mapping[type, Callable[[Any, Event], DocumentAct]] = {
    document_withdrawn.DocumentWithdrawn: _withdrawn,
    commands.ContingencyAnswered: _of_document(ContingencyAnswered, answer=lambda body: Consent(body.answer)),
    commands.RetryRequested: _of_document(RetryAsked),
    commands.DocumentExcluded: _of_document(ExclusionAsked),
    commands.SignerAssigned: _of_document(
        SignerAssigned, hand=lambda body: Hand(Role(body.role), body.user, body.unit)
    ),
    commands.StatementGiven: _of_document(StatementGiven, statement=lambda body: Statement(body.statement)),
}


def released_of(body: commands.CertificateReleased, recorder: Recorder) -> CertificateReleased:
    """The release of a certidão, with the certidão as it now is."""
    return CertificateReleased(
        body.command_id,
        certificate.document_of(body.certificate_id),
        by_of(body),
        body.at,
        recorder.certificate(body.certificate_id),
        body.released_at,
    )


NAMINGS: Mapping[type, type[RjiLinked | RjiUnlinked]] = {
    commands.RjiLinked: RjiLinked,
    commands.RjiUnlinked: RjiUnlinked,
}
