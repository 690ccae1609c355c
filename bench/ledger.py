"""The ledger as it grows: what the intake keeps of its rate when the ledger holds more and more documents, 5 a person.

The same number of persons, spread evenly over the ledger, is written about each time. Other sizes than those below are
given as arguments: `python -m bench.ledger 1000 100000`.
"""

import statistics
import sys
from collections.abc import Callable, Sequence

from bench import _intake, _servers
from bench._report import SEED, Figures, Result, Sample, against, alternate, finish, say, typical
from bench._servers import Server
from bench._workload import Workload

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DOCUMENTS = 5
# As many as the smallest ledger has.
WRITTEN_ABOUT = 200
FLOOR = 0.8


def measure(sizes: Sequence[int] = SIZES) -> Result:
    """Measure all, the smallest size first; each is compared with it."""
    figures: Figures = {}
    ratios: dict[str, float] = {}
    with _servers.servers() as servers:
        for server in servers:
            samples = alternate(server.name, {str(size): _run(server, size) for size in sizes})
            for size in sizes:
                figures[f"{server.name}: {size} documents"] = typical(samples[str(size)])
            for size in sizes[1:]:
                kept = f"{server.name}: {size}/{sizes[0]} documents"
                ratios[kept] = against(samples[str(size)], samples[str(sizes[0])])
                figures[f"{kept}, cpu"] = _computed(samples[str(sizes[0])], samples[str(size)])
    return Result("ledger", figures, ratios, dict.fromkeys(ratios, FLOOR))


def _run(server: Server, size: int) -> Callable[[], Sample]:
    workload, name = Workload(size // DOCUMENTS, DOCUMENTS, SEED), f"ledger-{size}"
    say(f"  {server.name}: a ledger of {size} documents is being filled")
    server.make(name, _servers.seeded(workload))
    records = workload.records(every=max(1, workload.persons // WRITTEN_ABOUT))
    return lambda: _intake.run(server, name, records)


def _computed(small: Sequence[Sample], large: Sequence[Sample]) -> float:
    """What this process computed for a document in a small ledger, over that in a large one; other load bears less on it."""
    pairs = zip(small, large, strict=True)
    return round(statistics.median(a.cpu / a.count / (b.cpu / b.count) for a, b in pairs), 3)


if __name__ == "__main__":
    given = tuple(int(size) for size in sys.argv[1:])
    sys.exit(finish(lambda: measure(given or SIZES)))
