"""Reconciliation: the ledger against BNMP, person by person and unit by unit, slowly, and from where it stopped."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import AwareDatetime

from bnmp.survey import Survey, Unread
from ledger import dossiers, payloads, reconciling
from ledger.deployment import Deployment
from ledger.engine import Database
from operations.answers import Answer
from operations.keys import hashed
from rules.dossier import Dossier
from rules.identifiers import CASE
from rules.kinds import KINDS
from rules.reconciling import TABLE, compare, of_unit, standing
from rules.sides import Difference, Individual, Row, Shown
from rules.words import AnswerClass, State
from schemas.document_issued import document_issued

PAGE = 100
MOST_FOUND = 1000
_T = TypeVar("_T")
_PLACE = re.compile(r"(p)([0-9]{1,18})|(u)(.{1,64})", re.DOTALL)
# Whoever goes on after these hears the same again, and only adds to what BNMP suffers from.
_STOPS = frozenset({AnswerClass.CONNECTION, AnswerClass.THROTTLED, AnswerClass.ACCESS})


class DifferenceShown(Answer):
    """Something in which the ledger and BNMP differ: its likely cause, and the command that mends or explains it.

    `pieces` are BNMP's ids. An RJI in `ours` or `registry` is a keyed hash, or null without the key.
    """

    kind: str
    person: int | None
    unit: str | None
    document_id: str | None
    pieces: tuple[str, ...]
    case_number: str | None
    ours: str | None
    registry: str | None
    age_days: int | None
    cause: str
    mends: str


class UnreadShown(Answer):
    """A person, or a unit, that could not be read to the end: the class of BNMP's last answer, and what it said."""

    person: int | None
    unit: str | None
    answer: str
    detail: str


class Reconciled(Answer):
    """What was compared and what differs. `stopped`: the class of BNMP's answer after which the rest was left.

    `next_cursor` goes on after the last person or unit that was compared; null when all were.
    """

    at: AwareDatetime
    persons: int
    units: int
    items: tuple[DifferenceShown, ...]
    unread: tuple[UnreadShown, ...]
    stopped: str | None
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A difference, and the person of the ledger or the unit of whom it was found."""

    difference: Difference
    person: int | None
    unit: str | None


class UnreadError(Exception):
    """Something could not be read."""

    def __init__(self, unread: Unread) -> None:
        """Keep why."""
        super().__init__(unread.detail)
        self.unread = unread


class Reconciliation:
    """One comparison, which may be interrupted at any time: what was found, and where to go on, stay.

    `compared` are the persons and units, one or the other, that were read to the end, and `found` is what differs of them.
    """

    def __init__(
        self, database: Database, deployment: Deployment, survey: Survey, secret: str = "", cursor: str = ""
    ) -> None:
        """Begin after `cursor`; `secret` hashes RJIs. Raises ValueError for what no run has given as its cursor."""
        place = _PLACE.fullmatch(cursor)
        if cursor and place is None:
            raise ValueError(f"{cursor} is no cursor of a reconciliation; for example p17 or u90101")
        self._person_after = int(place[2]) if place and place[1] else 0
        self._unit_after = place[4] if place and place[3] else None
        self._database, self._deployment, self._survey, self._secret = database, deployment, survey, secret
        self._at = database.clock()
        self.found: list[Found] = []
        self.compared: list[tuple[int | None, str | None]] = []
        self._items: list[DifferenceShown] = []
        self._unread: list[UnreadShown] = []
        self._told: set[str] = set()
        self._persons = self._units = 0
        self._cursor: str | None = cursor or None
        self._whole = False
        self._stopped: str | None = None

    async def one(self, number: int) -> None:
        """Compare one person."""
        await self._person(number)
        self._whole = self._stopped is None

    async def run(self, unit: str | None, limit: int | None, progress: Callable[[str], None]) -> None:
        """Compare persons, `limit` at most, and then what units have issued; of one unit, or of all.

        `progress` is told of each person and unit that was compared.
        """
        with self._database.reading() as connection:
            units = [unit] if unit is not None else reconciling.units(connection)
        while self._unit_after is None:
            with self._database.reading() as connection:
                numbers = reconciling.persons(connection, self._person_after, PAGE, unit)
            if not numbers:
                break
            for number in numbers:
                if self._full(limit):
                    return
                await self._person(number)
                if self._stopped is not None:
                    return
                self._person_after = number
                self._done(f"p{number}", progress)
        for one in units:
            if self._unit_after is not None and one <= self._unit_after:
                continue
            if self._full(limit):
                return
            await self._unit(one)
            if self._stopped is not None:
                return
            self._done(f"u{one}", progress)
        self._whole = True

    def shown(self) -> Reconciled:
        """What was found so far."""
        return Reconciled(
            at=self._at,
            persons=self._persons,
            units=self._units,
            items=tuple(self._items),
            unread=tuple(self._unread),
            stopped=self._stopped,
            next_cursor=None if self._whole else self._cursor or "p0",
        )

    def _full(self, limit: int | None) -> bool:
        return len(self._items) >= MOST_FOUND or (limit is not None and self._persons + self._units >= limit)

    def _done(self, cursor: str, progress: Callable[[str], None]) -> None:
        self._cursor = cursor
        progress(f"{self._persons} persons and {self._units} units compared, {len(self._items)} differences: {cursor}")

    async def _person(self, number: int) -> None:
        now = self._database.clock()
        before = self._dossier(number, now)
        try:
            shown = await self._shown(before)
        except UnreadError as error:
            self._missed(error.unread, number, None)
            return
        self._persons += 1
        with self._database.reading() as connection:
            organs = frozenset(self._survey.organ(unit) for unit in reconciling.units(connection))
        after = self._dossier(number, now)
        found = standing(compare(before, shown, organs), compare(after, shown, organs))
        self._told |= {piece for one in found for piece in one.pieces}
        self._note(found, number, None)
        self.compared.append((number, None))

    async def _shown(self, dossier: Dossier) -> Shown:
        """Every piece and person of these RJIs, of whom they were merged into, and ours of their cases."""
        rows: dict[str, Row] = {}
        rjis = {one.rji for one in dossier.persons.values()} | {one.rji for one in dossier.documents.values()}
        people = [_read(await self._survey.person(rji)) for rji in sorted(rji for rji in rjis if rji is not None)]
        for rji in sorted({rji for one in people for rji in (one.rji, one.into) if rji is not None}):
            rows |= _by_id(_read(await self._survey.of_person(rji)))
        ours = {one.bnmp_id: one for one in dossier.documents.values() if one.bnmp_id is not None}
        lost = [one for bnmp_id, one in ours.items() if bnmp_id not in rows and one.state is State.REGISTERED]
        for case in sorted({CASE.bare(one.case_number) or "" for one in lost if not one.gone} - {""}):
            found = _by_id(_read(await self._survey.of_case(case)))
            rows |= {bnmp_id: row for bnmp_id, row in found.items() if bnmp_id in ours}
        with self._database.reading() as connection:
            papers = {one: payloads.latest(connection, one) for one in dossier.documents}
        return Shown(
            tuple(rows.values()),
            tuple(people),
            await self._secrets(dossier, papers),
            await self._humans(people, papers),
        )

    async def _secrets(self, dossier: Dossier, papers: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
        """The secrecy of each of our pieces in BNMP, which its listing does not show: ours, and BNMP's where it says one."""
        secrets = {}
        for one in dossier.documents.values():
            if one.state is State.REGISTERED and not one.gone and one.bnmp_id is not None:
                theirs = _read(await self._survey.piece(one.kind, one.bnmp_id)).secrecy
                if theirs is not None:
                    secrets[one.document_id] = (str(papers[one.document_id].get("secrecy")), theirs)
        return secrets

    async def _humans(self, people: Collection[Individual], papers: Mapping[str, Any]) -> tuple[str, ...]:
        """The RJIs of all in BNMP who are certainly this person, by what SAJ said of them last."""
        if not papers or not people:
            return ()
        said, _ = document_issued(papers[max(papers)])
        return _read(await self._survey.same(said.party))

    async def _unit(self, unit: str) -> None:
        today, unread = self._at.astimezone(self._deployment.court.zone).date(), len(self._unread)
        for peca in sorted({row.peca for row in KINDS.values()}):
            read = await self._survey.of_unit(unit, peca)
            if isinstance(read, Unread):
                self._missed(read, None, unit)
                if self._stopped is not None:
                    return
                continue
            with self._database.reading() as connection:
                known = reconciling.known(connection, {row.piece.bnmp_id for row in read})
                coming = reconciling.on_the_way(connection, {row.case for row in read if row.case})
            found = of_unit(read, known | self._told, coming, today)
            self._note(found, None, unit)
        if len(self._unread) == unread:
            self.compared.append((None, unit))
        self._units += 1

    def _dossier(self, number: int, now: datetime) -> Dossier:
        with self._database.reading() as connection:
            numbers = reconciling.same(connection, number)
            court, windows = self._deployment.court, self._deployment.windows
            return dossiers.load(connection, numbers, now=now, court=court, windows=windows)

    def _missed(self, unread: Unread, person: int | None, unit: str | None) -> None:
        if unread.answer in _STOPS:
            self._stopped = unread.answer
        self._unread.append(UnreadShown(person=person, unit=unit, answer=unread.answer, detail=unread.detail))

    def _note(self, found: Iterable[Difference], person: int | None, unit: str | None) -> None:
        for one in found:
            self.found.append(Found(one, person, unit))
            self._items.append(self._line(one, person, unit))

    def _line(self, found: Difference, person: int | None, unit: str | None) -> DifferenceShown:
        row = TABLE[found.kind]

        def told(value: str | None) -> str | None:
            return hashed(self._secret, value) if value is not None and found.kind == "RJI" else value

        return DifferenceShown(
            kind=found.kind,
            person=person,
            unit=unit,
            document_id=found.document_id,
            pieces=found.pieces,
            case_number=found.case_number,
            ours=told(found.ours),
            registry=told(found.registry),
            age_days=found.age_days,
            cause=row.cause,
            mends=row.told(found.document_id, person),
        )


def _read(read: _T | Unread) -> _T:
    if isinstance(read, Unread):
        raise UnreadError(read)
    return read


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row.piece.bnmp_id: row for row in rows}
