"""Signatures: before a document's first request, whether everybody who must sign it can (docs/law.md safety-5, 10).

Credentials are BNMP's and without them nothing is signed; our own copy of users' access only has its doubts.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from ledger import access
from ledger.engine import Connection
from ledger.record import Recorder
from rules.access import NO_CREDENTIALS, Access, Signing, doubts, lack
from rules.dossier import Document, Hand
from rules.facts import AccessDoubted, SignerUnknown
from rules.kinds import KINDS
from rules.words import Role
from schemas.document_issued import DocumentIssued, Signature

CanSign = Callable[[str, str], bool]
# How long a user's access is believed before it is read again, and how many are kept.
SECONDS, MOST = 5.0, 10_000


class Signatures:
    """Looks at the signers of documents."""

    def __init__(self, can_sign: CanSign) -> None:
        """`can_sign` says whether there are credentials of a user for a unit."""
        self._can_sign = can_sign
        self._known: dict[str, Access | None] = {}
        self._until = 0.0

    def against(
        self, recorder: Recorder, document: Document, body: DocumentIssued
    ) -> Iterator[SignerUnknown | AccessDoubted]:
        """What speaks against the signatures of a document: nothing, absent credentials, or doubts that are not cleared."""
        signings = {role: _signing(role, document, body) for role in KINDS[document.kind].signers}
        unable = [role for role, one in signings.items() if one is None or not self._can_sign(one.user, one.unit)]
        if unable:
            missing = tuple(lack(NO_CREDENTIALS, role, _unit(signings[role], document)) for role in unable)
            first = signings[unable[0]]
            yield SignerUnknown(document.document_id, missing, first.user if first else None)
            return
        signers = [one for one in signings.values() if one]
        users = {one.user for one in signers}
        known = self._believed(recorder.connection, users)
        if any(_fresh(one, known[one.user], recorder, document) for one in signers):
            # What is believed may have changed since: whoever is doubted is looked up.
            known = {**known, **self._read(recorder.connection, users)}
        for one in signers:
            fresh = _fresh(one, known[one.user], recorder, document)
            if fresh:
                yield AccessDoubted(document.document_id, fresh, one.user)

    def _believed(self, connection: Connection, users: Collection[str]) -> Mapping[str, Access | None]:
        if time.monotonic() >= self._until or len(self._known) > MOST:
            self._known, self._until = {}, time.monotonic() + SECONDS
        unread = [user for user in users if user not in self._known]
        return {**self._known, **self._read(connection, unread)} if unread else self._known

    def _read(self, connection: Connection, users: Collection[str]) -> Mapping[str, Access | None]:
        found = access.of(connection, users)
        read = {user: found.get(user) for user in users}
        self._known |= read
        return read


def _fresh(signing: Signing, known: Access | None, recorder: Recorder, document: Document) -> tuple[str, ...]:
    found = doubts(signing, known, recorder.now, document.issued_at)
    return tuple(doubt for doubt in found if doubt not in document.cleared)


def _signing(role: Role, document: Document, body: DocumentIssued) -> Signing | None:
    """Who signs in a role: the hand that the unit assigned, else who signed in SAJ."""
    hand = next((one for one in document.hands if one.role is role), None)
    # Of two signatures in one role the latter counts.
    wrote = next((one for one in reversed(body.signatures) if one.role == role), None)
    chosen: Hand | Signature | None = hand or wrote
    if chosen is None or not chosen.user:
        return None
    position: Any = None if hand or wrote is None else wrote.position
    return Signing(role, chosen.user, chosen.unit or document.unit, position, assigned=hand is not None)


def _unit(signing: Signing | None, document: Document) -> str:
    return signing.unit if signing else document.unit
