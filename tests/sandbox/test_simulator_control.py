"""The control port: the link, the moods, the clock, the book; and the simulator as a process."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest

from sandbox.bnmp.journal import Entry, Journal
from sandbox.bnmp.simulator import Simulator
from tests.sandbox.test_simulator_sessions import CERTIDAO, CLERK, MANDADO, Office, office


class WatchedJournal(Journal):
    """A journal that tells when a request has begun and when one has ended."""

    def __init__(self) -> None:
        """Begin with neither."""
        super().__init__()
        self.opened, self.closed = asyncio.Event(), asyncio.Event()

    def open(self, entry: Entry) -> Entry:
        """Keep the entry and tell."""
        self.opened.set()
        return super().open(entry)

    def close(self, entry: Entry, ended_at: str, status: int | None, error: str | None) -> None:
        """Close the entry and tell."""
        super().close(entry, ended_at, status, error)
        self.closed.set()


async def search(court: Office, **more: Any) -> tuple[int, Any]:
    """A harmless call."""
    return await court.call("POST", "/api/pecas/light-filter", json={}, **more)


async def test_refuse_closes_the_port_and_up_reopens_the_same_one() -> None:
    async with office() as court:
        # given an open connection and a port
        await search(court)
        url = court.simulator.url
        # when the link refuses, then connections are refused, and nothing reaches the journal
        await court.control("link", {"mode": "refuse"})
        before = len(court.simulator.book["requests"])
        with pytest.raises(aiohttp.ClientError):
            await search(court)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        assert len(court.simulator.book["requests"]) == before
        # when it is up, then the same port answers again
        await court.control("link", {"mode": "up"})
        assert (court.simulator.url, (await search(court))[0]) == (url, 200)


async def test_refuse_aborts_a_request_under_way() -> None:
    async with office() as court:
        await search(court)
        # given a request that hangs in a slow link
        await court.control("link", {"mode": "slow", "slow_seconds": 0.3})
        court.simulator.world.journal = journal = WatchedJournal()
        hanging = asyncio.create_task(search(court))
        await journal.opened.wait()
        # when the link refuses, then the request is aborted at once
        await court.control("link", {"mode": "refuse"})
        with pytest.raises(aiohttp.ClientError):
            await hanging


async def test_blackhole_accepts_and_never_answers() -> None:
    async with office() as court:
        await search(court)
        await court.control("link", {"mode": "blackhole"})
        # when a call is made, then it only ends by the client's own time-out
        with pytest.raises(TimeoutError):
            await search(court, timeout=aiohttp.ClientTimeout(total=0.2))
        await court.control("link", {"mode": "up"})
        assert (await search(court))[0] == 200
        # and it is on record as unanswered
        unanswered = [line for line in court.simulator.book["requests"] if line["error"] == "blackhole"]
        assert [(line["status"], line["user"]) for line in unanswered] == [(None, CLERK)]


async def test_http503_and_html_come_from_a_proxy() -> None:
    async with office() as court:
        keys = await court.log_in(CLERK)
        for mode, status in (("http503", 503), ("html", 200)):
            await court.control("link", {"mode": mode})
            # when a call is made, then what answers is no application
            async with court.http.post(
                f"{court.simulator.url}/api/pecas/light-filter", json={}, headers=keys
            ) as answer:
                assert (answer.status, answer.content_type) == (status, "text/html")


async def test_slow_takes_effect_even_when_the_client_gave_up() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("link", {"mode": "slow", "slow_seconds": 0.2})
        court.simulator.world.journal = journal = WatchedJournal()
        # when the client gives up before the registry accepts
        court.http._timeout = aiohttp.ClientTimeout(total=0.1)
        with pytest.raises(TimeoutError):
            await court.draft(MANDADO, rji)
        # then the piece comes to be all the same, unanswered
        await journal.closed.wait()
        assert len(court.simulator.book["documents"]) == 1
        assert court.last_request()["status"] is None


async def test_drop_after_accept_leaves_the_piece_in_the_book() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"drop_after_accept": 1.0})
        # when a creation's answer is dropped, then the client has nothing and the registry the piece
        with pytest.raises(aiohttp.ClientError):
            await court.draft(MANDADO, rji)
        [piece] = court.simulator.book["documents"]
        assert (piece["status"], court.last_request()["status"]) == ("Em Elaboração", None)
        assert court.last_request()["error"] == "drop_after_accept"
        # and reads are not dropped
        assert (await court.call("GET", f"/api/mandado-prisaos/{piece['id']}"))[0] == 200


async def test_a_dropped_signature_is_a_signature_and_a_blind_repetition_meets_409() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        _, certidao = await court.draft(CERTIDAO, rji, warrant)
        # when the answer to a signature is dropped, then the signature stands
        await court.control("moods", {"drop_after_accept": 1.0})
        with pytest.raises(aiohttp.ClientError):
            await court.sign(CERTIDAO, certidao["id"], CLERK, "servidor")
        assert (court.status_of(certidao["id"]), court.status_of(warrant)) == ("Ativo", "Cumprido")
        # and who signs again without looking is told so, and signs nothing
        assert (await court.sign(CERTIDAO, certidao["id"], CLERK, "servidor"))[0] == 409
        [line] = [line for line in court.simulator.book["documents"] if line["id"] == certidao["id"]]
        assert len(line["signed_at"]) == 1


async def test_throttle_and_fault_strike_before_any_effect() -> None:
    async with office() as court:
        rji = await court.new_person()
        for mood, status in (("throttle", 429), ("http500", 500)):
            await court.control("moods", {"throttle": 0, "http500": 0, mood: 1.0})
            # when a piece is created, then it is refused with an application's JSON and not written
            answered, error = await court.draft(MANDADO, rji)
            assert (answered, error["status"]) == (status, status)
        assert court.simulator.book["documents"] == []


async def test_moods_are_the_same_for_the_same_seed() -> None:
    async def run(seed: int) -> list[int]:
        async with office(throttle=0.3, http500=0.3) as court:
            await court.control("moods", {"seed": seed})
            return [(await search(court))[0] for _ in range(30)]

    # when the same calls meet the same seed twice, then they meet the same moods; another seed brings others
    first, again, other = await run(7), await run(7), await run(8)
    assert first == again
    assert first != other
    assert set(first) == {200, 429, 500}


async def test_unsigned_pieces_are_purged_after_thirty_days_and_warrants_expire() -> None:
    async with office(token_ttl_s=10**9) as court:
        rji = await court.new_person()
        draft = (await court.draft(MANDADO, rji))[1]["id"]
        today = court.simulator.world.clock.today()
        warrant = (await court.registered(MANDADO, rji, dataValidade=f"{today:%d/%m/%Y}"))["id"]
        # when thirty days pass, then the draft is gone from the API and the warrant expired
        await court.control("clock", {"advance_seconds": 30 * 86400 + 1})
        assert (await court.call("GET", f"/api/mandado-prisaos/{draft}"))[0] == 404
        assert (court.status_of(draft), court.status_of(warrant)) == ("Excluído", "Expirado")
        assert court.person_status(rji) == "Em Liberdade"


async def test_the_book_over_http_has_its_promised_shape() -> None:
    async with office() as court:
        await court.registered(MANDADO, await court.new_person())
        async with court.http.get(f"{court.simulator.control}/control/book") as answer:
            book = await answer.json()
        document = {"id", "numeroPeca", "tipoPeca", "numeroProcesso", "numeroIndividuo", "dataExpedicao", "status"}
        document |= {"justificativa", "outrasPecas", "idempotency_key", "created_at", "signed_at"}
        request = {
            "at",
            "ended_at",
            "method",
            "path",
            "status",
            "error",
            "user",
            "unit",
            "numeroIndividuo",
            "idempotency_key",
        }
        assert set(book["documents"][0]) == document
        assert all(set(line) == request for line in book["requests"])
        assert len(book["documents"][0]["signed_at"]) == 2


async def test_reset_forgets_everything_and_brings_the_link_up() -> None:
    async with office() as court:
        await court.new_person()
        await court.control("link", {"mode": "refuse"})
        # when it is reset, then the book is empty, and nobody has an account
        await court.control("reset", None)
        assert court.simulator.book == {"persons": [], "documents": [], "requests": [], "requests_dropped": 0}
        assert (await search(court))[0] == 401


@pytest.mark.parametrize(
    ("what", "wish"),
    [
        ("link", {"mode": "sideways"}),
        ("moods", {"rain": 1}),
        ("moods", {"throttle": 2}),
        ("moods", {"latency_ms": [5, 1]}),
        ("users", [{"username": "x"}]),
        ("clock", {"advance_seconds": -1}),
        ("persons", [{"numeroIndividuo": "1"}]),
    ],
)
async def test_an_impossible_wish_is_400(what: str, wish: Any) -> None:
    async with (
        office() as court,
        court.http.post(f"{court.simulator.control}/control/{what}", json=wish) as answer,
    ):
        assert answer.status == 400
        assert "error" in await answer.json()


async def test_the_journal_is_bounded_and_counts_what_fell_out() -> None:
    async with office() as court:
        world = court.simulator.world
        world.journal = type(world.journal)(cap=3)
        # when five requests come, then three are kept and two counted
        for _ in range(5):
            async with court.http.get(f"{court.simulator.url}/nowhere") as answer:
                assert answer.status == 404
        book = court.simulator.book
        assert (len(book["requests"]), book["requests_dropped"]) == (3, 2)


async def test_a_body_over_the_limit_is_refused_and_recorded() -> None:
    async with office() as court:
        keys = await court.log_in(CLERK)
        huge = io.BytesIO(b"x" * (4 * 1024 * 1024 + 1))
        async with court.http.post(f"{court.simulator.url}/api/mandado-prisaos", data=huge, headers=keys) as answer:
            assert answer.status == 413
        assert court.last_request()["status"] == 413


async def test_a_taken_port_is_an_error_and_leaves_nothing_open() -> None:
    async with office() as court:
        taken = int(court.simulator.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            await Simulator(port=taken).start()
