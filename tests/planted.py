"""A module of the house with another text than its file's, in this process alone: nothing is written."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


class _Planted(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self._name = ".".join(path.relative_to(ROOT).with_suffix("").parts)

    def find_spec(
        self, name: str, _: Sequence[str] | None, __: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self._path, loader=self) if name == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._text, str(self._path), "exec"), module.__dict__)  # noqa: S102 (the point)


def plant(path: Path, text: str) -> None:
    """Have whoever imports the module of this file from now on find `text` in it."""
    sys.meta_path.insert(0, _Planted(path, text))
