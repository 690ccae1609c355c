"""Persons: searched before anybody is created, and never taken for a namesake (docs/law.md safety 22)."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bnmp import payloads, readings
from bnmp.answers import What
from bnmp.desk import Desk, as_json
from bnmp.sessions import Result
from bnmp.wire import Ask
from bnmp.words import DUPLICATES, PERSON_BY_RJI, PERSONS, PERSONS_PAGE
from rules.identity import Candidate, Choice, Traits, choose
from schemas.document_issued import Party

SEARCH_OP: Final = "POST pessoas/duplicidades"
CREATE_OP: Final = "POST pessoas"
READ_OP: Final = "GET pessoas/rji"
MOST_MERGES: Final = 5


async def search(desk: Desk, party: Party) -> tuple[Result, Choice]:
    """Look for `party` to the last page; the choice counts only when the result is OK."""
    result, candidates = await candidates_of(desk, party)
    return result, choose(traits(party), candidates) if result.ok else Choice()


def traits(party: Party) -> Traits:
    """What identifies a party of ours."""
    return Traits(party.cpf, party.data_nascimento, readings.parent(party.nome_mae))


async def candidates_of(desk: Desk, party: Party) -> tuple[Result, list[Candidate]]:
    """Everybody who may be `party`, to the last page; they count only when the result is OK."""
    result, rows = await desk.pages(SEARCH_OP, DUPLICATES, payloads.likeness(party), PERSONS_PAGE)
    candidates = []
    for row in rows:
        result, candidate = await _candidate(desk, row, result)
        if candidate is None:
            return result, []
        candidates.append(candidate)
    return result, candidates


async def _candidate(desk: Desk, row: Mapping[str, Any], result: Result) -> tuple[Result, Candidate | None]:
    candidate = readings.candidate(row)
    if candidate is None:
        # Somebody is there whom we cannot name: creating beside them is not allowed.
        return result.unreadable(What.READ, "person without RJI"), None
    if row.get("ativo") is not False or readings.rji(row, "rjiPrincipal") is not None:
        return result, candidate
    read, survivor = await principal(desk, candidate.rji)
    if not read.ok:
        return read, None
    # An inactive person who was not merged is shown to the unit, and never linked by itself.
    return result, replace(candidate, rji=survivor) if survivor else replace(candidate, active=False)


async def create(desk: Desk, party: Party, idempotency_key: str) -> tuple[Result, str | None]:
    """Create `party`; gives the new RJI."""
    boundary = f"saj-{uuid.uuid4().hex}"
    head = 'Content-Disposition: form-data; name="pessoa"; filename="pessoa.json"\r\nContent-Type: application/json'
    part = as_json(payloads.person(party))
    ask = Ask(
        What.WRITE,
        CREATE_OP,
        "POST",
        PERSONS,
        headers={"Idempotency-Key": idempotency_key},
        body=b"".join((f"--{boundary}\r\n{head}\r\n\r\n".encode(), part, f"\r\n--{boundary}--\r\n".encode())),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    result = await desk.ask(ask)
    rji = readings.rji(result.body) if result.ok else None
    return (result.unreadable(What.WRITE, "person without RJI") if result.ok and rji is None else result), rji


async def principal(desk: Desk, rji: str) -> tuple[Result, str | None]:
    """The RJI that `rji` was merged into, be it by one merge or several, or None."""
    survivor = rji
    for _ in range(MOST_MERGES):
        result = await desk.get(READ_OP, PERSON_BY_RJI.format(rji=survivor))
        into = readings.rji(result.body, "rjiPrincipal") if result.ok else None
        if not result.ok or into in (None, survivor):
            return result, None if survivor == rji else survivor
        survivor = into or survivor
    return result.unreadable(What.READ, "merges without end"), None


async def situation(desk: Desk, rji: str) -> tuple[Result, str]:
    """The status of a person; empty where BNMP does not say."""
    result = await desk.get(READ_OP, PERSON_BY_RJI.format(rji=rji))
    return result, (readings.situation(result.body) or "") if result.ok else ""
