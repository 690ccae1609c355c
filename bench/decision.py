"""One decision for persons with 1 to 500 documents in every state, fact by fact and stage by stage.

The floors are the goals over what a fact about one document takes in the mean; facts that look at a whole person
(`PersonReviewed`, and who somebody is) are shown beside them. The dossier is the same each time, so that what a
processor keeps near is near; what loading it costs is the intake's benchmark.
"""

import statistics
import sys
import time

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
ROUNDS = 400
STAGES = ("open", "handle", "settle", "give")
LEAST_SECONDS = 0.001


def measure() -> Result:
    """Measure all sizes."""
    figures: Figures = {}
    ratios: dict[str, float] = {}
    marks = [mark()]
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
        marks.append(mark())
        if size in GOAL_US:
            ratios[f"{what}: goal of {GOAL_US[size]:g} us/mean"] = round(GOAL_US[size] / mean, 2)
    figures["a loop of 1,000 steps, us"] = {"fastest": round(min(marks), 1), "slowest": round(max(marks), 1)}
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


def mark() -> float:
    """Give the microseconds of a thousand steps of a loop that never changes: how fast this machine is just now."""
    table, times = dict.fromkeys(range(100), 1), list[float]()
    for _ in range(REPEATS):
        began = time.process_time()
        for _ in range(10):
            total = 0
            for number in range(1000):
                total += table[number % 100]
        times.append((time.process_time() - began) / 10 * 1e6)
    return min(times)


def stages(told: list[tuple[Dossier, Fact]]) -> dict[str, float]:
    """Give the microseconds of each stage of a decision, the fastest of many, in the mean over these facts."""
    fastest = [[min(took) for took in zip(*(_stages(*one) for _ in range(ROUNDS)), strict=True)] for one in told]
    means = (statistics.mean(of_stage) / 1000 for of_stage in zip(*fastest, strict=True))
    return {stage: round(us, 1) for stage, us in zip(STAGES, means, strict=True)}


def _stages(person: Dossier, fact: Fact) -> tuple[int, ...]:
    began = time.perf_counter_ns()
    work = Casework(person, type(fact).__name__)
    opened = time.perf_counter_ns()
    HANDLERS[type(fact)](work, fact)
    handled = time.perf_counter_ns()
    settle(work)
    settled = time.perf_counter_ns()
    decided(work)
    return opened - began, handled - opened, settled - handled, time.perf_counter_ns() - settled


if __name__ == "__main__":
    sys.exit(finish(measure))
