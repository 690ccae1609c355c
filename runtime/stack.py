"""The whole stack on one machine: Kafka, the ledger, the simulator of BNMP, and every role as a process.

Nothing is left behind: each child holds on to this process by a pipe, and a janitor removes the folder
even when this process is killed.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ledger.engine import Database
from ledger.migrate import check_unused, migrate
from operations.offsets import offsets_init
from producers.settings import KafkaSettings
from producers.topics import create
from rules.windows import Windows
from runtime.site import ask
from runtime.supervisor import Supervisor
from sandbox.kafka.broker import Broker
from sandbox.kafka.properties import free_ports

ROLES = ("processor", "relay", "sender", "resolver", "clock")
PARTITIONS = 3

# Short windows for one machine and an outage of seconds; the contract's defaults are for a court.
SHORT = Windows(
    connect=1,
    send=2,
    answer=3,
    attempt=6,
    lease_margin=3,
    retry_liberty=3,
    retry_liberty_attempts=3,
    retry_other=4,
    retry_other_attempts=3,
    breaker_window=4,
    breaker_min_calls=3,
    breaker_open=0.5,
    breaker_open_max=2,
    probe=0.5,
    doubt_liberty=2,
    doubt_arrest=4,
)


class StackError(Exception):
    """A part of the stack did not start; the text says which and where its log is."""


@dataclass(frozen=True, slots=True)
class StackSettings:
    """What the stack is made of: `replicas` of each of `roles`; `moods` are the simulator's; `keep` the folder.

    `database` is the URL of an empty database, for the ledger to stay in; without it it is a SQLite file in the folder.
    With `metrics` every role's process serves them at the address in `Stack.serves`.
    """

    tribunal: str = "TJMS"
    timezone: str = "America/Campo_Grande"
    windows: Windows = SHORT
    roles: tuple[str, ...] = ROLES
    replicas: int = 1
    moods: Mapping[str, Any] | None = None
    seed: int = 7
    keep: bool = False
    database: str | None = None
    metrics: bool = False


class Stack:
    """A running stack. Use `Stack.start` as a context manager."""

    broker: Broker

    def __init__(self, folder: Path, settings: StackSettings, say: Callable[[str], None]) -> None:
        """Prepare; `start` does the rest."""
        self.folder = folder
        self.settings = settings
        self._say = say
        self._exits = contextlib.ExitStack()
        self.supervisor = Supervisor(folder / "logs", say=say)
        self.database = Database(settings.database or f"sqlite:///{folder / 'ledger.db'}")
        self.bootstrap = ""
        self.bnmp_url = ""
        self.control_url = ""
        self.serves: dict[str, str] = {}

    @classmethod
    def start(cls, settings: StackSettings, say: Callable[[str], None], prepare: Callable[["Stack"], None]) -> Self:
        """Start everything; `prepare` runs when the simulator is there and before any role is."""
        folder = Path(tempfile.mkdtemp(prefix="saj-bnmp-"))
        stack = cls(folder, settings, say)
        try:
            stack._start(prepare)
        except BaseException:
            stack.stop()
            raise
        return stack

    def _start(self, prepare: Callable[["Stack"], None]) -> None:
        if not self.settings.keep:
            self._exits.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._janitor()
        else:
            self._say(f"the ledger and the logs stay in {self.folder}")
        self._exits.callback(self.database.close)
        if self.settings.database is not None:
            check_unused(self.database)
        self._say("starting Apache Kafka")
        self.broker = Broker.start(say=self._say)
        self._exits.callback(self.broker.stop)
        self.bootstrap = self.broker.bootstrap
        self._say("starting the BNMP simulator")
        self._simulator()
        kafka = KafkaSettings(self.bootstrap)
        create(kafka, partitions=PARTITIONS)
        migrate(self.database, self.settings.tribunal)
        offsets_init(kafka, self.database, "earliest")
        prepare(self)
        self._exits.callback(self.supervisor.stop)
        for role in self.settings.roles:
            self._say(f"starting {role}")
            self.launch(role, [sys.executable, "-m", "console", "run", role, "--exit-with-parent"])

    def launch(self, role: str, argv: Sequence[str]) -> None:
        """Start the replicas of a role, each under its own name: `sender`, or `sender-1` and `sender-2`."""
        many = self.settings.replicas > 1
        for number in range(1, self.settings.replicas + 1):
            name = f"{role}-{number}" if many else role
            # One port for all of them, from our own environment, would be fought over.
            port = free_ports(None)[0] if self.settings.metrics else 0
            self.serves |= {name: f"http://127.0.0.1:{port}"} if port else {}
            served = {"SAJ_BNMP_METRICS_PORT": str(port)}
            self.supervisor.start(name, argv, self.environment(f"local-{number}") | served)

    def environment(self, instance: str = "local-1") -> dict[str, str]:
        """The settings of a role's process; `instance` is the replica's name in its consumer groups."""
        windows = {
            f"SAJ_BNMP_WINDOW_{field.name.upper()}": str(getattr(self.settings.windows, field.name))
            for field in fields(Windows)
        }
        return windows | {
            "SAJ_BNMP_KAFKA_BOOTSTRAP": self.bootstrap,
            "SAJ_BNMP_DATABASE_URL": self.database.url,
            "SAJ_BNMP_BNMP_URL": self.bnmp_url,
            "SAJ_BNMP_CREDENTIALS": str(self.credentials),
            "SAJ_BNMP_TRIBUNAL": self.settings.tribunal,
            "SAJ_BNMP_TIMEZONE": self.settings.timezone,
            "SAJ_BNMP_INSTANCE_ID": instance,
            "SAJ_BNMP_LOG_FORMAT": "json",
        }

    @property
    def credentials(self) -> Path:
        """The folder of the users' credentials."""
        return self.folder / "credentials"

    def control(self, path: str, body: Any = None) -> Any:
        """Ask the simulator's control port; a body makes it a POST."""
        return ask(self.control_url, path, body)

    def stop(self) -> None:
        """Stop every role, the simulator and Kafka, and remove the folder."""
        self._exits.close()

    def _janitor(self) -> None:
        janitor = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "runtime.janitor", str(self.folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        self._exits.callback(_let_go, janitor)

    def _simulator(self) -> None:
        argv = [sys.executable, "-m", "sandbox.bnmp", "--exit-with-parent", "--calm", "--seed", str(self.settings.seed)]
        if self.settings.moods is not None:
            argv += ["--moods", json.dumps(dict(self.settings.moods))]
        log = self._exits.enter_context((self.folder / "simulator.log").open("wb"))
        simulator = subprocess.Popen(  # noqa: S603 (our own module)
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
        self._exits.callback(_let_go, simulator)
        line = simulator.stdout.readline() if simulator.stdout else b""
        if not line:
            raise StackError(f"the BNMP simulator did not start: {(self.folder / 'simulator.log').read_text()[-500:]}")
        addresses = json.loads(line)
        self.bnmp_url, self.control_url = addresses["url"], addresses["control"]

    def __enter__(self) -> Self:
        """Give the running stack."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()


def _let_go(child: "subprocess.Popen[bytes]") -> None:
    """End a child by letting go of its leash."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
