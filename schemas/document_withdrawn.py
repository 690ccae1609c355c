"""`saj.document.withdrawn.v1`: a document was taken back.

Lenient: only which document it is is demanded. A withdrawal may free a person (docs/law.md words), so it is never lost
to a wrong date: what does not hold is a gap.
"""

from collections.abc import Mapping
from typing import Any, Literal

from schemas.gaps import Gap, required, settle
from schemas.shapes import Identifier, Instant, Name, Reading, RoleWord, Tribunal

TYPE = "saj.document.withdrawn.v1"


class By(Reading):
    """Who took it back."""

    role: RoleWord | None = None
    user: Identifier | None = None
    unit: Identifier | None = None


class DocumentWithdrawn(Reading):
    """The withdrawal as far as it holds."""

    tribunal: Tribunal
    document_id: Identifier
    reason: Literal["ANULADO", "CANCELADO", "SEM_EFEITO"] | None = None
    by: By | None = None
    at: Instant | None = None
    justification: Name | None = None


REQUIRED = ("reason", "by.role", "by.user", "by.unit", "at")


def document_withdrawn(data: Mapping[str, Any]) -> tuple[DocumentWithdrawn, tuple[Gap, ...]]:
    """Read a withdrawal and name its gaps; raises `UnsettledError` without tribunal or document_id."""
    body, gaps = settle(DocumentWithdrawn, data)
    return body, gaps + required(body, REQUIRED, gaps)
