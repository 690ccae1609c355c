"""No one is taken for a namesake (docs/law.md safety-22)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.dossier import Person
from rules.identity import Candidate, Choice, Traits, certain, choose
from rules.naming import why_not_chosen
from rules.words import AnswerClass, Kind, Reason, State, Step
from tests.rules.desk import MANDADO, RJI, Desk, document

OURS = Traits("11122233344", date(1990, 4, 2), "Mãe Inventada  17")


def test_equal_cpf_birth_date_and_mother_link_by_themselves_whatever_accents_and_case() -> None:
    same = Candidate("1", replace(OURS, nome_mae="MAE INVENTADA 17"))
    namesake = Candidate("2", replace(OURS, cpf="55566677788"))
    assert choose(OURS, [namesake, same]) == Choice(rji="1")


@pytest.mark.parametrize(
    "differs",
    [{"cpf": "55566677788"}, {"data_nascimento": date(1991, 4, 2)}, {"nome_mae": "Mae Inventada 18"}, {"cpf": None}],
)
def test_whoever_differs_in_one_trait_is_for_the_unit_to_choose(differs: dict[str, object]) -> None:
    other = Candidate("1", replace(OURS, **differs))  # type: ignore[arg-type]
    assert choose(OURS, [other]) == Choice(candidates=("1",))


@pytest.mark.parametrize("lacking", ["cpf", "data_nascimento", "nome_mae"])
def test_who_lacks_a_trait_is_equal_to_nobody(lacking: str) -> None:
    ours = replace(OURS, **{lacking: None})
    assert choose(ours, [Candidate("1", ours)]) == Choice(candidates=("1",))


def test_two_that_are_equal_are_for_the_unit_and_nobody_found_is_nobody() -> None:
    assert choose(OURS, [Candidate("2", OURS), Candidate("1", OURS)]) == Choice(candidates=("1", "2"))
    assert choose(OURS, []) == Choice()


def test_whoever_was_removed_is_named_apart_and_never_linked() -> None:
    gone = Candidate("1", OURS, active=False)
    assert choose(OURS, [gone]) == Choice(inactive=("1",))
    assert choose(OURS, [gone, Candidate("2", OURS)]) == Choice(rji="2")
    assert certain(OURS, [gone, Candidate("3", OURS), Candidate("2", OURS)]) == ("2", "3")


@pytest.mark.parametrize(
    ("kind", "brought", "waits"),
    [
        (MANDADO, {"inactive": ("1",)}, True),
        (MANDADO, {"candidates": ("2",)}, True),
        (MANDADO, {}, False),
        (Kind.ALVARA_SOLTURA, {"inactive": ("1",)}, False),
        (Kind.ALVARA_SOLTURA, {"candidates": ("2",), "inactive": ("1",)}, True),
    ],
)
def test_a_release_waits_for_nobody_who_was_removed(kind: str, brought: dict[str, Any], *, waits: bool) -> None:
    # given
    variant = "PRISAO_FLAGRANTE" if kind == Kind.ALVARA_SOLTURA else None
    searched, created = (Desk(document("d", kind, variant=variant), persons={1: Person(1)}) for _ in range(2))
    searched.until("d", Step.PERSON)
    created.until("d", Step.PERSON)
    created.answered("d", AnswerClass.OK)
    created.begin("d")
    created.answered("d", AnswerClass.UNCERTAIN)
    # when
    searched.answered("d", AnswerClass.OK, **brought)
    created.read("d", **brought)
    # then
    held = (State.HELD, Reason.MISSING_DATA)
    assert [desk.standing("d") == held for desk in (searched, created)] == [waits, waits]


@pytest.mark.parametrize(
    ("rji", "known", "is_anothers", "refusal"),
    [
        (None, "1", False, None),
        ("1", "1", False, None),
        ("1", None, False, None),
        ("1", None, True, "RJI_OF_ANOTHER"),
        ("2", "1", False, "OTHER_RJI"),
        ("2", "1", True, "OTHER_RJI"),
    ],
)
def test_data_may_bring_the_rji_of_who_has_none_and_of_nobody_else(
    rji: str | None,
    known: str | None,
    is_anothers: bool,  # noqa: FBT001 (a column of the table)
    refusal: str | None,
) -> None:
    assert why_not_chosen(rji, known, is_anothers=is_anothers) == refusal


def test_safety_22_two_of_whom_bnmp_knows_neither_are_two() -> None:
    # given two parties without an RJI, and something unreadable about the second
    desk = Desk(document("m"), persons={1: Person(1), 2: Person(2, dead_letters=1)})
    # then
    assert desk.standing("m") == (State.READY, None)


def test_safety_23_who_proves_to_be_another_party_is_held_by_what_holds_that_one_in_every_case() -> None:
    # given two mandados of somebody without an RJI, and a dead letter of a party who has one
    persons = {1: Person(1), 2: Person(2, RJI, dead_letters=1)}
    desk = Desk(document("m"), document("n", case_number="0001235-91.2020.8.12.0001"), persons=persons)
    desk.begin("m")
    # when BNMP says that they are the same
    desk.answered("m", AnswerClass.OK, rji=RJI)
    # then
    assert desk.standing("n") == (State.HELD, Reason.DEAD_LETTER_AHEAD)
