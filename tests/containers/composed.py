"""The project as a new user has it, brought up by docker compose under a name of its own, and taken away without a trace."""

import hashlib
import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ledger.engine import Database
from ledger.tables import lease, link, metadata, person
from runtime.site import Site
from sandbox.kafka.properties import free_ports
from tests.house.tree import ROOT, tracked

SECONDS = 300.0
_CALL_SECONDS = 600
# What ends by itself, and says why to its log alone.
_ONCE = ("migrate", "topics", "offsets", "staff")
_PORTS = ("KAFKA_PORT", "LEDGER_PORT", "CONTROL_PORT")
_LEASE = frozenset({person.c.owner, person.c.epoch, person.c.until})


class Composed:
    """One project of docker compose in a folder that holds the tracked files and what `deploy/prepare` wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"saj-bnmp-test-{uuid.uuid4().hex[:8]}"
        free: set[int] = set()
        while len(free) < len(_PORTS):
            free.update(free_ports(None))
        self._ports = {name: str(port) for name, port in zip(_PORTS, free, strict=False)}
        self._environment = os.environ | self._ports | {"VERSION": self.name}

    def call(self, *words: str) -> str:
        """Give what a command printed; its complaint is in the error's text."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_CALL_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def compose(self, *words: str) -> str:
        """Call docker compose, with the profile that brings the outside world."""
        files = ("-f", "docker-compose.yml", "-f", str(ROOT / "tests" / "containers" / "published.yml"))
        compose = ("docker", "compose", "-p", self.name, *files, "--profile", "sandbox")
        try:
            return self.call(*compose, *words)
        except AssertionError as error:
            error.add_note(self.call(*compose, "logs", "--no-color", "--tail", "20", *_ONCE))
            raise

    def up(self) -> None:
        self.compose("up", "--detach", "--build", "--wait", "--wait-timeout", str(_CALL_SECONDS))

    @cached_property
    def site(self) -> Site:
        """The place where a day is lived, as it is reached from here."""
        password = (self.folder / "deploy" / "secrets" / "saj_bnmp_database_password").read_text().strip()
        url = f"postgresql+psycopg://saj_bnmp:{password}@localhost:{self._ports['LEDGER_PORT']}/ledger"
        control = f"http://localhost:{self._ports['CONTROL_PORT']}"
        return Site(f"localhost:{self._ports['KAFKA_PORT']}", Database(url), control)

    def containers(self) -> dict[str, Any]:
        """Docker's own description of every container of the project, by its service."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found = json.loads(self.call("docker", "inspect", *ids))
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}

    def crash(self, service: str) -> None:
        """Kill what runs in a container, as its own failure would, and wait until Docker has it healthy again."""
        before = self.containers()[service]
        user = ["--user", "postgres"] if service == "postgres" else []
        # It takes this very command with it: how that ends tells nothing.
        subprocess.run(
            ["docker", "exec", *user, before["Id"], "sh", "-c", "kill -9 -1"],  # noqa: S607 - whichever docker there is
            capture_output=True,
            timeout=60,
            check=False,
        )

        def again() -> bool:
            now = self.containers()[service]
            state = now["State"]["Running"], now["State"].get("Health", {}).get("Status")
            return bool(now["RestartCount"] > before["RestartCount"]) and state == (True, "healthy")

        wait_until(again, f"{service} to come back")

    def digest(self) -> dict[str, str]:
        """What each table of the ledger holds, leases and the link's state apart, in a word."""
        with self.site.database.reading() as connection:
            return {
                table.name: _hashed(connection.execute(sa.select(*(c for c in table.c if c not in _LEASE))).all())
                for table in metadata.sorted_tables
                if table not in (lease, link)
            }

    def remove(self) -> None:
        """Take away containers, volumes, network and the image; the base images stay."""
        self.compose("down", "--volumes", "--timeout", "5")
        self.call("docker", "image", "rm", "--force", f"saj-bnmp:{self.name}")


def _hashed(rows: Any) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()[:16]


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait for what happens in containers; nobody tells of it."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.5)


@contextmanager
def composed(folder: Path) -> Iterator[Composed]:
    """A project that was prepared and is up, healthy, for the block."""
    for path in tracked():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    project = Composed(folder)
    project.call("deploy/prepare", "sandbox")
    try:
        project.up()
        yield project
    finally:
        project.remove()
