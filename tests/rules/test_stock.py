"""The list of the stock: who is heard, what an item makes, and when its line turns green or red (docs/law.md legacy)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.acts import By, ItemExcluded, ItemListed, RegularisationAsked
from rules.analysis import Analysis
from rules.dossier import Document, Person
from rules.history import Custody
from rules.legacy import PRESETS, Colour, Item, StockItem, half_a_year_before
from rules.stock import as_made, kinds_of
from rules.words import AnswerClass, CustodyEvent, Kind, Reason, Role, State, Step
from tests.rules.desk import CASE, CERTIDAO, RJI, UNIT, YESTERDAY, Desk, document, good

HELD = Custody("h-1", CustodyEvent.PRISAO, YESTERDAY, CASE, "8841")
ITEM = StockItem("i", 1, Item.MANDADO_AG_CUMPRIMENTO, UNIT, CASE)
GUIA = replace(ITEM, kind=Item.GUIA_EXECUCAO)
PRISONER = Analysis("i", "u1")
OLD: dict[str, Any] = {"retroactive": True, "gaps": ("analysis",)}


def by(role: Role = Role.SERVIDOR, unit: str = UNIT) -> By:
    return By(role, "u1", unit, acts_in_unit=True)


def asked(
    *papers: Document, item: StockItem = ITEM, analysis: Analysis | None = PRISONER, **more: Any
) -> RegularisationAsked:
    made = tuple(as_made(one, analysis) if analysis else one for one in papers)
    who, needed = more.get("by", by()), more.get("necessary", True)
    return RegularisationAsked("c", item, who, analysis, needed, more.get("evidence", True), made)


def answer(desk: Desk, fact: Any) -> str:
    desk.tell(fact)
    said = [say for say in desk.says if say.type.startswith("bnmp.command.")][-1]
    assert (said.type == "bnmp.command.applied.v1") is (said.data["reason"] == "APPLIED")
    return str(said.data["reason"])


def colours(desk: Desk) -> list[str]:
    return [say.data["colour"] for say in desk.said("bnmp.legacy.item-changed.v1")]


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (asked(by=by(unit="another")), "NOT_COMPETENT"),
        (asked(by=by(Role.OPERADOR)), "NOT_COMPETENT"),
        (asked(item=replace(ITEM, colour=Colour.VERDE)), "ITEM_ENDED"),
        (asked(item=replace(ITEM, kind=Item.PRISAO_SEM_MANDADO)), "DECIDE_ONLY"),
        (asked(analysis=None), "NO_ANALYSIS"),
        (asked(necessary=False), "NOT_NECESSARY"),
        (asked(evidence=False), "NO_EVIDENCE"),
        (asked(item=replace(GUIA, summing_case="another")), "NOT_SUMMING_CASE"),
        (asked(item=GUIA), "NOT_IN_CUSTODY"),
        (asked(document("m", person=2)), "APPLIED"),
    ],
)
def test_what_is_asked_of_an_item_is_refused_by_the_first_reason(fact: RegularisationAsked, reason: str) -> None:
    assert answer(Desk(), fact) == reason


def test_a_guia_goes_from_the_summing_case_while_the_history_shows_custody() -> None:
    # given
    desk = Desk()
    desk.custody(HELD)
    guia = document("g", Kind.GUIA_RECOLHIMENTO_ACERVO, **OLD)
    # then
    assert answer(desk, asked(guia, item=replace(GUIA, summing_case=CASE))) == "APPLIED"
    # and of a guia there is no certidão
    desk.register("g")
    assert (colours(desk), desk.certificates) == (["VERDE"], {})


def test_a_mandado_that_waits_is_green_once_registered_and_leaves_its_certidao() -> None:
    # given
    desk = Desk()
    # when
    assert answer(desk, asked(document("m", **OLD))) == "APPLIED"
    # then
    assert (desk.standing("m"), colours(desk)) == ((State.READY, None), [])
    desk.register("m")
    assert (colours(desk), list(desk.certificates)) == (["VERDE"], ["m:CERTIDAO_MANDADO_RETROATIVO"])
    assert desk.certificates["m:CERTIDAO_MANDADO_RETROATIVO"].signer == "u1"


def test_a_fulfilled_mandado_goes_when_its_certidao_can_and_its_line_is_green_with_the_last() -> None:
    # given
    desk, fulfilled = Desk(), replace(PRISONER, fulfilled=True)
    item = replace(ITEM, kind=Item.MANDADO_CUMPRIDO)
    mandado, certidao = document("m", **OLD), document("c", CERTIDAO, "m", **{**OLD, "gaps": ("fields.data",)})
    # when
    desk.tell(asked(mandado, certidao, item=item, analysis=fulfilled))
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.NEEDS_JUDGE), ("certidao",))
    # when it is asked for again with what lacked
    again = (replace(mandado, version=2), replace(certidao, version=2, gaps=()))
    desk.tell(asked(*again, item=item, analysis=fulfilled))
    # then
    assert desk.standing("m") == (State.READY, None)
    desk.register("m")
    assert colours(desk) == []
    desk.until("c", Step.READ_BACK)
    last = desk.answered("c", AnswerClass.OK, **good(desk["c"], Step.READ_BACK))
    assert (colours(desk), desk.certificates) == (["VERDE"], {})
    assert last.coloured == {"i": Colour.VERDE}
    # and what has ended is left as it is
    assert answer(desk, asked(*again, item=item, analysis=fulfilled)) == "APPLIED"
    assert desk["m"].state is State.REGISTERED


def test_a_fulfilled_mandado_without_its_certidao_goes_at_the_judges_word() -> None:
    # given
    desk = Desk()
    desk.tell(asked(document("m", **OLD, cleared=("certidao",)), analysis=replace(PRISONER, fulfilled=True)))
    # then
    assert desk.standing("m") == (State.READY, None)


def test_the_line_of_one_item_does_not_wait_for_another_of_the_same_person() -> None:
    # given
    other = replace(document("n", case_number="0001235-91.2020.8.12.0001"), analysis=replace(PRISONER, item_id="j"))
    desk = Desk(other)
    answer(desk, asked(document("m", **OLD)))
    # when
    desk.register("m")
    # then
    assert desk["n"].state is State.READY
    assert colours(desk) == ["VERDE"]


def test_safety_13_whom_the_analysis_finds_free_is_put_to_the_judge() -> None:
    # given
    desk = Desk()
    # when
    desk.tell(asked(document("m", **OLD), analysis=replace(PRISONER, loose=True)))
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.NEEDS_JUDGE), ("analysis.reu",))


def test_safety_22_of_the_stock_nobody_is_linked_by_equal_traits_and_one_is_created_at_the_units_word() -> None:
    # given somebody without an RJI, of whom the unit says that BNMP does not know them
    desk = Desk(persons={1: Person(1)})
    desk.tell(asked(document("m", **{**OLD, "gaps": ("analysis", "rji")}), analysis=replace(PRISONER, creates=True)))
    # when BNMP knows one with the very same traits
    assert desk.begin("m") is Step.PERSON
    desk.answered("m", AnswerClass.OK, rji=RJI)
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.MISSING_DATA), ("rji",))
    assert desk.dossier.persons[1].rji is None


def test_what_is_completed_later_keeps_its_units_analysis() -> None:
    # given
    desk = Desk()
    desk.tell(asked(document("m", **{**OLD, "gaps": ("analysis", "fields.data_validade")})))
    assert desk["m"].missing == ("fields.data_validade",)
    # when
    desk.reissue("m", **OLD)
    # then
    assert desk.standing("m") == (State.READY, None)
    assert desk["m"].analysis == PRISONER


@pytest.mark.parametrize(
    ("item", "told", "form", "kinds"),
    [
        (Item.GUIA_EXECUCAO, None, {}, ["GUIA_RECOLHIMENTO_ACERVO"]),
        (Item.GUIA_EXECUCAO, "GUIA_INTERNACAO_ACERVO", {}, ["GUIA_INTERNACAO_ACERVO"]),
        (Item.MANDADO_AG_CUMPRIMENTO, None, {}, ["MANDADO_PRISAO_CRIMINAL"]),
        (Item.MANDADO_AG_CUMPRIMENTO, "OTHER", {"especie_prisao": "CIVIL"}, ["MANDADO_PRISAO_CIVIL"]),
        (
            Item.MANDADO_CUMPRIDO,
            None,
            {"especie_internacao": "PROVISORIA"},
            ["MANDADO_INTERNACAO", "CERTIDAO_CUMPRIMENTO_INTERNACAO"],
        ),
        (Item.MANDADO_CUMPRIDO, "MANDADO_PRISAO_CIVIL", {}, ["MANDADO_PRISAO_CIVIL", "CERTIDAO_CUMPRIMENTO_PRISAO"]),
    ],
)
def test_an_item_makes_what_saj_told_or_what_its_form_shows(
    item: Item, told: str | None, form: dict[str, str], kinds: list[str]
) -> None:
    assert list(kinds_of(item, told, form)) == kinds


def test_what_is_on_its_way_or_of_another_person_is_not_made_again() -> None:
    # given
    desk = Desk(document("m"), document("x", person=2))
    desk.begin("m")
    # then
    assert answer(desk, asked(document("m", **OLD))) == "ON_ITS_WAY"
    assert answer(desk, asked(document("x", **OLD))) == "OTHER_PERSON"


def test_no_release_that_stands_under_its_id_becomes_a_mandado() -> None:
    # given
    desk = Desk(document("a", Kind.ALVARA_SOLTURA, gaps=("fields.motivo",)))
    # then
    assert answer(desk, asked(document("a", **OLD))) == "OTHER_KIND"
    assert desk["a"].liberty


def test_an_item_is_listed_again_while_it_is_pending_and_of_the_same_person() -> None:
    # given
    desk, made = Desk(), replace(ITEM, documents=("m",))
    # when
    decision = desk.tell(ItemListed("c", made, by(Role.OPERADOR), replace(ITEM, case_number="new")))
    # then what was made of it stays so
    assert decision.items == {"i": replace(made, case_number="new")}
    assert answer(desk, ItemListed("c", made, by(), replace(ITEM, person=2))) == "OTHER_PERSON"
    assert answer(desk, ItemListed("c", replace(ITEM, colour=Colour.VERMELHO), by(), ITEM)) == "ITEM_ENDED"


@pytest.mark.parametrize(
    ("state", "reason"),
    [(State.REGISTERED, "REGISTERED_ALREADY"), (State.HELD, "ON_ITS_WAY"), (State.EXCLUDED, "APPLIED")],
)
def test_the_chefe_takes_off_what_has_sent_nothing(state: State, reason: str) -> None:
    # given
    desk, chefe = Desk(document("m")), by(Role.CHEFE_DE_CARTORIO)
    desk.put("m", state=state)
    item = replace(ITEM, documents=("m", "never"))
    # when
    decision = desk.tell(ItemExcluded("c", item, chefe))
    # then
    assert [say.data["reason"] for say in decision.says if say.type.startswith("bnmp.command.")] == [reason]
    assert decision.coloured == ({"i": Colour.VERMELHO} if reason == "APPLIED" else {})
    assert colours(desk) == (["VERMELHO"] if reason == "APPLIED" else [])


def test_nobody_but_the_chefe_takes_an_item_off_and_none_twice() -> None:
    assert answer(Desk(), ItemExcluded("c", ITEM, by(Role.MAGISTRADO))) == "NOT_COMPETENT"
    gone = replace(ITEM, colour=Colour.VERMELHO)
    assert answer(Desk(), ItemExcluded("c", gone, by(Role.CHEFE_DE_CARTORIO))) == "ITEM_ENDED"


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 20), date(2026, 5, 20)),
        (date(2026, 3, 1), date(2025, 9, 1)),
        (date(2026, 6, 30), date(2025, 12, 30)),
        (date(2026, 8, 31), date(2026, 2, 28)),
    ],
)
def test_the_list_begins_with_the_last_six_months(day: date, first: date) -> None:
    assert half_a_year_before(day) == first


def test_the_lists_of_the_quick_guide_are_of_every_kind_of_item() -> None:
    assert {row.item for row in PRESETS.values()} == set(Item)
