"""Trouble: which of a database's errors are the whole ledger's, and which belong to what was being written.

The ledger's own trouble (no connection, a shutdown, a full disk, a lock that did not come, a deadlock, a schema that is
not ours) is tried again in place. What a row itself brought about (data that cannot be kept, a key that is there) is not,
for it would fail for ever: the record that brought it becomes a dead letter.
"""

import traceback

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

# Classes of SQLSTATE that a row can bring about: cardinality, data, integrity, a trigger's own refusal, a value that is
# too large for its index (which the driver counts among the operational ones).
_OF_A_ROW = frozenset({"21", "22", "23", "P0", "54"})


class LedgerTroubleError(Exception):
    """The ledger cannot work just now; the same call may succeed later."""


def is_trouble(error: BaseException) -> bool:
    """Whether the ledger as a whole is in trouble, rather than with what was being written."""
    if isinstance(error, sa.exc.TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = _state(error.orig)
    if state is None:
        # SQLite, and a connection that was lost, have no state to tell.
        return isinstance(error, sa.exc.OperationalError)
    return state[:2] not in _OF_A_ROW


def place(error: Exception) -> str:
    """An error's class and the place where it arose, without its own text: that may hold what a record holds."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {at.name} line {at.lineno}"


def withhold(context: ExceptionContext) -> None:
    """Take what a row holds out of an error's text, where PostgreSQL tells it as detail: errors are logged."""
    original, shown = context.original_exception, context.sqlalchemy_exception
    state = _state(original)
    if state is None:
        return
    name = type(original).__name__
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    text = name if primary is None or state[:2] in _OF_A_ROW else f"{name}: {primary}"
    original.args = (f"{text} ({state})",)
    if shown is not None:
        shown.args = original.args


def _state(error: BaseException | None) -> str | None:
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None
