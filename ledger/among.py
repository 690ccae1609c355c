"""Among: a column's value is one of many, as one parameter, so that a statement is the same however many there are.

`IN` with a parameter for each is another statement for every number of them, long, and read anew each time by the driver
and the server.
"""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement


class _Many(sa.types.TypeDecorator[Collection[Any]]):
    """Many values in one parameter: an array on PostgreSQL, a JSON list on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, one: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.one = one

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        many = postgresql.ARRAY(self.one) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(many)

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        kept = sorted(value or ())
        return kept if dialect.name == "postgresql" else json.dumps(kept)


class _Among(FunctionElement[bool]):
    """`column` is one of `many`."""

    type = sa.Boolean()
    inherit_cache = True
    name = "among"

    def self_group(self, against: Any = None) -> Any:
        """Stay a bare condition: SQLAlchemy would say `... = 1` on SQLite, and no index serves that."""
        del against
        return Grouping(self)


def among(column: sa.ColumnElement[Any], values: Collection[Any] | str) -> sa.ColumnElement[bool]:
    """Whether the column is one of these values, or of those that the parameter of this name will hold; the order is nothing."""
    many = _Many(column.type)
    if isinstance(values, str):
        return _Among(column, sa.bindparam(values, type_=many))
    return _Among(column, sa.bindparam(None, values, type_=many, unique=True))


@compiles(_Among, "postgresql")
def _any(element: _Among, compiler: Any, **options: Any) -> str:
    column, many = element.clauses
    return f"{compiler.process(column, **options)} = ANY ({compiler.process(many, **options)})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: Any, **options: Any) -> str:
    column, many = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 (a column's name and a parameter's, both SQLAlchemy's)
