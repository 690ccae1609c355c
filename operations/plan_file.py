"""The file of any plan: its digest over all the rest, and its being written whole or not at all."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def digest(body: Mapping[str, Any]) -> str:
    """SHA-256, hex, over a plan's body; a `sha256` in it does not count."""
    rest = {name: value for name, value in body.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def put(file: Path, text: str) -> None:
    """Write a plan's text, whole or not at all."""
    new = file.with_name(file.name + ".new")
    new.write_text(text + "\n", encoding="utf-8")
    new.replace(file)
