"""All that the registry knows, in one place, and the shape of a request and of an answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sandbox.bnmp.book import Book
from sandbox.bnmp.chain import refold
from sandbox.bnmp.clock import Clock
from sandbox.bnmp.fields import integer
from sandbox.bnmp.journal import Journal
from sandbox.bnmp.labels import UNKNOWN_STATUS
from sandbox.bnmp.moods import Dice, Moods
from sandbox.bnmp.refusals import Refusal, malformed
from sandbox.bnmp.sessions import Session, Sessions

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Call:
    """A request, read to its end; `ids` are the parts of the path."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookie: str | None
    body: bytes
    session: Session | None

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; refuses (400) anything else."""
        return json_object(self.body)

    def holder(self) -> Session:
        """Return the session; the gate lets no call without one in."""
        if self.session is None:
            raise RuntimeError("a call without a session got past the gate")
        return self.session

    def number(self, name: str, default: int) -> int:
        """Return a whole number of the query string; refuses (400) anything else."""
        value = integer(self.query.get(name, default))
        if value is None:
            raise malformed(f"Parâmetro inválido: {name}")
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `body` None is an empty one, `html` a page, `half` JSON that breaks off. `error` goes to the journal alone."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    html: bool = False
    half: bool = False
    error: str | None = None


class World:
    """The registry's whole state; a reset forgets all of it."""

    def __init__(self, seed: int, moods: Moods) -> None:
        """Begin with an empty book, nobody's account, and the moods given."""
        self._seed, self._moods = seed, moods
        self.reset()

    def reset(self) -> None:
        """Go back to the beginning: book, users, sessions, moods, chance and clock."""
        self.clock = Clock()
        self.book = Book(self._seed, self.clock)
        self.sessions = Sessions()
        self.journal = Journal()
        self.moods = self._moods
        self.dice = Dice(self._seed)
        self._aged: date | None = None

    def age(self, *, at_once: bool = False) -> None:
        """Run the daily routine (purge, expiry) if the day has changed, or at once."""
        today = self.clock.today()
        if at_once or today != self._aged:
            self._aged = today
            for rji in self.book.age(self.clock.now(), today):
                refold(self.book, rji)

    def noticed(self) -> datetime:
        """Return the virtual instant (UTC) up to which changes of a person's status show."""
        return self.clock.now() - timedelta(seconds=self.moods.late_status_s)

    def in_some_order(self, rows: list[_Row]) -> list[_Row]:
        """Return the rows as they are, or in another order where that mood strikes."""
        strikes = self.dice.strikes("unstable_pages", self.moods.unstable_pages)
        return self.dice.shuffled("page_order", rows) if strikes else rows

    def labelled(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Return a piece's JSON, its status one that nobody knows where that mood strikes."""
        strikes = self.dice.strikes("unknown_status", self.moods.unknown_status)
        return shown | {"status": dict(UNKNOWN_STATUS)} if strikes else shown

    def pages(self) -> dict[str, Any]:
        """Return the whole book, as the control port shows it."""
        self.age(at_once=True)
        return {
            "persons": [person.as_line() for person in self.book.persons.values()],
            "documents": [piece.as_line() for piece in self.book.pieces.values()],
            "requests": self.journal.lines(),
            "requests_dropped": self.journal.dropped,
        }


def json_object(raw: bytes) -> dict[str, Any]:
    """Return bytes as a JSON object; refuses (400) anything else."""
    try:
        value = json.loads(raw)
    except ValueError:
        raise malformed("JSON ilegível") from None
    if not isinstance(value, dict):
        raise malformed("Esperado um objeto JSON")
    return value


def page_of(rows: list[Any], page: int, size: int) -> dict[str, Any]:
    """Return one page; refuses (400) sizes over 1000 and windows from 10 000 on."""
    if not 0 < size <= 1000 or page * size >= 10_000:
        raise Refusal(400, "PaginacaoException", "Página ou tamanho além do permitido")
    content = rows[page * size : (page + 1) * size]
    pages = -(-len(rows) // size)
    return {
        "content": content,
        "first": page == 0,
        "last": page >= pages - 1,
        "number": page,
        "numberOfElements": len(content),
        "size": size,
        "totalElements": len(rows),
        "totalPages": pages,
    }
