"""Many rows in one call, on SQLite and PostgreSQL alike; the statements are compiled once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; every row has the same columns."""
    if rows:
        connection.execute(_insert(table), rows)


def upsert(
    connection: Connection, table: sa.Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]], *, keep: bool = False
) -> None:
    """Insert rows; where the key is there already, replace the rest, or `keep` what is there."""
    if rows:
        connection.execute(_upsert(connection.dialect.name, table, key, tuple(rows[0]), keep=keep), rows)


def claim(
    connection: Connection, table: sa.Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]]
) -> set[tuple[Any, ...]]:
    """Insert rows in the order of their keys where none is there, and give the keys that were inserted.

    One that another session is inserting is waited for; the order is what keeps two sessions from waiting for each other.
    """
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    statement = _claim(connection.dialect.name, table, key, tuple(rows[0]))
    return {tuple(row) for row in connection.execute(statement, ordered)}


@cache
def _claim(dialect: str, table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    returned = [table.c[name] for name in key]
    return _upsert(dialect, table, key, columns, keep=True).returning(*returned)


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return table.insert()


@cache
def _upsert(dialect: str, table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...], *, keep: bool) -> Any:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    rest = {name: statement.excluded[name] for name in columns if name not in key}
    if keep or not rest:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=rest)
