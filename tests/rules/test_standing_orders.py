"""A judge's standing order stands for SIM: for releases, for a day at most, and never for a mandado (safety-16)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.kinds import KINDS, is_liberty
from rules.standing_orders import StandingOrder, standing, why_not
from rules.words import AnswerClass, Consent, LinkState, Reason, State
from tests.rules.desk import ALVARA, CONTRAMANDADO, MANDADO, NOW, UNIT, Desk, document

HOUR = timedelta(hours=1)
FREEING = frozenset(kind for kind in KINDS if is_liberty(kind))
ORDER = StandingOrder("o-1", UNIT, FREEING, NOW - HOUR, NOW + 8 * HOUR, "m007")
ASKED, OPENED = (State.HELD, Reason.AWAITING_CONSENT), (State.CONTINGENCY, None)
RELEASE = document("a", ALVARA, variant="PRISAO_FLAGRANTE")


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        (ORDER, None),
        (replace(ORDER, begins=NOW, ends=NOW + 24 * HOUR), None),
        (replace(ORDER, begins=NOW, ends=NOW + 25 * HOUR), "TOO_LONG"),
        (replace(ORDER, begins=NOW, ends=NOW + 24 * HOUR + timedelta(seconds=1)), "TOO_LONG"),
        (replace(ORDER, ends=NOW), "TOO_LONG"),
        (replace(ORDER, begins=NOW + 9 * HOUR), "TOO_LONG"),
        (replace(ORDER, begins=NOW + 30 * HOUR, ends=NOW + 40 * HOUR), None),
        *((replace(ORDER, kinds=frozenset({ALVARA, kind})), "LIBERTY_ONLY") for kind in KINDS if not is_liberty(kind)),
    ],
)
def test_safety_16_an_order_is_for_releases_and_for_a_day_at_most(order: StandingOrder, refusal: str | None) -> None:
    assert why_not(order, NOW) == refusal


def test_it_stands_in_its_unit_for_its_kinds_and_in_its_time() -> None:
    few = replace(ORDER, kinds=frozenset({ALVARA, MANDADO}))
    for unit, kind, at, stands in [
        (UNIT, ALVARA, NOW, True),
        (UNIT, ALVARA, NOW - HOUR, True),
        (UNIT, ALVARA, NOW - HOUR - timedelta(seconds=1), False),
        (UNIT, ALVARA, NOW + 8 * HOUR, False),
        ("90109", ALVARA, NOW, False),
        (UNIT, CONTRAMANDADO, NOW, False),
        (UNIT, MANDADO, NOW, False),
    ]:
        assert few.covers(unit, kind, at) is stands
    earlier = replace(ORDER, order_id="o-0")
    assert standing((ORDER, earlier), UNIT, ALVARA, NOW) is earlier
    assert standing((), UNIT, ALVARA, NOW) is None


def test_safety_16_it_opens_a_release_in_an_outage_and_names_itself() -> None:
    # given
    desk = Desk(RELEASE, document("m"), orders=(ORDER,))
    # when
    desk.link(LinkState.DOWN)
    # then the mandado needs a SIM of its own
    assert (desk.standing("a"), desk.standing("m")) == (OPENED, ASKED)
    given = desk["a"].consent
    assert given is not None
    assert (given.answer, given.by, given.at, given.order) == (Consent.SIM, "m007", NOW, "o-1")
    assert len(desk.said("bnmp.document.contingency-opened.v1", "a")) == 1
    assert desk.said("bnmp.document.contingency-offered.v1", "a") == []


@pytest.mark.parametrize(
    "order", [replace(ORDER, ends=NOW), replace(ORDER, unit="90109"), replace(ORDER, begins=NOW + HOUR)]
)
def test_safety_16_one_that_ended_or_is_anothers_stands_for_nothing(order: StandingOrder) -> None:
    # given
    desk = Desk(RELEASE, orders=(order,))
    # when
    desk.link(LinkState.DOWN)
    # then
    assert desk.standing("a") == ASKED


def test_safety_16_a_nao_of_this_outage_goes_before_it_and_one_of_another_does_not() -> None:
    # given
    desk = Desk(RELEASE)
    desk.link(LinkState.DOWN)
    desk.consent("a", Consent.NAO)
    # when
    desk.dossier = replace(desk.dossier, orders=(ORDER,))
    desk.review()
    # then
    assert desk.standing("a") == (State.HELD, Reason.WAITING_LINK)
    # when the link was up in between, and the release could not go
    desk.dossier = replace(desk.dossier, orders=())
    desk.link(LinkState.UP)
    desk.later(60)
    desk.dossier = replace(desk.dossier, orders=(ORDER,))
    desk.link(LinkState.DOWN)
    # then
    assert desk.standing("a") == OPENED


def test_safety_15_it_needs_the_evidence_that_a_sim_needs() -> None:
    # given
    desk = Desk(RELEASE, orders=(ORDER,))
    # when our own maintenance is the cause
    desk.link(LinkState.FORCED_DOWN, cause="OUR_MAINTENANCE")
    # then
    assert desk.standing("a") == (State.HELD, Reason.WAITING_LINK)
    # when the link is up
    desk.link(LinkState.UP)
    assert desk.standing("a") == (State.READY, None)


def test_what_is_in_doubt_is_opened_by_it_and_keeps_its_doubt() -> None:
    # given
    desk = Desk(RELEASE, orders=(ORDER,))
    desk.begin("a")
    desk.answered("a", AnswerClass.UNCERTAIN)
    # when
    desk.link(LinkState.DOWN)
    # then
    assert desk["a"].state is State.CONTINGENCY
    assert desk["a"].consent is not None
    assert desk["a"].doing is not None


def test_safety_18_what_an_order_opens_with_a_gap_tells_its_unit_so_at_once() -> None:
    # given
    desk = Desk(orders=(ORDER,))
    desk.link(LinkState.DOWN)
    # when
    desk.tell_issued(replace(RELEASE, gaps=("fields.motivo",)))
    # then
    assert desk.standing("a") == (State.CONTINGENCY, Reason.MISSING_DATA)


def test_safety_15_attempts_whose_time_is_over_open_a_release_with_any_fact_before_the_link_is_down() -> None:
    # given a release that could not be sent once, and whose new version lacks something
    desk = Desk(RELEASE, orders=(ORDER,))
    desk.link(LinkState.SUSPECT)
    desk.begin("a")
    desk.answered("a", AnswerClass.CONNECTION)
    desk.reissue("a", gaps=("fields.motivo",))
    assert desk.standing("a") == (State.HELD, Reason.MISSING_DATA)
    # when its time is over, and something happens that has nothing to do with it
    desk.later(desk.dossier.windows.retry(liberty=True)[1])
    desk.tell_issued(document("m", case_number="0001235-91.2020.8.12.0001"))
    # then
    assert desk.standing("a") == (State.CONTINGENCY, Reason.MISSING_DATA)
