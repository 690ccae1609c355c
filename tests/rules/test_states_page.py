"""docs/states.md is what the tables say."""

import importlib.util
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "docs" / "states.py"


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("states", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_machines_is_fresh() -> None:
    script = _script()
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run python docs/states.py"


def test_the_page_draws_an_arrow_for_each_pair_of_states() -> None:
    table = {"A": {"GO": "B", "RUN": "B"}, "B": {}}
    drawn = _script().diagram(table, {"A": ""}, frozenset({"B"}))
    assert "[*] --> A\n    A --> B : GO, RUN\n    B --> [*]" in drawn
