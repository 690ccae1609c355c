"""Records as SAJ would send them, built from the golden samples."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.record import RawRecord

HEADERS: dict[str, bytes | None] = {
    "ce_specversion": b"1.0",
    "ce_id": b"e-000001",
    "ce_source": b"/saj/tjms/pg5",
    "ce_type": b"saj.document.issued.v1",
    "ce_time": b"2026-11-20T13:05:01-04:00",
    "content-type": b"application/json",
}


def build(
    data: Any = None,
    *,
    value: bytes | None = None,
    topic: str = "saj.documents.issued",
    more: tuple[tuple[str, bytes | None], ...] = (),
    without: str = "",
    **changed: bytes | None,
) -> RawRecord:
    """Build a record; `changed` replaces headers (`content_type` for content-type), `more` adds, `without` takes."""
    names = {name.replace("content_type", "content-type"): text for name, text in changed.items()}
    headers = {name: text for name, text in {**HEADERS, **names}.items() if name != without}
    body = json.dumps(data).encode() if data is not None else value
    return RawRecord(topic, 3, 1042, 1_795_000_000_000, b"TJMS:8841", body, (*headers.items(), *more))


@pytest.fixture(scope="session")
def record() -> Callable[..., RawRecord]:
    return build
