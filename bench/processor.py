"""The intake against the leanest loop, and the processor on Faust against its two parts.

Ratios: what the intake keeps of the trial loop's rate, with 5, 20 and 100 documents a person; what it keeps of the same
loop's that reads the records too, so that the share of reading shows; the most that the first could be, if all but reading
and deciding cost what it costs the trial loop; and what the processor keeps of the rate at which Faust empty-handed and the
intake in a plain loop, one after the other, would take a record.
"""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence

from bench import _intake, _kafka, _servers, _trial
from bench._report import SEED, Figures, Result, Sample, against, alternate, finish, typical
from bench._servers import Server
from bench._workload import Workload, again
from producers.settings import KafkaSettings

PERSONS = 500
DOCUMENTS = (5, 20, 100)
CARRIED = Workload(1500, 5, SEED)
# Faust empty-handed is so much faster that it needs more records to be measured.
EMPTY_HANDED = 12_000
FLOOR = 0.8


def measure() -> Result:
    """Measure all."""
    figures: Figures = {}
    ratios: dict[str, float] = {}
    with _servers.servers() as servers:
        for server in servers:
            for documents in DOCUMENTS:
                _intake_against_trial(server, documents, figures, ratios)
        records = CARRIED.records()
        with _kafka.broker() as kafka:
            for first in range(0, EMPTY_HANDED, len(records)):
                _kafka.publish(kafka, again(records, first))
            for server in servers:
                _processor_against_its_parts(server, kafka, figures, ratios)
    floors = {what: FLOOR for what in ratios if what.endswith(("intake/trial", "processor/parts"))}
    return Result("processor", figures, ratios, floors)


def _intake_against_trial(server: Server, documents: int, figures: Figures, ratios: dict[str, float]) -> None:
    workload = Workload(PERSONS, documents, SEED)
    what = f"{server.name}, {documents} documents a person"
    ours, lean, records = f"ledger-{documents}", f"lean-{documents}", workload.records()
    server.make(ours, _servers.seeded(workload))
    server.make(lean, _trial.seeded(workload))
    runs = {
        "trial": lambda: _trial.run(server, lean, records),
        "trial that reads": lambda: _trial.run_reading(server, lean, records),
        "intake": lambda: _intake.run(server, ours, records),
    }
    samples = alternate(what, runs)
    for name, of in samples.items():
        figures[f"{what}: {name}"] = typical(of)
    stages = figures[f"{what}: stages, us"] = _intake.stages(server, ours, records)
    for mark in ("trial", "trial that reads"):
        ratios[f"{what}: intake/{mark}"] = against(samples["intake"], samples[mark])
    ratios[f"{what}: the most that intake/trial can be"] = _most(samples["trial"], samples["trial that reads"], stages)


def _most(trial: Sequence[Sample], reading: Sequence[Sample], stages: Mapping[str, float]) -> float:
    """Give what an intake would keep of the trial loop's rate that does no more than that loop, reads and decides."""
    pairs = zip(trial, reading, strict=True)
    return round(
        statistics.median(1 / (bare.rate / both.rate + bare.rate * stages["decide"] / 1e6) for bare, both in pairs), 3
    )


def _processor_against_its_parts(
    server: Server, kafka: KafkaSettings, figures: Figures, ratios: dict[str, float]
) -> None:
    what, ledger, count = f"{server.name}, Faust", "ledger-carried", CARRIED.persons * 2
    server.make(ledger, _servers.seeded(CARRIED))

    def life(mode: str, wanted: int) -> Callable[[], Sample]:
        return lambda: _kafka.carry(server, ledger, kafka, mode, wanted)

    modes = {"faust": life("faust", count), "plain": life("plain", count), "empty": life("empty", EMPTY_HANDED)}
    samples = alternate(what, modes)
    for name, of in samples.items():
        figures[f"{what}: {name}"] = typical(of)
    parts = zip(samples["faust"], samples["plain"], samples["empty"], strict=True)
    kept = statistics.median(both.rate * (1 / empty.rate + 1 / plain.rate) for both, plain, empty in parts)
    ratios[f"{what}: processor/parts"] = round(kept, 3)


if __name__ == "__main__":
    sys.exit(finish(measure))
