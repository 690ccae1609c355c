"""A dead letter says why and from where it came, once, and keeps the headers it came with."""

from datetime import UTC, datetime

import pytest

from schemas.dead_letter import Death, death_of, with_death

DEATH = Death("UNREADABLE", "intake", "saj.commands", 3, 1042, 1_795_000_000_000, datetime(2026, 11, 20, tzinfo=UTC))
OWN = (("ce_id", b"e-1"), ("x", None), ("ce_id", b"\xff"))


def test_a_death_is_said_beside_the_records_own_headers_and_read_again() -> None:
    headers = with_death(OWN, DEATH)
    assert headers[:3] == OWN
    assert dict(headers[3:]) == {
        "dlq_reason": b"UNREADABLE",
        "dlq_step": b"intake",
        "dlq_topic": b"saj.commands",
        "dlq_partition": b"3",
        "dlq_offset": b"1042",
        "dlq_timestamp": b"1795000000000",
        "dlq_at": b"2026-11-20T00:00:00+00:00",
    }
    assert death_of(headers) == DEATH


def test_a_record_that_dies_again_says_its_last_death_only() -> None:
    first = Death("TOO_LARGE", "intake", "saj.commands", 1, 7, 0, DEATH.at)
    assert with_death(with_death(OWN, first), DEATH) == with_death(OWN, DEATH)


@pytest.mark.parametrize("name", ["reason", "step", "topic", "partition", "offset", "timestamp", "at"])
@pytest.mark.parametrize("value", [None, b"\xff"])
def test_half_a_death_is_none(name: str, value: bytes | None) -> None:
    headers = tuple((key, value if key == f"dlq_{name}" else text) for key, text in with_death(OWN, DEATH))
    assert death_of(headers) is None


def test_a_record_that_never_died_has_no_death() -> None:
    assert death_of(OWN) is None
