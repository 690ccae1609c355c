"""Whatever comes back, every question is answered with a fact, and nothing is believed that was not said."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bnmp.order import Order
from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from rules.facts import Answer, Question
from rules.words import AnswerClass as A
from rules.words import Step
from tests.bnmp.court import Door, http, order

RJI = "26000000104"
WHOLE = order(rji=RJI, bnmp_id="17", question=Question(numbers=("0001234092020812000101000107",), pecas=(1,)))
Ask = Callable[[Registry, Order], Awaitable[Answer]]
ASKS: Mapping[str, Ask] = {
    **{str(step): partial(lambda step, registry, one: registry.step(step, one), step) for step in Step},
    **{
        f"doubt {step}": partial(lambda step, registry, one: registry.read_doubt(step, one, frozenset()), step)
        for step in (Step.PERSON_CREATE, Step.CREATE, Step.SIGN_SERVIDOR)
    },
    "probe": lambda registry, _: registry.probe(),
}
# What BNMP says of a piece, a person, a page, an error: any of it may come with anything under it.
NAMES = (
    *("id", "numeroPeca", "tipoPeca", "status", "descricao", "dataExpedicao", "numeroProcesso", "pessoa"),
    *("numeroIndividuo", "rjiPrincipal", "ativo", "outrasPecas", "idPecaPai", "dadosGeraisPessoa", "nomeMae"),
    *("dataNascimento", "documentos", "numero", "tipoDocumento", "content", "last", "totalElements"),
    *("exception", "title", "error", "message", "token_jwt", "token_csrf"),
)
WORDS = (
    *("17", RJI, "00012340920208120001", "0001234092020812000101000107", "20/11/2026", "2026-11-20T03:00:00Z"),
    *("Ativo", "Em Elaboração", "Situação Nova", "PecaJaExisteException", "\ud800", "\x00", "9" * 5000, "é" * 300),
    "0001-01-01T00:00:00+14:00",
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.sampled_from((17, 1, 422))
JSON = st.recursive(
    PLAIN,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(NAMES), one, max_size=7),
    max_leaves=14,
)
STATUSES = st.sampled_from((200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 599))
HEADERS = st.lists(
    st.sampled_from(
        (
            *("Set-Cookie: a=1", "Set-Cookie: ;;=\x01", "Retry-After: 9", "Retry-After: -1", "Location: //[::"),
            *("Content-Type: text/html", "Content-Type: ;;;", "Content-Encoding: gzip", "Content-Encoding: br"),
            *("Transfer-Encoding: chunked", "Connection: upgrade", "X: " + "y" * 9000, "no colon", "Content-Length: 3"),
        )
    ),
    max_size=2,
)
ANSWERS = st.builds(lambda status, body, more: http(status, body, *more), STATUSES, JSON | st.binary(), HEADERS)
ALL = ANSWERS | st.binary(max_size=300)


class Anything:
    """A registry to whom a login succeeds unless `at_login`, and all the rest is answered with `said`."""

    def __init__(self, runner: asyncio.Runner, given_settings: BnmpSettings) -> None:
        self.said, self.at_login, self._runner = b"", False, runner
        self.settings = given_settings

    async def respond(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/authenticate" in request.split(b"\r\n", 1)[0] and not self.at_login:
            writer.write(http(200, {"token_jwt": "jwt", "token_csrf": "csrf"}))
        else:
            writer.write(self.said)

    def answer(self, ask: Ask, said: bytes) -> Answer:
        self.said = said
        return self._runner.run(self._answer(ask))

    async def _answer(self, ask: Ask) -> Answer:
        here = Door(self.respond)
        server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, Registry(replace(self.settings, url=url)) as registry:
            return await ask(registry, WHOLE)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as here:
        yield here


@pytest.fixture
def anything(runner: asyncio.Runner, settings: BnmpSettings) -> Anything:
    return Anything(runner, settings)


BUDGET = settings(max_examples=30, deadline=None)


def is_kept(value: Any) -> bool:
    """Whether a database takes it: no NUL, no half of a pair, nothing without end."""
    if isinstance(value, str):
        return "\0" not in value and len(value) <= 200 and value.encode("utf-8", "replace").decode() == value
    if isinstance(value, Mapping):
        return all(is_kept(one) for one in value.values())
    return not isinstance(value, list | tuple) or all(is_kept(one) for one in value)


def piece(**changes: Any) -> bytes:
    return http(
        200, {"id": 17, "numeroPeca": "0001234092020812000101000107", "status": {"descricao": "Ativo"}} | changes
    )


@pytest.mark.parametrize("name", ASKS)
def test_any_answer_to_any_question_is_a_fact(name: str, anything: Anything) -> None:
    @BUDGET
    @given(ALL)
    @example(piece(status={"descricao": "\ud800"}))
    @example(piece(status={"descricao": "Nova\0"}))
    @example(piece(id="\ud800"))
    @example(piece(id=10**4000))
    @example(http(200, b"\x1f\x8b" + b"\0" * 40, "Content-Encoding: gzip"))
    def any_answer(said: bytes) -> None:
        # when
        answer = anything.answer(ASKS[name], said)
        # then
        assert isinstance(answer.answer, A)
        assert is_kept(asdict(answer))
        assert answer.piece is None or answer.piece.bnmp_id
        if answer.answer is not A.OK:
            assert (answer.piece, answer.pieces, answer.rji, answer.candidates) == (None, (), None, ())

    any_answer()


@pytest.mark.parametrize("step", [Step.PERSON_CREATE, Step.CREATE, Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO])
def test_a_write_is_done_only_by_what_says_so_and_undone_only_by_a_refusal(step: Step, anything: Anything) -> None:
    @BUDGET
    @given(ALL)
    def any_answer(said: bytes) -> None:
        # when
        answer = anything.answer(ASKS[step], said)
        # then
        if answer.answer is A.OK:
            assert said.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
            assert step is not Step.CREATE or answer.piece is not None
            assert step is not Step.PERSON_CREATE or answer.rji is not None
        else:
            # It went out whole: that it did not connect can no longer be said.
            assert answer.answer is not A.CONNECTION

    any_answer()


@pytest.mark.parametrize("step", [Step.CREATE, Step.SIGN_SERVIDOR, Step.PERSON])
def test_any_answer_at_the_door_leaves_nothing_in_doubt(step: Step, anything: Anything) -> None:
    anything.at_login = True

    @BUDGET
    @given(ALL)
    def any_answer(said: bytes) -> None:
        assert anything.answer(ASKS[step], said).answer in (A.CONNECTION, A.ACCESS, A.THROTTLED, A.FAULT, A.OK)

    any_answer()


def test_of_a_piece_read_back_only_the_one_that_was_asked_for_is_believed(anything: Anything) -> None:
    # given an id that is text, and another's
    for said, expected in (("17", A.OK), (17, A.OK), (18, A.FAULT), (None, A.FAULT), ([17], A.FAULT), (True, A.FAULT)):
        # when
        answer = anything.answer(ASKS[Step.READ_BACK], piece(id=json.loads(json.dumps(said))))
        # then
        assert answer.answer is expected, said
