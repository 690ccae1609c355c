"""The tables. SQLite and PostgreSQL keep the same ones; instants are UTC, JSON is small and bounded.

The ledger serves one tribunal (`deployment`), so a document is known by SAJ's id alone within it.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

metadata = sa.MetaData()


class Instant(sa.types.TypeDecorator[datetime]):
    """A zoned datetime; SQLite keeps UTC without a zone, PostgreSQL timestamptz."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime; hand UTC to the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime never enters the ledger")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's own signature)
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _column(name: str, kind: Any, *, null: bool = True, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, **more)


def _texts(*names: str) -> tuple[sa.Column[Any], ...]:
    return tuple(_column(name, sa.Text) for name in names)


Identifier = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

deployment = sa.Table("deployment", metadata, _column("tribunal", sa.Text, null=False, primary_key=True))

person = sa.Table(
    "person",
    metadata,
    sa.Column("person", Identifier, primary_key=True, autoincrement=True),
    _column("rji", sa.Text, index=True),
    _column("merges_from", sa.Text, index=True),
    *_texts("merges_into", "merge_told", "owner"),
    _column("epoch", sa.BigInteger, null=False, server_default="0"),
    _column("until", Instant),
    sqlite_autoincrement=True,
)

alias = sa.Table(
    "alias",
    metadata,
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("person", Identifier, sa.ForeignKey("person.person"), nullable=False, index=True),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("document_id", sa.Text, primary_key=True),
    sa.Column("person", Identifier, sa.ForeignKey("person.person"), nullable=False, index=True),
    _column("saj_key", sa.LargeBinary),
    _column("version", sa.Integer, null=False),
    _column("kind", sa.Text, null=False),
    *_texts("variant", "case_number", "medium", "unit"),
    _column("issued_at", Instant),
    _column("gaps", sa.JSON, null=False),
    _column("institutional", sa.Boolean, null=False),
    _column("owner_system", sa.Text, null=False),
    _column("released_by_judge", sa.Boolean, null=False),
    _column("released", sa.Boolean, null=False, server_default=sa.false()),
    _column("valid_until", sa.Date),
    _column("term_days", sa.Integer),
    _column("fulfilled_on", sa.Date),
    _column("signer", sa.Text),
    _column("state", sa.Text, null=False),
    _column("reason", sa.Text),
    _column("missing", sa.JSON, null=False),
    _column("since", Instant),
    _column("priority", sa.SmallInteger, null=False),
    _column("sequence", sa.Integer, null=False),
    _column("turn", sa.Integer, null=False),
    *_texts("step", "doing"),
    _column("reads", sa.Integer, null=False),
    _column("attempts", sa.JSON, null=False),
    _column("consent", sa.JSON),
    _column("confirmed", sa.JSON),
    _column("failed_access_at", Instant),
    _column("text", sa.Text),
    _column("opened_at", Instant),
    _column("retroactive", sa.Boolean, null=False),
    *_texts("bnmp_id", "national_number", "bnmp_status"),
    _column("registered_at", Instant),
    _column("due_at", Instant),
    _column("due_fact", sa.Text),
    _column("withdrawal", sa.JSON),
    _column("hands", sa.JSON, null=False, server_default="[]"),
    _column("cleared", sa.JSON, null=False, server_default="[]"),
    _column("escalate_at", Instant),
    _column("escalated", sa.SmallInteger, null=False, server_default="0"),
    _column("found", sa.JSON, null=False, server_default="[]"),
    _column("looked_up_at", Instant),
    *_texts("rji", "party_id", "awaits"),
    _column("analysis", sa.JSON),
)
for _name, _kept in (
    ("document_due", document.c.due_at),
    ("document_escalation", document.c.escalate_at),
    ("document_reason", document.c.reason),
):
    sa.Index(_name, _kept, sqlite_where=_kept.is_not(None), postgresql_where=_kept.is_not(None))
sa.Index("document_number", document.c.national_number)
sa.Index("document_piece", document.c.bnmp_id)

antecedent = sa.Table(
    "antecedent",
    metadata,
    sa.Column("document_id", sa.Text, sa.ForeignKey("document.document_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("names_document", sa.Text, index=True),
    sa.Column("names_number", sa.Text, index=True),
)

payload = sa.Table(
    "payload",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("ce_id", sa.Text, primary_key=True),
    sa.Column("document_id", sa.Text, sa.ForeignKey("document.document_id"), nullable=False),
    _column("version", sa.Integer, null=False),
    _column("digest", sa.Text, null=False),
    _column("received_at", Instant, null=False),
    _column("data", sa.JSON, null=False),
)
sa.Index("payload_document", payload.c.document_id, payload.c.version, unique=True)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("ce_id", sa.Text, primary_key=True),
    _column("type", sa.Text, null=False),
    _column("digest", sa.Text, null=False),
    _column("outcome", sa.Text, null=False),
    _column("received_at", Instant, null=False),
)

pending_fact = sa.Table(
    "pending_fact",
    metadata,
    sa.Column("id", Identifier, primary_key=True, autoincrement=True),
    sa.Column("document_id", sa.Text, nullable=False, index=True),
    _column("source", sa.Text, null=False),
    _column("ce_id", sa.Text, null=False),
    _column("type", sa.Text, null=False),
    _column("digest", sa.Text, null=False),
    _column("saj_key", sa.LargeBinary),
    _column("data", sa.JSON, null=False),
    _column("received_at", Instant, null=False),
    _column("alarmed_at", Instant),
    sqlite_autoincrement=True,
)

custody = sa.Table(
    "custody",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("person", Identifier, sa.ForeignKey("person.person"), nullable=False, index=True),
    _column("case_number", sa.Text),
    _column("event_code", sa.Integer),
    _column("event", sa.Text),
    _column("effective_date", sa.Date),
    _column("unit", sa.Text),
    _column("other_court", sa.Boolean),
    _column("place", sa.JSON),
    _column("recorded_at", Instant),
    _column("received_at", Instant, null=False),
    _column("gaps", sa.JSON, null=False),
    _column("party_id", sa.Text),
    _column("kind_code", sa.Integer),
    _column("counts_for_sentence", sa.Boolean),
    _column("place_kind", sa.Text),
)

custody_watch = sa.Table(
    "custody_watch",
    metadata,
    sa.Column("person", Identifier, sa.ForeignKey("person.person"), primary_key=True),
    _column("banners", sa.JSON, null=False),
    _column("divergences", sa.JSON, null=False),
    _column("due_at", Instant, index=True),
)

dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("offset", sa.BigInteger, primary_key=True),
    sa.Column("person", Identifier, sa.ForeignKey("person.person"), index=True),
    _column("reason", sa.Text, null=False),
    _column("found_at", Instant, null=False),
    _column("ended_at", Instant),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", Identifier, primary_key=True, autoincrement=True),
    sa.Column("document_id", sa.Text, nullable=False, index=True),
    _column("person", sa.BigInteger, null=False),
    _column("at", Instant, null=False),
    _column("fact", sa.Text, null=False),
    _column("state", sa.Text, null=False),
    *_texts("reason", "step", "doing"),
    _column("turn", sa.Integer, null=False),
    _column("sequence", sa.Integer, null=False),
    _column("attempt", sa.Integer, null=False),
    _column("detail", sa.Text, null=False),
    _column("position", sa.Integer),
    *_texts("code", "payload"),
    sqlite_autoincrement=True,
)

consumed = sa.Table(
    "consumed",
    metadata,
    sa.Column("group", sa.Text, primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    _column("topic_id", sa.Text),
    _column("next_offset", sa.BigInteger, null=False),
    _column("stopped_at", Instant),
    _column("letters_from", sa.BigInteger, null=False, server_default="0"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Identifier, primary_key=True, autoincrement=True),
    _column("person", sa.BigInteger),
    _column("topic", sa.Text, null=False),
    _column("key", sa.LargeBinary),
    _column("headers", sa.JSON, null=False),
    _column("value", sa.LargeBinary),
    sqlite_autoincrement=True,
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    _column("owner", sa.Text, null=False),
    _column("epoch", sa.BigInteger, null=False),
    _column("until", Instant, null=False),
)

link = sa.Table(
    "link",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _column("state", sa.Text, null=False),
    _column("since", Instant),
    _column("cause", sa.Text, null=False),
    _column("unavailable_since", Instant),
    _column("last_failed_at", Instant),
    _column("probe_at", Instant),
    _column("opened_times", sa.Integer, null=False),
    _column("until", Instant),
    sa.Column("flaps", sa.Integer, nullable=False, server_default="0"),
    _column("back_at", Instant),
)

act = sa.Table(
    "act",
    metadata,
    sa.Column("id", Identifier, primary_key=True, autoincrement=True),
    _column("at", Instant, null=False),
    _column("by", sa.Text, null=False),
    _column("reason", sa.Text, null=False),
    _column("act", sa.Text, null=False),
    _column("subject", sa.Text, null=False),
    _column("detail", sa.JSON, null=False),
    _column("position", sa.Integer),
    _column("code", sa.Text),
    sqlite_autoincrement=True,
)
sa.Index("act_subject", act.c.subject, act.c.act)
sa.Index("act_position", act.c.position, unique=True)
