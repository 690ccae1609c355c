"""Maven repositories through jgo, which does in Python what Maven does. Imported for the first start only.

Where jars come from is the machine's business, in this order: ``central`` under ``[repositories]`` in jgo's own
settings file, a mirror of central in Maven's settings.xml (which jgo itself does not read), and what jgo has by default.
Proxies and certificates are those of the environment. Nothing here looks for a Java or a Maven.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext, PythonResolver

from sandbox.kafka.errors import NotInstalledError

READ_SECONDS = 10
"""Longest silence of a repository, connecting or sending."""


def context(folder: Path, deadline: float, *, local: bool) -> MavenContext:
    """Give a jgo context that downloads into ``folder`` (Maven's layout).

    ``deadline`` (``time.monotonic``) ends a download with ``TimeoutError``. With ``local`` the machine's own Maven
    repository is looked into first; it is only read, so that a download cut short leaves nothing half in there.
    """
    settings = GlobalSettings.load()
    return MavenContext(
        resolver=PythonResolver(progress_callback=_stop_at(deadline)),
        repo_cache=folder,
        local_repos=[settings.repo_cache] if local else [],
        remote_repos={"central": settings.repositories.get("central") or mirror_of_central() or MAVEN_CENTRAL_URL},
        timeout=READ_SECONDS,
    )


def fetch(coordinate: str, folder: Path, deadline: float, *, local: bool) -> Path:
    """Give the path of the jar ``group:artifact:version``, downloaded into ``folder`` if it is not there yet.

    Raises what jgo raises: ``OSError`` (all of requests' errors are that) or ``RuntimeError``.
    """
    if time.monotonic() > deadline:
        raise TimeoutError
    group, artifact, version = coordinate.split(":")
    where = context(folder, deadline, local=local)
    jar: Path = where.project(group, artifact).at_version(version).artifact().resolve()
    return jar


def mirror_of_central() -> str | None:
    """Give the address of the first mirror that settings.xml (the user's, then Maven's own) names for central."""
    homes = [os.environ[name] for name in ("MAVEN_HOME", "M2_HOME") if os.environ.get(name)]
    files = [Path.home() / ".m2" / "settings.xml", *(Path(home) / "conf" / "settings.xml" for home in homes)]
    for file in files:
        if not file.is_file():
            continue
        try:
            settings = ET.parse(file)  # noqa: S314 - the user's own settings, as trusted as the user
        except ET.ParseError as error:
            raise NotInstalledError(
                f"{file} names Maven's mirrors and is not XML: mend it, then start again."
            ) from error
        for mirror in settings.iterfind("{*}mirrors/{*}mirror"):
            names = {name.strip() for name in (mirror.findtext("{*}mirrorOf") or "").split(",")}
            if names & {"central", "*", "external:*"} and "!central" not in names:
                return (mirror.findtext("{*}url") or "").strip().rstrip("/") or None
    return None


def _stop_at(deadline: float) -> Callable[[str, int], object]:
    @contextmanager
    def progress(_file: str, _size: int) -> Iterator[Callable[[int], None]]:
        def more(_bytes: int) -> None:
            if time.monotonic() > deadline:
                raise TimeoutError

        yield more

    return progress
