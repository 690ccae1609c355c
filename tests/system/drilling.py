"""What piled up in an outage is drained while its resolver is killed, or while the link comes and goes."""

import random
import time
from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from bench._drained import Seen
from bench._pile import SEED, Drained, Drill, Left, standing
from ledger import listing
from ledger.engine import Connection
from ledger.tables import history
from operations.offsets import records_in
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from rules.words import State
from runtime.agreement import compare
from runtime.demo import prepare, witnesses
from runtime.stack import SHORT, Stack
from sandbox.postgres.server import Postgres
from sandbox.saj.court import Court, Outcomes
from sandbox.saj.day import Expected
from sandbox.saj.pile import pile
from tests.system.days import SECONDS, await_ledger

DOCUMENTS = 400
KILLS = 10
# Half a minute more than the drain itself may take is left to whoever is killed last.
MOST_SECONDS = 600.0
FLAPPED, FLAPPING_SECONDS, HALF_SECONDS = 150, 300.0, 3.0
_OFFERED = "bnmp.document.contingency-offered.v1"
_KINDS = ("lost:", "duplicate:", "order:")
# Whether a document met the link up or down is chance, and with it whether it says why it comes late.
_BY_CHANCE = "a justification"
_LOOK_SECONDS = 0.02
_HEAD = (
    "| killed when so many were left | documents being sent | next answer on record |",
    "|---|---|---|",
)


def killed() -> list[str]:
    """Kill the resolver with -9 at moments of chance in the drain; gives a table and what was found."""
    lines: list[str] = []

    def kill(stack: Stack, left: Left) -> None:
        whole, chance, deadline = left(), random.Random(6), time.monotonic() + MOST_SECONDS
        for moment in sorted(chance.sample(range(whole // 20, whole - whole // 20), KILLS), reverse=True):
            while (now_left := left()) > moment and time.monotonic() < deadline:
                time.sleep(_LOOK_SECONDS)
            sending, answered = _sending(stack), _answered(stack)
            stack.supervisor.kill("resolver")
            began = time.monotonic()
            while _answered(stack) == answered and left() and time.monotonic() < deadline:
                time.sleep(_LOOK_SECONDS)
            lines.append(f"| {now_left} | {sending} | {time.monotonic() - began:.1f} s |")

    with Postgres.start(durable=True) as postgres:
        drained = Drill(DOCUMENTS, windows=SHORT, database=postgres.url(), meanwhile=kill).run()
    return [*_HEAD, *lines, "", *_found(drained)]


def flapping() -> list[str]:
    """Let the link come and go for minutes while documents arrive; gives what was counted, and what was found."""
    day = pile(FLAPPED, SEED)
    halves = int(FLAPPING_SECONDS / HALF_SECONDS)
    with (
        standing(prepare(day), SHORT, None) as stack,
        Court(KafkaSettings(stack.bootstrap), day) as court,
    ):
        kafka = KafkaSettings(stack.bootstrap)
        kit, coming = SajProducer(kafka), list(day.publications)
        for half in range(halves):
            stack.control("link", {"mode": "up" if half % 2 else "refuse"})
            began = time.monotonic()
            for one in coming[half * len(coming) // halves : (half + 1) * len(coming) // halves]:
                kit.publish(one.type, one.data or {}, key=one.key, ce_id=one.ce_id)
            kit.flush(SECONDS)
            time.sleep(max(0.0, HALF_SECONDS - (time.monotonic() - began)))
        stack.control("link", {"mode": "up"})
        wanted = day.documents.values()
        await_ledger(stack, lambda connection: _registered(connection) == len(wanted))
        await_ledger(stack, lambda connection: not listing.counts(connection)["outbox"])
        court.wait_until(lambda told: all(_is_registered(told, each) for each in wanted), SECONDS)
        seen, changes = witnesses(stack, court.outcomes), records_in(kafka, "bnmp.link")
    offers = Counter(sum(one.type == _OFFERED for one in told.values()) for told in seen.outcomes.by_document.values())
    wrong = [line for line in compare(day, seen).disagreements if line.startswith(_KINDS) and _BY_CHANCE not in line]
    wrong += [f"{count} documents were offered {times} times" for times, count in offers.items() if times > 1]
    return [
        f"The link came and went {halves // 2} times, {HALF_SECONDS:g} s each way, while {len(wanted)} documents arrived:",
        f"{changes} changes of the mode, {offers[1]} documents offered once, {offers[0]} never, {len(wanted)} registered.",
        *(f"- **{line}**" for line in wrong[:10]),
    ]


def _is_registered(told: Outcomes, each: Expected) -> bool:
    latest = told.latest(each.document_id)
    return latest is not None and latest.state == State.REGISTERED


def _registered(connection: Connection) -> int:
    return sum(row.state == State.REGISTERED for row in listing.documents(connection, limit=100_000))


def _found(drained: Drained) -> Sequence[str]:
    """What the witnesses said, in a sentence, and each thing that is not as it must be."""
    seen = Seen(drained)
    wrong = seen.wrong()
    counted = {kind: sum(line.startswith(f"{kind}:") for line in wrong) for kind in ("lost", "duplicate", "order")}
    told = f"{counted['lost']} lost, {counted['duplicate']} doubled, {counted['order']} out of order"
    open_ = drained.report.figures["open"]
    incidents = ", ".join(f"{name} {count:g}" for name, count in seen.incidents().items()) or "none"
    documents, doubted = len(drained.day.documents), len(drained.doubted)
    return (
        f"{documents} documents of {drained.persons} persons: {told}, {open_} left open; {doubted} were in doubt on the way.",
        f"Incidents: {incidents}.",
        *(f"- **{line}**" for line in wrong[:10]),
    )


def _sending(stack: Stack) -> int:
    with stack.database.reading() as connection:
        return sum(row.state == State.SENDING for row in listing.documents(connection, limit=100_000))


def _answered(stack: Stack) -> int:
    with stack.database.reading() as connection:
        counted = sa.select(sa.func.count()).where(history.c.fact.in_(("StepAnswered", "DoubtRead")))
        return connection.scalar(counted) or 0
