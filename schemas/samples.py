"""Golden samples: one of each event and outcome, of each kind of document, and of each variant with fields of its own.

The people in them are invented.
"""

import json
from importlib.resources import files
from typing import Any

from rules.words import Kind
from schemas import document_issued

_FOLDER = files("schemas").joinpath("samples")


def sample(type: str, kind: str | None = None, variant: str | None = None) -> dict[str, Any]:  # noqa: A002 (the envelope's own word)
    """Give the data of the golden sample of `type`; for an issued document of `kind`, by default a mandado de prisão.

    A variant that demands other fields than its kind has its own. Raises `KeyError` where there is none.
    """
    chosen = (kind or Kind.MANDADO_PRISAO_CRIMINAL, variant) if type == document_issued.TYPE else ()
    return named(".".join(part for part in (type, *chosen) if part))


def named(name: str) -> dict[str, Any]:
    """Give the data of one of `names()`, or raise `KeyError`."""
    file = _FOLDER.joinpath(f"{name}.json")
    if not file.is_file():
        raise KeyError(f"no sample {name}")
    data: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return data


def names() -> tuple[str, ...]:
    """List the golden samples: the event type, for an issued document followed by `.KIND` and perhaps `.VARIANT`."""
    return tuple(sorted(file.name.removesuffix(".json") for file in _FOLDER.iterdir()))
