"""The intake against the leanest loop, and the processor on Faust against its two parts.

Ratios: what the intake keeps of the trial loop's rate, with 5, 20 and 100 documents a person; what it keeps of the same
loop's that reads the records too, so that the share of reading shows; and what the processor keeps of the rate at which Faust empty-handed and the intake in a plain loop, one after the other, would take a record.
"""

import statistics
import sys
from collections.abc import Callable

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
    return Result("processor", figures, ratios, {what: FLOOR for what in ratios if not what.endswith("that reads")})


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
    figures[f"{what}: stages, us"] = _intake.stages(server, ours, records)
    for mark in ("trial", "trial that reads"):
        ratios[f"{what}: intake/{mark}"] = against(samples["intake"], samples[mark])


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
