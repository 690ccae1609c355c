"""Rounds of chance: two processors and two senders killed, stopped and suspended while 200 events a second arrive."""

import itertools
import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger import listing
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from runtime.demo import prepare
from runtime.stack import Stack, StackSettings
from sandbox.saj.court import Court, settled
from sandbox.saj.day import Day
from sandbox.saj.documents import TYPE
from tests.system.days import Ending, await_court, ending, live, morning_of, together
from tests.system.lives import LINK

ROUNDS = 20
PER_SECOND = 200
PERSONS = 120
# Longer than Kafka's session, and than a person's claim with its grace.
SUSPENDED_SECONDS = 14.0
WORK_SECONDS = 20.0
MORTAL = ("processor", "sender")
ACTS = (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP)


def run(moods: Mapping[str, Any], rounds: int = ROUNDS) -> tuple[list[str], Ending]:
    """Go through the rounds, then a whole day; gives a table and what was found."""
    chance, morning, last = random.Random(7), morning_of(Day.plan(PERSONS, 71)), Day.plan(20, 70)
    others = ("relay", "resolver", "clock")
    with Stack.start(
        StackSettings(roles=others, moods=moods), lambda _line: None, prepare(together([last, morning]))
    ) as stack:
        for role, number in itertools.product(MORTAL, (1, 2)):
            argv = [sys.executable, "-m", "tests.system.killing", role, str(stack.folder)]
            stack.supervisor.start(f"{role}-{number}", argv, stack.environment(f"local-{number}"))
        with _flow(stack, morning) as flow:
            deck = list(itertools.islice(itertools.cycle(itertools.product(MORTAL, ACTS)), rounds))
            chance.shuffle(deck)
            waits = [_round(stack, role, act, chance) for role, act in deck]
        with Court(KafkaSettings(stack.bootstrap), last) as court:
            # Before the day's own outage: a document that still has work then waits for the link as no plan says.
            await_court(court, settled, morning.documents.values())
            live(stack, court, LINK)
            outcomes = court.outcomes
        lines = [*_table(waits), "", _redelivered(stack, flow["published"])]
        return lines, ending(stack, [last, morning], outcomes)


@contextmanager
def _flow(stack: Stack, day: Day) -> Iterator[Counter[str]]:
    """Publish the day's events over and over, at a steady pace: each is new once and known ever after."""
    kit, ended, told = SajProducer(KafkaSettings(stack.bootstrap)), threading.Event(), Counter[str]()
    step = max(1, PER_SECOND // 10)

    def publish() -> None:
        endless = itertools.cycle(day.publications)
        while not ended.wait(0.1):
            for one in itertools.islice(endless, step):
                kit.publish(TYPE, one.data or {}, key=one.key, ce_id=one.ce_id)
                told["published"] += 1

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield told
    finally:
        while told["published"] < len(day.publications) and thread.is_alive():
            time.sleep(0.1)
        ended.set()
        thread.join()
        kit.flush(30)


def _round(stack: Stack, role: str, act: signal.Signals, chance: random.Random) -> tuple[str, str, int, float | None]:
    number = chance.randint(1, 2)
    journal, began = stack.folder / f"{role}.local-{number}.journal", time.time()
    sending = _sending(stack)
    stack.supervisor.kill(f"{role}-{number}", act)
    if act is signal.SIGSTOP:
        time.sleep(SUSPENDED_SECONDS)
        stack.supervisor.kill(f"{role}-{number}", signal.SIGCONT)
        waited = None
    else:
        waited = _first_work(journal, began)
    time.sleep(chance.uniform(0.5, 3))
    return role, act.name, sending, waited


def _first_work(journal: Path, after: float) -> float | None:
    """After how many seconds the next life had work; None when there was none to be had for a while."""
    deadline = time.monotonic() + WORK_SECONDS
    while time.monotonic() < deadline:
        lines = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
        later = [line["at"] - after for line in lines if line["at"] > after]
        if later:
            return float(min(later))
        time.sleep(0.05)
    return None


def _sending(stack: Stack) -> int:
    with stack.database.reading() as connection:
        return sum(row.state == "SENDING" for row in listing.documents(connection, limit=100_000))


def _table(waits: list[tuple[str, str, int, float | None]]) -> list[str]:
    lines = [
        "| role | by | rounds | documents being sent | next life's first work, median | longest |",
        "|---|---|---|---|---|---|",
    ]
    for role, act in itertools.product(MORTAL, ACTS):
        mine = [row for row in waits if row[:2] == (role, act.name)]
        seconds = sorted(row[3] for row in mine if row[3] is not None)
        shown = (f"{seconds[len(seconds) // 2]:.1f} s", f"{seconds[-1]:.1f} s") if seconds else ("", "")
        lines.append(f"| {role} | {act.name} | {len(mine)} | {sum(row[2] for row in mine)} | {shown[0]} | {shown[1]} |")
    return lines


def _redelivered(stack: Stack, published: int) -> str:
    batches = [
        json.loads(line)
        for number in (1, 2)
        for line in (stack.folder / "logs" / f"processor-{number}.log").read_text().splitlines()
        if '"processor.batch"' in line
    ]
    again = sum(batch.get("already_consumed", 0) for batch in batches)
    taken = sum(batch["records"] for batch in batches)
    return f"{published} events were published at {PER_SECOND} a second; of {taken} records handed over {again} came again."
