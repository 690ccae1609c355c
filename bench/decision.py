"""One decision for persons with 1 to 500 documents in every state, fact by fact and stage by stage.

The floors are the goals over what a fact about one document takes in the mean; facts that look at a whole person
(`PersonReviewed`, and who somebody is) are shown beside them. The dossier is the same each time, so that what a
processor keeps near is near; what loading it costs is the intake's benchmark.
"""

import statistics
import sys
import time
from collections import Counter

from bench import _papers
from bench._report import Figures, Result, finish, say
from rules.casework import Casework
from rules.decide import HANDLERS, decide, decided
from rules.dossier import Dossier
from rules.facts import Fact
from rules.settling import settle

SIZES = (1, 5, 20, 100, 500)
GOAL_US = {20: 25.0, 500: 200.0}
WHOLE_PERSON = frozenset({"PersonReviewed", "RjiLinked", "RjiUnlinked"})
REPEATS = 25
LEAST_SECONDS = 0.001


def measure() -> Result:
    """Measure all sizes."""
    figures: Figures = {}
    ratios: dict[str, float] = {}
    for size in SIZES:
        person = _papers.dossier(size)
        told = {name: (person, fact) for name, fact in _papers.facts(person).items()}
        told["StepAnswered READ_BACK OK"] = _papers.read_back(person)
        took = {name: cost(*one) for name, one in sorted(told.items())}
        of_one = [us for name, us in took.items() if name not in WHOLE_PERSON]
        mean = statistics.mean(of_one)
        what = f"{size} documents"
        say(f"  {what}: {mean:.1f} us a decision, {max(of_one):.1f} us the dearest")
        figures[f"{what}: a fact about one document, us"] = {
            "mean": round(mean, 1),
            "median": round(statistics.median(of_one), 1),
            "dearest": round(max(of_one), 1),
        }
        figures[f"{what}: by fact, us"] = {name: round(us, 1) for name, us in took.items()}
        figures[f"{what}: stages, us"] = stages([one for name, one in told.items() if name not in WHOLE_PERSON])
        if size in GOAL_US:
            ratios[f"{what}: goal of {GOAL_US[size]:g} us/mean"] = round(GOAL_US[size] / mean, 2)
    return Result("decision", figures, ratios, dict.fromkeys(ratios, 1.0))


def cost(person: Dossier, fact: Fact) -> float:
    """Give the microseconds that deciding `fact` takes, the best of several runs: the machine has other work too."""
    decide(person, fact)
    times: list[float] = []
    count = 1
    while len(times) < REPEATS:
        began = time.process_time()
        for _ in range(count):
            decide(person, fact)
        took = time.process_time() - began
        if took < LEAST_SECONDS:
            count *= 2
        else:
            times.append(took / count * 1e6)
    return min(times)


def stages(told: list[tuple[Dossier, Fact]], rounds: int = 40) -> dict[str, float]:
    """Give the microseconds of each stage of a decision, in the mean over these facts."""
    seconds: Counter[str] = Counter()
    for _ in range(rounds):
        for person, fact in told:
            began = time.perf_counter()
            work = Casework.of(person, type(fact).__name__)
            opened = time.perf_counter()
            HANDLERS[type(fact)](work, fact)
            handled = time.perf_counter()
            settle(work)
            settled = time.perf_counter()
            decided(work)
            seconds["open"] += opened - began  # type: ignore[assignment]  # a Counter of seconds
            seconds["handle"] += handled - opened  # type: ignore[assignment]  # likewise
            seconds["settle"] += settled - handled  # type: ignore[assignment]  # likewise
            seconds["give"] += time.perf_counter() - settled  # type: ignore[assignment]  # likewise
    return {stage: round(took / rounds / len(told) * 1e6, 1) for stage, took in seconds.items()}


if __name__ == "__main__":
    sys.exit(finish(measure))
