"""The table of verdicts: consumers that fail in each way on a real broker, what is said of them and after how long.

`python -m tests.edges.verdict_table` runs for some four minutes and writes docs/lag-verdicts.md, beside what the broker's
own `kafka-consumer-groups` prints of the same groups at the end.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from consumers.groups import SENDER
from ledger.engine import Database
from ledger.migrate import migrate
from ledger.tables import link
from operations.lag import Watch, watching
from operations.lag_answers import LagLine
from operations.verdicts import Verdict
from producers.settings import KafkaSettings
from rules.words import LinkState
from sandbox.kafka import maven
from sandbox.kafka.broker import Broker
from sandbox.kafka.jars import VERSION, Pin, classpath
from sandbox.kafka.java import find_java

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lag-verdicts.md"
WINDOW, WELL, LONGEST = 60.0, 30.0, 150.0
_BEAT, _A_BEAT = 0.5, 3
_JAR_SECONDS = 120
# The tool's own jar, of the broker's release: the broker itself does without it.
_TOOL = Pin(
    f"org.apache.kafka:kafka-tools:{VERSION}",
    615926,
    "1c2836cee57a947d2db461410ac5008ca80facbd19b7ed9d284ca883782ea741",
)
_HEAD = (
    "| consumer | verdict | reason | said after, s | lag then | lag then, s | at the end | "
    "`kafka-consumer-groups --describe` (group, topic, partition, committed, end, lag, consumer, host, client) |"
)


@dataclass(slots=True)
class Case:
    """A consumer: at the end until it fails, then by `commits`, which is told the end, what it had and its beats since."""

    name: str
    group: str
    says: Verdict
    commits: Callable[[int, int, int], int | None]
    at: int = 0
    beats: int = 0
    line: LagLine | None = None
    last: Verdict | None = None
    delay: float | None = None
    jar: str = "-"
    topic: str = field(init=False)

    def __post_init__(self) -> None:
        """A topic of its own."""
        self.topic = f"verdict.{self.name.replace(' ', '-')}"


CASES = (
    ("healthy", "verdict.healthy", Verdict.OK, lambda end, _at, _n: end),
    ("stopped", "verdict.stopped", Verdict.STOP, lambda _end, _at, _n: None),
    ("stalled", "verdict.stalled", Verdict.STALL, lambda _end, at, _n: at),
    ("rewound", "verdict.rewound", Verdict.REWIND, lambda _end, _at, n: n),
    ("slow", "verdict.slow", Verdict.WARN, lambda _end, at, _n: at + 1),
    ("link down", SENDER, Verdict.PAUSED_LINK, lambda _end, _at, _n: None),
)


def main() -> None:
    """Run all of them side by side, and write the page; 1 where one was told as something else."""
    cases = [Case(*each) for each in CASES]
    with tempfile.TemporaryDirectory() as folder, Broker.start() as broker:
        kafka, database = KafkaSettings(broker.bootstrap, "verdicts"), Database(f"sqlite:///{folder}/ledger.db")
        migrate(database, "TJMS")
        _make(kafka, cases)
        failed = threading.Event()
        with _living(kafka, cases, failed), watching(kafka, WINDOW) as watch:
            _look(watch, database, cases, WELL)
            with database.transaction() as connection:
                connection.execute(link.update().values(state=LinkState.DOWN))
            failed.set()
            _look(watch, database, cases, LONGEST, time.monotonic())
            told = _jar(kafka, Path(folder))
        database.close()
    for case in cases:
        case.jar = next((line for line in told if line.split()[:2] == [case.group, case.topic]), "-")
    PAGE.write_text(_page(cases), encoding="utf-8")
    wrong = [
        case.name for case in cases if case.delay is None or (case.name == "healthy" and case.last is not case.says)
    ]
    sys.stdout.write(f"{PAGE.name}: {len(cases)} cases, told otherwise: {', '.join(wrong) or 'none'}\n")
    sys.exit(1 if wrong else 0)


def _make(kafka: KafkaSettings, cases: list[Case]) -> None:
    admin = AdminClient(kafka.admin_config())
    for made in admin.create_topics([NewTopic(case.topic, 1, 1) for case in cases]).values():
        made.result(_JAR_SECONDS)


@contextmanager
def _living(kafka: KafkaSettings, cases: list[Case], failed: threading.Event) -> Iterator[None]:
    """Publish to every topic and commit for every group, beat by beat."""
    ended = threading.Event()

    def live() -> None:
        producer, end = Producer(kafka.producer_config()), 0
        groups = {
            case.group: Consumer(kafka.admin_config() | {"group.id": case.group, "enable.auto.commit": False})
            for case in cases
        }
        while not ended.wait(_BEAT):
            end += _A_BEAT
            for case in cases:
                for _ in range(_A_BEAT):
                    producer.produce(case.topic, b"x", partition=0)
            producer.flush(_JAR_SECONDS)
            for case in cases:
                case.beats += failed.is_set()
                at = case.commits(end, case.at, case.beats) if failed.is_set() else end
                if at is not None:
                    case.at = at
                    groups[case.group].commit(offsets=[TopicPartition(case.topic, 0, at)], asynchronous=False)
        for consumer in groups.values():
            consumer.close()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_JAR_SECONDS)


def _look(watch: Watch, database: Database, cases: list[Case], seconds: float, failed_at: float | None = None) -> None:
    """Look every second, until each is told as what it is or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        lines = {line.topic: line for line in watch.look(database).items}
        now = time.monotonic()
        for case in cases:
            line = lines.get(case.topic)
            case.last = line.verdict if line else None
            if failed_at is None or case.delay is not None or line is None:
                continue
            case.line = line
            if line.verdict is case.says:
                case.delay = now - failed_at
        if failed_at is not None and all(case.delay is not None for case in cases):
            return
        time.sleep(1)


def _jar(kafka: KafkaSettings, folder: Path) -> list[str]:
    """What the broker's own tool prints of all groups, line by line."""
    jar = maven.fetch(_TOOL.coordinate, folder / "repository", time.monotonic() + _JAR_SECONDS, local=True)
    if not _TOOL.matches(jar):
        raise RuntimeError(f"{_TOOL.file} is not the one that is pinned")
    tool = ["org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--describe", "--all-groups"]
    done = subprocess.run(
        [str(find_java()), "-cp", f"{classpath(lambda _: None)}:{jar}", *tool, "--bootstrap-server", kafka.bootstrap],
        capture_output=True,
        text=True,
        timeout=_JAR_SECONDS,
        check=True,
    )
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


def _page(cases: list[Case]) -> str:
    rows = [
        f"| {case.name} | `{case.line.verdict if case.line else '-'}` | {(case.line.reason if case.line else '') or '-'} | "
        f"{_delay(case)} | {case.line.lag if case.line else '-'} | {_seconds(case.line)} | `{case.last}` | `{case.jar}` |"
        for case in cases
    ]
    return "\n".join(
        [
            "# Verdicts on a real broker",
            "",
            "Written by `python -m tests.edges.verdict_table`, which lets consumers fail in each way on a real broker, looks every",
            f"second and notes when each is told as what it is. The window is {WINDOW:g} s here and 300 s in the monitor; each consumer had",
            f"been at the end for {WELL:g} s before it failed. A consumer that was at the end counts as well for 60 s, and what it",
            "committed then for as long as the window spans: that is most of the delays, and what keeps alarms from crying wolf. What",
            "went back is told at once, and is like any slow one when the window has passed over it.",
            "",
            _HEAD,
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "The broker's own tool tells the lag, and not whether anybody is at work on it: stopped, stalled, rewound and slow look alike",
            "there, and so does a sender that rightly waits for the link.",
            "",
        ]
    )


def _delay(case: Case) -> str:
    if case.says is Verdict.OK:
        return "-"
    return f"{case.delay:.0f}" if case.delay is not None else f"not within {LONGEST:g}"


def _seconds(line: LagLine | None) -> str:
    return "-" if line is None or line.seconds is None else f"{line.seconds:.1f}"


if __name__ == "__main__":
    main()
