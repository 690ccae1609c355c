"""The seal: what the chains of the history came to, told where nobody can change it (docs/adr/0041)."""

from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, Field

from schemas.outcome import Writing

TYPE = "bnmp.audit.seal.v1"
ACTS = 0
"""The number under which the acts of operators are a chain: no person has it."""

_Code = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class SealedHead(NamedTuple):
    """What a chain came to: the ledger's number of its person (0: the acts of operators), its length, its last code."""

    person: Annotated[int, Field(ge=ACTS, le=2**63 - 1)]
    position: Annotated[int, Field(ge=1)]
    code: _Code


class AuditSeal(Writing):
    """The chains that have grown since the seal before; no field of it names anybody.

    `before` is the code of the seal before, empty for the first; `code` is the HMAC-SHA256 over the rest, cut to 128 bits.
    """

    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    before: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")]
    heads: tuple[SealedHead, ...]
    code: _Code
