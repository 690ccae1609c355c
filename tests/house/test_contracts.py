"""The contracts between the rooms hold, and each of them can break."""

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import IMPORTLINTER, ROOMS, ROOT, modules, name

_NAMES: dict[str, str] = {row["id"]: row["name"] for row in IMPORTLINTER["contracts"]}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong line in one module (a new one unless it is there), and the contract that must notice."""

    module: str
    line: str
    contract: str

    @property
    def room(self) -> str:
        """Give the room that is wronged."""
        return self.module.partition("/")[0]


_PLANTED = (
    Wrong("rules/planted.py", "import schemas.topics", "house"),
    Wrong("schemas/planted.py", "import ledger.tables", "house"),
    Wrong("ledger/planted.py", "import bnmp.order", "house"),
    Wrong("bnmp/planted.py", "import ledger.tables", "house"),
    Wrong("producers/planted.py", "import consumers.intake", "house"),
    Wrong("consumers/planted.py", "import sandbox.kafka.pin", "house"),
    Wrong("sandbox/planted.py", "import consumers.intake", "house"),
    Wrong("operations/planted.py", "import runtime.settings", "house"),
    Wrong("runtime/planted.py", "import console.main", "house"),
    Wrong("rules/planted.py", "import pydantic", "rules-pure"),
    Wrong("sandbox/bnmp/planted.py", "from rules import words", "simulator-alone"),
    Wrong("producers/saj.py", "import ledger.tables", "kit-alone"),
    Wrong("consumers/planted.py", "import faust", "faust"),
    Wrong("console/planted.py", "import aiokafka", "faust"),
    Wrong("console/planted.py", "import sqlalchemy", "sql"),
    Wrong("operations/planted.py", "import sqlite3", "sql"),
    Wrong("runtime/planted.py", "import aiohttp", "http"),
    Wrong("console/planted.py", "import confluent_kafka", "kafka"),
    Wrong("bnmp/planted.py", "import confluent_kafka", "kafka"),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of every room's modules and of the contracts, in which wrong may be done."""
    copy = tmp_path_factory.mktemp("house")
    for path in modules():
        if name(path).partition("/")[0] in ROOMS:
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    return copy


def _lint(folder: Path) -> tuple[int, dict[str, bool]]:
    """Run import-linter; give its exit status and, for each contract's id, whether it was kept."""
    lint = [str(Path(sys.executable).with_name("lint-imports"))]
    done = subprocess.run(lint, cwd=folder, capture_output=True, text=True, check=False)
    told = {
        id_: line.removeprefix(title).split()[0] == "KEPT"
        for line in done.stdout.splitlines()
        for id_, title in _NAMES.items()
        if line.startswith((f"{title} KEPT", f"{title} BROKEN"))
    }
    assert told.keys() == _NAMES.keys(), done.stdout + done.stderr
    return done.returncode, told


def test_every_contract_between_the_rooms_is_kept(house: Path) -> None:
    # when
    status, kept = _lint(house)
    # then
    assert [id_ for id_, is_kept in kept.items() if not is_kept] == []
    assert status == 0


@pytest.mark.parametrize(
    "wrong", _PLANTED, ids=lambda wrong: f"{wrong.contract}-{wrong.module}-{wrong.line.split()[1]}"
)
def test_a_planted_wrong_import_breaks_the_contract_that_names_it(house: Path, wrong: Wrong) -> None:
    # given
    module = house / wrong.module
    before = module.read_text(encoding="utf-8") if module.exists() else None
    module.write_text(f"{before or ''}\n{wrong.line}\n", encoding="utf-8")
    # when
    try:
        status, kept = _lint(house)
    finally:
        if before is None:
            module.unlink()
        else:
            module.write_text(before, encoding="utf-8")
    # then
    assert status != 0
    assert not kept[wrong.contract]


def test_every_contract_and_every_room_is_planted_at_least_once() -> None:
    assert {wrong.contract for wrong in _PLANTED} == set(_NAMES)
    assert {wrong.room for wrong in _PLANTED} == set(ROOMS)


def test_the_rules_import_nothing_but_the_standard_library_and_themselves() -> None:
    # given
    allowed = sys.stdlib_module_names | {"rules"}
    # when
    foreign = {
        f"{name(path)}: {imported}"
        for path in modules()
        if name(path).startswith("rules/")
        for imported in _imports(path)
        if imported.partition(".")[0] not in allowed
    }
    # then
    assert foreign == set()


def _imports(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays inside the room.
            found += [] if node.level else [str(node.module)]
    return found
