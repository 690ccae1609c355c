"""A benchmark's result: figures, ratios, and the floors under the ratios; and how one is measured fairly."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
ROUNDS = 5
SEED = 7


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: how many things it did, in how many seconds, of which this process computed `cpu` seconds."""

    count: int
    seconds: float
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.count / self.seconds


Figures = dict[str, float | dict[str, float]]


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found. `floors` has the smallest lawful value of some of the `ratios`."""

    name: str
    figures: Figures
    ratios: Mapping[str, float]
    floors: Mapping[str, float]
    seed: int = SEED

    @property
    def holds(self) -> bool:
        """Whether no ratio is below its floor."""
        return all(self.ratios[what] >= floor for what, floor in self.floors.items())

    def as_json(self) -> dict[str, Any]:
        """Give the result as it is kept."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return {"name": self.name, "at": at, "machine": machine(), **asdict(self), "holds": self.holds}


def machine() -> dict[str, str | int | float]:
    """Tell what the figures were measured on, and how busy it was with other things."""
    return {
        "cpus": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def finish(measure: Callable[[], Result]) -> int:
    """Measure, keep the result, show it; gives the exit status: 1 when a floor does not hold."""
    began = time.monotonic()
    result = measure()
    kept = RESULTS / f"{result.name}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
    for what, figure in result.figures.items():
        print(f"{what:<44} {_shown(figure)}")
    for what, ratio in result.ratios.items():
        floor = result.floors.get(what)
        verdict = "" if floor is None else f"  floor {floor:g}: {'holds' if ratio >= floor else 'DOES NOT HOLD'}"
        print(f"{what:<44} {ratio:.2f}{verdict}")
    print(f"{result.name}: {'holds' if result.holds else 'does not hold'} ({time.monotonic() - began:.0f} s)")
    return 0 if result.holds else 1


def _shown(figure: float | dict[str, float]) -> str:
    if isinstance(figure, dict):
        return "  ".join(f"{name} {value:g}" for name, value in figure.items())
    return f"{figure:g}"


def say(line: str) -> None:
    """Show progress."""
    print(line, file=sys.stderr, flush=True)


def alternate(what: str, runs: Mapping[str, Callable[[], Sample]], rounds: int = ROUNDS) -> dict[str, list[Sample]]:
    """Run the candidates in turns, the order reversed each round; gives each one's samples, round by round."""
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs) if number % 2 == 0 else reversed(list(runs)):
            samples[name].append(runs[name]())
            say(f"  {what}, round {number + 1} of {rounds}: {name} {samples[name][-1].rate:.0f}/s")
    return samples


def typical(samples: Sequence[Sample]) -> dict[str, float]:
    """Give the figures of the median sample: things a second, and this process's own microseconds for one."""
    median = sorted(samples, key=lambda one: one.rate)[len(samples) // 2]
    return {"per_s": round(median.rate), "cpu_us": round(median.cpu / median.count * 1e6)}


def against(samples: Sequence[Sample], mark: Sequence[Sample]) -> float:
    """Give the median over the rounds of a rate over the mark's in the same round: what slows one slows both."""
    return round(statistics.median(one.rate / other.rate for one, other in zip(samples, mark, strict=True)), 3)


def timed(count: int, work: Callable[[], object]) -> Sample:
    """Run `work`, which does `count` things, on the clock."""
    began, computed = time.perf_counter(), time.process_time()
    work()
    return Sample(count, time.perf_counter() - began, time.process_time() - computed)
