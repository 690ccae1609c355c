"""What was issued outside SAJ or before BNMP goes where its hypothesis lets it, and never without a person's choice (docs/law.md exceptional, legacy)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from rules import legacy
from rules.exceptional import HYPOTHESES, REMEDIES, Hypothesis, Issued, justification, wrongs
from rules.history import Custody
from rules.kinds import is_liberty
from rules.words import CustodyEvent, Kind, Reason, Role, State
from tests.rules.desk import ALVARA, CASE, CERTIDAO, NOW, Desk, document

ZONE = ZoneInfo("America/Campo_Grande")
CUTOVER = date(2018, 5, 2)
BEFORE, AFTER = datetime(2017, 3, 1, 12, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
LISTED = {"MANDADO_PRISAO_CRIMINAL", "MANDADO_PRISAO_CIVIL", "MANDADO_INTERNACAO", "ALVARA_SOLTURA", "ORDEM_LIBERACAO"}
RJI = "26000001734"


def asked(
    kind: str, hypothesis: str | None = "A", at: datetime | None = AFTER, rji: str | None = RJI
) -> tuple[str, ...]:
    """What keeps an exceptional document from going."""
    return wrongs(Issued("EXCEPCIONAL", kind, hypothesis, at, rji), CUTOVER, ZONE)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_hypothesis_covers_the_kinds_of_the_manuals_list_and_saj_being_down_covers_all(kind: Kind) -> None:
    for hypothesis in ("A", "C"):
        assert asked(kind, hypothesis) == (() if kind in LISTED else ("exceptional.kind",))
    assert asked(kind, "D", BEFORE) == (() if kind in LISTED else ("exceptional.kind",))
    assert asked(kind, "B") == (() if kind.startswith("MANDADO_") else ("exceptional.kind",))
    assert asked(kind, "SAJ_INDISPONIVEL") == ()
    assert set(HYPOTHESES) == set(Hypothesis)


def test_hypothesis_d_is_for_what_was_issued_before_bnmp_came_to_the_court_on_its_own_day() -> None:
    assert asked(ALVARA, "D", AFTER) == ("exceptional.hypothesis",)
    assert asked(ALVARA, "D", None) == ()
    # The evening of the first of May here is the second of May in London.
    assert asked(ALVARA, "D", datetime(2018, 5, 2, 2, tzinfo=UTC)) == ()
    assert asked(ALVARA, "D", datetime(2018, 5, 2, 5, tzinfo=UTC)) == ("exceptional.hypothesis",)


@pytest.mark.parametrize("kind", sorted(LISTED))
def test_safety_22_in_work_on_the_stock_the_unit_chooses_the_rji_but_a_release_takes_its_warrants(kind: str) -> None:
    assert asked(kind, "D", BEFORE, None) == (() if is_liberty(kind) else ("rji",))
    assert asked(kind, "A", BEFORE, None) == ()


def test_what_is_issued_normally_or_names_no_hypothesis_is_not_judged_here() -> None:
    assert asked(CERTIDAO, None) == asked(CERTIDAO, "Z") == ()
    for origin in (None, "NORMAL", "CONTINGENCIA"):
        assert wrongs(Issued(origin, CERTIDAO, "B", AFTER, None), CUTOVER, ZONE) == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_of_the_stock_a_mandado_wants_its_analysis_and_what_is_not_of_it_another_way(kind: Kind) -> None:
    told = wrongs(Issued("ACERVO", kind, None, BEFORE, None), CUTOVER, ZONE)
    with_rji = wrongs(Issued("ACERVO", kind, None, BEFORE, RJI), CUTOVER, ZONE)
    if kind.startswith("MANDADO_"):
        assert (told, with_rji) == (("analysis", "rji"), ("analysis",))
    elif kind.startswith("CERTIDAO_CUMPRIMENTO_") or kind.endswith("_ACERVO"):
        assert (told, with_rji) == (("rji",), ())
    else:
        assert told == with_rji == ("origin",)


def test_the_justification_is_the_documents_own_or_that_of_the_stock() -> None:
    assert justification("EXCEPCIONAL", "Desmembramento") == "Desmembramento"
    assert justification("ACERVO", None) == "Regularização do acervo"
    assert justification("CONTINGENCIA", None) is justification(None, None) is None


@pytest.mark.parametrize("gap", sorted(REMEDIES))
def test_a_hold_says_what_to_do_about_it(gap: str) -> None:
    # when
    desk = Desk(document("m", gaps=(gap,)))
    # then
    assert desk.standing("m") == (State.HELD, Reason.MISSING_DATA)
    assert desk.said("bnmp.document.held.v1")[-1].data["remedy"] == REMEDIES[gap]


def test_each_item_of_the_list_sends_what_its_row_says_and_only_its_chief_takes_it_off() -> None:
    kinds = {item: [sorted(sent) for sent in row.sends] for item, row in legacy.ITEMS.items()}
    mandados = ["MANDADO_INTERNACAO", "MANDADO_PRISAO_CIVIL", "MANDADO_PRISAO_CRIMINAL"]
    certidoes = ["CERTIDAO_CUMPRIMENTO_INTERNACAO", "CERTIDAO_CUMPRIMENTO_PRISAO"]
    assert kinds == {
        "MANDADO_AG_CUMPRIMENTO": [mandados],
        "MANDADO_CUMPRIDO": [mandados, certidoes],
        "GUIA_EXECUCAO": [["GUIA_INTERNACAO_ACERVO", "GUIA_RECOLHIMENTO_ACERVO"]],
        "PRISAO_SEM_MANDADO": [],
    }
    assert [row.decides for row in legacy.ITEMS.values()] == [False, False, False, True]
    assert legacy.EXCLUDER is Role.CHEFE_DE_CARTORIO


def test_the_day_of_the_arrest_is_taken_from_this_courts_history_of_the_case_and_the_rest_is_prefilled() -> None:
    # given
    arrest = Custody("e-1", CustodyEvent.PRISAO, date(2017, 3, 4), CASE)
    others = (
        replace(arrest, event_id="e-2", on=date(2017, 3, 9), other_court=True),
        replace(arrest, event_id="e-3", on=date(2017, 3, 9), case_number="another"),
        replace(arrest, event_id="e-4", on=date(2017, 3, 9), event=CustodyEvent.RECAPTURA),
        replace(arrest, event_id="e-5", on=date(2017, 3, 9), dated=False),
    )
    # then
    found = legacy.prefilled(CASE, (arrest, *others))
    assert (found.on, found.event_id) == (date(2017, 3, 4), "e-1")
    assert found.justification == found.responsible == "Regularização do acervo"
    assert legacy.prefilled(CASE, others) == legacy.Prefilled()


def test_fail_11_an_old_fulfilment_of_somebody_who_was_freed_since_goes_with_the_alvara_or_by_the_judge() -> None:
    # given
    desk = Desk(document("m", released=True))
    desk.register("m")
    desk.custody(Custody("e-1", CustodyEvent.ALVARA_SOLTURA, NOW.date(), CASE))
    # when
    desk.tell_issued(document("c", CERTIDAO, "m", retroactive=True))
    # then it would show a free person held
    assert (desk.standing("c"), desk["c"].missing) == ((State.HELD, Reason.NEEDS_JUDGE), ("custody:e-1",))
    # when the alvará that freed them is registered exceptionally too
    desk.tell_issued(document("a", ALVARA, "m", retroactive=True))
    # then both go as one
    assert list(desk.drain()) == ["c", "a"]
    # and a certidão of today goes as ever
    fresh = Desk(document("m", released=True))
    fresh.register("m")
    fresh.custody(Custody("e-1", CustodyEvent.ALVARA_SOLTURA, NOW.date(), CASE))
    fresh.tell_issued(document("c", CERTIDAO, "m"))
    assert fresh["c"].state is State.READY
