"""The registry as the lanes see it: a step goes in, an answer comes out as a fact."""

import asyncio
import email.utils
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bnmp import lookups, payloads, persons, pieces
from bnmp.answers import What
from bnmp.client import Client
from bnmp.desk import Desk, as_json
from bnmp.order import Order
from bnmp.sessions import NO_CREDENTIALS, Actor, Result
from bnmp.wire import Ask
from bnmp.words import LIGHT_FILTER, PATHS, SIGNING_ZONE
from rules.dossier import Hand
from rules.facts import Answer, Piece
from rules.kinds import KINDS
from rules.steps import SIGNATURE_OF
from rules.words import AnswerClass, Role, Step

_HAND: Final = {step: role for role, step in SIGNATURE_OF.items()}
_BRASILIA: Final = ZoneInfo(SIGNING_ZONE)


@dataclass(frozen=True, slots=True)
class _Found:
    """What an attempt brought back, before it is an answer."""

    result: Result
    piece: Piece | None = None
    pieces: tuple[Piece, ...] = ()
    rji: str | None = None
    candidates: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()
    situation: str | None = None
    gone: bool = False


class Registry(Client):
    """BNMP 2.0 behind its HTTP port. Use it as an async context manager; it never raises for what BNMP does.

    Every answer carries the instant its attempt began, in the court's zone. Whoever lacks credentials gets ACCESS and
    nothing is sent. An attempt ends by `windows.attempt`, whatever requests it needs.
    """

    async def step(self, step: Step, order: Order) -> Answer:
        """Do one step of a registration.

        PERSON answers with `rji`, with `candidates`, with `inactive` ones, or with none (nobody is there); PERSON_CREATE with `rji`;
        CREATE with `piece`, and `rji` when the person had been merged, or `gone` where they are inactive; a signature with
        nothing; READ_BACK with `piece` and, in effect, its person's `situation`; either `gone` where BNMP has no such piece; ANNUL with `piece`, or none where there is none; LOOK_UP with `pieces` and `rji`, or `situation`, as its question asks. An order that lacks what the step needs is REFUSED and nothing is sent.
        """
        return await self._attempt(_DO[step], step, order)

    async def read_doubt(self, doing: Step, order: Order, owned: frozenset[str]) -> Answer:
        """Ask what became of the lost write `doing`; `owned` are BNMP ids of pieces that other documents own.

        A person: `rji`, or `candidates`, or neither. A piece: those of `pieces` that may be this document. A
        signature: the piece itself, or no piece when BNMP has none under its id.
        """

        async def look_for(desk: Desk, order: Order) -> _Found:
            result, found = await pieces.look_for(desk, order, order.rji or "", owned)
            return _Found(result, pieces=found)

        read = {Step.PERSON_CREATE: _search, Step.CREATE: look_for}.get(doing, _reread)
        return await self._attempt(read, Step.READ_BACK if read is _reread else doing, order)

    async def probe(self) -> Answer:
        """Ask something cheap as anybody whose credentials are there, else as nobody.

        OK means that the link is up: a refusal, also of the login, comes from the registry as well as a page does.
        """
        at = datetime.now(self._settings.zone)
        someone = self._sessions.credentials.any()
        body = as_json({"orgaoExpeditor": {"id": self._settings.organ(someone[1])}} if someone else {})
        query = {"page": "0", "size": "1", "sort": "id,asc"}
        ask = Ask(What.READ, pieces.FILTER_OP, "POST", LIGHT_FILTER, query=query, body=body)
        desk = self._desk(Actor(*someone) if someone else None)
        result = await (desk.ask(ask) if someone else self._sessions.ask_nobody(ask, desk.deadline))
        if result.answer is AnswerClass.CONNECTION:
            return Answer(AnswerClass.CONNECTION, at, result.op, result.detail)
        return Answer(AnswerClass.OK, at, result.op, result.detail)

    def can_sign(self, user: str, unit: str) -> bool:
        """Whether credentials of `user` for `unit` (SAJ's code) are there."""
        return self._sessions.credentials.of(user, unit) is not None

    async def _attempt(self, do: "_Do", step: Step, order: Order) -> Answer:
        at = datetime.now(self._settings.zone)
        missing = _LACKS[step](order)
        if missing:
            return Answer(AnswerClass.REFUSED, at, str(step), f"order lacks {' '.join(missing)}")
        hand = self._hand(step, order)
        found = await do(self._desk(Actor(hand.user, hand.unit) if hand else None), order)
        result = found.result
        return Answer(
            result.answer,
            at,
            result.op,
            result.detail,
            result.retry_after,
            found.piece,
            found.pieces,
            found.rji,
            found.candidates,
            found.inactive,
            found.situation,
            found.gone,
            # Without credentials nobody asked.
            user=hand.user if hand and result.detail != NO_CREDENTIALS else None,
            hand=hand,
        )

    def _desk(self, actor: Actor | None) -> Desk:
        deadline = asyncio.get_running_loop().time() + self._settings.windows.attempt
        return Desk(self._sessions, self._settings, actor, deadline)

    def _hand(self, step: Step, order: Order) -> Hand | None:
        """Who does a step: the hand that signs it, else the clerk; a piece may be read by any of its signers."""
        roles = [_HAND.get(step, Role.SERVIDOR)]
        if step in (Step.READ_BACK, Step.LOOK_UP, Step.ANNUL):
            roles.append(Role.MAGISTRADO)
        assigned = {hand.role: hand for hand in order.hands}
        found = {role: assigned.get(role) or payloads.signer(order.document, role) for role in roles}
        hands = [Hand(role, one.user, one.unit) for role, one in found.items() if one and one.user and one.unit]
        # Where there is nobody to choose between, whether they have credentials is seen when they act.
        able = [hand for hand in hands if self.can_sign(hand.user, hand.unit)] if hands[1:] else hands
        return next(iter(able or hands), None)


_Do = Callable[[Desk, Order], Awaitable[_Found]]


async def _search(desk: Desk, order: Order) -> _Found:
    result, choice = await persons.search(desk, order.document.party)
    return _Found(result, rji=choice.rji, candidates=choice.candidates, inactive=choice.inactive)


async def _create_person(desk: Desk, order: Order) -> _Found:
    result, rji = await persons.create(desk, order.document.party, order.idempotency_key)
    return _Found(result, rji=rji)


async def _create(desk: Desk, order: Order) -> _Found:
    asked = order.rji or ""
    result, piece, rji = await pieces.create(desk, order, asked)
    return _Found(result, piece, rji=rji if rji != asked else None, gone=rji is None)


def _signing(step: Step) -> _Do:
    async def sign(desk: Desk, order: Order) -> _Found:
        result = await pieces.sign(desk, order, step, _signature(desk))
        # A broken chain: is it what the piece stands on, or is there no piece?
        return _Found(result, gone=result.answer is AnswerClass.CHAIN and (await _read_back(desk, order)).gone)

    return sign


def _signature(desk: Desk) -> dict[str, str]:
    """The headers of a signature: login, password, and the hour of Brasília as RFC 1123 writes it."""
    actor = desk.actor
    hand = desk.sessions.credentials.of(actor.user, actor.unit) if actor else None
    if hand is None:
        return {}
    return {
        "login": hand.login,
        "senha": hand.senha,
        "dataZoneLocal": email.utils.format_datetime(datetime.now(_BRASILIA)),
    }


async def _read_back(desk: Desk, order: Order) -> _Found:
    result, piece = await pieces.read(desk, order)
    if piece is None or order.rji is None or piece.status not in KINDS[order.document.kind].in_effect:
        return _Found(result, piece, gone=result.answer is AnswerClass.CHAIN)
    # What the document is told to be waits for its person a moment only: who answers late is asked again.
    moment = asyncio.get_running_loop().time() + desk.settings.windows.probe
    _, situation = await persons.situation(replace(desk, deadline=min(desk.deadline, moment)), order.rji)
    return _Found(result, piece, situation=situation)


async def _reread(desk: Desk, order: Order) -> _Found:
    # That the registry knows no such piece is an answer, and the doubt may end.
    result, piece = await pieces.read_if_there(desk, order)
    return _Found(result, pieces=(piece,) if piece else ())


async def _annul(desk: Desk, order: Order) -> _Found:
    result, piece = await pieces.annul(desk, order)
    return _Found(result, piece)


async def _look_up(desk: Desk, order: Order) -> _Found:
    if order.question is not None and (person := order.question.person) is not None:
        result, situation = await persons.situation(desk, person)
        differs = result.ok and situation not in ("", order.question.expects)
        # What else BNMP has of them may explain it; what cannot be read explains nothing.
        return _Found(result, pieces=await lookups.about(desk, person) if differs else (), situation=situation)
    result, found, rji = await lookups.look_up(desk, order)
    return _Found(result, pieces=found, rji=rji)


def _named(order: Order) -> tuple[str, ...]:
    return () if order.document.party.nome else ("party.nome",)


def _created(order: Order) -> tuple[str, ...]:
    known = order.document.kind in PATHS
    return (() if order.bnmp_id else ("bnmp_id",)) + (() if known else ("kind",))


_DO: Final[Mapping[Step, _Do]] = {
    Step.PERSON: _search,
    Step.PERSON_CREATE: _create_person,
    Step.CREATE: _create,
    Step.SIGN_SERVIDOR: _signing(Step.SIGN_SERVIDOR),
    Step.SIGN_MAGISTRADO: _signing(Step.SIGN_MAGISTRADO),
    Step.READ_BACK: _read_back,
    Step.LOOK_UP: _look_up,
    Step.ANNUL: _annul,
}
_LACKS: Final[Mapping[Step, Callable[[Order], tuple[str, ...]]]] = {
    Step.PERSON: _named,
    Step.PERSON_CREATE: _named,
    Step.CREATE: payloads.lacks,
    Step.SIGN_SERVIDOR: _created,
    Step.SIGN_MAGISTRADO: _created,
    Step.READ_BACK: _created,
    Step.ANNUL: lambda order: _created(order) + (() if order.justification else ("justification",)),
    Step.LOOK_UP: lambda order: () if order.question else ("question",),
}
