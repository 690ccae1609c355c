"""Comparing by itself: a unit's unsigned pieces several times a day, and everybody with BNMP by night, slowly.

One of all monitors does it. It reads one thing at a time, at its own pace; while a release stands in a queue, or the link is
not up, it waits. It goes on where it stopped, whoever goes on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bnmp.survey import Survey, Unread
from ledger import differences
from ledger.deployment import Deployment
from ledger.differences import EVERYBODY, Unsigned
from ledger.engine import Connection, Database, LedgerTroubleError
from ledger.leases import release_singleton, take_singleton
from ledger.links import load_link
from ledger.patience import Patience
from ledger.record import Recorder
from operations.reconciling import Found, Reconciliation
from rules import messages
from rules.facts import PieceSwept
from rules.reconciling import TABLE
from rules.unsigned import UNSIGNED, stage
from rules.words import LinkState, State

LOOK_SECONDS = 30.0
LEASE_SECONDS = 600.0
"""Longer than one unit's or person's reading takes: who has died is followed after that."""
REST_SECONDS = 300.0
SWEPT_AT_ONCE = 500
NAME = "comparing"
_ONCE = timedelta(hours=20)

log = structlog.get_logger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ComparingSettings:
    """How many persons an hour are compared with BNMP, none at 0, and from which hour of the court's day to which."""

    persons_per_hour: float = 600.0
    begins: int = 20
    ends: int = 6
    sweep_hours: float = 6.0

    def is_open(self, hour: int) -> bool:
        """Whether everybody is compared at this hour; all day where both are the same."""
        if self.begins <= self.ends:
            return self.begins == self.ends or self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends


class Comparing:
    """Looks again and again whether there is something to compare."""

    def __init__(
        self,
        database: Database,
        deployment: Deployment,
        survey: Survey,
        settings: ComparingSettings,
        owner: str,
    ) -> None:
        """`owner` names this life of this process in the lease of whoever compares."""
        self._database, self._deployment, self._survey = database, deployment, survey
        self._settings, self._owner = settings, owner

    async def run(self, stopped: asyncio.Event) -> None:
        """Compare until `stopped`, then give the lease back."""
        patience = Patience()
        while not stopped.is_set():
            try:
                pause = await self.once()
                patience.regained()
            except LedgerTroubleError as trouble:
                pause = patience.bear(trouble)
            except Exception:
                # Whatever it is, lag is watched on.
                log.exception("comparing.failed")
                pause = REST_SECONDS
            await _pause(stopped, pause)
        await asyncio.to_thread(self._release)

    async def once(self) -> float:
        """Sweep a unit, or compare a person or a unit, or nothing; gives the seconds until there may be more to do."""
        if not await asyncio.to_thread(self._may):
            return LOOK_SECONDS
        unit = await asyncio.to_thread(self._unit_to_sweep)
        if unit is not None:
            return await self._sweep(unit)
        if not self._settings.persons_per_hour:
            return LOOK_SECONDS
        return await self._compare()

    def _may(self) -> bool:
        with self._database.transaction() as connection:
            if not take_singleton(connection, NAME, self._owner, seconds=LEASE_SECONDS):
                return False
            up = load_link(connection).state is LinkState.UP
            return up and not differences.is_release_waiting(connection)

    def _release(self) -> None:
        with self._database.transaction() as connection:
            release_singleton(connection, NAME, self._owner)

    def _unit_to_sweep(self) -> str | None:
        before = self._database.clock() - timedelta(hours=self._settings.sweep_hours)
        with self._database.reading() as connection:
            return differences.unit_to_sweep(connection, before)

    async def _sweep(self, unit: str) -> float:
        """Read a unit's unsigned pieces: tell their age, and decide what has become of those that are not there."""
        # Ours first: what is made while BNMP is read is not missed in its answer.
        ours = await asyncio.to_thread(
            self._read, lambda connection: differences.unsigned(connection, unit, SWEPT_AT_ONCE)
        )
        rows = await self._survey.unsigned(unit)
        if isinstance(rows, Unread):
            return _rests(rows)
        there = {row.piece.bnmp_id: row.piece.status for row in rows}
        facts = []
        for one in ours:
            if one.bnmp_id in there or not one.at_rest:
                continue
            shown = await self._survey.piece(one.kind, one.bnmp_id)
            if isinstance(shown, Unread):
                return _rests(shown)
            if shown.status not in UNSIGNED:
                facts.append((one.person, PieceSwept(one.document_id, one.bnmp_id, shown.status)))
        await asyncio.to_thread(self._decide, facts)
        waiting = [one for one in ours if one.bnmp_id in there]
        await asyncio.to_thread(self._write, partial(self._tell_ages, unit, waiting, there))
        log.info("comparing.swept", found=len(waiting), left=len(facts))
        return 0.0

    def _decide(self, facts: Sequence[tuple[int, PieceSwept]]) -> None:
        """Tell each document what was read, in a transaction of its own; whom a lane is at work on is for the next sweep."""
        for person, fact in facts:
            with self._database.transaction() as connection:
                recorder = Recorder(connection, self._deployment, self._database.clock())
                if recorder.lock_free({person}):
                    recorder.decide(fact)
                    recorder.write()

    def _tell_ages(self, unit: str, waiting: Sequence[Unsigned], there: dict[str, str], connection: Connection) -> None:
        now = self._database.clock()
        found = []
        for one in waiting:
            passed = stage(one.made_at, now) if one.made_at else 0
            if passed:
                row = TABLE["UNSIGNED"]
                data = {
                    "kind": "UNSIGNED",
                    "ours": one.state,
                    "registry": there[one.bnmp_id],
                    "document_id": one.document_id,
                    "case_number": one.case_number or None,
                    "cause": row.cause,
                    "mends": row.told(one.document_id, one.person),
                    "message": messages.UNSIGNED[passed - 1],
                }
                found.append(differences.Difference(None, unit, one.document_id, data, (one.bnmp_id, passed)))
        differences.tell(connection, self._deployment, now, found, unit=unit, unsigned=True)
        differences.reach(connection, f"unsigned {unit}", None, now)

    async def _compare(self) -> float:
        """Compare the next person or unit of the round that is under way, or begin one."""
        now = self._database.clock()
        if not self._settings.is_open(now.astimezone(self._deployment.court.zone).hour):
            return LOOK_SECONDS
        cursor, began = await asyncio.to_thread(
            self._read, lambda connection: differences.reached(connection, EVERYBODY)
        )
        if cursor is None and began is not None and now < began + _ONCE:
            return LOOK_SECONDS
        began = began if cursor is not None and began is not None else now
        comparison = Reconciliation(self._database, self._deployment, self._survey, cursor=cursor or "")
        await comparison.run(None, 1, lambda _: None)
        shown = comparison.shown()
        if shown.stopped is not None:
            log.warning("comparing.stopped", answer=shown.stopped)
            return REST_SECONDS
        await asyncio.to_thread(self._write, partial(self._tell_found, comparison, shown.next_cursor, began))
        if shown.next_cursor is None:
            log.info("comparing.round_done")
        return 3600 / self._settings.persons_per_hour

    def _tell_found(
        self, comparison: Reconciliation, cursor: str | None, began: datetime, connection: Connection
    ) -> None:
        now = self._database.clock()
        for person, unit in comparison.compared:
            mine = [one for one in comparison.found if (one.person, one.unit) == (person, unit)]
            # What waits for a signature of ours is told by its age (`_tell_ages`).
            told = [
                _as_told(one) for one in mine if not (_is_unsigned(one) and one.difference.ours in frozenset(State))
            ]
            differences.tell(connection, self._deployment, now, told, person=person, unit=unit)
        differences.reach(connection, EVERYBODY, cursor, began)
        if cursor is None:
            differences.finish(connection, now)

    def _read(self, read: Callable[[Connection], _T]) -> _T:
        with self._database.reading() as connection:
            return read(connection)

    def _write(self, write: Callable[[Connection], None]) -> None:
        with self._database.transaction() as connection:
            write(connection)


def _rests(unread: Unread) -> float:
    log.warning("comparing.unread", answer=unread.answer)
    return REST_SECONDS


def _is_unsigned(one: Found) -> bool:
    return one.difference.kind == "UNSIGNED"


def _as_told(one: Found) -> differences.Difference:
    found, row = one.difference, TABLE[one.difference.kind]
    data = {
        "kind": found.kind,
        "ours": found.ours,
        "registry": found.registry,
        "document_id": found.document_id,
        "case_number": found.case_number or None,
        "cause": row.cause,
        "mends": row.told(found.document_id, one.person),
        "message": messages.COMPARED[found.kind],
    }
    about = (*found.pieces, found.ours, found.registry)
    return differences.Difference(one.person, one.unit, found.document_id, data, about)


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except TimeoutError:
        return
