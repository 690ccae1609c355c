"""Kafka's records of committed offsets, in each version that brokers write, and whatever else its topic keeps."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.commits import Committed, committed_of, place_of


def text(value: str) -> bytes:
    return struct.pack(">h", len(value.encode())) + value.encode()


def value_of(version: int, offset: int, at_ms: int, metadata: str = "") -> bytes:
    """A commit as a broker writes it."""
    head = struct.pack(">hq", version, offset)
    said = metadata.encode()
    match version:
        case 0 | 2:
            return head + text(metadata) + struct.pack(">q", at_ms)
        case 1:
            return head + text(metadata) + struct.pack(">qq", at_ms, at_ms + 7)
        case 3:
            return head + struct.pack(">i", 5) + text(metadata) + struct.pack(">q", at_ms)
    length, size = len(said) + 1, b""
    while length > 0x7F:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    # The topic's id comes as a tagged field after what is read.
    return (
        head
        + struct.pack(">i", 5)
        + size
        + bytes([length])
        + said
        + struct.pack(">q", at_ms)
        + b"\x01\x00\x10"
        + bytes(16)
    )


@pytest.mark.parametrize("version", range(5))
@pytest.mark.parametrize("metadata", ["", "host-1", "x" * 300])
def test_a_commit_of_every_version_has_its_offset_and_its_instant(version: int, metadata: str) -> None:
    assert committed_of(value_of(version, 1042, 1_795_000_000_123, metadata)) == Committed(1042, 1_795_000_000_123)


@pytest.mark.parametrize("version", [0, 1])
def test_a_commits_key_names_group_topic_and_partition(version: int) -> None:
    key = struct.pack(">h", version) + text("saj-bnmp.sender") + text("bnmp.dispatch") + struct.pack(">i", 3)
    assert place_of(key) == ("saj-bnmp.sender", "bnmp.dispatch", 3)


def test_what_is_no_commit_is_passed_over() -> None:
    # a group's own record, a newer coordinator's, none at all; and an offset that was forgotten
    assert [place_of(key) for key in (struct.pack(">h", 2) + text("g"), struct.pack(">h", 7), b"\x00", None)] == [
        None
    ] * 4
    assert committed_of(None) is None
    with pytest.raises(ValueError, match="newer"):
        committed_of(struct.pack(">hq", 9, 1))


@given(st.binary(max_size=40))
def test_nothing_that_the_topic_may_hold_breaks_the_reading(data: bytes) -> None:
    for read in (place_of, committed_of):
        with contextlib.suppress(ValueError, struct.error):
            read(data)
