"""Removes a folder when its parent is gone, however the parent ended: `python -m runtime.janitor FOLDER`."""

import shutil
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 8.0


def main(folder: Path) -> int:
    """Wait for the end of standard input, then remove the folder, again while children still write to it."""
    sys.stdin.buffer.read()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
