"""The servers at the edges: containers where Docker answers, the sandbox's own where it does not; a run says which.

`EDGES=containers` or `EDGES=sandbox` decides it instead, and then nothing else will do.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from types import TracebackType
from typing import Protocol, Self

import psycopg
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from sandbox.kafka.broker import Broker
from sandbox.kafka.properties import _FIXED, HOST, free_ports
from sandbox.postgres.server import Postgres
from tests.edges.edge import WAIT_SECONDS, until

# Its own image would have to be pulled; what a test starts here, the test's own end removes.
testcontainers_config.ryuk_disabled = True

CONTAINERS, SANDBOX = "containers", "sandbox"
_CONTROLLER, _POSTGRES = 9093, 5432
_PASSWORD = "invented"


class PostgresServer(Protocol):
    """A PostgreSQL that may be killed."""

    def url(self) -> str:
        """Give the ledger's URL of an empty database."""

    def kill(self) -> None:
        """Kill the server as a crash would; the data stays."""

    def restart(self) -> None:
        """Start it again on the same data and address."""


@cache
def edges() -> str:
    """What the servers of this run are: `containers` or `sandbox`."""
    wanted = os.environ.get("EDGES") or (CONTAINERS if _docker_answers() else SANDBOX)
    if wanted not in (CONTAINERS, SANDBOX):
        raise ValueError(f"EDGES={wanted}: it is {CONTAINERS} or {SANDBOX}")
    return wanted


def _docker_answers() -> bool:
    # By its command: Docker's client, when nobody answers, leaves a socket open, and a warning is an error here.
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


@contextmanager
def kafka() -> Iterator[str]:
    """A Kafka of the block's own; gives its address."""
    if edges() == SANDBOX:
        with Broker.start() as broker:
            yield broker.bootstrap
        return
    # The same port inside and outside: Kafka tells its clients where it is, and is told so before it starts.
    port, _ = free_ports(None)
    properties = _FIXED | {
        "listeners": f"PLAINTEXT://:{port},CONTROLLER://:{_CONTROLLER}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.quorum.voters": f"1@localhost:{_CONTROLLER}",
    }
    container = _published(DockerContainer("apache/kafka:4.1.0"), port, port)
    container.with_envs(**{f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in properties.items()})
    container.with_env("KAFKA_HEAP_OPTS", "-Xms128m -Xmx512m")
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(int(WAIT_SECONDS)))
    with container:
        yield f"{HOST}:{port}"


def _published(container: DockerContainer, inside: int, outside: int) -> DockerContainer:
    """Let this machine, and nobody else, reach a port."""
    container.ports[f"{inside}/tcp"] = (HOST, outside)  # type: ignore[assignment]  # Docker's client takes an address
    return container


def postgres() -> AbstractContextManager[PostgresServer]:
    """A PostgreSQL of the block's own."""
    return Postgres.start() if edges() == SANDBOX else _ContainedPostgres()


class _ContainedPostgres:
    def __init__(self) -> None:
        # A port of its own choice, since Docker would give another one after a restart.
        self._port, _ = free_ports(None)
        self._container = _published(DockerContainer("postgres:16"), _POSTGRES, self._port)
        self._container.with_env("POSTGRES_PASSWORD", _PASSWORD)

    def url(self) -> str:
        return f"postgresql+psycopg://postgres:{_PASSWORD}@{HOST}:{self._port}/postgres"

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        self._container.get_wrapped_container().restart(timeout=int(WAIT_SECONDS))
        until(self._answers)

    def __enter__(self) -> Self:
        self._container.start()
        try:
            until(self._answers)
        except BaseException:
            self._container.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._container.stop()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url().replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
