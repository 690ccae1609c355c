"""Incidents that are put on record and said once, however often they are found again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import acts
from ledger.bulk import insert
from ledger.deployment import Deployment
from ledger.engine import now
from ledger.outbox import Composer
from ledger.tables import history, outbox
from rules import messages
from rules.casework import Say
from rules.words import Role


def say_once(
    connection: Connection, deployment: Deployment, kind: str, subject: str, *, where: str, detail: Mapping[str, Any]
) -> bool:
    """Say an incident on `saj.outcomes` for the operator; False where the same was said before.

    `where` completes the message for clerks; `detail` tells one incident about `subject` from the next.
    """
    if not note_once(connection, deployment, kind, subject, detail):
        return False
    text, runbook = messages.INCIDENTS[kind]
    what = text.format(where=where)
    data = {"kind": kind, "what": what, "message": what, "runbook": runbook, "who": {"role": Role.OPERADOR}}
    row = Composer(deployment, now(connection), {}, {}).row(Say("bnmp.incident.v1", data))
    insert(connection, outbox, [row])
    return True


def here_since(connection: Connection, document_id: str) -> datetime | None:
    """When the first version of a document was decided; None where its history is not here."""
    first = sa.select(history.c.at).where(history.c.document_id == document_id).order_by(history.c.id).limit(1)
    return connection.scalar(first)


def note_once(
    connection: Connection, deployment: Deployment, kind: str, subject: str, detail: Mapping[str, Any]
) -> bool:
    """Put an incident about `subject` on record; False where the same is on record already."""
    if any(dict(known.detail) == dict(detail) for known in acts.of(connection, kind, subject)):
        return False
    acts.write(connection, kind, subject, by=deployment.source, reason="found by the service", detail=detail)
    return True
