"""The relay against the intake: how many documents a second leave by what was said of them, and how many come in.

Were the relay not well ahead, it would fall behind on the day on which a backlog is taken in.
"""

import sys
import threading

import sqlalchemy as sa

from bench import _intake, _kafka, _servers
from bench._report import SEED, Figures, Result, Sample, against, alternate, finish, timed, typical
from bench._servers import Server
from bench._workload import Workload
from ledger.engine import Database
from ledger.tables import outbox
from producers.relay import Relay
from producers.settings import KafkaSettings

WORKLOAD = Workload(500, 5, SEED)
FLOOR = 2.0


def measure() -> Result:
    """Measure all."""
    figures: Figures = {}
    ratios: dict[str, float] = {}
    with _servers.servers() as servers, _kafka.broker() as kafka:
        for server in servers:
            _relay_against_intake(server, kafka, figures, ratios)
    return Result("relay", figures, ratios, dict.fromkeys(ratios, FLOOR))


def _relay_against_intake(server: Server, kafka: KafkaSettings, figures: Figures, ratios: dict[str, float]) -> None:
    before, after, records = "before", "after", WORKLOAD.records()
    server.make(before, _servers.seeded(WORKLOAD))

    def fill(url: str) -> None:
        _servers.seeded(WORKLOAD)(url)
        database = Database(url)
        _intake.take_all(_intake.intake(database), records)
        figures[f"{server.name}: rows of the outbox a document"] = round(_waiting(database) / len(records), 2)
        database.close()

    server.make(after, fill)
    runs = {
        "intake": lambda: _intake.run(server, before, records),
        "relay": lambda: _relay(server, after, kafka, len(records)),
    }
    samples = alternate(server.name, runs)
    for name, of in samples.items():
        figures[f"{server.name}: {name}, documents"] = typical(of)
    ratios[f"{server.name}: relay/intake"] = against(samples["relay"], samples["intake"])


def _relay(server: Server, name: str, kafka: KafkaSettings, documents: int) -> Sample:
    """Publish all that a copy of the ledger has to say about so many documents."""
    with server.copy(name) as url:
        database, done = Database(url), threading.Event()
        relay = Relay(database, kafka, "bench")
        sample = timed(documents, lambda: relay.run(done.is_set, lambda _: done.set()))
        left = _waiting(database)
        database.close()
    if left:
        raise RuntimeError(f"the relay left {left} rows")
    return sample


def _waiting(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(outbox)) or 0


if __name__ == "__main__":
    sys.exit(finish(measure))
