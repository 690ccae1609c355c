"""A release that is held is told to more and more people, and is an incident while somebody may be held (safety-4)."""

from typing import Any

from rules.acts import RetryAsked
from rules.facts import EscalationFell
from rules.history import Custody
from rules.messages import INCIDENTS
from rules.words import AnswerClass, CustodyEvent, LinkState, Role, State, Step
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, NOW, Desk, document

HELD, INCIDENT = "bnmp.document.held.v1", "bnmp.incident.v1"
GAP: dict[str, Any] = {"gaps": ("fields.motivo",)}


def strike(desk: Desk, document_id: str) -> None:
    """The clock tells that the hour has come."""
    at = desk[document_id].escalate_at
    assert at is not None
    desk.later((at - desk.dossier.now).total_seconds())
    desk.tell(EscalationFell(document_id))


def told(desk: Desk, document_id: str) -> list[str]:
    return [say.data["who"]["role"] for say in desk.said(HELD, document_id)]


def minutes(desk: Desk) -> float:
    return (desk.dossier.now - NOW).total_seconds() / 60


def test_safety_4_the_unit_is_told_at_once_the_chefe_after_30_minutes_the_judge_after_2_hours() -> None:
    # given
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("k", CONTRAMANDADO, "m", **GAP))
    hours = [minutes(desk)]
    # when
    for _ in range(3):
        strike(desk, "k")
        hours.append(minutes(desk))
    # then
    assert told(desk, "k") == [Role.SERVIDOR, Role.CHEFE_DE_CARTORIO, Role.MAGISTRADO, Role.MAGISTRADO]
    assert hours == [0, 30, 120, 240]
    incidents = desk.said(INCIDENT, "k")
    assert [one.data["kind"] for one in incidents] == ["LIBERTY_HELD"] * 3
    assert "produz efeito" in INCIDENTS["LIBERTY_HELD"][0]
    assert "não" not in INCIDENTS["LIBERTY_HELD"][0]


def test_another_reason_does_not_start_the_hours_anew_and_registration_ends_them() -> None:
    # given
    desk = Desk(document("k", CONTRAMANDADO, "m", **GAP))
    first = desk["k"].escalate_at
    desk.later(600)
    # when
    desk.reissue("k")
    # then
    assert (desk["k"].missing, desk["k"].escalate_at) == (("m",), first)
    desk.tell_issued(document("m"))
    desk.register("m", "k")
    assert desk["k"].escalate_at is None


def test_what_is_on_its_way_when_the_hour_strikes_begins_anew_when_it_is_held_again() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE", **GAP))
    desk.reissue("a", variant="PRISAO_FLAGRANTE")
    # when
    strike(desk, "a")
    # then
    assert (desk["a"].escalate_at, desk["a"].escalated, told(desk, "a")) == (None, 0, [Role.SERVIDOR])
    desk.until("a", Step.CREATE)
    desk.answered("a", AnswerClass.REFUSED)
    assert desk["a"].escalate_at is not None


def test_a_release_that_waits_after_it_was_opened_is_told_as_well_and_a_mandado_is_not() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE", **GAP), document("m", **GAP))
    desk.link(LinkState.DOWN)
    desk.consent("a")
    desk.link(LinkState.UP)
    assert desk["a"].state is State.CONTINGENCY
    # when
    strike(desk, "a")
    # then
    assert told(desk, "a")[-1] == Role.CHEFE_DE_CARTORIO
    assert desk["m"].escalate_at is None


def test_it_is_an_incident_only_while_a_warrant_or_a_custody_stands() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE", **GAP))
    starts = Custody("e-1", CustodyEvent.PRISAO, NOW.date())
    ends = Custody("e-2", CustodyEvent.TERMINO_PRISAO, NOW.date())
    for events, incidents in (((), 0), ((starts,), 1), ((starts, ends), 2), ((ends,), 2)):
        # when
        desk.custody(*events)
        strike(desk, "a")
        # then
        assert len(desk.said(INCIDENT, "a")) == incidents


def test_a_fulfilled_warrant_stands_too() -> None:
    # given
    desk = Desk(document("m"), document("c", CERTIDAO, "m"))
    desk.register("m", "c")
    desk.tell_issued(document("a", ALVARA, "m", **GAP))
    # when
    strike(desk, "a")
    desk.ask(RetryAsked, "a")
    # then
    assert len(desk.said(INCIDENT, "a")) == 1
