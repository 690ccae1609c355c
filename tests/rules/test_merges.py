"""Merges: two RJIs, two parties, one human; ARREST waits until BNMP says who survived (docs/law.md safety-23)."""

from dataclasses import replace
from typing import Any

import pytest

from rules.acts import By, RjiLinked, RjiMerged, RjiUnlinked
from rules.dossier import Document, Person
from rules.facts import Question
from rules.history import Custody
from rules.lookup import question
from rules.words import AnswerClass, CustodyEvent, Kind, LinkState, Reason, Role, State, Step, Variant
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, MANDADO, NOW, UNIT, Desk, document, good

FROM, INTO, OTHER = "20000000001", "10000000001", "30000000001"
TWO = {1: Person(1, FROM), 2: Person(2, INTO)}
HELD = (State.HELD, Reason.DIVERGENCE)
READY = (State.READY, None)


def of_two(*issued: Document, **changes: Any) -> Desk:
    """A desk with two persons who are not yet known to be one; BNMP answers when it is told to."""
    return Desk(*issued, persons=TWO, silent=True, **changes)


def theirs(document_id: str, kind: str = MANDADO, *names: str, **changes: Any) -> Document:
    """A document of person 2."""
    return document(document_id, kind, *names, person=2, **changes)


def merge(desk: Desk, from_rji: str = FROM, into_rji: str = INTO, **by: Any) -> str:
    """The unit says that BNMP made two RJIs one."""
    who = By(by.get("role", Role.SERVIDOR), "u123", by.get("unit", UNIT), acts_in_unit=True)
    desk.tell(RjiMerged("c-1", (1, 2), from_rji, into_rji, who))
    return last_answer(desk)


def named(desk: Desk, act: type[RjiLinked | RjiUnlinked], person: int, rji: str) -> str:
    """The unit says who a person is, or is not."""
    desk.tell(act("c-1", person, rji, By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)))
    return last_answer(desk)


def last_answer(desk: Desk) -> str:
    return str([say for say in desk.says if say.type.startswith("bnmp.command")][-1].data["reason"])


def rjis(desk: Desk) -> tuple[str | None, str | None]:
    return desk.dossier.persons[1].rji, desk.dossier.persons[2].rji


def divergences(desk: Desk) -> list[tuple[Any, Any, Any]]:
    return [(s.data["kind"], s.data["ours"], s.data["registry"]) for s in desk.said("bnmp.divergence.found.v1")]


def test_safety_23_a_merge_holds_the_arrests_of_both_and_asks_who_survived() -> None:
    # given
    desk = of_two(document("m"), theirs("n"))
    # when
    assert merge(desk) == "APPLIED"
    # then
    assert (desk.standing("m"), desk.standing("n")) == (HELD, HELD)
    assert question(desk["m"], desk.dossier) == question(desk["n"], desk.dossier) == Question(merged=FROM)
    assert desk.takes() == "m", "its lane asks"


def test_safety_23_the_survivor_lets_them_go_and_makes_them_one_person() -> None:
    # given
    desk = of_two(document("m"), theirs("n"))
    merge(desk)
    # when
    desk.looked_up("n", rji=INTO)
    # then
    assert (desk.standing("m"), desk.standing("n"), rjis(desk)) == (READY, READY, (INTO, INTO))
    assert desk.dossier.same(1) == desk.dossier.same(2) == {1, 2}
    assert set(desk.drain()) == {"m", "n"}, "one lane takes both"
    assert divergences(desk) == []


@pytest.mark.parametrize(("survivor", "told"), [(None, FROM), (OTHER, OTHER)])
def test_safety_23_another_survivor_is_a_divergence_told_once_and_asked_for_again(
    survivor: str | None, told: str
) -> None:
    # given
    desk = of_two(document("m"))
    merge(desk)
    # when
    desk.looked_up("m", rji=survivor)
    desk.due("m")
    desk.looked_up("m", rji=survivor)
    # then
    assert (desk.standing("m"), rjis(desk)) == (HELD, (FROM, INTO))
    assert divergences(desk) == [("RJI", INTO, told)]
    # and when BNMP merged them after all
    desk.due("m")
    desk.looked_up("m", rji=INTO)
    # then
    assert (desk.standing("m"), rjis(desk)) == (READY, (INTO, INTO))


def test_a_merge_that_was_typed_the_wrong_way_round_is_said_again_the_right_way() -> None:
    # given
    desk = of_two(document("m"))
    merge(desk, INTO, FROM)
    desk.looked_up("m", rji=None)
    # when
    assert merge(desk) == "APPLIED"
    desk.due("m")
    # then
    assert question(desk["m"], desk.dossier).merged == FROM
    desk.looked_up("m", rji=INTO)
    assert rjis(desk) == (INTO, INTO)


def test_safety_23_liberty_goes_on_and_takes_the_mandado_that_its_chain_needs() -> None:
    # given
    desk = of_two(document("m"), document("alone"), document("k", CONTRAMANDADO, "m"))
    # when
    merge(desk)
    # then
    assert desk.standing("alone") == HELD
    desk.register("m", "k")
    assert desk.standing("alone") == HELD


def test_safety_12_a_merge_stops_a_mandado_before_its_last_signature_and_it_goes_on_from_there() -> None:
    # given
    desk = of_two(document("m"))
    desk.until("m", Step.SIGN_SERVIDOR)
    # when
    merge(desk)
    desk.answered("m", AnswerClass.OK)
    desk.begin("m")
    # then
    assert (desk.standing("m"), desk["m"].step) == (HELD, Step.SIGN_SERVIDOR)
    desk.looked_up("m", rji=INTO)
    assert desk.begin("m") is Step.SIGN_MAGISTRADO


def test_a_mandado_that_is_signed_is_read_back_whatever_the_merge() -> None:
    # given
    desk = of_two(document("m"))
    desk.until("m", Step.SIGN_MAGISTRADO)
    merge(desk)
    # when
    desk.answered("m", AnswerClass.OK)
    desk.advance("m")
    # then
    assert desk["m"].state is State.REGISTERED


def test_a_mandado_whose_persons_merge_is_not_confirmed_is_not_issued_under_contingency() -> None:
    # given
    desk = of_two(document("m"))
    merge(desk)
    # when
    desk.link(LinkState.DOWN)
    # then
    assert desk.standing("m") == HELD
    desk.link(LinkState.UP)
    desk.looked_up("m", rji=INTO)
    assert desk.standing("m") == READY


def test_a_piece_that_bnmp_made_for_the_survivor_confirms_the_merge() -> None:
    # given
    desk = of_two(document("m"), document("k", ALVARA, variant="PRISAO_FLAGRANTE"))
    merge(desk)
    # when a release went on under the merged RJI
    desk.until("k", Step.CREATE)
    desk.answered("k", AnswerClass.OK, rji=INTO, **good(desk["k"], Step.CREATE))
    # then
    assert (desk.standing("m"), rjis(desk)) == (READY, (INTO, INTO))


def test_a_merge_that_nobody_told_us_of_is_followed_when_bnmp_shows_it() -> None:
    # given
    desk = of_two(document("m"))
    desk.until("m", Step.CREATE)
    # when
    desk.answered("m", AnswerClass.OK, rji=INTO, **good(desk["m"], Step.CREATE))
    # then
    assert rjis(desk) == (INTO, INTO)
    desk.register("m")


def test_safety_11_a_release_of_the_one_stops_the_mandado_of_the_other_once_they_are_one() -> None:
    # given
    desk = of_two(document("m"))
    freed = Custody("h-1", CustodyEvent.ALVARA_SOLTURA, NOW.date())
    persons = {**desk.dossier.persons, 2: replace(desk.dossier.persons[2], custody=(freed,))}
    desk.dossier = replace(desk.dossier, persons=persons)
    merge(desk)
    # when
    desk.looked_up("m", rji=INTO)
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.NEEDS_JUDGE), ("custody:h-1",))


@pytest.mark.parametrize("what", ["death", "dead letter"])
def test_a_death_or_a_dead_letter_of_the_one_stops_the_mandado_of_the_other(what: str) -> None:
    # given
    persons = {1: Person(1, INTO), 2: Person(2, INTO, dead_letters=what == "dead letter")}
    issued = [theirs("d", Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE)] if what == "death" else []
    # when
    desk = Desk(*issued, document("m"), persons=persons)
    # then
    assert desk["m"].reason in (Reason.NEEDS_JUDGE, Reason.DEAD_LETTER_AHEAD)


def test_safety_24_the_one_mandado_of_the_case_may_be_the_other_partys() -> None:
    # given
    desk = Desk(theirs("m"), persons={1: Person(1, INTO), 2: Person(2, INTO)})
    # when
    desk.tell_issued(document("k", CONTRAMANDADO))
    # then
    assert list(desk.drain()) == ["m", "k"]


def test_two_parties_that_are_linked_to_one_rji_are_one_person_and_a_wrong_link_is_undone() -> None:
    # given
    desk = Desk(document("m"), theirs("n", CERTIDAO, "m"), persons={1: Person(1, INTO), 2: Person(2)})
    # when
    assert named(desk, RjiLinked, 2, INTO) == "APPLIED"
    # then
    assert desk.dossier.same(1) == {1, 2}
    # and when
    assert named(desk, RjiUnlinked, 2, INTO) == "APPLIED"
    # then
    assert rjis(desk) == (INTO, None)
    assert desk.dossier.same(1) == {1}
    assert desk.standing("n") == (State.HELD, Reason.MISSING_DATA)


def test_a_link_is_not_undone_while_a_request_about_who_is_the_same_is_under_way() -> None:
    # given
    desk = Desk(document("m"), theirs("n"), persons={1: Person(1, INTO), 2: Person(2, INTO)})
    desk.begin("n")
    # when / then
    assert named(desk, RjiUnlinked, 1, INTO) == "ON_ITS_WAY"


@pytest.mark.parametrize(("rji", "kept"), [(INTO, (FROM, INTO)), (FROM, (None, INTO))])
def test_a_merge_that_was_a_mistake_is_taken_back(rji: str, kept: tuple[str | None, str]) -> None:
    # given
    desk = of_two(document("m"), theirs("n"))
    merge(desk)
    # when
    assert named(desk, RjiUnlinked, 1, rji) == "APPLIED"
    # then
    assert (rjis(desk), desk.standing("n")) == (kept, READY)
    assert desk.standing("m") == (READY if kept[0] else (State.HELD, Reason.MISSING_DATA))
    assert desk["m"].due_fact is None


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        ({"from_rji": INTO}, "SAME_RJI"),
        ({"unit": "another"}, "NOT_COMPETENT"),
        ({"role": Role.OPERADOR}, "NOT_COMPETENT"),
        ({"into_rji": OTHER}, "OTHER_MERGE"),
    ],
)
def test_safety_28_a_merge_is_the_competent_units_and_one_at_a_time(refused: dict[str, Any], why: str) -> None:
    # given
    desk = of_two(document("m"))
    if why == "OTHER_MERGE":
        merge(desk)
    before = desk.dossier.persons
    # when / then
    assert merge(desk, **refused) == why
    assert desk.says[-1].type == "bnmp.command.refused.v1"
    assert desk.dossier.persons == before


def test_a_merge_that_is_done_is_not_begun_again() -> None:
    # given
    desk = of_two(document("m"))
    merge(desk)
    desk.looked_up("m", rji=INTO)
    # when / then
    assert merge(desk) == "APPLIED"
    assert desk.standing("m") == READY


def test_safety_22_a_release_with_the_rji_of_its_warrant_takes_the_one_that_bnmp_made_its_piece_for() -> None:
    # given a release whose person nobody has linked
    desk = Desk(document("a", ALVARA, variant=Variant.PRISAO_FLAGRANTE, rji=FROM), persons={1: Person(1)})
    desk.until("a", Step.CREATE)
    # when
    made = good(desk["a"], Step.CREATE)
    desk.answered("a", AnswerClass.OK, **made, rji=INTO)
    # then
    assert (desk["a"].rji, desk.dossier.persons[1].rji) == (INTO, None)
