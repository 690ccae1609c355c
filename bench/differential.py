"""The differential run: the adapter with its lanes against the simulator in every mood, and both books compared.

Fifty days of invented courts, each against a registry of its own that loses, garbles, delays and doubles its answers,
merges and removes persons, refuses and falls silent. Intake, sender, resolver, clock and adapter are the product's; HTTP
and the ledger are real; the queues are lists, and the windows of time are short, in one proportion. What people would do
is done by people of the bench: they answer what they are asked, and ask for another try of what is held.
"""

import argparse
import logging
import multiprocessing
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from bench._reconciling import live
from bench._report import SEED, Figures, Result, finish, say
from bench._town import Lived, Town
from rules.kinds import KINDS
from rules.windows import Windows
from rules.words import State
from sandbox.saj.day import Day
from sandbox.saj.documents import TRIBUNAL

SEEDS = 50
# About 430 documents a day, so that fifty are more than 20 000.
PERSONS = 84
JOBS = 2
MINUTES = 240.0
SECONDS = 900.0
# The contract's windows, shortened; what is accepted late comes before the shorter window of doubt is over.
WINDOWS = Windows(
    connect=2,
    send=2,
    answer=0.8,
    attempt=4,
    lease_margin=4,
    retry_liberty=2,
    retry_other=5,
    breaker_window=4,
    breaker_open=0.5,
    breaker_open_max=2,
    probe=0.5,
    evidence=10,
    doubt_liberty=4,
    doubt_arrest=10,
    reask_liberty=3,
    reask_other=4,
    offer_repeat=20,
    escalate_chefe=20,
    escalate_judge=60,
    chain_stands=30,
)
LATE_S = (0.9, 2.0)
MOODS: Mapping[str, Any] = {
    "drop_after_accept": 0.02,
    "garble_after_accept": 0.02,
    "fault_after_accept": 0.01,
    "duplicate_409": 0.02,
    "accept_late": 0.02,
    "accept_late_s": LATE_S,
    "http500": 0.01,
    "throttle": 0.02,
    "http503": 0.003,
    "http503_burst": 12,
    "html": 0.01,
    "blackhole": 0.005,
    "unstable_pages": 0.2,
    "unknown_status": 0.02,
    "late_status_s": 1.0,
    "merge": 0.01,
    "deactivate": 0.01,
    "latency_ms": (0.0, 40.0),
    "token_ttl_s": 20.0,
}
FAULT = "fault of the simulator itself"
# Apart from the others: what is accepted after the longer window of doubt is there twice, and nothing here can know it.
BEYOND: Mapping[str, Any] = {"accept_late": 0.1, "accept_late_s": (14.0, 18.0), "latency_ms": (0.0, 10.0)}
BEYOND_PERSONS = 20
_GONE = frozenset({"Excluído", "Anulado"})
_LABELS = {
    "EM_ELABORACAO": "Em Elaboração",
    "AGUARDANDO_ASSINATURA": "Aguardando Assinatura",
    "PENDENTE_CUMPRIMENTO": "Pendente de Cumprimento",
    "CUMPRIDO": "Cumprido",
    "REVOGADO": "Revogado",
    "EXPIRADO": "Expirado",
    "ATIVO": "Ativo",
}


@dataclass(slots=True)
class Found:
    """What the comparison of the two books found, of one day or of many."""

    documents: int = 0
    requests: int = 0
    persons: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    doubles: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    doubled_persons: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Add another day's."""
        for name in ("documents", "requests", "persons", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("ends", "struck", "said", "acts"):
            getattr(self, name).update(getattr(other, name))
        for name in ("doubles", "doubled_persons", "absent", "open", "otherwise"):
            getattr(self, name).extend(getattr(other, name))


def compare(lived: Lived, seed: int = 0) -> Found:
    """Compare the ledger with the registry's book; each finding names the seed and the document."""
    if FAULT in (request["error"] for request in lived.book["requests"]):
        raise RuntimeError("the simulator itself has failed")
    rows = {_key(row["document_id"]): row for row in lived.documents}
    pieces: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for piece in lived.book["documents"]:
        if piece["status"] not in _GONE:
            pieces[piece["idempotency_key"]].append(piece)
    found = Found(
        documents=len(rows),
        requests=len(lived.book["requests"]),
        persons=len(lived.book["persons"]),
        seconds=lived.seconds,
        ends=Counter(row["state"] for row in rows.values()),
        struck=Counter(_struck(lived.book["requests"])),
        said=Counter(lived.said),
        acts=Counter(lived.acts),
        open=[f"{seed} {one}" for one in lived.open],
    )
    for key, row in rows.items():
        name, own = f"{seed} {row['document_id']} {row['kind']}", pieces.pop(key, [])
        if len(own) > 1:
            found.doubles.append(f"{name}: {[piece['id'] for piece in own]}")
        if row["state"] == State.REGISTERED:
            _compare_registered(found, name, row, own)
        elif own and row["state"] in (State.EXCLUDED, State.REJECTED):
            found.otherwise.append(f"{name} is {row['state']} here and {own[0]['status']} there")
    found.otherwise += [f"{seed}: a piece that nobody of ours asked for: {own[0]['id']}" for own in pieces.values()]
    active = Counter((one["cpf"], one["nome"]) for one in lived.book["persons"] if one["ativo"])
    found.doubled_persons += [f"{seed} {name}" for (_, name), count in active.items() if count > 1]
    return found


def _compare_registered(found: Found, name: str, row: Mapping[str, Any], own: list[Mapping[str, Any]]) -> None:
    piece = next((one for one in own if str(one["id"]) == row["bnmp_id"]), None)
    if piece is None or piece["status"] not in {_LABELS[status] for status in _lawful(row["kind"])}:
        found.absent.append(f"{name}: {piece and piece['status']}")
    elif piece["status"] != _LABELS[row["bnmp_status"]] or piece["numeroPeca"] != row["national_number"]:
        found.otherwise.append(f"{name} is {row['bnmp_status']} here and {piece['status']} there")


def _lawful(kind: str) -> Iterable[str]:
    """What a registered document may be by now: in effect, or ended by another one."""
    return {*KINDS[kind].in_effect, "CUMPRIDO", "REVOGADO", "EXPIRADO"} if kind.startswith("MANDADO") else ("ATIVO",)


def _key(document_id: str) -> str:
    """The key under which a document is sent, which the registry notes and never acts upon."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{TRIBUNAL}/{document_id}"))


def _struck(requests: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for request in requests:
        if request["status"] != 200 or request["error"]:
            # Of a message that names something the words alone.
            yield str(request["error"] or request["status"]).partition(":")[0]


def one_day(seed: int, persons: int, folder: Path) -> Found:
    """Live one day in an empty folder and compare."""
    return compare(Town(Day.plan(persons, seed), persons, WINDOWS, MOODS, folder, SECONDS).live(), seed)


def measure(options: argparse.Namespace) -> Result:
    """Live so many days, `jobs` at a time, each with its own registry; none begins after so many minutes."""
    whole, lived, until = Found(), 0, time.monotonic() + options.minutes * 60
    seeds = iter(range(options.first, options.first + options.seeds))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, spawn, _quiet) as pool:
        later = pool.submit(_beyond, options.first)
        running = {pool.submit(_day, seed, options.persons): seed for seed in islice(seeds, options.jobs)}
        while running:
            done = next(as_completed(running))
            found, seed = done.result(), running.pop(done)
            whole.add(found)
            lived += 1
            wrong = [*found.doubles, *found.doubled_persons, *found.absent, *found.open, *found.otherwise]
            told = f"{found.documents} documents, {found.requests} requests, {found.seconds:.0f} s"
            say(f"  day {lived} of {options.seeds}, seed {seed}: {told}, wrong: {wrong or 'nothing'}")
            if time.monotonic() < until:
                running |= {pool.submit(_day, seed, options.persons): seed for seed in islice(seeds, 1)}
        beyond = later.result()
    say(f"  accepted later than any window of doubt: {len(beyond.doubles)} doubles")
    shown = figures(whole, lived) | {"beyond the windows": told_beyond(beyond)}
    return Result("differential", shown, _ratios(whole), _FLOORS, options.first)


def told_beyond(found: Found) -> dict[str, float]:
    """Give what reconciliation has to find, and what it found: each double by its document, each person who is there twice."""
    return {
        "documents": found.documents,
        "doubles in the book": len(found.doubles),
        "doubles named by reconciliation": len(found.named),
        "persons twice in the book": len(found.doubled_persons),
        "registered here, absent there": len(found.absent),
        "open for ever": len(found.open),
    }


def _day(seed: int, persons: int) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        return one_day(seed, persons, Path(folder))


def _beyond(seed: int) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        day = Day.plan(BEYOND_PERSONS, seed)
        lived, named = live(Town(day, BEYOND_PERSONS, WINDOWS, BEYOND, Path(folder), SECONDS, outages=()))
        return replace(compare(lived, seed), named=named)


def _quiet() -> None:
    """Leave the logs of what is meant to go wrong out."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


_FLOORS = {
    "documents without a double": 1.0,
    "persons without a double": 1.0,
    "registered here and there": 1.0,
    "ended": 1.0,
    "told alike in both books": 1.0,
}


def _ratios(found: Found) -> dict[str, float]:
    def of(wrong: list[str], count: int) -> float:
        return round(1 - len(wrong) / max(count, 1), 6)

    return {
        "documents without a double": of(found.doubles, found.documents),
        "persons without a double": of(found.doubled_persons, found.persons),
        "registered here and there": of(found.absent, found.ends[State.REGISTERED]),
        "ended": of(found.open, found.documents),
        "told alike in both books": of(found.otherwise, found.documents),
    }


def figures(found: Found, days: int) -> Figures:
    """Give what is shown and kept."""
    shown: Figures = {
        "days": days,
        "documents": found.documents,
        "requests": found.requests,
        "seconds": round(found.seconds),
        "doubles in the book": len(found.doubles),
        "persons twice in the book": len(found.doubled_persons),
        "registered here, absent there": len(found.absent),
        "open for ever": len(found.open),
        "told otherwise": len(found.otherwise),
    }
    counts = {"ended as": found.ends, "the registry's moods": found.struck, "told to SAJ": found.said}
    for name, counted in {**counts, "acts of people": found.acts}.items():
        shown[name] = dict(sorted(counted.items()))
    shown["windows, s"] = {name: float(value) for name, value in asdict(WINDOWS).items()}
    shown["moods"] = {name: value for name, value in MOODS.items() if isinstance(value, int | float)}
    shown["accepted late, s"] = {"from": LATE_S[0], "to": LATE_S[1]}
    return shown


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.differential")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--first", type=int, default=SEED, help="the first day's seed; the others follow")
    parser.add_argument("--jobs", type=int, default=JOBS, help="days at a time")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="no day begins after these")
    sys.exit(finish(partial(measure, parser.parse_args())))
