"""Counted: what a transaction did, told once it has committed; what was rolled back was never done."""

from collections import Counter

from sqlalchemy.engine import Connection

from schemas.figures import Figure

Counted = Counter[tuple[Figure, tuple[str, ...]]]
_KEY = "counted"


def begin(connection: Connection) -> Counted:
    """Count anew for a transaction that begins; gives what it will have counted."""
    counted: Counted = Counter()
    connection.info[_KEY] = counted
    return counted


def count(connection: Connection, figure: Figure, *labels: str) -> None:
    """Count one for the transaction of this connection; outside of one of the house's nobody counts."""
    counted: Counted | None = connection.info.get(_KEY)
    if counted is not None:
        counted[figure, labels] += 1
