"""How many lanes run follows the registry, and who gets one is shared between those who come and those who come back."""

from datetime import UTC, datetime

import pytest

from consumers.pace import Pace
from consumers.waiting import Waiting
from rules.facts import Answer
from rules.words import AnswerClass as A

AT = datetime(2026, 11, 21, tzinfo=UTC)


def said(kind: A = A.OK, retry_after: float | None = None) -> Answer:
    return Answer(kind, AT, "op", retry_after=retry_after)


def test_a_429_halves_the_lanes_and_stops_new_ones_for_as_long_as_it_asks() -> None:
    # given
    pace = Pace(16, 5.0)
    # when
    pace.answered(said(A.THROTTLED, 30), 0.1, 100.0)
    # then
    assert (pace.lanes(100.0), pace.lanes(129.9), pace.lanes(130.0)) == (0, 0, 8)


def test_what_was_under_way_together_is_one_reason_and_the_longest_pause_counts() -> None:
    pace = Pace(16, 5.0)
    for number in range(10):
        pace.answered(said(A.THROTTLED, 30 if number == 0 else 2), 0.1, 100.0 + number / 100)
    assert (pace.lanes(129.0), pace.lanes(131.0)) == (0, 8)


def test_the_lanes_come_back_one_by_one_and_never_exceed_the_setting() -> None:
    # given
    pace = Pace(16, 5.0)
    pace.answered(said(A.THROTTLED, 0), 0.1, 100.0)
    # when
    counts = []
    for number in range(400):
        pace.answered(said(), 0.1, 101.0 + number)
        counts.append(pace.lanes(101.0 + number))
    # then
    assert (counts[0], counts[8], counts[-1]) == (8, 9, 16)
    assert counts == sorted(counts)


def test_however_often_it_is_throttled_one_lane_is_left() -> None:
    pace = Pace(16, 5.0)
    for number in range(50):
        pace.answered(said(A.THROTTLED, 0), 0.1, 100.0 + 2 * number)
    assert pace.lanes(300.0) == 1


@pytest.mark.parametrize(("usual", "slow", "expected"), [(0.1, 6.0, 8), (0.1, 4.0, 16), (4.0, 6.0, 16), (4.0, 13.0, 8)])
def test_an_answer_much_slower_than_of_late_halves_the_lanes(usual: float, slow: float, expected: int) -> None:
    # given
    pace = Pace(16, 5.0)
    for _ in range(20):
        pace.answered(said(), usual, 100.0)
    # when
    pace.answered(said(), slow, 101.0)
    # then
    assert pace.lanes(101.0) == expected


def test_the_most_urgent_goes_first_whenever_it_came_and_whatever_its_queue() -> None:
    waiting = Waiting(0.25)
    for since in range(50):
        waiting.add(2, since, since, returned=since % 2 == 0)
    waiting.add(0, 50, 100, returned=True)
    waiting.add(1, 51, 101, returned=False)
    assert [waiting.take(), waiting.take()] == [100, 101]


def test_behind_a_long_backlog_todays_orders_have_their_share_and_yesterdays_have_theirs() -> None:
    # given ten thousand who come back, and then ten who come
    waiting = Waiting(0.25)
    for since in range(10_000):
        waiting.add(2, since, since, returned=True)
    for since in range(10_000, 10_010):
        waiting.add(2, since, since, returned=False)
    # when
    taken = [waiting.take() for _ in range(14)]
    # then
    assert [person for person in taken if person >= 10_000] == list(range(10_000, 10_010))
    assert [person for person in taken if person < 10_000] == [0, 1, 2, 3]
    # and alone a queue has all the lanes
    assert [waiting.take() for _ in range(5)] == [4, 5, 6, 7, 8]


def test_an_order_that_comes_back_does_not_wait_for_ever_behind_a_stream_of_new_ones() -> None:
    waiting, taken = Waiting(0.25), list[int]()
    waiting.add(2, 0, 0, returned=True)
    for since in range(1, 10):
        waiting.add(2, since, since, returned=False)
        taken.append(waiting.take())
    assert 0 in taken[:4]


def test_nobody_is_lost() -> None:
    waiting = Waiting(0.25)
    for since in range(100):
        waiting.add(since % 3, since, since, returned=since % 7 == 0)
    taken = []
    while waiting:
        taken.append(waiting.take())
    assert sorted(taken) == list(range(100))
    with pytest.raises(IndexError):
        waiting.take()
