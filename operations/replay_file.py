"""The file of a plan: which records are meant, with a digest over itself: what is applied is what was planned, or nothing."""

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from operations.answers import Answer
from operations.plan_file import digest, put
from operations.slices import Chunk, ReplayRefusedError, Slice

VERSION = 1
MOST_FILE_BYTES = 256 * 1_048_576


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as its file has it; `sha256` is over all the rest."""

    tribunal: str
    selectors: Mapping[str, Any]
    slices: tuple[Slice, ...]
    sha256: str

    @property
    def count(self) -> int:
        """How many records are meant."""
        return sum(each.count for each in self.slices)


class _ChunkWritten(Answer):
    first: int
    count: int
    sha256: str


class _SliceWritten(Answer):
    topic: str
    topic_id: str
    partition: int
    # A span's first offset and its length, by turns.
    spans: list[int]
    chunks: list[_ChunkWritten]


class _Written(Answer):
    version: int
    tribunal: str
    selectors: dict[str, Any]
    slices: list[_SliceWritten]
    sha256: str


def written(tribunal: str, selectors: Mapping[str, Any], slices: Sequence[Slice], file: Path) -> Plan:
    """Write a plan's file, whole or not at all."""
    body: dict[str, Any] = {
        "version": VERSION,
        "tribunal": tribunal,
        "selectors": dict(selectors),
        "slices": [
            {
                "topic": each.topic,
                "topic_id": each.topic_id,
                "partition": each.partition,
                "spans": [part for span in zip(each.firsts, each.lengths, strict=True) for part in span],
                "chunks": [asdict(chunk) for chunk in each.chunks],
            }
            for each in slices
        ],
    }
    sha256 = digest(body)
    put(file, json.dumps(body | {"sha256": sha256}, indent=1))
    return Plan(tribunal, dict(selectors), tuple(slices), sha256)


def loaded(file: Path, tribunal: str) -> Plan:
    """A plan from its file; raises ReplayRefusedError for one that was changed, or is another tribunal's."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= MOST_FILE_BYTES else b""
        told = TypeAdapter(_Written).validate_json(raw)
    except OSError as error:
        raise ReplayRefusedError(f"{file}: {error.strerror}") from error
    except ValidationError:
        raise ReplayRefusedError(f"{file} is no plan of this release: saj-bnmp replay plan makes one") from None
    if told.version != VERSION or digest(told.model_dump()) != told.sha256:
        raise ReplayRefusedError(f"{file} was changed after it was planned: its digest does not hold")
    if told.tribunal != tribunal:
        raise ReplayRefusedError(f"{file} is a plan of {told.tribunal}, and this ledger is of {tribunal}")
    slices = (
        Slice(
            each.topic,
            each.topic_id,
            each.partition,
            array("q", each.spans[::2]),
            array("q", each.spans[1::2]),
            tuple(Chunk(**chunk.model_dump()) for chunk in each.chunks),
        )
        for each in told.slices
    )
    return Plan(told.tribunal, told.selectors, tuple(slices), told.sha256)
