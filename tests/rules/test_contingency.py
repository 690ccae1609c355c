"""Contingency is lawful (docs/law.md safety-15 to safety-19)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules import messages
from rules.contingency import JUSTIFICATION_LIMIT, dispensation_text, justification
from rules.words import AnswerClass, Consent, LinkState, Reason, Role, State, Step
from tests.rules.desk import (
    ALVARA,
    CERTIDAO,
    CONTRAMANDADO,
    COURT,
    MANDADO,
    NOW,
    Desk,
    document,
    failure,
    given,
)

DOWN, UP, SUSPECT = LinkState.DOWN, LinkState.UP, LinkState.SUSPECT
AWAITING = (State.HELD, Reason.AWAITING_CONSENT)
WAITING = (State.HELD, Reason.WAITING_LINK)
OFFERED, OPENED = "bnmp.document.contingency-offered.v1", "bnmp.document.contingency-opened.v1"


def test_the_text_is_exact_in_the_courts_legal_time_with_a_year_of_two_digits_cut_to_the_second() -> None:
    assert dispensation_text(datetime(2026, 11, 20, 2, 5, 30, 900_000, tzinfo=UTC), COURT) == (
        "Expediente dispensado de numeração nacional em virtude da impossibilidade de acesso ao "
        "Banco Nacional de Monitoramento de Prisões em 19/11/26 - 22:05:30."
    )


def test_the_justification_names_the_article_and_keeps_its_limit() -> None:
    text = justification(NOW, COURT)
    assert text == "Emitido em contingência: BNMP 2.0 inacessível em 20/11/26 - 13:05:30 (art. 8º, Res. CNJ 251/2018)."
    assert len(text) <= JUSTIFICATION_LIMIT


def test_safety_15_with_the_link_down_the_offer_carries_the_fresh_failure_of_others() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    offer = desk.said(OFFERED, "m")
    assert desk.standing("m") == AWAITING
    assert offer[-1].data["failed_access_at"] == NOW.isoformat()
    assert [(a["op"], a["class"]) for a in offer[-1].data["attempts"]] == [("link", "CONNECTION")]


def test_safety_15_a_stale_failure_is_no_evidence_and_one_fresh_attempt_is_made() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN, last_failed_at=NOW - timedelta(seconds=61))
    assert desk.standing("m") == (State.READY, None)
    desk.link(DOWN, last_failed_at=NOW - timedelta(seconds=60))
    assert desk.standing("m") == AWAITING


@pytest.mark.parametrize(("kind", "tries"), [(CONTRAMANDADO, 3), ("MANDADO_PRISAO_CRIMINAL", 5)])
def test_safety_15_its_own_attempts_suffice_once_they_are_spent(kind: str, tries: int) -> None:
    desk = Desk(document("w"))
    desk.register("w")
    desk.tell_issued(document("d", kind, "w"))
    desk.link(SUSPECT)
    for n in range(tries):
        assert desk.standing("d") == (State.READY, None), n
        desk.begin("d")
        desk.answered("d", AnswerClass.CONNECTION)
        desk.later(1)
    assert desk.standing("d") == AWAITING
    assert desk["d"].failed_access_at == NOW + timedelta(seconds=tries - 1)


def test_safety_15_few_attempts_suffice_when_their_time_is_over() -> None:
    desk = Desk(document("k", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.link(SUSPECT, unavailable_since=NOW - timedelta(seconds=30))
    desk.put("k", attempts=(failure(NOW - timedelta(seconds=20)),))
    desk.review()
    assert desk.standing("k") == AWAITING


def test_safety_15_attempts_of_an_earlier_unavailability_are_no_evidence_of_this_one() -> None:
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.link(DOWN)
    desk.put("k", gaps=("fields.motivo",))
    desk.link(UP)
    desk.later(3600)
    desk.link(SUSPECT)
    assert desk.standing("k") == (State.HELD, Reason.MISSING_DATA)


def test_safety_15_another_unavailability_is_another_offer_with_its_own_instant() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.later(100)
    now = desk.dossier.now
    desk.link(DOWN, unavailable_since=now)
    assert [say.data["failed_access_at"] for say in desk.said(OFFERED, "m")] == [NOW.isoformat(), now.isoformat()]


def test_safety_16_sim_opens_with_the_offered_instant_and_nothing_opens_in_silence() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.later(40)
    desk.review()
    assert not desk.said(OPENED)
    desk.consent("m")
    opened = desk.said(OPENED, "m")[0]
    told = {"failed_access_at": NOW.isoformat(), "text": dispensation_text(NOW, COURT)}
    assert opened.data == told | {"message": messages.STATES[State.CONTINGENCY]}
    assert (desk["m"].state, desk["m"].opened_at) == (State.CONTINGENCY, NOW + timedelta(seconds=40))
    assert desk["m"].retroactive


def test_safety_16_a_sim_given_before_the_present_unavailability_is_asked_again() -> None:
    early = Desk(document("m", consent=given(NOW - timedelta(seconds=1))))
    early.link(DOWN)
    assert early.standing("m") == AWAITING
    in_time = Desk(document("m", consent=given(NOW)))
    in_time.link(DOWN)
    assert in_time.standing("m") == (State.CONTINGENCY, None)


def test_safety_16_nao_means_not_now_and_a_later_sim_replaces_it() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.consent("m", Consent.NAO)
    assert desk.standing("m") == WAITING
    assert desk["m"].due_at is None, "a mandado is asked again on request only"
    desk.consent("m", Consent.SIM)
    assert desk["m"].opened


@pytest.mark.parametrize("said", [None, Consent.NAO])
def test_safety_16_a_release_is_offered_again_every_half_hour_also_after_a_nao(said: Consent | None) -> None:
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.link(DOWN)
    if said is not None:
        desk.consent("a", said)
    for n in (1, 2):
        assert desk["a"].due_fact == "OFFER_AGAIN"
        desk.due("a")
        assert desk.dossier.now == NOW + timedelta(minutes=30 * n)
        assert len(desk.said(OFFERED, "a")) == 1 + n


@pytest.mark.parametrize(("kind", "then"), [(MANDADO, None), (ALVARA, "OFFER_AGAIN")])
def test_safety_16_what_was_to_be_tried_again_is_no_more_after_a_nao(kind: str, then: str | None) -> None:
    desk = Desk(document("d", kind, **({"variant": "PRISAO_FLAGRANTE"} if kind == ALVARA else {})))
    desk.put("d", due_fact="RETRY", due_at=NOW, consent=given(NOW, Consent.NAO))
    desk.link(DOWN)
    assert (desk.standing("d"), desk["d"].due_fact) == (WAITING, then)


def test_safety_27_a_nao_to_what_is_in_doubt_leaves_its_doubt() -> None:
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.UNCERTAIN)
    desk.link(DOWN)
    desk.consent("m", Consent.NAO)
    assert (desk["m"].state, desk["m"].doing) == (State.UNCERTAIN, Step.CREATE)


def test_safety_16_an_offer_that_no_longer_holds_is_not_repeated() -> None:
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.link(DOWN)
    desk.link(UP)
    assert desk["a"].due_at is None
    desk.put("a", due_at=NOW, due_fact="OFFER_AGAIN")
    desk.due("a")
    assert len(desk.said(OFFERED, "a")) == 1


def test_on_return_of_the_link_the_offer_lapses_and_a_later_answer_is_only_noted() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.link(UP)
    assert (desk.standing("m"), desk["m"].failed_access_at) == ((State.READY, None), None)
    desk.consent("m")
    assert desk.said("bnmp.command.applied.v1")[-1].data["reason"] == "OFFER_LAPSED"
    assert not desk["m"].opened


def test_what_waited_for_the_link_goes_when_it_is_up_and_keeps_its_justification() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.link(DOWN)
    desk.tell_issued(document("c", CERTIDAO, "m"))
    assert desk.standing("c") == WAITING
    desk.link(LinkState.PROBING)
    desk.link(SUSPECT)
    assert desk.standing("c") == WAITING, "it leaves only when the link is UP"
    desk.link(UP)
    assert desk.standing("c") == (State.READY, None)
    assert (desk["c"].retroactive, desk["c"].failed_access_at) == (True, NOW)


@pytest.mark.parametrize(
    "flaw",
    [{"gaps": ("fields.motivo",)}, {"antecedents": ()}, {"variant": None}],
    ids=["data", "antecedent", "variant"],
)
def test_safety_18_a_gap_does_not_stop_contingency(flaw: dict[str, Any]) -> None:
    desk = Desk(document("a", ALVARA, "unknown", **flaw))
    assert desk["a"].state is State.HELD
    desk.link(DOWN)
    assert desk.standing("a") == AWAITING


def test_safety_18_an_antecedent_that_bnmp_did_not_see_does_not_stop_contingency_before_its_hour() -> None:
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.begin("a")
    desk.answered("a", AnswerClass.CHAIN)
    assert desk.standing("a") == (State.HELD, Reason.MISSING_ANTECEDENT)
    desk.link(DOWN)
    assert desk.standing("a") == AWAITING


def test_safety_5_what_no_judge_released_is_no_order_link_up_or_down() -> None:
    desk = Desk(document("m", released_by_judge=False))
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.ACCESS), ("released_by",))
    desk.link(DOWN)
    assert desk.standing("m") == (State.HELD, Reason.ACCESS)
    assert desk.said("bnmp.document.held.v1", "m")[0].data["who"]["role"] is Role.MAGISTRADO


def test_the_closed_list_a_certidao_is_never_offered() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("c", CERTIDAO, "m", consent=given(NOW)))
    desk.link(DOWN)
    assert desk.standing("c") == WAITING


def test_safety_19_our_own_maintenance_offers_nothing_and_sends_nothing() -> None:
    desk = Desk(document("m", consent=given(NOW)))
    desk.link(LinkState.FORCED_DOWN, cause="OUR_MAINTENANCE", last_failed_at=None)
    assert desk.standing("m") == WAITING
    assert desk.takes() is None
    desk.link(LinkState.FORCED_DOWN, cause="OUR_MAINTENANCE")
    assert not desk.said(OFFERED)
    declared = Desk(document("m"))
    declared.link(LinkState.FORCED_DOWN, cause="UNAVAILABILITY_DECLARED")
    assert declared.standing("m") == AWAITING


def test_safety_19_a_link_forced_up_does_not_hide_a_documents_own_failures() -> None:
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.put("a", attempts=tuple(failure(NOW + timedelta(seconds=n)) for n in range(3)))
    desk.link(LinkState.FORCED_UP)
    assert desk.standing("a") == AWAITING


@pytest.mark.parametrize("by", [{"unit": "another"}, {"role": Role.OPERADOR}])
def test_safety_28_only_the_competent_unit_answers(by: dict[str, Any]) -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.consent("m", **by)
    assert desk.said("bnmp.command.refused.v1")[0].data["reason"] == "NOT_COMPETENT"
    assert (desk["m"].opened, desk["m"].consent) == (False, None)


@pytest.mark.parametrize("kind", [AnswerClass.REFUSED, AnswerClass.ACCESS])
def test_a_sim_lifts_no_refusal_of_bnmp(kind: AnswerClass) -> None:
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", kind)
    before = desk.standing("m")
    desk.consent("m")
    assert desk.standing("m") == before
    assert desk.said("bnmp.command.applied.v1")[-1].data["reason"] == "OFFER_LAPSED"


def test_an_answer_about_what_is_unknown_or_opened_already_is_refused() -> None:
    desk = Desk(document("m"))
    desk.consent("nobody")
    desk.link(DOWN)
    desk.consent("m")
    desk.consent("m", Consent.NAO)
    reasons = [say.data["reason"] for say in desk.said("bnmp.command.refused.v1")]
    assert reasons == ["UNKNOWN_DOCUMENT", "ALREADY_OPENED"]


@pytest.mark.parametrize("state", [LinkState.UP, LinkState.DOWN])
@pytest.mark.parametrize("held", [False, True])
def test_a_version_that_saj_itself_issued_under_contingency_is_opened_as_it_is(state: LinkState, *, held: bool) -> None:
    # given a release at rest, READY or HELD
    desk = Desk(document("a", ALVARA, gaps=("fields.motivo",) if held else ()))
    desk.link(state)
    # when its court, which could not reach BNMP, issues it with the dispensation
    brought = {"failed_access_at": NOW, "text": dispensation_text(NOW, COURT), "opened_at": NOW, "retroactive": True}
    desk.reissue("a", **brought)
    # then it is the resolver's, with the text that SAJ wrote and nothing offered or said again
    assert desk["a"].state is State.CONTINGENCY
    assert {name: getattr(desk["a"], name) for name in brought} == brought
    assert not desk.said(OPENED, "a")
