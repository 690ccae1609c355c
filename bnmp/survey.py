"""The survey: pieces and persons read for comparison, slowly, and with reads alone.

One request at a time, so many a second at most: today's orders share the registry with whoever surveys it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from bnmp import readings
from bnmp.answers import What
from bnmp.client import Client
from bnmp.desk import Desk
from bnmp.persons import READ_OP, candidates_of, traits
from bnmp.pieces import FILTER_OP
from bnmp.sessions import Actor, Result
from bnmp.settings import BnmpSettings
from bnmp.wire import Ask
from bnmp.words import LIGHT_FILTER, PATHS, PERSON_BY_RJI, PIECE, SECRECY, STATUS_IDS
from rules.identity import certain
from rules.sides import Detail, Individual, Row
from rules.words import AnswerClass
from schemas.document_issued import Party
from schemas.figures import Tell, untold

TRIES: Final = 4
MOST_REST: Final = 60.0
ROWS: Final = 500
"""Rows of a page: whoever has so many is seldom seen twice, however the order changes while pages are read."""
_SECRECY: Final = {number: word for word, number in SECRECY.items()}
_AGAIN: Final = frozenset({AnswerClass.THROTTLED, AnswerClass.CONNECTION, AnswerClass.FAULT})


class Pace:
    """So many requests a second at most, counted from the beginning of each."""

    def __init__(self, per_second: float) -> None:
        """Begin at once."""
        self._between, self._next = 1 / per_second, 0.0

    async def turn(self) -> None:
        """Wait until the next request may go."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._between
        await asyncio.sleep(mine - now)


@dataclass(frozen=True, slots=True)
class Unread:
    """Why something could not be read: the class of the last answer, and what it said."""

    answer: AnswerClass
    detail: str


@dataclass(frozen=True, slots=True)
class _Slowly(Desk):
    """A desk whose every request waits its turn, has its own deadline, and is repeated after a rest."""

    pace: Pace
    rest: float

    async def ask(self, ask: Ask) -> Result:
        """Send one request; what the registry could not answer now is asked again, a few times."""
        result = Result(AnswerClass.CONNECTION, ask.op)
        for attempt in range(TRIES):
            await self.pace.turn()
            deadline = asyncio.get_running_loop().time() + self.settings.windows.attempt
            result = await self.sessions.ask(self.actor, ask, deadline)
            if result.answer not in _AGAIN or attempt == TRIES - 1:
                break
            await asyncio.sleep(min(result.retry_after or self.rest * 2**attempt, MOST_REST))
        return result


class Survey(Client):
    """Reads BNMP as anybody whose credentials are there. Use it as an async context manager; it never raises for BNMP.

    `per_second` bounds the requests, logins apart; after a failure it rests `rest` seconds, longer each time. Pages have
    `rows` rows.
    """

    def __init__(
        self, settings: BnmpSettings, per_second: float, *, rest: float = 1.0, rows: int = ROWS, tell: Tell = untold
    ) -> None:
        """Prepare; nothing is opened before `async with`."""
        super().__init__(settings, tell)
        self._pace, self._rest, self._size = Pace(per_second), rest, rows

    async def of_person(self, rji: str) -> tuple[Row, ...] | Unread:
        """Every piece about a person."""
        return await self._rows({"numeroIndividuo": rji})

    async def of_case(self, case: str) -> tuple[Row, ...] | Unread:
        """Every piece of a case (20 digits)."""
        return await self._rows({"numeroProcesso": case})

    async def of_unit(self, unit: str, peca: int) -> tuple[Row, ...] | Unread:
        """Every piece of a type that a unit (SAJ's code) issued."""
        return await self._rows({"orgaoExpeditor": {"id": self._settings.organ(unit)}, "tipoPeca": {"id": peca}})

    async def unsigned(self, unit: str) -> tuple[Row, ...] | Unread:
        """Every piece of a unit (SAJ's code) that waits for a signature, drafts included."""
        found: dict[str, Row] = {}
        for number, status in STATUS_IDS.items():
            read = await self._rows({"orgaoExpeditor": {"id": self._settings.organ(unit)}, "status": {"id": number}})
            if isinstance(read, Unread):
                return read
            found |= {row.piece.bnmp_id: row for row in read if row.piece.status == status}
        return tuple(found.values())

    async def piece(self, kind: str, bnmp_id: str) -> Detail | Unread:
        """One piece of a kind, also one that BNMP does not have, or no more."""
        path = PIECE.format(path=PATHS[kind], id=quote(bnmp_id, safe=""))
        result = await self._desk().ask(Ask(What.READ, f"GET {PATHS[kind].removeprefix('/api/')}", "GET", path))
        if result.answer is AnswerClass.CHAIN:
            return Detail(bnmp_id)
        if not result.ok:
            return Unread(result.answer, result.detail)
        if readings.identifier(result.body.get("id")) != bnmp_id:
            return Unread(AnswerClass.FAULT, "another piece")
        sigilo = readings.number(readings.part(result.body, "sigilo").get("id"))
        return Detail(bnmp_id, readings.status(result.body), _SECRECY.get(sigilo) if sigilo else None)

    async def same(self, party: Party) -> tuple[str, ...] | Unread:
        """The RJIs of everybody in BNMP who is certainly this person, and active (docs/law.md safety-22)."""
        result, candidates = await candidates_of(self._desk(), party)
        if not result.ok:
            return Unread(result.answer, result.detail)
        return certain(traits(party), candidates)

    async def person(self, rji: str) -> Individual | Unread:
        """A person, also one whom BNMP does not know, or no longer."""
        result = await self._desk().ask(Ask(What.READ, READ_OP, "GET", PERSON_BY_RJI.format(rji=rji)))
        if result.answer is AnswerClass.CHAIN:
            return Individual(rji, there=False)
        if not result.ok or readings.rji(result.body) != rji:
            return (
                Unread(result.answer, result.detail) if not result.ok else Unread(AnswerClass.FAULT, "another person")
            )
        into = readings.rji(result.body, "rjiPrincipal")
        return Individual(
            rji,
            there=True,
            active=result.body.get("ativo") is not False,
            into=into,
            status=readings.situation(result.body),
        )

    async def _rows(self, question: Mapping[str, Any]) -> tuple[Row, ...] | Unread:
        result, rows = await self._desk().pages(FILTER_OP, LIGHT_FILTER, question, self._size, sort="id,asc")
        if not result.ok:
            return Unread(result.answer, result.detail)
        # BNMP ignores a filter that it does not know: each row is compared with what was asked (safety-26).
        asked = [row for row in rows if all(_is_asked(row, name, wanted) for name, wanted in question.items())]
        read = [_row(row) for row in asked]
        if None in read:
            return Unread(AnswerClass.FAULT, "piece without id")
        return tuple(row for row in read if row is not None)

    def organ(self, unit: str) -> str:
        """BNMP's organ id of a unit of SAJ."""
        return self._settings.organ(unit)

    def _desk(self) -> _Slowly:
        someone = self._sessions.credentials.any()
        return _Slowly(
            self._sessions, self._settings, Actor(*someone) if someone else None, 0.0, self._pace, self._rest
        )


def _row(body: Mapping[str, Any]) -> Row | None:
    piece = readings.piece(body)
    organ = readings.identifier(readings.part(body, "orgao").get("id"))
    return Row(piece, readings.digits(body.get("numeroProcesso"), 20), organ) if piece else None


def _is_asked(row: Mapping[str, Any], name: str, wanted: Any) -> bool:
    """Whether a row is what one field of the question asked for."""
    told: Mapping[str, Any] = {
        "numeroIndividuo": readings.rji(readings.part(row, "pessoa")),
        "numeroProcesso": readings.digits(row.get("numeroProcesso"), 20),
        "tipoPeca": {"id": readings.number(readings.part(row, "tipoPeca").get("id"))},
        # Compared by whoever asks: its label counts before its id.
        "status": wanted,
        "orgaoExpeditor": {"id": readings.identifier(readings.part(row, "orgao").get("id"))},
    }
    return bool(told[name] == wanted)
