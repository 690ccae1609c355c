"""Every benchmark, one after the other."""

import importlib
import sys
from pathlib import Path

from bench._report import finish, say

NAMES = tuple(sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py") if file.stem != "all"))


def main() -> int:
    """Run them all; gives 1 when a floor of one does not hold."""
    status = 0
    for name in NAMES:
        say(f"{name}:")
        status |= finish(importlib.import_module(f"bench.{name}").measure)
    return status


if __name__ == "__main__":
    sys.exit(main())
