"""Everything that can be killed, suspended or taken away: `make chaos` runs it all and writes docs/chaos.md.

`python -m tests.system.chaos [PART...]` runs some parts (PARTS) and leaves what the page says of the others.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.stack import StackSettings
from sandbox.postgres.server import Postgres
from tests.system import drilling, faults, flapping, rounds
from tests.system.days import Ending
from tests.system.lives import POINTS, days_of_death

PAGE = Path(__file__).resolve().parents[2] / "docs" / "chaos.md"
HEAD = """# What was killed, suspended and taken away

Made by `make chaos` on real processes, with Apache Kafka and the simulator of BNMP; each part is a court's days with
outages of BNMP, compared at their end by the ledger, the topics and the registry's own book. Seconds are from a small,
shared machine.
"""
PERSONS = 20
LATENCY = {"latency_ms": [10, 40]}


def deaths(url: str | None) -> list[str]:
    """One life a point: every role dies at every point of its work."""
    settings = StackSettings(moods=LATENCY, database=url)
    after = days_of_death(POINTS, settings, persons=PERSONS, seeds=range(31, 39))
    lines = ["| role | died at | with in hand | next life at work after | taken up |", "|---|---|---|---|---|"]
    for role, points in POINTS.items():
        died = {death.point: death for death in after.deaths[role]}
        for named in points:
            point = named.partition(":")[0]
            death = died.get(point)
            if death is None:
                lines.append(f"| {role} | {point} | never came there | | **no** |")
            else:
                seconds = "never" if death.successor is None else f"{death.successor} s"
                taken = "yes" if death.successor is not None else "**no**"
                lines.append(f"| {role} | {point} | {len(death.hand)} | {seconds} | {taken} |")
    return [*lines, "", verdict(after.end)]


def verdict(end: Ending) -> str:
    """What the witnesses said at the end, in one sentence."""
    figures = end.report.figures
    counted = ", ".join(f"{end.count(kind)} {name}" for kind, name in _KINDS.items())
    doubt = f"; {len(end.never_waited)} in doubt instead of waiting for the link" if end.never_waited else ""
    said = f"{figures['documents']} documents: {counted}, {figures['open']} left open{doubt}."
    others = sorted(line for line in end.disagreements if not line.startswith(tuple(f"{kind}:" for kind in _KINDS)))
    return said + "".join(f"\n- **{line}**" for line in [*others, *sorted(end.disagreements - set(others))][:10])


_KINDS = {"lost": "lost", "duplicate": "doubled", "order": "out of order"}


@contextmanager
def _served() -> Iterator[Postgres]:
    with Postgres.start(durable=True) as server:
        yield server


def _deaths_on_postgresql() -> list[str]:
    with _served() as server:
        return deaths(server.url())


def _faults(*, served: bool) -> list[str]:
    if not served:
        lines, end = faults.run(None, LATENCY)
        return [*lines, "", verdict(end)]
    with _served() as server:
        lines, end = faults.run(server, LATENCY)
    return [*lines, "", verdict(end)]


def _rounds() -> list[str]:
    lines, end = rounds.run(LATENCY)
    return [*lines, "", verdict(end)]


PARTS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "deaths": ("Killed with -9 at every point, SQLite", lambda: deaths(None)),
    "deaths-postgresql": ("Killed with -9 at every point, PostgreSQL", _deaths_on_postgresql),
    "rounds": ("Two processors and two senders killed, stopped and suspended at random", _rounds),
    "drill": ("The resolver killed with -9 while it drains what an outage piled up, PostgreSQL", drilling.killed),
    "flapping": ("A link that comes and goes every three seconds for five minutes, SQLite", flapping.flapping),
    "faults": ("Kafka and the ledger away, SQLite", lambda: _faults(served=False)),
    "faults-postgresql": ("Kafka and the ledger away, PostgreSQL", lambda: _faults(served=True)),
}


def main(names: list[str]) -> int:
    """Run the parts, write the page, and say whether all held."""
    held = True
    for name in names or list(PARTS):
        title, run = PARTS[name]
        began = time.monotonic()
        said = "\n".join(run())
        held = held and "**" not in said
        print(f"{name}: {time.monotonic() - began:.0f} s\n{said}\n", flush=True)  # noqa: T201 (its output)
        told = _sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
        told[title] = said
        ordered = [each for each, _ in PARTS.values() if each in told]
        sections = (f"## {each}\n\n{told[each].strip()}\n" for each in ordered)
        PAGE.write_text("\n".join([HEAD, *sections]), encoding="utf-8")
    return int(not held)


def _sections(page: str) -> dict[str, str]:
    parts = page.split("\n## ")[1:]
    return {title: body for title, _, body in (part.partition("\n") for part in parts)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
