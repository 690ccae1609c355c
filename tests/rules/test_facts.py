"""What a fact brings besides itself: the RJI that its person may have from it, so that whoever has it is at hand too."""

import pytest

from rules.acts import By, DataSupplied, RegularisationAsked, ResolutionAsked, RjiLinked, RjiUnlinked
from rules.facts import DocumentIssued, DoubtRead, DueFell, Fact, LookedUp, Question, StepAnswered, brought, stated
from rules.legacy import Item, StockItem
from rules.words import AnswerClass, Role, Step
from tests.rules.desk import NOW, RJI, UNIT, answer, document

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


def test_what_is_issued_and_what_an_item_of_the_stock_makes_is_stated_and_nothing_else() -> None:
    # given
    paper, item = document("d"), StockItem("i", 1, Item.MANDADO_AG_CUMPRIMENTO)
    asked = RegularisationAsked("c-1", item, BY, None, necessary=True, evidence=True, documents=(paper,))
    supplied = DataSupplied("c-1", "d", BY, NOW, paper)
    resolved = ResolutionAsked("c-1", "d", BY, NOW, paper)
    stating = (DocumentIssued(paper), asked, supplied, resolved)
    # then
    assert [stated(fact) for fact in stating] == [(paper,)] * 4
    assert [stated(fact) for fact in (DueFell("d"), ResolutionAsked("c-1", "d", BY, NOW))] == [(), ()]
