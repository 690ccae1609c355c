"""A link that comes and goes while documents arrive: what it does to the mode, and to the documents."""

import json
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from confluent_kafka import Consumer, TopicPartition

from bench._pile import SEED, standing
from ledger import listing
from ledger.engine import Connection
from ledger.links import load_link
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from rules.dossier import BLOCKED
from rules.windows import Windows
from rules.words import LinkState, State
from runtime.agreement import compare
from runtime.demo import prepare, witnesses
from runtime.stack import SHORT, Stack
from sandbox.saj.court import Court, Outcomes
from sandbox.saj.day import Day, Expected
from sandbox.saj.pile import pile
from tests.system.days import SECONDS, await_ledger

FLAPPED, FLAPPING_SECONDS, HALF_SECONDS = 150, 300.0, 3.0
RUNS = (("short", SHORT), ("a court's own", Windows()))
_OFFERED = "bnmp.document.contingency-offered.v1"
_KINDS = ("lost:", "duplicate:", "order:")
# Whether a document met the link up or down is chance, and with it whether it says why it comes late.
_BY_CHANCE = "a justification"
_HEAD = (
    (
        "| windows | longest pause | records on `bnmp.link` | between UP and SUSPECT | BNMP is asked, or not any more "
        "| last return seen after | offered once | never | registered |"
    ),
    "|---|---|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Flapped:
    """What was seen: the modes as they were told, how long the last return was not seen, the offers, and what is wrong."""

    modes: list[LinkState]
    seen_after: float
    offers: Counter[int]
    registered: int
    wrong: list[str]


def flapping() -> list[str]:
    """Let the link come and go for minutes, with short windows and with a court's own; gives a table and what was found."""
    lines, wrong = [], []
    for name, windows in RUNS:
        found = _flapped(windows)
        changes = list(pairwise([LinkState.UP, *found.modes]))
        small = sum(one != other and not {one, other} - {LinkState.UP, LinkState.SUSPECT} for one, other in changes)
        asked = sum((one in BLOCKED) != (other in BLOCKED) for one, other in changes)
        lines.append(
            f"| {name} | {windows.breaker_open_max:g} s | {len(found.modes)} | {small} | {asked} | {found.seen_after:.1f} s "
            f"| {found.offers[1]} | {found.offers[0]} | {found.registered} |"
        )
        wrong += [f"- **{name}: {line}**" for line in found.wrong[:10]]
    times = int(FLAPPING_SECONDS / HALF_SECONDS) // 2
    told = (
        f"The link came and went {times} times in each run, {HALF_SECONDS:g} s each way, while documents arrived. Where it is "
        "there for longer than the longest pause it must be seen, and is followed; else it is on trial."
    )
    return [
        *_HEAD,
        *lines,
        "",
        told,
        *wrong,
        "" if wrong else "Nobody was offered anything twice, and none was lost or doubled.",
    ]


def _flapped(windows: Windows) -> Flapped:
    day = pile(FLAPPED, SEED)
    with (
        standing(prepare(day), windows, None) as stack,
        Court(KafkaSettings(stack.bootstrap), day) as court,
    ):
        kafka = KafkaSettings(stack.bootstrap)
        _come_and_go(stack, kafka, day)
        began = time.monotonic()
        await_ledger(stack, lambda connection: load_link(connection).state is LinkState.UP)
        seen_after = time.monotonic() - began
        wanted = day.documents.values()
        await_ledger(stack, lambda connection: _registered(connection) == len(wanted), SECONDS + windows.doubt_arrest)
        await_ledger(stack, lambda connection: not listing.counts(connection)["outbox"])
        court.wait_until(lambda told: all(_is_registered(told, each) for each in wanted), SECONDS)
        seen, modes = witnesses(stack, court.outcomes), _modes(kafka)
    offers = Counter(sum(one.type == _OFFERED for one in told.values()) for told in seen.outcomes.by_document.values())
    wrong = [line for line in compare(day, seen).disagreements if line.startswith(_KINDS) and _BY_CHANCE not in line]
    wrong += [f"{count} documents were offered {times} times" for times, count in offers.items() if times > 1]
    return Flapped(modes, seen_after, offers, len(wanted), wrong)


def _come_and_go(stack: Stack, kafka: KafkaSettings, day: Day) -> None:
    """Away and there, again and again, a few documents in each half; at the end it is there."""
    kit, coming, halves = SajProducer(kafka), list(day.publications), int(FLAPPING_SECONDS / HALF_SECONDS)
    for half in range(halves):
        stack.control("link", {"mode": "up" if half % 2 else "refuse"})
        began = time.monotonic()
        for one in coming[half * len(coming) // halves : (half + 1) * len(coming) // halves]:
            kit.publish(one.type, one.data or {}, key=one.key, ce_id=one.ce_id)
        kit.flush(SECONDS)
        time.sleep(max(0.0, HALF_SECONDS - (time.monotonic() - began)))
    stack.control("link", {"mode": "up"})


def _modes(kafka: KafkaSettings) -> list[LinkState]:
    """Every state that was told on `bnmp.link`; the topic is compacted, but not within minutes."""
    consumer = Consumer({**kafka.admin_config(), "group.id": "flapping", "enable.auto.commit": False})
    place = TopicPartition("bnmp.link", 0, 0)
    consumer.assign([place])
    _, end = consumer.get_watermark_offsets(place)
    told: list[LinkState] = []
    deadline = time.monotonic() + SECONDS
    while len(told) < end and time.monotonic() < deadline:
        message = consumer.poll(1.0)
        if message is not None and not message.error():
            told.append(LinkState(json.loads(message.value() or b"{}")["state"]))
    consumer.close()
    return told


def _is_registered(told: Outcomes, each: Expected) -> bool:
    latest = told.latest(each.document_id)
    return latest is not None and latest.state == State.REGISTERED


def _registered(connection: Connection) -> int:
    return sum(row.state == State.REGISTERED for row in listing.documents(connection, limit=100_000))
