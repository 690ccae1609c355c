"""Replay of a topic into an empty ledger on SQLite, beside the intake in a plain loop; and killed five times on its way.

`make bench NAME=replay ARGS=1000000`: so many records. Without it there are fewer, for ten quiet minutes on two cores.
The digest (ledger/contents.py) is over persons' aliases, inbox, versions, documents with their states, antecedents, custody,
users, orders, what waits, dead letters and the history's decisions, without the ledger's own numbers and instants.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench import _kafka
from bench._report import SEED, Figures, Result, finish, say
from bench._workload import TOPIC
from ledger import replays
from ledger.contents import digest
from ledger.engine import Database
from ledger.migrate import migrate
from ledger.replays import Run
from operations.offsets import offsets_init
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from sandbox.saj.documents import TRIBUNAL, TYPE, Case, KindName, case_number, document
from sandbox.saj.people import invent_people, invent_staff

RECORDS, PARTITIONS, KILLS = 120_000, 4, 5
MEGABYTES = 300.0
_ROOT = Path(__file__).resolve().parents[1]
_LIFE_SECONDS = 4 * 3600
_LOOK_SECONDS = 0.5
_ISSUED = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
_SIGNED = ("--by", "bench", "--reason", "bench")
# What is published of each person, the second of it standing on the first.
_KINDS: tuple[tuple[KindName, KindName], ...] = (("MANDADO", "CONTRAMANDADO"), ("MANDADO", "CERTIDAO"))


def measure(count: int = RECORDS) -> Result:
    """Measure all."""
    with tempfile.TemporaryDirectory() as name, _kafka.broker(PARTITIONS) as kafka:
        folder = Path(name)
        _publish(kafka, count)
        loop = _loop(kafka, folder, count)
        planned, whole, first = _replay(kafka, folder / "whole", kills=0)
        _, killed, second = _replay(kafka, folder / "killed", kills=KILLS)
    figures: Figures = {
        "records, partitions": {"records": count, "partitions": PARTITIONS},
        "plain loop": {"per_s": round(count / loop["seconds"]), "mb": round(loop["mb"])},
        "plan": planned,
        "replay": whole,
        f"replay, killed {KILLS} times": killed,
    }
    ratios = {
        "replay/plain loop": round(whole["per_s"] * loop["seconds"] / count, 3),
        "the digests of both ledgers are equal": float(first == second),
        "300 MB / the process": round(MEGABYTES / max(whole["mb"], killed["mb"], planned["mb"]), 2),
    }
    floors = dict.fromkeys(("the digests of both ledgers are equal", "300 MB / the process"), 1.0)
    return Result("replay", figures, ratios, floors)


def _publish(kafka: KafkaSettings, count: int) -> None:
    """Publish documents of invented persons, two of each."""
    kit, staff = SajProducer(kafka), invent_staff()
    for number, invented in enumerate(invent_people(count // 2, SEED)):
        case = Case(case_number(number, 2026), invented, staff[number % len(staff)])
        for wave, kind in enumerate(_KINDS[number % len(_KINDS)]):
            names = (f"r-{number}-0",) if wave else ()
            data = document(kind, case, document_id=f"r-{number}-{wave}", antecedents=names, issued_at=_ISSUED)
            kit.publish(TYPE, data, ce_id=f"e-{number}-{wave}")
    kit.flush(_LIFE_SECONDS)
    say(f"  {count} records are there")


@contextmanager
def _ledger(kafka: KafkaSettings, folder: Path, start: str) -> Iterator[Database]:
    folder.mkdir()
    database = Database(f"sqlite:///{folder}/ledger.db")
    migrate(database, TRIBUNAL)
    offsets_init(kafka, database, start)
    yield database
    database.close()


def _loop(kafka: KafkaSettings, folder: Path, count: int) -> dict[str, float]:
    with _ledger(kafka, folder / "loop", "earliest") as database:
        life = _life(kafka, database, "bench._replayed", str(count), str(PARTITIONS))
        # It ends when its standard input is closed, as `communicate` would at once.
        told: dict[str, float] = json.loads(life.stdout.read() if life.stdout else b"")
        life.communicate()
    say(f"  plain loop: {told['count'] / told['seconds']:.0f}/s")
    return told


def _replay(kafka: KafkaSettings, folder: Path, kills: int) -> tuple[dict[str, float], dict[str, float], str]:
    """Plan and apply a replay of all; gives the figures of both, and what the ledger then holds."""
    with _ledger(kafka, folder, "latest") as database:
        file = str(folder / "plan.json")
        began = time.monotonic()
        life = _life(kafka, database, "console", "replay", "plan", "--topic", TOPIC, "--out", file, "--json")
        # Nothing is to be read until it has ended; its answer is short.
        planned_mb = _watch(life, lambda: False)
        planned = json.loads(life.communicate()[0])
        figures = {"per_s": round(planned["read"] / (time.monotonic() - began)), "mb": round(planned_mb)}
        began, megabytes = time.monotonic(), 0.0
        for turn in range(kills + 1):
            life = _life(kafka, database, "console", "replay", "apply", file, *_SIGNED, "--json")
            enough = planned["selected"] * (turn + 1) // (kills + 1)
            due = partial(_has_done, database, enough) if turn < kills else lambda: False
            megabytes = max(megabytes, _watch(life, due))
            if life.returncode is None:
                life.kill()
                say(f"  killed at {_run(database).became}")
            life.communicate()
        run = _run(database)
        if run.state != "FINISHED" or run.became != {"TAKEN": planned["selected"]}:
            raise RuntimeError(f"the replay is {run.state}: {dict(run.became)}, {run.why}")
        applied = (run.changed_at - run.started_at).total_seconds()
        whole = {"per_s": round(run.planned / applied), "seconds": round(time.monotonic() - began)}
        say(f"  replay, {kills} kills: {whole['per_s']}/s")
        with database.reading() as connection:
            return figures, {**whole, "mb": round(megabytes)}, digest(connection)


def _watch(life: "subprocess.Popen[bytes]", due: Any) -> float:
    """Wait until a life has ended or something is due; gives the most memory it had, in MB."""
    megabytes, deadline = 0.0, time.monotonic() + _LIFE_SECONDS
    while life.poll() is None and not due() and time.monotonic() < deadline:
        told = Path(f"/proc/{life.pid}/status").read_text(encoding="ascii").splitlines()
        peak = [line.split()[1] for line in told if line.startswith("VmHWM")]
        megabytes = max([megabytes, *(int(one) / 1024 for one in peak)])
        time.sleep(_LOOK_SECONDS)
    return megabytes


def _has_done(database: Database, count: int) -> bool:
    with database.reading() as connection:
        return any(sum(run.became.values()) >= count for run in replays.runs(connection, 1))


def _run(database: Database) -> Run:
    with database.reading() as connection:
        return replays.runs(connection, 1)[0]


def _life(kafka: KafkaSettings, database: Database, *argv: str) -> "subprocess.Popen[bytes]":
    environment = {
        "SAJ_BNMP_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "SAJ_BNMP_DATABASE_URL": database.url,
        "SAJ_BNMP_TRIBUNAL": TRIBUNAL,
    }
    return subprocess.Popen(  # noqa: S603 (our own modules)
        [sys.executable, "-m", *argv],
        cwd=_ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    sys.exit(finish(partial(measure, int(sys.argv[1])) if sys.argv[1:] else measure))
