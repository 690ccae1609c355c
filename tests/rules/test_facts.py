"""What a fact brings besides itself: the RJI that its person may have from it, so that whoever has it is at hand too."""

import pytest

from rules.acts import By, RjiLinked, RjiUnlinked
from rules.facts import DoubtRead, DueFell, Fact, LookedUp, Question, StepAnswered, brought
from rules.words import AnswerClass, Role, Step
from tests.rules.desk import NOW, RJI, UNIT, answer

TOLD = answer(AnswerClass.OK, NOW, rji=RJI)
BY = By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)


@pytest.mark.parametrize(
    ("fact", "rji"),
    [
        (StepAnswered("d", Step.PERSON, TOLD), RJI),
        (DoubtRead("d", TOLD), RJI),
        (LookedUp("d", Question(), TOLD), RJI),
        (LookedUp("d", Question(), answer(AnswerClass.OK, NOW)), None),
        (RjiLinked("c-1", 1, RJI, BY), RJI),
        (RjiUnlinked("c-1", 1, RJI, BY), None),
        (DueFell("d"), None),
    ],
)
def test_an_answer_and_a_link_bring_an_rji_and_nothing_else_does(fact: Fact, rji: str | None) -> None:
    assert brought(fact) == rji
