"""Credentials: a folder with one `<user>.json` a person, read again when it changes."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

_USER = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*")
_HEADER = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one person logs in and signs with; `units` are SAJ's codes. Never shown when printed."""

    login: str
    senha: str
    units: frozenset[str]

    def __repr__(self) -> str:
        """Show nothing."""
        return "Credentials(...)"


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """A file of the folder as it was found: seconds since it was written, and why it counts as none (None: it is good).

    `open_to_all`: anybody on this host may read it.
    """

    name: str
    age: float
    open_to_all: bool
    problem: str | None


def examine(folder: Path, now: float) -> list[CredentialFile]:
    """Look at every `*.json` of the folder at `now` (seconds of the epoch); raises OSError where it cannot be read."""
    return [_examined(file, now) for file in sorted(folder.iterdir()) if file.suffix == ".json"]


def _examined(file: Path, now: float) -> CredentialFile:
    stat = file.stat()
    problem = None if _USER.fullmatch(file.stem) else "is not named after a user"
    try:
        found = _parse(file.read_bytes())
    except OSError as error:
        problem = error.strerror or "cannot be read"
    else:
        if found is None:
            problem = "is not {login, senha, units[]}"
        elif not found.units:
            problem = "names no unit"
    return CredentialFile(file.name, now - stat.st_mtime, bool(stat.st_mode & 0o004), problem)


class CredentialFolder:
    """The folder of credentials. A file that is missing, unreadable or half written counts as none."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self._folder, self._name = folder, str(folder)
        self._read: dict[str, tuple[tuple[int, int, int], Credentials | None]] = {}

    def of(self, user: str, unit: str) -> Credentials | None:
        """The credentials of `user` if they are there and good for `unit`."""
        found = self._of_user(user)
        return found if found is not None and unit in found.units else None

    def any(self) -> tuple[str, str] | None:
        """Some user and unit with credentials, the first by name; None when there are none."""
        try:
            users = sorted(file.stem for file in self._folder.glob("*.json"))
        except OSError:
            return None
        for user in users:
            found = self._of_user(user)
            if found is not None and found.units:
                return user, min(found.units)
        return None

    def _of_user(self, user: str) -> Credentials | None:
        # A user's name comes from outside: it may name a file of this folder and nothing else.
        if _USER.fullmatch(user) is None:
            return None
        file = f"{self._name}/{user}.json"
        try:
            stat = os.stat(file)  # noqa: PTH116 (asked for every request: a Path costs three times the question)
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            known = self._read.get(user)
            if known is None or known[0] != stamp:
                self._read[user] = known = (stamp, _parse(Path(file).read_bytes()))
        except OSError:
            self._read.pop(user, None)
            return None
        return known[1]


def _parse(text: bytes) -> Credentials | None:
    try:
        raw = json.loads(text)
        login, senha, units = raw["login"], raw["senha"], raw["units"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    # Both travel in headers when a piece is signed.
    headers = all(isinstance(value, str) and _HEADER.fullmatch(value) for value in (login, senha))
    if not headers or not isinstance(units, list):
        return None
    return Credentials(login, senha, frozenset(unit for unit in units if isinstance(unit, str)))
