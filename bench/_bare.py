"""A bare aiohttp loop that makes the calls of registrations: no rules, no ledger, no doubt, connections that are kept."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bench._report import SEED
from bnmp.words import AUTHENTICATE, DUPLICATES, PERSONS
from producers.saj import SOURCE
from sandbox.saj.documents import TRIBUNAL, TYPE, Case, KindName, case_number, document
from sandbox.saj.people import invent_people, invent_staff
from schemas.record import RawRecord
from schemas.writing import envelope

# What each person has: kind, path at the registry, and which hands sign it.
_PIECES: tuple[tuple[KindName, str, tuple[str, ...]], ...] = (
    ("MANDADO", "/api/mandado-prisaos", ("servidor", "magistrado")),
    ("CERTIDAO", "/api/certidao-cumprimento-mandado-prisaos", ("servidor",)),
    ("ALVARA", "/api/alvara-solturas", ("servidor", "magistrado")),
)
PATHS = tuple(path for _, path, _ in _PIECES)
_START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the workload and the case that is about them."""

    number: int
    case: Case


def cases(persons: int) -> list[Person]:
    """Invent so many persons with a case each."""
    staff = invent_staff()
    people = invent_people(persons, SEED)
    return [
        Person(number, Case(case_number(number, 2026), invented, staff[number % len(staff)]))
        for number, invented in enumerate(people, start=1)
    ]


def records(persons: list[Person]) -> list[RawRecord]:
    """Give what SAJ publishes about them: everybody's first document, then everybody's second, and so on."""
    made: list[RawRecord] = []
    for wave, (kind, *_) in enumerate(_PIECES):
        for person in persons:
            document_id = f"new-{person.number}-{wave}"
            data = document(
                kind,
                person.case,
                document_id=document_id,
                antecedents=(f"new-{person.number}-0",) if wave else (),
                issued_at=_START + timedelta(hours=wave),
            )
            headers = envelope(TYPE, ce_id=f"e-{document_id}", source=SOURCE, time=_START)
            key = f"{TRIBUNAL}:{person.case.person.party_id}".encode()
            value = json.dumps(data).encode()
            at = int(_START.timestamp() * 1000) + len(made)
            made.append(RawRecord("saj.documents.issued", 0, len(made), at, key, value, tuple(headers)))
    return made


async def run(url: str, persons: list[Person], in_flight: int) -> None:
    """Make every call of everybody's registrations, on `in_flight` persons at a time."""
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(method: str, path: str, body: Any = None) -> Any:
            async with session.request(method, path, json=body, headers=headers) as answer:
                return await answer.json()

        headers: dict[str, str] = {}
        tokens = await call("POST", AUTHENTICATE, {"username": "bench"})
        headers = {"Authorization": f"Bearer {tokens['token_jwt']}", "X-XSRF-TOKEN": tokens["token_csrf"]}
        left = iter(persons)

        async def lane() -> None:
            for person in left:
                await _register(call, person)

        await asyncio.gather(*(lane() for _ in range(in_flight)))


async def _register(call: Any, person: Person) -> None:
    party = person.case.person
    await call("POST", DUPLICATES, {"nome": party.nome, "nomeMae": party.nome_mae})
    rji = (await call("POST", PERSONS, party.as_party()))["numeroIndividuo"]
    for _, path, hands in _PIECES:
        asked = {"numeroProcesso": person.case.digits, "pessoa": {"numeroIndividuo": rji}}
        number = (await call("POST", path, asked))["id"]
        for hand in hands:
            await call("GET", f"{path}/assinar-{hand}/{number}")
        await call("GET", f"{path}/{number}")
        await call("GET", f"/api/pessoas/rji/{rji}")
