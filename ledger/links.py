"""The link to BNMP in the ledger: its state, cause and evidence, seen by every process."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Connection

from ledger.bulk import insert
from ledger.deployment import Deployment
from ledger.dossiers import load_link
from ledger.outbox import Composer
from ledger.tables import link, outbox
from rules.acts import By
from rules.casework import Say
from rules.dossier import Link

_MESSAGES = {
    "UP": "A comunicação com o BNMP está disponível.",
    "SUSPECT": "A comunicação com o BNMP falhou; novas tentativas em andamento.",
    "DOWN": "A comunicação com o BNMP está indisponível.",
    "PROBING": "A comunicação com o BNMP está sendo testada.",
    "FORCED_DOWN": "A comunicação com o BNMP foi desligada por determinação.",
    "FORCED_UP": "A comunicação com o BNMP foi religada por determinação.",
}


def change(
    connection: Connection,
    deployment: Deployment,
    now: datetime,
    step: Callable[[Link], Link],
    by: By | None = None,
) -> Link:
    """Apply a step of the breaker to the link; a change of state is said on `bnmp.link`, with who forced it.

    The link is the last thing that a transaction locks (docs/adr/0004).
    """
    before = load_link(connection, to_change=True)
    after = step(before)
    if after == before:
        return before
    values = {name: getattr(after, name) for name in after.__slots__}
    connection.execute(link.update().where(link.c.id == 1).values(**values))
    if after.state is not before.state:
        data = {
            "state": after.state,
            "since": after.since or now,
            "cause": after.cause,
            "message": _MESSAGES[after.state],
            "by": {"role": by.role, "user": by.user, "unit": by.unit} if by else None,
        }
        row = Composer(deployment, now, {}, {}).row(Say("bnmp.link.changed.v1", data), key=b"link")
        insert(connection, outbox, [row])
    return after


__all__ = ["change", "load_link"]
