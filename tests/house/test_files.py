"""The habits of the house that a file can break."""

import ast
import re

import pytest

from tests.house.tree import ROOMS, ROOT, modules, name, tracked

_MOST_LINES = 300
_BANNED = frozenset({"utils", "helpers", "common", "base", "manager", "service", "core", "misc"})
_PARAGRAPH_WORDS = 25
# Names that are nobody's server: reserved ones, this machine, a name that the code fills in, two pages on format.
_NOBODY = re.compile(
    r"localhost|127\.0\.0\.1|\{\w+\}|([\w{}-]+\.)*(example|invalid|test)|keepachangelog\.com|semver\.org"
)
_ADDRESS = re.compile(r"""(?<!xmlns=")\bhttps?://([^/:\s"'`)>\]|]+)""")
_REGISTRY = re.compile(r"\b(pypi|pythonhosted|npmjs|docker|ghcr|quay|sonatype|repo\d?\.maven)\.(org|com|io)\b")
# The folders of one machine, split so that this file does not hold them itself.
_MACHINE = re.compile(r"(?<![\w.~}])/(?:home|root|Users|work|opt|mnt|tmp)/\w")
# Split for the same reason.
_STAND_IN = "standin" + ".sh"
_BINARY = frozenset({".png", ".jpg", ".ico", ".gz"})


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    # when
    long = {
        name(path): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > _MOST_LINES
    }
    # then
    assert long == {}


def test_no_module_has_a_name_that_tells_nothing() -> None:
    # when
    banned = [name(path) for path in modules() if _BANNED & {path.stem, *path.relative_to(ROOT).parts[:-1]}]
    # then
    assert banned == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_lives_there_and_what_does_not(room: str) -> None:
    # when
    says = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    # then
    assert len(says.split()) >= _PARAGRAPH_WORDS
    assert says.splitlines()[0].endswith(".")


def _written() -> list[tuple[str, str]]:
    """Give (file and line number, line) of every text of the project."""
    return [
        (f"{name(path)}:{number}", line)
        for path in tracked()
        if path.suffix not in _BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]


def test_no_address_of_a_real_server_is_written_down() -> None:
    # when
    foreign = [
        f"{place}: {line.strip()}"
        for place, line in _written()
        if _REGISTRY.search(line) or any(not _NOBODY.fullmatch(host) for host in _ADDRESS.findall(line))
    ]
    # then
    assert foreign == []


def test_no_path_of_one_machine_is_written_down() -> None:
    # when
    found = [f"{place}: {line.strip()}" for place, line in _written() if _MACHINE.search(line)]
    # then
    assert found == []


def test_the_stand_in_for_a_registry_is_named_in_one_line_and_by_continuous_integration_alone() -> None:
    # when
    named = [place for place, line in _written() if _STAND_IN in line]
    # then
    assert [place.partition(":")[0] for place in named] == [".ci/run"]


def test_a_lock_file_pins_by_hash_and_names_no_index() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        # given
        lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
        # when
        options = [line for line in lines if re.match(r"\s*--(?!hash=sha256:)", line)]
        pinned = [at for at, line in enumerate(lines) if re.match(r"\w", line)]
        unhashed = [lines[at] for at in pinned if "--hash=sha256:" not in lines[at + 1]]
        # then
        assert options == []
        assert pinned
        assert unhashed == []
