"""Contingency: the evidence it needs, the text it carries, the justification it is registered with.

Sources: the course lesson on contingency and Res. CNJ 251/2018 arts. 7 and 8, in docs/law.md
contingency; docs/law.md safety-15 to safety-18.
"""

from datetime import datetime, timedelta

from rules.dossier import Attempt, Court, Document, Dossier, Link, changed
from rules.kinds import is_eligible
from rules.words import AnswerClass, LinkState, State

_TEXT = (
    "Expediente dispensado de numeração nacional em virtude da impossibilidade de acesso ao "
    "Banco Nacional de Monitoramento de Prisões em {instant}."
)
_JUSTIFICATION = "Emitido em contingência: BNMP 2.0 inacessível em {instant} (art. 8º, Res. CNJ 251/2018)."
JUSTIFICATION_LIMIT = 150
KEPT_ATTEMPTS = 20
# What an opened document is told to lack while its unit has not confirmed that it may be registered.
CONFIRMATION = "confirmation"
# That somebody asked for another try: the document is tried once although the breaker is open (safety-15).
TRY = "link:try"


def instant_of(at: datetime, court: Court) -> str:
    """An instant as papers show it: the court's legal time, a year of two digits, cut to the second."""
    return at.astimezone(court.zone).strftime("%d/%m/%y - %H:%M:%S")


def dispensation_text(failed_access_at: datetime, court: Court) -> str:
    """The exact text of a document issued under contingency, in the court's legal time, cut to the second."""
    return _TEXT.format(instant=instant_of(failed_access_at, court))


def justification(failed_access_at: datetime, court: Court) -> str:
    """The justification of its retroactive registration, 150 characters at most and never cut."""
    return _JUSTIFICATION.format(instant=instant_of(failed_access_at, court))


def is_exhausted(document: Document, dossier: Dossier) -> bool:
    """Whether the document's own attempts are spent: enough of them, or their time is over."""
    failed = connection_failures(document, dossier.link)
    if not failed:
        return False
    attempts, seconds = dossier.windows.retry(liberty=document.liberty)
    return len(failed) >= attempts or dossier.now - failed[0].at >= timedelta(seconds=seconds)


def connection_failures(document: Document, link: Link) -> list[Attempt]:
    """The document's attempts of the present unavailability that failed to connect, oldest first."""
    since = link.unavailable_since
    return [a for a in document.attempts if a.answer is AnswerClass.CONNECTION and (since is None or a.at >= since)]


def standing_evidence(document: Document) -> tuple[Attempt, ...]:
    """The failed attempts on which an opened document stands: whatever comes later, they are kept (safety-15)."""
    opened_at = document.opened_at
    return tuple(one for one in document.attempts if opened_at is not None and one.at <= opened_at)


def noted(document: Document, attempt: Attempt) -> Document:
    """The document with an attempt of its own that failed: the last ones are kept beside the evidence it stands on."""
    stands = standing_evidence(document)
    later = (*document.attempts[len(stands) :], attempt)[-KEPT_ATTEMPTS:]
    # One try was asked for, and this was it.
    return changed(document, attempts=stands + later, cleared=untried(document))


def evidence(document: Document, dossier: Dossier) -> datetime | None:
    """The instant of the failed access that permits contingency, or None (docs/law.md safety-15).

    Its own exhausted attempts count as soon as the link is not UP, and a failed attempt has seen to that;
    with the link down, a failed call or probe of anybody counts while it is fresh. Once offered, the same
    instant stays.
    """
    link = dossier.link
    if link.state is LinkState.UP:
        return None
    own = is_exhausted(document, dossier)
    if not (own or link.blocked):
        return None
    offered_at = document.failed_access_at
    if offered_at is not None and (link.unavailable_since is None or offered_at >= link.unavailable_since):
        return offered_at
    if own:
        return connection_failures(document, link)[-1].at
    if link.last_failed_at is None or dossier.now - link.last_failed_at > timedelta(seconds=dossier.windows.evidence):
        return None
    return link.last_failed_at


def is_tried(document: Document, dossier: Dossier) -> bool:
    """Whether it is tried once because somebody asked for it, although the breaker is open (docs/law.md safety-15).

    What a person forced down stays down; and what nobody has taken for as long as a whole attempt may last is not waited for.
    """
    if TRY not in document.cleared or dossier.link.state is LinkState.FORCED_DOWN:
        return False
    asked_at = document.since if document.state is State.READY else None
    return asked_at is None or dossier.now - asked_at < timedelta(seconds=dossier.windows.lease())


def untried(document: Document) -> tuple[str, ...]:
    """What was cleared of it, without the mark of another try."""
    return tuple(one for one in document.cleared if one != TRY)


def asked_in_present_unavailability(at: datetime, dossier: Dossier, failed_access_at: datetime) -> bool:
    """Whether an answer belongs to the present unavailability; an earlier one is asked again (safety-16)."""
    since = dossier.link.unavailable_since or failed_access_at
    return at >= since


def is_unconfirmed(document: Document, dossier: Dossier) -> bool:
    """Whether its unit confirms everything that it issued under contingency, and has not confirmed this (resolution).

    Nobody is asked before the link is back: until then there is nothing to be confirmed.
    """
    asked = dossier.court.resolution == "confirmed" and not dossier.link.blocked
    return asked and document.opened and document.confirmed is None and not document.ended


def may_be_offered(document: Document) -> bool:
    """Whether an offer for this document may still stand or be repeated."""
    return is_eligible(document.kind) and not document.opened and not document.ended
