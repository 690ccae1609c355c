"""The broker's Java process: format the data folder, start, wait until it answers, end."""

import base64
import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from sandbox.kafka import leash, properties
from sandbox.kafka.errors import KafkaSandboxError

READY_SECONDS = 60
"""Longest from the start of the JVM to its first answer."""

STOP_SECONDS = 15
"""How long a broker asked to stop may take before it is killed."""

_FORMAT_SECONDS = 60
_LAST_LINES = 20
_OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    # Else a file per JVM in the machine's temporary folder, left behind by a kill -9.
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


@dataclass(frozen=True, slots=True)
class Jvm:
    """How to run Kafka's classes on one data folder: the ``java`` to use, the class path, the folder."""

    java: Path
    classpath: str
    data: Path

    @property
    def log(self) -> Path:
        """Give the file that gets all that the JVM says."""
        return self.data / "broker.log"

    def format(self) -> None:
        """Make the data folder a Kafka one, unless it is already. Raises ``KafkaSandboxError``."""
        if (self.data / "log" / "meta.properties").exists():
            return
        # Kafka's ids are base64 of a UUID and may not begin with a dash.
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        command = self._command("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._config))
        with self.log.open("ab") as log:
            try:
                done = subprocess.run(  # noqa: S603 - Kafka's own tool, with arguments made here
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=_FORMAT_SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                raise self.failed(f"did not format its data within {_FORMAT_SECONDS} s") from None
        if done.returncode:
            raise self.failed(f"could not format its data (status {done.returncode})")

    def configure(self, broker: int, controller: int) -> None:
        """Write server.properties for the two ports."""
        (self.data / "tmp").mkdir(parents=True, exist_ok=True)
        self._config.write_text(properties.text(self.data, broker, controller), encoding="utf-8")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the broker in a process group of its own; it dies with the thread that calls this."""
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the broker, with arguments made here
                self._command("kafka.Kafka", str(self._config)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def failed(self, what: str) -> KafkaSandboxError:
        """Give the error "Kafka ``what``" with the last lines of the log."""
        return KafkaSandboxError(f"Kafka {what}. The end of its log:\n{self._last_lines()}")

    @property
    def _config(self) -> Path:
        return self.data / "server.properties"

    def _command(self, main_class: str, *arguments: str) -> Sequence[str]:
        # Native libraries are unpacked into the data folder, so that they go with it.
        folder = f"-Djava.io.tmpdir={self.data / 'tmp'}"
        run = (str(self.java), *_OPTIONS, folder, "-cp", self.classpath, main_class, *arguments)
        return (sys.executable, "-I", "-S", str(leash.__file__), str(os.getpid()), *run)

    def _last_lines(self) -> str:
        if not self.log.exists():
            return "(it said nothing)"
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 16_384))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-_LAST_LINES:])


def wait_ready(jvm: Jvm, process: subprocess.Popen[bytes], bootstrap: str) -> None:
    """Return once the broker answers a metadata request at ``bootstrap``.

    Raises ``KafkaSandboxError`` when it ends before, or says nothing for ``READY_SECONDS``.
    """
    # Refused connections are what waiting looks like: the client need not report each.
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "reconnect.backoff.max.ms": 200})
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise jvm.failed(f"ended while starting (status {process.returncode})")
        with contextlib.suppress(KafkaException):
            if admin.list_topics(timeout=1).brokers:
                return
    raise jvm.failed(f"did not answer within {READY_SECONDS} s")


def end(process: subprocess.Popen[bytes], *, at_once: bool) -> None:
    """End the broker: asked first and killed after ``STOP_SECONDS``, or killed at once."""
    if not at_once:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
