"""Resolving what was issued under contingency: by itself, or at the unit's word (docs/law.md resolution, safety-10, 13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.acts import By, ResolutionAsked
from rules.dossier import Person
from rules.history import Custody
from rules.resolving import Opened, why_not
from rules.words import AnswerClass, CustodyEvent, DueFact, LinkState, PecaStatus, Reason, Role, State, Step
from tests.rules.desk import CERTIDAO, CONTRAMANDADO, COURT, MANDADO, NOW, RJI, UNIT, Desk, document, piece
from tests.rules.play import resolve

CLERK = By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)
ASKED = (State.CONTINGENCY, Reason.MISSING_DATA)
WAITS = (State.CONTINGENCY, None)
REGISTERED = (State.REGISTERED, None)
HELD = "bnmp.document.held.v1"
ARREST = Custody("h-1", CustodyEvent.PRISAO, NOW.date(), document("x").case_number)


def _desk(resolution: str, *kinds: str) -> Desk:
    """A mandado `m`, and where a contramandado is wanted too `k`, opened in an outage that is over."""
    desk = Desk(court=replace(COURT, resolution=resolution))
    desk.link(LinkState.DOWN)
    names: dict[str, str] = {MANDADO: "m", CONTRAMANDADO: "k"}
    for kind in kinds or (MANDADO,):
        desk.tell_issued(document(names[kind], kind, *(["m"] if kind == CONTRAMANDADO else [])))
        desk.consent(names[kind])
        assert desk.standing(names[kind]) == WAITS
    desk.link(LinkState.UP)
    return desk


@pytest.mark.parametrize("resolution", ["default", "confirmed"])
def test_a_mandado_awaits_its_units_word_and_the_certidao_names_who_gave_it(resolution: str) -> None:
    # given
    desk = _desk(resolution)
    assert desk.standing("m") == ASKED
    assert desk["m"].missing == ("confirmation",)
    assert "Confirme" in desk.said(HELD, "m")[-1].data["remedy"]
    assert desk.takes(contingency=True) is None
    assert desk["m"].due_fact == DueFact.CONFIRM
    # when
    resolve(desk, "m", role=Role.CHEFE_DE_CARTORIO, user="u777")
    assert desk["m"].due_at is None
    list(desk.drain(contingency=True))
    # then
    assert desk.standing("m") == REGISTERED
    assert desk.certificates["m:CERTIDAO_CONTINGENCIA"].signer == "u777"


def test_by_itself_nobodys_word_is_awaited() -> None:
    # when
    desk = _desk("automatic")
    list(desk.drain(contingency=True))
    # then
    assert desk.standing("m") == REGISTERED


def test_safety_10_a_release_and_the_mandado_it_needs_await_nobody_unless_the_unit_confirms_everything() -> None:
    # when
    desk = _desk("default", MANDADO, CONTRAMANDADO)
    # then
    assert list(desk.drain(contingency=True)) == ["m", "k"]
    assert [desk.standing(one) for one in ("m", "k")] == [REGISTERED] * 2


def test_safety_10_where_everything_is_confirmed_no_link_of_a_chain_goes_before_the_last_word() -> None:
    # given
    desk = _desk("confirmed", MANDADO, CONTRAMANDADO)
    assert [desk[one].missing for one in ("m", "k")] == [("confirmation",)] * 2
    # when the mandado alone is confirmed
    resolve(desk, "m")
    # then nobody is wanted by it
    assert desk.takes(contingency=True) is None
    assert desk.standing("m") == (State.CONTINGENCY, Reason.CHAIN_INCOMPLETE)
    # when the contramandado is confirmed too
    resolve(desk, "k")
    # then
    assert list(desk.drain(contingency=True)) == ["m", "k"]


def test_nobody_is_asked_while_the_link_is_away_and_a_word_that_came_then_counts() -> None:
    # given
    desk = _desk("default")
    desk.link(LinkState.DOWN)
    assert desk.standing("m") == WAITS
    # when
    resolve(desk, "m")
    desk.link(LinkState.UP)
    # then
    assert desk.standing("m") == WAITS
    assert list(desk.drain(contingency=True)) == ["m"]


@pytest.mark.parametrize("by", [replace(CLERK, unit="99999"), replace(CLERK, role=Role.OPERADOR)])
def test_safety_28_only_the_unit_resolves(by: By) -> None:
    # given
    desk = _desk("default")
    # when
    resolve(desk, "m", role=by.role, unit=by.unit)
    # then
    assert desk.standing("m") == ASKED
    assert desk["m"].confirmed is None


def test_what_is_missing_is_named_and_supplied_with_the_resolution() -> None:
    # given an order that was opened with a gap
    desk = Desk(court=replace(COURT, resolution="default"))
    desk.link(LinkState.DOWN)
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.tell_issued(document("m"))
    for one in ("k", "m"):
        desk.consent(one)
    desk.link(LinkState.UP)
    assert desk["k"].missing == ("fields.motivo",)
    assert desk.standing("m") == (State.CONTINGENCY, Reason.CHAIN_INCOMPLETE)
    # when
    whole = replace(document("k", CONTRAMANDADO, "m"), version=2)
    resolve(desk, "k", document=whole)
    # then
    assert list(desk.drain(contingency=True)) == ["m", "k"]
    assert desk["k"].opened_at is not None


def test_a_mandado_that_nobody_confirms_is_told_to_the_chefe_after_an_hour_and_again() -> None:
    # given
    desk = _desk("default")
    assert desk["m"].due_fact == DueFact.CONFIRM
    told = len(desk.said(HELD, "m"))
    # when
    for _ in range(2):
        desk.later(3601)
        desk.due("m")
    # then
    last = desk.said(HELD, "m")[told:]
    assert [one.data["who"]["role"] for one in last] == [Role.CHEFE_DE_CARTORIO] * 2
    # when it is confirmed
    resolve(desk, "m")
    # then
    assert desk["m"].due_at is None


def test_what_was_refused_is_tried_again_when_it_is_resolved() -> None:
    # given
    desk = _desk("automatic")
    desk.put("m", reason=Reason.REFUSED_BY_BNMP)
    # when
    resolve(desk, "m")
    # then
    assert desk.standing("m") == WAITS
    assert desk.takes(contingency=True) == "m"


def test_safety_13_a_mandado_that_was_fulfilled_meanwhile_goes_with_its_certidao_or_by_the_judge() -> None:
    # given
    desk = _desk("automatic")
    # when
    desk.custody(ARREST)
    # then
    assert desk.standing("m") == (State.CONTINGENCY, Reason.NEEDS_JUDGE)
    assert desk["m"].missing == ("custody:h-1",)
    # when a certidão comes that is of another system's case
    desk.tell_issued(document("x", CERTIDAO, "m", owner_system="SEEU"))
    # then
    assert (desk.standing("x")[0], desk["m"].reason) == (State.REJECTED, Reason.NEEDS_JUDGE)
    # when its certidão comes
    desk.tell_issued(document("c", CERTIDAO, "m"))
    # then both go, the mandado first
    assert desk.standing("m") == WAITS
    assert list(desk.drain(contingency=True)) == ["m", "c"]
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO


def test_safety_13_what_is_drafted_or_goes_with_its_release_asks_no_judge_about_an_arrest() -> None:
    # given a mandado whose draft BNMP has, and one that a contramandado follows
    drafted, followed = _desk("automatic"), _desk("automatic", MANDADO, CONTRAMANDADO)
    drafted.put("m", bnmp_id="b-m")
    for desk in (drafted, followed):
        # when
        desk.custody(ARREST)
        # then
        assert desk.standing("m") == WAITS


@pytest.mark.parametrize(
    "harmless",
    [
        replace(ARREST, on=NOW.date() - timedelta(days=2)),
        replace(ARREST, other_court=True),
        replace(ARREST, case_number="0009999-09.2020.8.12.0001"),
    ],
)
def test_safety_13_an_arrest_before_it_or_in_another_case_fulfils_nothing(harmless: Custody) -> None:
    # given
    desk = _desk("automatic")
    # when
    desk.custody(harmless)
    # then
    assert desk.standing("m") == WAITS


@pytest.mark.parametrize(
    ("pieces", "then"),
    [
        ((PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.EM_ELABORACAO), (State.CONTINGENCY, Reason.UNCERTAIN_OUTCOME)),
        ((PecaStatus.EXCLUIDO,), (State.CONTINGENCY, Reason.DIVERGENCE)),
        (("Em Revisão",), (State.CONTINGENCY, None)),
    ],
)
def test_safety_26_what_is_found_by_hand_and_cannot_be_told_for_certain_is_for_the_unit(
    pieces: tuple[str, ...], then: tuple[State, Reason | None]
) -> None:
    # given
    desk = _desk("automatic")
    desk.until("m", Step.LOOK_UP)
    # when
    desk.answered("m", AnswerClass.OK, pieces=tuple(piece(desk["m"], status) for status in pieces))
    # then
    assert desk.standing("m") == then


def test_what_is_on_its_way_goes_on_when_it_is_confirmed() -> None:
    # given
    desk = _desk("automatic")
    desk.until("m", Step.CREATE)
    # when
    resolve(desk, "m")
    # then
    assert (desk["m"].state, desk["m"].doing) == (State.SENDING, Step.CREATE)
    assert desk["m"].confirmed is not None


def test_between_two_steps_and_in_doubt_it_goes_on_when_it_is_confirmed_and_is_not_put_in_its_queue_again() -> None:
    # given one that is between two steps, and one that was opened while its creation was in doubt
    desk = _desk("automatic")
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.OK, piece=piece(desk["m"], PecaStatus.EM_ELABORACAO))
    doubted = Desk(document("m"))
    doubted.until("m", Step.CREATE)
    doubted.answered("m", AnswerClass.UNCERTAIN)
    doubted.link(LinkState.DOWN)
    doubted.consent("m")
    for at, stands in ((desk, (State.SENDING, None)), (doubted, (State.CONTINGENCY, Step.CREATE))):
        assert (at["m"].state, at["m"].doing) == stands
        turn = at["m"].turn
        # when
        resolve(at, "m")
        # then
        assert (at["m"].state, at["m"].doing, at["m"].turn) == (*stands, turn)


def test_the_rji_that_the_unit_chose_comes_with_the_data() -> None:
    # given an order that nobody knows the person of
    desk = Desk(court=replace(COURT, resolution="default"), persons={1: Person(1)})
    desk.link(LinkState.DOWN)
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.consent("k")
    desk.link(LinkState.UP)
    # when
    resolve(desk, "k", document=replace(document("k", CONTRAMANDADO, "m"), version=2), rji=RJI)
    # then
    assert desk.dossier.persons[1].rji == RJI


def test_safety_28_an_unknown_judges_word_for_liberty_resolves_it_and_is_an_incident() -> None:
    # given
    desk = _desk("confirmed", MANDADO, CONTRAMANDADO)
    # when
    desk.tell(ResolutionAsked("c-1", "k", By(Role.MAGISTRADO, "m999", UNIT), NOW))
    # then
    assert desk["k"].confirmed is not None
    (told,) = desk.said("bnmp.incident.v1", "k")
    assert (told.data["kind"], told.data["who"]["role"]) == ("ACCESS_UNKNOWN", Role.ADMINISTRADOR_REGIONAL)


def test_a_request_is_refused_whole_where_one_document_is_not_of_the_unit_or_was_not_opened() -> None:
    mine = Opened("m", MANDADO, UNIT, opened=True, ended=False)
    assert why_not(CLERK, ["m"], [mine]) is None
    assert why_not(CLERK, ["m", "x"], [mine]) == "UNKNOWN_DOCUMENT"
    assert why_not(CLERK, ["m"], [replace(mine, unit="99999")]) == "NOT_COMPETENT"
    assert why_not(CLERK, ["m"], [replace(mine, opened=False)]) == "NOT_OPENED"
    assert why_not(CLERK, ["m"], [replace(mine, ended=True)]) == "NOTHING_LEFT"
    assert why_not(CLERK, [], []) == "NOTHING_LEFT"
