"""How each kind of outage is classed: before the request has gone out whole, and after (docs/law.md safety-27)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from rules.facts import Answer
from rules.windows import Windows
from rules.words import AnswerClass as A
from rules.words import Step
from tests.bnmp.court import UNIT, Court, order

PATIENT = Windows(connect=60, send=60, answer=60, attempt=120)


@dataclass(frozen=True)
class Outage:
    """What the control port is told, how a write that met it is classed, and the windows: silence is short."""

    wish: Mapping[str, Any]
    write: A
    detail: str
    windows: Windows = PATIENT

    def __str__(self) -> str:
        mode, *more = self.wish.items()
        return "-".join([str(mode[1]), *(name for name, _ in more)])


OUTAGES = (
    Outage({"mode": "refuse"}, A.CONNECTION, "no answer: ClientConnectorError"),
    Outage(
        {"mode": "blackhole", "accepts": False},
        A.CONNECTION,
        "no answer: time-out connect",
        replace(PATIENT, connect=0.3),
    ),
    Outage({"mode": "blackhole"}, A.UNCERTAIN, "no answer: time-out answer", replace(PATIENT, answer=0.3)),
    Outage(
        {"mode": "slow", "slow_seconds": 120}, A.UNCERTAIN, "no answer: time-out answer", replace(PATIENT, answer=0.3)
    ),
    Outage({"mode": "http503"}, A.UNCERTAIN, "503 without JSON"),
    Outage({"mode": "http503", "json": True}, A.UNCERTAIN, "503"),
    Outage({"mode": "html"}, A.UNCERTAIN, "200 without JSON"),
)
Ask = Callable[[Registry], Awaitable[Answer]]
each_outage = pytest.mark.parametrize("outage", OUTAGES, ids=str)


@pytest.fixture
def settings(settings: BnmpSettings) -> BnmpSettings:
    """A busy machine must not look like an outage."""
    return replace(settings, windows=PATIENT)


async def begin(court: Court, outage: Outage) -> None:
    """From now on the registry is away, and silence is waited out for a moment only."""
    await court.tell("/control/link", dict(outage.wish))
    court.registry._wire._windows = outage.windows


@each_outage
async def test_a_creation_that_went_out_whole_is_in_doubt_and_one_that_did_not_is_not(
    court: Court, outage: Outage
) -> None:
    # given a clerk who is logged in
    rji = await court.rji(order())
    # when
    await begin(court, outage)
    created = await court.registry.step(Step.CREATE, order(rji=rji))
    # then
    assert (created.answer, created.detail) == (outage.write, outage.detail)
    assert court.simulator.book["documents"] == []


@each_outage
async def test_a_signature_is_in_doubt_like_any_other_write(court: Court, outage: Outage) -> None:
    # given
    drafted, _ = await court.register(order(rji=await court.rji(order())))
    # when
    await begin(court, outage)
    signed = await court.registry.step(Step.SIGN_SERVIDOR, drafted)
    # then
    assert (signed.answer, signed.detail) == (outage.write, outage.detail)
    assert [row["signed_at"] for row in court.simulator.book["documents"]] == [[]]


@each_outage
async def test_what_changes_nothing_is_a_failure_to_connect_in_every_outage(court: Court, outage: Outage) -> None:
    # given
    await court.rji(order())
    await begin(court, outage)
    # when
    asks: tuple[Ask, ...] = (
        lambda registry: registry.step(Step.PERSON, order()),
        lambda registry: registry.read_doubt(Step.CREATE, order(rji="20260000001"), frozenset()),
        lambda registry: registry.probe(),
    )
    found = [await ask(court.registry) for ask in asks]
    # then
    assert [(each.answer, each.detail) for each in found] == [(A.CONNECTION, outage.detail)] * len(asks)


@each_outage
async def test_a_write_whose_login_meets_the_outage_did_not_go_out(court: Court, outage: Outage) -> None:
    # given nobody who was ever logged in
    await begin(court, outage)
    # when
    answer = await court.registry.step(Step.PERSON_CREATE, order())
    # then
    assert answer.answer is A.CONNECTION
    assert court.requests("/api/pessoas") == []


async def test_a_refusal_of_the_person_is_no_outage(court: Court) -> None:
    # given a clerk whose password was changed
    clerk = {"username": "login-u123", "password": "outra", "position": "SERVIDOR", "units": [UNIT]}
    await court.tell("/control/users", [clerk])
    # when, then (docs/law.md safety-20)
    assert (await court.registry.step(Step.PERSON, order())).answer is A.ACCESS
    assert (await court.registry.probe()).answer is A.OK
