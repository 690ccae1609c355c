"""Plays, each another one and thousands of them in `make simulate`: antecedents first, nothing twice, liberty first, and an end to everything.

A replayed record of Kafka is dropped before it is a fact (tests/ledger, tests/flow); what a lane may say twice is here.
"""

import pytest

from rules.words import Kind, State
from tests.rules.examples import LEAST, SEED, TIMES
from tests.rules.mending import mend
from tests.rules.play import Play

PLAYS = max(240 * TIMES, LEAST)
ACTS = 60
# In a few parts, so that each is done within the time that one test has.
PARTS = PLAYS // 60
pytestmark = pytest.mark.plays
Plays = list[tuple[int, Play]]


@pytest.fixture(scope="module", params=range(PARTS))
def plays(request: pytest.FixtureRequest) -> Plays:
    """Plays after whatever happened in them, and after everybody did what was asked of them."""
    return [(seed, _played(seed)) for seed in range(SEED + request.param, SEED + PLAYS, PARTS)]


def _played(seed: int) -> Play:
    play = Play.drawn(seed)
    for _ in range(ACTS):
        play.act()
    mend(play)
    return play


def test_whatever_happens_nothing_goes_early_or_twice_and_no_release_is_passed_over(plays: Plays) -> None:
    assert [(seed, play.wrongs) for seed, play in plays if play.wrongs] == []


def test_whatever_happened_every_document_comes_to_an_end_when_everybody_does_what_is_asked(plays: Plays) -> None:
    # when
    left = [
        (seed, one.document_id, one.state, one.reason, one.missing)
        for seed, play in plays
        for one in play.desk.dossier.documents.values()
        if not one.ended
    ]
    # then
    assert left == []


def test_the_plays_are_about_something(plays: Plays) -> None:
    documents = [one for _, play in plays for one in play.desk.dossier.documents.values()]
    assert {one.kind for one in documents} == set(Kind)
    assert sum(one.state is State.REGISTERED for one in documents) > len(documents) / 2
    assert any(one.opened for one in documents)
    assert sum(play.sent for _, play in plays) > len(documents)
