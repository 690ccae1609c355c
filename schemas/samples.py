"""Golden samples: one of each event and outcome, and of each kind of document. The people in them are invented."""

import json
from importlib.resources import files
from typing import Any

from rules.words import Kind
from schemas import document_issued

_FOLDER = files("schemas").joinpath("samples")


def sample(type: str, kind: str | None = None) -> dict[str, Any]:  # noqa: A002 (the envelope's own word)
    """Give the data of the golden sample of `type`; for an issued document of `kind`, by default a mandado de prisão.

    Raises `KeyError` where there is none.
    """
    name = f"{type}.json" if type != document_issued.TYPE else f"{type}.{kind or Kind.MANDADO_PRISAO_CRIMINAL}.json"
    file = _FOLDER.joinpath(name)
    if not file.is_file():
        raise KeyError(f"no sample {name}")
    data: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return data
