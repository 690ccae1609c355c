"""The jars that the broker is made of: pinned in jars.json, kept in a per-user cache, hashed before every start.

A start with a whole cache touches no network. What is missing or does not match its pin is fetched again, checked
and moved into place one whole file at a time, so that a cut download or a second installer can do no harm.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.kafka.errors import NotInstalledError

VERSION = "4.1.0"
"""Of Apache Kafka."""

PINS = Path(__file__).with_name("jars.json")
"""Rows of ``[group:artifact:version, bytes, SHA-256]``; written by ``sandbox.kafka.pin``."""

INSTALL_SECONDS = 300
"""Longest that an installation may take, waiting for another installer included."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One jar: its Maven coordinate ``group:artifact:version``, its size in bytes and its SHA-256 in hex."""

    coordinate: str
    size: int
    sha256: str

    @property
    def file(self) -> str:
        """Give the file's name, as Maven has it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    def row(self) -> tuple[str, int, str]:
        """Give the row of jars.json."""
        return (self.coordinate, self.size, self.sha256)

    def matches(self, path: Path) -> bool:
        """Say whether the file at ``path`` is this jar, byte for byte."""
        try:
            if path.stat().st_size != self.size:
                return False
            with path.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


def pins() -> tuple[Pin, ...]:
    """Give what jars.json pins."""
    return tuple(Pin(*row) for row in json.loads(PINS.read_text(encoding="utf-8")))


def cache_folder() -> Path:
    """Give the folder of the jars, under ``XDG_CACHE_HOME`` or ``~/.cache``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "saj-bnmp" / f"kafka-{VERSION}"


def classpath(say: Callable[[str], None]) -> str:
    """Give the class path of verified jars, after fetching what is missing.

    ``say`` gets a line when something must be downloaded. Raises ``NotInstalledError``.
    """
    folder = cache_folder()
    wanted = pins()
    if any(not pin.matches(folder / pin.file) for pin in wanted):
        _install(wanted, folder, say)
    # Named one by one: a foreign jar in the folder is never run.
    return os.pathsep.join(str(folder / pin.file) for pin in wanted)


def _install(wanted: tuple[Pin, ...], folder: Path, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + INSTALL_SECONDS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _only_installer(folder, deadline, say):
            # Asked again under the lock: another installer may have just finished.
            missing = [pin for pin in wanted if not pin.matches(folder / pin.file)]
            if missing:
                _download(missing, folder, deadline, say)
    except OSError as error:
        raise NotInstalledError(f"The jar cache {folder} cannot be written: {error.strerror or error!r}.") from error


@contextmanager
def _only_installer(folder: Path, deadline: float, say: Callable[[str], None]) -> Iterator[None]:
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise NotInstalledError(
                        f"Another process has been installing the jars for {INSTALL_SECONDS} s: end it, then try again."
                    ) from None
                if not told:
                    say("kafka: another process is installing the jars, waiting for it")
                told = True
                time.sleep(0.2)
            else:
                break
        yield


def _download(missing: list[Pin], folder: Path, deadline: float, say: Callable[[str], None]) -> None:
    size = sum(pin.size for pin in missing) / 1e6
    say(f"kafka: downloading {len(missing)} jars ({size:.0f} MB), once, into {folder}")
    started = time.monotonic()
    # One fixed name, cleared first: what an installer that was killed has left is not kept.
    staging = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        for pin in missing:
            _fetch(pin, staging, deadline).replace(folder / pin.file)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    say(f"kafka: downloaded in {time.monotonic() - started:.0f} s")


def _fetch(pin: Pin, staging: Path, deadline: float) -> Path:
    """Give a verified copy of the jar in ``staging``: from the machine's Maven repository, else from a remote one."""
    try:
        from sandbox.kafka import maven  # noqa: PLC0415 - jgo is part of the extra "sandbox", needed for the first start
    except ImportError:
        raise NotInstalledError(
            "The jars of Apache Kafka are fetched by jgo: install the extra that brings it (saj-bnmp[sandbox])."
        ) from None
    copy = staging / pin.file
    for local in (True, False):
        try:
            found = maven.fetch(pin.coordinate, staging / "repository", deadline, local=local)
        except (OSError, RuntimeError) as error:
            # The error's kind only: its text names hosts, which say nothing to the reader.
            raise NotInstalledError(
                f"Apache Kafka's jars are not in {cache_folder()} and could not be fetched ({pin.file}: "
                f"{type(error).__name__}): connect this machine to a Maven repository once, or name a mirror as "
                "'central' under [repositories] in jgo's settings, then start again."
            ) from error
        shutil.copyfile(found, copy)
        if pin.matches(copy):
            return copy
    raise NotInstalledError(
        f"{pin.file} as the Maven repository gives it is not the jar that is pinned; it was thrown away: use another mirror."
    )
