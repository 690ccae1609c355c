"""The people of the units: whoever is asked answers, and whoever must act does so, a while after it was asked."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bench._carriage import Door
from bench._hostile import Hostile
from ledger.engine import Database
from ledger.tables import document
from rules.words import Reason, State
from sandbox.saj.people import Invented, Staff

PAUSE_SECONDS = 2.0
_Row = Mapping[str, Any]
_Event = tuple[str, str, Mapping[str, Any], str | None]


class People:
    """Acts on what is held, each document at most once in `PAUSE_SECONDS`; `acts` counts by reason."""

    def __init__(
        self,
        database: Database,
        door: Door,
        registry: Hostile,
        staff: tuple[Staff, ...],
        invented: Mapping[str, Invented],
    ) -> None:
        """`invented` are the persons by the key under which SAJ publishes what is about them."""
        self._database, self._door, self._registry = database, door, registry
        self._staff = {one.unit.code: one for one in staff}
        self._invented = invented
        self._chance = random.Random(17)
        self._acted: dict[str, float] = {}
        self.acts: Counter[str] = Counter()

    def act(self) -> None:
        """Look at everything that is held and do what is asked for."""
        events: list[_Event] = []
        for row in self._held():
            document_id, reason = row["document_id"], Reason(row["reason"])
            does = _DOES.get(reason)
            if does is None or time.monotonic() - self._acted.get(document_id, 0.0) < PAUSE_SECONDS:
                continue
            self._acted[document_id] = time.monotonic()
            event = does(self, row)
            if event is not None:
                self.acts[str(reason)] += 1
                events.append(event)
        self._door.take(events)

    def _held(self) -> list[_Row]:
        waits = document.c.state.in_([State.HELD, State.CONTINGENCY]) & document.c.reason.is_not(None)
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(sa.select(document).where(waits)).mappings()]

    def _command(self, kind: str, row: _Row, hand: str, **asked: Any) -> _Event:
        user = getattr(self._staff[row["unit"]], hand.lower()).user
        by = {"role": hand, "user": user, "unit": row["unit"]}
        data = {"command_id": str(uuid.uuid4()), "by": by, "at": datetime.now(UTC).isoformat(), **asked}
        return kind, self._key(row), data, None

    def _key(self, row: _Row) -> str:
        return bytes(row["saj_key"]).decode()

    def answer(self, row: _Row) -> _Event:
        """The user says SIM, now and then NÃO."""
        given = "SIM" if self._chance.random() < 0.8 else "NAO"
        return self._about(row, "saj.contingency.answered.v1", "SERVIDOR", answer=given)

    def _about(self, row: _Row, kind: str, hand: str, **asked: Any) -> _Event:
        return self._command(kind, row, hand, document_id=row["document_id"], **asked)

    def state(self, row: _Row) -> _Event:
        """The judge lets it be sent."""
        said = {"statement": "SEND", "text": "Confirmo a expedição"}
        return self._about(row, "saj.document.statement-given.v1", "MAGISTRADO", **said)

    def retry(self, row: _Row) -> _Event:
        """Somebody has looked into it and asks for another try."""
        return self._about(row, "saj.document.retry-requested.v1", "SERVIDOR")

    def choose(self, row: _Row) -> _Event | None:
        """The unit looks at the registry's own screen and says who the person is; whom CNJ removed it has brought back."""
        invented = self._invented[self._key(row)]
        persons = [one for one in self._registry.book()["persons"] if one["cpf"] == invented.cpf]
        active = [one for one in persons if one["ativo"]] or self._bring_back(persons)
        if not active:
            return self.retry(row)
        found = min(one["numeroIndividuo"] for one in active)
        return self._command("saj.person.rji-linked.v1", row, "SERVIDOR", party_id=invented.party_id, rji=found)

    def ask_cnj(self, row: _Row) -> _Event:
        """What BNMP does not see may be of a person whom CNJ removed."""
        invented = self._invented[self._key(row)]
        self._bring_back([one for one in self._registry.book()["persons"] if one["cpf"] == invented.cpf])
        return self.retry(row)

    def _bring_back(self, persons: list[dict[str, Any]]) -> list[dict[str, Any]]:
        removed = [one for one in persons if not one["ativo"] and one["rjiPrincipal"] is None]
        self._registry.tell("persons", [{"numeroIndividuo": one["numeroIndividuo"], "ativo": True} for one in removed])
        return removed


_DOES: dict[Reason, Callable[[People, _Row], _Event | None]] = {
    Reason.AWAITING_CONSENT: People.answer,
    Reason.NEEDS_JUDGE: People.state,
    Reason.MISSING_DATA: People.choose,
    Reason.MISSING_ANTECEDENT: People.ask_cnj,
    **dict.fromkeys(
        (Reason.REFUSED_BY_BNMP, Reason.REGISTRY_FAULT, Reason.UNCERTAIN_OUTCOME, Reason.DIVERGENCE, Reason.ACCESS),
        People.retry,
    ),
}
