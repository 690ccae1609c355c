"""Chains: each entry of a person's history carries a code over itself and over the entry before it, made with a key.

An entry that took a version of a document in vouches for it, as it was received. The acts of operators are one more chain,
which is made longer at the very end of the transactions that write them. Who changes an entry, takes one out or puts one in
breaks the chain there; who has the key could make it anew, so what the chains came to is told every few minutes on a topic
that nobody can change (a seal), itself a chain.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.bulk import Row, insert, upsert
from ledger.deployment import Deployment
from ledger.engine import LedgerError
from ledger.outbox import as_it_came
from ledger.tables import Identifier, Instant, act, metadata
from ledger.tables import outbox as outbox_table
from schemas.record import RawRecord
from schemas.seal import ACTS, TYPE
from schemas.writing import envelope

TOPIC, KEY = "bnmp.audit-seals", b"seal"
SEALED_AT_ONCE = 5000
_LAST_ACTS = 10
_CODE_BYTES = 16
# The order in which an entry's fields are read: the last may hold anything.
FIELDS = ("document_id", "fact", "state", "reason", "step", "doing", "turn", "sequence", "attempt", "detail")
# One call for all: this runs for every decision.
_TOLD = "\x1f".join(["%s"] * (4 + len(FIELDS)))
_values = itemgetter(*FIELDS)

chain = sa.Table(
    "chain",
    metadata,
    sa.Column("person", Identifier, primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("sealed", sa.Integer, nullable=False, server_default="0"),
)

seal_head = sa.Table(
    "seal_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("sealed_at", Instant),
    # Entries up to this one were made by a release that had no chains, or that vouched for no payloads.
    sa.Column("unchained_to", sa.BigInteger, nullable=False),
    sa.Column("unvouched_to", sa.BigInteger, nullable=False, server_default="0"),
    # Acts up to this one may be without their place: a release wrote them that left it to the seal.
    sa.Column("unplaced_to", sa.BigInteger, nullable=False, server_default="0"),
)

_SEALED = chain.update().where(chain.c.person == sa.bindparam("whose")).values(sealed=sa.bindparam("until"))

Seal = Mapping[str, Any]
"""A seal's body: `number`, `at`, `before` (the code of the seal before), `heads` (person, position, code), its `code`."""


def code_of(  # noqa: PLR0917 (read and written at two places)
    key: bytes, person: int, position: int, before: str, at: str, values: Sequence[Any], payload: str | None
) -> str:
    """The code of an entry: hex; `before` is the code of the person's entry before it, empty for the first.

    `payload` is the code of the version that the entry vouches for, None for none.
    """
    told = _TOLD % (person, position, before, at, *values)
    if payload is not None:
        # Before the person's number, where nothing else can stand: it is longer than any number.
        told = f"{payload}\x1f{told}"
    return hmac.digest(key, told.encode(), "sha256")[:_CODE_BYTES].hex()


def payload_code(row: Mapping[str, Any]) -> str:
    """The code of a version of a document as it was received: hex SHA-256, for the entry that vouches for it."""
    kept = row["data"]
    told = (row["source"], row["ce_id"], row["document_id"], row["version"], row["digest"], instant(row["received_at"]))
    content = orjson.dumps((told, kept), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


def act_code(key: bytes, position: int, before: str, row: Any) -> str:
    """The code of an act: hex; `before` is the code of the act before it in the chain, empty for the first."""
    told = ["act", position, before, instant(row.at), row.by, row.reason, row.act, row.subject, row.detail]
    return hmac.digest(key, json.dumps(told, sort_keys=True).encode(), "sha256")[:_CODE_BYTES].hex()


def instant(at: datetime) -> str:
    """An instant as it stands in a code."""
    return at.astimezone(UTC).isoformat()


def extend(connection: Connection, key: bytes, rows: Sequence[Row]) -> None:
    """Give rows of the history, in their order, their places and codes; their persons are locked."""
    if not rows:
        return
    heads = _heads(connection, {row["person"] for row in rows})
    last, told = None, ""
    for row in rows:
        if row["at"] is not last:
            last = row["at"]
            told = instant(row["at"])
        person = row["person"]
        position, before = heads.get(person, (0, ""))
        code = code_of(key, person, position + 1, before, told, _values(row), row["payload"])
        row["position"], row["code"] = position + 1, code
        heads[person] = position + 1, code
    made = [{"person": person, "position": at, "code": code} for person, (at, code) in sorted(heads.items())]
    upsert(connection, chain, ("person",), made)


def seal(connection: Connection, deployment: Deployment, now: datetime) -> int | None:
    """Say what the chains came to since the last seal, where its window is over; gives how many chains, else None.

    At most `SEALED_AT_ONCE`: where there are more the next call goes on at once.
    """
    head = connection.execute(sa.select(seal_head).where(seal_head.c.id == 1).with_for_update()).one()
    if head.sealed_at is not None and (now - head.sealed_at).total_seconds() < deployment.windows.seal:
        return None
    grown = sa.select(chain.c.person, chain.c.position, chain.c.code).where(chain.c.position > chain.c.sealed)
    # Who writes an act has locked persons' rows before that of the acts, and so does the seal.
    ordered = grown.order_by(chain.c.person == ACTS, chain.c.person)
    found = [tuple(row) for row in connection.execute(ordered.limit(SEALED_AT_ONCE))]
    if found:
        connection.execute(_SEALED, [{"whose": person, "until": position} for person, position, _ in found])
    body: dict[str, Any] = {"number": head.number + 1, "at": instant(now), "before": head.code, "heads": found}
    code = seal_code(deployment.audit_key, body)
    value = json.dumps(body | {"code": code}, separators=(",", ":")).encode()
    ce_id = f"seal-{body['number']}"
    headers = envelope(TYPE, ce_id=ce_id, source=deployment.source, time=now.astimezone(UTC))
    insert(connection, outbox_table, [as_it_came(RawRecord(TOPIC, -1, -1, 0, KEY, value, tuple(headers)))])
    # What a release left that did not place its acts is told by the next seal.
    waiting = sa.select(act.c.id).where(act.c.position.is_(None), act.c.id <= head.unplaced_to)
    left = connection.scalars(waiting.order_by(act.c.id).limit(SEALED_AT_ONCE)).all()
    if left:
        chain_acts(connection, deployment.audit_key, left)
    more = len(found) == SEALED_AT_ONCE
    moved = seal_head.update().where(seal_head.c.id == 1)
    connection.execute(moved.values(number=head.number + 1, code=code, sealed_at=head.sealed_at if more else now))
    return len(found)


def chain_acts(connection: Connection, key: bytes | None, numbers: Sequence[int]) -> None:
    """Give these acts their places and codes, in the order of their numbers; those that are gone or have theirs are let be.

    Nothing else is locked after the head of their chain, so that who waits for it waits for a commit and no more. Raises
    LedgerError where the key is None, and the last acts were signed with one.
    """
    wanted = sa.select(act).where(among(act.c.id, "numbers"), act.c.position.is_(None)).order_by(act.c.id)
    rows = connection.execute(wanted, {"numbers": numbers}).all()
    if not rows:
        return
    upsert(connection, chain, ("person",), [{"person": ACTS, "position": 0, "code": ""}], keep=True)
    head = sa.select(chain.c.position, chain.c.code).where(chain.c.person == ACTS)
    position, code = connection.execute(head.with_for_update()).one()
    if key is None and not is_signed_with(connection, b""):
        raise LedgerError("SAJ_BNMP_AUDIT_KEY is not set here, and what is done to this ledger is signed with it")
    for row in rows:
        position, code = position + 1, act_code(key or b"", position + 1, code, row)
        connection.execute(act.update().where(act.c.id == row.id).values(position=position, code=code))
    connection.execute(chain.update().where(chain.c.person == ACTS).values(position=position, code=code))


def is_signed_with(connection: Connection, key: bytes) -> bool:
    """Whether any of the last acts holds with this key, or none was done yet; a single one may have been altered."""
    position = connection.scalar(sa.select(chain.c.position).where(chain.c.person == ACTS)) or 0
    last = sa.select(act).where(act.c.position > position - _LAST_ACTS).order_by(act.c.position)
    rows = connection.execute(last).all()
    befores = [*([""] if position <= _LAST_ACTS else []), *(row.code for row in rows)]
    pairs = list(zip(rows if position <= _LAST_ACTS else rows[1:], befores, strict=False))
    return not pairs or any(act_code(key, row.position, before, row) == row.code for row, before in pairs)


def seal_of(value: bytes | None) -> Seal:
    """A seal as it was published; one that cannot be read has no code that could hold."""
    nothing: Seal = {"number": 0, "at": "", "before": "", "heads": [], "code": ""}
    try:
        body = json.loads(value or b"")
        heads = [(int(person), int(position), str(code)) for person, position, code in body["heads"]]
        told = {name: str(body[name]) for name in ("at", "before", "code")}
        return {"number": int(body["number"]), "heads": heads, **told}
    except (ValueError, KeyError, TypeError):
        return nothing


def seal_code(key: bytes, body: Any) -> str:
    """The code of a seal's body without its own."""
    told = json.dumps([body[name] for name in ("number", "at", "before", "heads")], separators=(",", ":"))
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()[: 2 * _CODE_BYTES]


def _heads(connection: Connection, persons: set[int]) -> dict[int, tuple[int, str]]:
    found = connection.execute(_HEADS, {"persons": persons})
    return {person: (position, code) for person, position, code in found}


_HEADS = sa.select(chain.c.person, chain.c.position, chain.c.code).where(among(chain.c.person, "persons"))
