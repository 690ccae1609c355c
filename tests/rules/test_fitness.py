"""Everybody refused is not an outage, and yet somebody must be told (docs/law.md safety-20)."""

from datetime import timedelta

import pytest

from rules.fitness import Fitness
from rules.windows import Windows
from rules.words import AnswerClass as A
from tests.rules.desk import NOW, answer

WINDOWS = Windows()


def after(*seen: tuple[int, A, str | None]) -> A | None:
    """What is said after these answers, each with its minute and its user."""
    fitness, last = Fitness(), NOW
    for minute, said, user in seen:
        last = NOW + timedelta(minutes=minute)
        fitness = fitness.seen(answer(said, last, user=user))
    return fitness.unfit(last, WINDOWS)


def test_safety_20_three_users_with_nothing_but_refusals_are_everybody() -> None:
    assert after((0, A.ACCESS, "a"), (1, A.ACCESS, "b"), (2, A.ACCESS, "c")) is A.ACCESS
    assert after((0, A.ACCESS, "a"), (1, A.ACCESS, "b"), (2, A.ACCESS, "a"), (3, A.ACCESS, "b")) is None
    # Whoever lacks credentials was refused by us.
    assert after((0, A.ACCESS, "a"), (1, A.ACCESS, "b"), (2, A.ACCESS, None)) is None


@pytest.mark.parametrize("proof", [A.OK, A.REFUSED, A.CHAIN, A.DUPLICATE])
def test_safety_20_whatever_the_registry_does_for_anybody_proves_it_fit(proof: A) -> None:
    refusals = [(0, A.ACCESS, "a"), (0, A.ACCESS, "b")]
    assert after(*refusals, (1, proof, "d"), (2, A.ACCESS, "c")) is None
    assert after((0, A.FAULT, "a"), (10, proof, "b"), (16, A.FAULT, "a")) is None


@pytest.mark.parametrize("silence", [A.CONNECTION, A.UNCERTAIN, A.THROTTLED])
def test_safety_20_silence_and_patience_prove_nothing(silence: A) -> None:
    assert after((0, A.ACCESS, "a"), (0, A.ACCESS, "b"), (1, silence, "d"), (2, A.ACCESS, "c")) is A.ACCESS
    assert after((0, A.FAULT, "a"), (10, silence, "b"), (15, A.FAULT, "a")) is A.FAULT


def test_safety_20_faults_count_from_the_first_one_on_and_for_a_quarter_of_an_hour() -> None:
    assert after((0, A.FAULT, "a"), (14, A.FAULT, "a")) is None
    assert after((0, A.FAULT, "a"), (14, A.FAULT, "a"), (15, A.FAULT, "a")) is A.FAULT


def test_everybody_is_counted_to_three_and_no_further() -> None:
    fitness = Fitness()
    for number in range(50):
        fitness = fitness.seen(answer(A.ACCESS, NOW, user=f"u{number}"))
    assert len(fitness.refused) == 3
