"""What piled up in an outage is drained while its resolver is killed."""

import random
import time
from collections.abc import Sequence

import sqlalchemy as sa

from bench._drained import Seen
from bench._pile import Drained, Drill, Left
from ledger import listing
from ledger.tables import history
from rules.words import State
from runtime.stack import SHORT, Stack
from sandbox.postgres.server import Postgres

DOCUMENTS = 400
KILLS = 10
# Half a minute more than the drain itself may take is left to whoever is killed last.
MOST_SECONDS = 600.0
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
