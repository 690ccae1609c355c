"""What the house's tests look at: the rooms and the files of the project."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
IMPORTLINTER: dict[str, Any] = PYPROJECT["tool"]["importlinter"]
ROOMS: tuple[str, ...] = tuple(IMPORTLINTER["root_packages"])


@cache
def tracked() -> tuple[Path, ...]:
    """Give every file of the project that is, or is about to be, under version control."""
    # Another user's checkout, as in continuous integration, is still this project.
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def modules() -> tuple[Path, ...]:
    """Give every Python file of the project."""
    return tuple(path for path in tracked() if path.suffix == ".py")


def name(path: Path) -> str:
    """Give a file's path inside the project."""
    return path.relative_to(ROOT).as_posix()
