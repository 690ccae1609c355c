"""Communication tests: what users told of theirs, the last of each, and which calls of ours failed to connect, the last ones.

A test that failed informs its user and has the clock ask BNMP; it opens nothing (docs/law.md safety-21).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.bulk import insert, upsert
from ledger.tables import Identifier, Instant, metadata
from rules.facts import Answer

# The last test of so many users, and so many failures, are kept.
MOST_USERS, MOST_FAILURES = 1000, 100

link_test = sa.Table(
    "link_test",
    metadata,
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("app_server", sa.Text, nullable=False),
)

link_failure = sa.Table(
    "link_failure",
    metadata,
    sa.Column("id", Identifier, primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("op", sa.Text, nullable=False),
    sa.Column("class", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class UserTest:
    """A user's communication test: OK or ERROR as the user's machine saw it, and as SAJ's server did."""

    user: str
    at: datetime
    client: str
    app_server: str


def keep(connection: Connection, tests: Iterable[UserTest]) -> None:
    """Keep the last test of each user, and forget those who have not tested for longest."""
    last = {one.user: one for one in tests}
    if not last:
        return
    upsert(connection, link_test, ("user",), [asdict(last[user]) for user in sorted(last)])
    kept = sa.select(link_test.c.user).order_by(link_test.c.at.desc(), link_test.c.user).limit(MOST_USERS)
    connection.execute(link_test.delete().where(link_test.c.user.not_in(kept)))


def failed(connection: Connection, answer: Answer) -> None:
    """Keep that a call of ours did not reach BNMP; to be called by whoever holds the link's row."""
    row = {"at": answer.at, "op": answer.op, "class": str(answer.answer), "detail": answer.detail}
    insert(connection, link_failure, [row])
    oldest = sa.select(sa.func.max(link_failure.c.id) - MOST_FAILURES).scalar_subquery()
    connection.execute(link_failure.delete().where(link_failure.c.id <= oldest))


def told(connection: Connection, limit: int, user: str | None = None) -> list[UserTest]:
    """The last test of each user, or of one, the newest first."""
    chosen = sa.select(link_test.c.user, link_test.c.at, link_test.c.client, link_test.c.app_server)
    if user is not None:
        chosen = chosen.where(link_test.c.user == user)
    rows = connection.execute(chosen.order_by(link_test.c.at.desc(), link_test.c.user).limit(limit))
    return [UserTest(*row) for row in rows]


def failures(connection: Connection, limit: int) -> list[Mapping[str, Any]]:
    """The last calls of ours that did not reach BNMP, the newest first: `at`, `op`, `class` and `detail`."""
    columns = (link_failure.c.at, link_failure.c.op, link_failure.c["class"], link_failure.c.detail)
    rows = connection.execute(sa.select(*columns).order_by(link_failure.c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]
