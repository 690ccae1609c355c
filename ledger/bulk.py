"""Many rows in one call, past SQLAlchemy's own way of binding values, which costs more than the database does.

Values are made ready column by column: on SQLite rows for the driver's own loop, on PostgreSQL one JSON text that the
server unfolds into rows, so that the driver adapts one value a statement. The statements are made once.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from ledger.tables import Instant

Row = dict[str, Any]
_POSTGRESQL: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # of SQLAlchemy
_ONLY_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_REPLACE, _KEEP, _RAISE = "replace", "keep", "raise"


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows in their order; every row has the same columns."""
    if rows:
        _write(connection, table, rows, (), _RAISE)


def upsert(
    connection: Connection, table: sa.Table, key: tuple[str, ...], rows: Sequence[Row], *, keep: bool = False
) -> None:
    """Insert rows; where the key is there already, replace the rest, or `keep` what is there. No key comes twice."""
    if rows:
        _write(connection, table, rows, key, _KEEP if keep else _REPLACE)


def claim(connection: Connection, table: sa.Table, key: tuple[str, ...], rows: Sequence[Row]) -> set[tuple[Any, ...]]:
    """Insert rows in the order of their keys where none is there, and give the keys that were inserted.

    One that another session is inserting is waited for; the order is what keeps two sessions from waiting for each other.
    None of them may hold bytes.
    """
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    dialect = connection.dialect.name
    statement = _claim(dialect, table, key, tuple(rows[0]))
    told = _told(table, ordered) if dialect == "postgresql" else _dumped(_ready(table, ordered, _FOR_SQLITE))
    return {tuple(row) for row in connection.exec_driver_sql(statement, (told,))}


def _write(connection: Connection, table: sa.Table, rows: Sequence[Row], key: tuple[str, ...], clash: str) -> None:
    dialect = connection.dialect.name
    statement = _statement(dialect, table, key, tuple(rows[0]), clash)
    if dialect == "postgresql":
        connection.exec_driver_sql(statement, (_told(table, rows),))
    else:
        connection.exec_driver_sql(statement, _ready(table, rows, _FOR_SQLITE))


def _told(table: sa.Table, rows: Sequence[Row]) -> str:
    """The rows as one JSON text, NULLs left out."""
    names = tuple(rows[0])
    told = [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in _ready(table, rows, _FOR_POSTGRESQL)
    ]
    return _dumped(told)


def _dumped(value: Any) -> str:
    """Compact JSON. What orjson refuses, such as half a surrogate pair, is for the database to refuse or to keep."""
    try:
        return orjson.dumps(value, option=_ONLY_JSON).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


_Ready = Callable[[list[Any]], Iterable[Any]]


def _ready(table: sa.Table, rows: Sequence[Row], kinds: dict[type, _Ready]) -> list[tuple[Any, ...]]:
    """The rows with every value as the driver takes it."""
    columns = []
    for name in rows[0]:
        make = kinds.get(type(table.c[name].type))
        values = [row[name] for row in rows]
        columns.append(values if make is None else make(values))
    return list(zip(*columns, strict=True))


def _each(make: Callable[[Any], Any]) -> _Ready:
    """Make each different value once: most are the same in every row of a batch."""

    def made(values: list[Any]) -> Iterable[Any]:
        known = {value: None if value is None else make(value) for value in set(values)}
        return [known[value] for value in values]

    return made


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive datetime never enters the ledger")
    return value.astimezone(UTC)


def _json(value: Any) -> str | None:
    # Nearly every list is empty. None is NULL, never JSON's null.
    return "[]" if value == [] else None if value is None else _dumped(value)


# A word of the rules is text of its own class, which the drivers would look at twice.
def _text(values: list[Any]) -> Iterable[Any]:
    return [value if type(value) is str or value is None else str(value) for value in values]


_FOR_SQLITE: dict[type, _Ready] = {
    sa.Text: _text,
    Instant: _each(lambda value: _instant(value).replace(tzinfo=None).isoformat(" ", "microseconds")),
    sa.Date: _each(date.isoformat),
    sa.JSON: lambda values: [_json(value) for value in values],
}
_FOR_POSTGRESQL: dict[type, _Ready] = {
    **_FOR_SQLITE,
    Instant: _each(lambda value: _instant(value).isoformat()),
    sa.LargeBinary: lambda values: [None if value is None else "\\x" + value.hex() for value in values],
}


@cache
def _statement(dialect: str, table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...], clash: str) -> str:
    rows = _unfolded(table, columns) if dialect == "postgresql" else f"VALUES ({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table.name} ({_quoted(columns)}) {rows}{_on_conflict(key, columns, clash)}"


def _unfolded(table: sa.Table, columns: tuple[str, ...]) -> str:
    """Rows from the one JSON text; JSON within it travels as text, for in there a NUL's escape is refused."""
    inner = {name: isinstance(table.c[name].type, sa.JSON) for name in columns}
    types = {name: sa.Text() if inner[name] else table.c[name].type for name in columns}
    named = ", ".join(f'"{name}" {kind.compile(_POSTGRESQL)}' for name, kind in types.items())
    chosen = ", ".join(f'"{name}"::json' if inner[name] else f'"{name}"' for name in columns)
    return f"SELECT {chosen} FROM json_to_recordset(%s::json) AS told ({named})"  # noqa: S608 (our own tables' names)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@cache
def _claim(dialect: str, table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...]) -> str:
    if dialect == "postgresql":
        return f"{_statement(dialect, table, key, columns, _KEEP)} RETURNING {_quoted(key)}"
    values = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(columns)))
    # WHERE, for without it ON would be read as a join's.
    rows = f"SELECT {values} FROM json_each(?) WHERE true"  # noqa: S608 (our own tables' names)
    return f"INSERT INTO {table.name} ({_quoted(columns)}) {rows}{_on_conflict(key, columns, _KEEP)} RETURNING {_quoted(key)}"


def _on_conflict(key: tuple[str, ...], columns: tuple[str, ...], clash: str) -> str:
    rest = [name for name in columns if name not in key]
    if clash == _RAISE:
        return ""
    if clash == _KEEP or not rest:
        return f" ON CONFLICT ({_quoted(key)}) DO NOTHING"
    return f" ON CONFLICT ({_quoted(key)}) DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
