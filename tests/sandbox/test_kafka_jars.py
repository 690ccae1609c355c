"""No jar runs that is not the pinned one, byte for byte."""

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from sandbox.kafka import jars
from sandbox.kafka.errors import NotInstalledError
from sandbox.kafka.java import find_java, major
from sandbox.kafka.maven import mirror_of_central

_CONTENT = {"invented.group:first:1.0": b"first jar", "invented.group:second:2.0": b"second jar"}


class _Repository(SimpleHTTPRequestHandler):
    """A Maven repository over a folder, which remembers the jars that were asked for."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path.endswith(".jar"):
            self.asked.append(self.path.rpartition("/")[2])
        super().do_GET()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Folder of a repository that has both jars."""
    for coordinate, content in _CONTENT.items():
        group, artifact, version = coordinate.split(":")
        folder = tmp_path / "published" / group.replace(".", "/") / artifact / version
        folder.mkdir(parents=True)
        (folder / f"{artifact}-{version}.jar").write_bytes(content)
    return tmp_path / "published"


@pytest.fixture
def asked(tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The machine's Maven settings lead to that repository, the cache is empty; gives the jars asked for."""
    _Repository.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Repository, directory=str(published)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
    pinned = tmp_path / "jars.json"
    rows = [(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in _CONTENT.items()]
    pinned.write_text(json.dumps(rows))
    monkeypatch.setattr(jars, "PINS", pinned)
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield _Repository.asked
    server.shutdown()
    thread.join()
    server.server_close()


def _quiet(_line: str) -> None:
    pass


def _cached() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in jars.cache_folder().iterdir()}


def test_what_was_fetched_once_is_not_asked_for_again(asked: list[str]) -> None:
    # given
    said: list[str] = []
    first = jars.classpath(said.append)
    # when
    again = jars.classpath(said.append)
    # then
    assert again == first
    assert sorted(asked) == ["first-1.0.jar", "second-2.0.jar"]
    assert len([line for line in said if "downloading 2 jars" in line]) == 1


def test_a_corrupted_jar_in_the_cache_is_fetched_again(asked: list[str]) -> None:
    # given a jar of the same size with one other byte
    jars.classpath(_quiet)
    asked.clear()
    (jars.cache_folder() / "second-2.0.jar").write_bytes(b"second jaR")
    # when
    jars.classpath(_quiet)
    # then
    assert asked == ["second-2.0.jar"]
    assert _cached() == {"first-1.0.jar": b"first jar", "second-2.0.jar": b"second jar"}


def test_a_corrupted_jar_that_cannot_be_fetched_again_is_refused(asked: list[str], published: Path) -> None:
    # given
    jars.classpath(_quiet)
    (jars.cache_folder() / "second-2.0.jar").write_bytes(b"second jaR")
    next(published.rglob("second-2.0.jar")).unlink()
    # when, then
    with pytest.raises(NotInstalledError, match="could not be fetched"):
        jars.classpath(_quiet)
    assert "second-2.0.jar" in asked


@pytest.mark.usefixtures("asked")
def test_another_jar_than_the_pinned_one_is_refused_and_never_reaches_the_cache(published: Path) -> None:
    # given
    next(published.rglob("second-2.0.jar")).write_bytes(b"second jaR")
    # when, then
    with pytest.raises(NotInstalledError, match="not the jar that is pinned"):
        jars.classpath(_quiet)
    assert _cached() == {"first-1.0.jar": b"first jar"}


def test_the_machines_maven_repository_serves_what_it_has_whole(
    asked: list[str], tmp_path: Path, published: Path
) -> None:
    # given one whole and one broken jar in the local repository
    published.joinpath("invented").rename(tmp_path / "moved")
    (tmp_path / "m2").mkdir()
    (tmp_path / "moved").rename(tmp_path / "m2" / "invented")
    second = next((tmp_path / "m2").rglob("second-2.0.jar"))
    far = published / second.relative_to(tmp_path / "m2")
    far.parent.mkdir(parents=True)
    far.write_bytes(second.read_bytes())
    second.write_bytes(b"broken")
    # when
    jars.classpath(_quiet)
    # then only the broken one is fetched, and the local repository is left alone
    assert asked == ["second-2.0.jar"]
    assert second.read_bytes() == b"broken"


def test_two_installers_at_once_fetch_each_jar_once(asked: list[str]) -> None:
    # given
    both = threading.Barrier(2)
    given: list[str] = []

    def install() -> None:
        both.wait(10)
        given.append(jars.classpath(_quiet))

    threads = [threading.Thread(target=install) for _ in range(2)]
    # when
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # then
    assert len(given) == 2
    assert sorted(asked) == ["first-1.0.jar", "second-2.0.jar"]


def test_a_mirror_of_central_in_mavens_settings_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".m2").mkdir()
    mirrors = "".join(
        f"<mirror><mirrorOf>{of}</mirrorOf><url>http://{name}.invalid/maven/</url></mirror>"
        for of, name in (("external:http:*", "blocker"), ("*,!central", "other"), ("snapshots,central", "wanted"))
    )
    (tmp_path / ".m2" / "settings.xml").write_text(
        f'<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0"><mirrors>{mirrors}</mirrors></settings>'
    )
    # when, then
    assert mirror_of_central() == "http://wanted.invalid/maven"


@pytest.mark.parametrize(
    ("banner", "release"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 1),
        ('openjdk version "25"', 25),
        ("", 0),
    ],
)
def test_the_release_is_read_from_what_java_says(banner: str, release: int) -> None:
    assert major(banner) == release


def test_an_unknown_wish_for_a_java_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAJ_BNMP_SANDBOX_JAVA", "bundeled")
    with pytest.raises(NotInstalledError, match="may be 'bundled' or unset"):
        find_java()
