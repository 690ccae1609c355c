"""What the rules pass to each other are values: nobody changes one that another has."""

import dataclasses
import importlib
import inspect
from pathlib import Path

import rules
from rules.casework import Casework
from rules.effects import _Fold

NAMES = sorted(path.stem for path in Path(rules.__path__[0]).glob("[!_]*.py"))
# What one decision works on, and nobody else has.
WORKED_ON = {Casework, _Fold}


def test_every_value_of_the_rules_is_frozen_and_has_slots() -> None:
    # given
    modules = [importlib.import_module(f"rules.{name}") for name in NAMES]
    classes = {one for module in modules for _, one in inspect.getmembers(module, inspect.isclass)}
    found = {one for one in classes if dataclasses.is_dataclass(one)}
    # then
    assert found > WORKED_ON
    assert [one for one in found - WORKED_ON if not vars(one)["__dataclass_params__"].frozen] == []
    assert [one for one in found if "__slots__" not in vars(one)] == []
