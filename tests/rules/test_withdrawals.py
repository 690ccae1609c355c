"""What is taken back ends where nothing of it is in effect, and waits for a person where something may be."""

from typing import Any

import pytest

from rules.acts import DocumentWithdrawn, ExclusionAsked, StatementGiven
from rules.dossier import Person
from rules.words import AnswerClass, LinkState, Reason, Role, State, Statement, Step
from tests.rules.annulling import annul
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, RJI, YESTERDAY, Desk, document, in_effect, piece

ANNULLED: dict[str, Any] = {"reason": "ANULADO"}
JUDGE = (State.HELD, Reason.NEEDS_JUDGE)
REFUSED, EXCLUDED = "bnmp.command.refused.v1", "bnmp.document.excluded.v1"


def amid(step: Step) -> Desk:
    """A mandado that nobody released in the case yet, with this step in flight."""
    desk = Desk(document("m"))
    desk.until("m", step)
    return desk


def test_safety_29_what_was_not_sent_yet_is_excluded_and_saj_is_told_by_whom() -> None:
    # given
    desk = Desk(document("m"))
    # when
    reason = desk.ask(DocumentWithdrawn, "m", **ANNULLED)
    # then
    assert (reason, desk.standing("m")) == ("APPLIED", (State.EXCLUDED, Reason.WITHDRAWN))
    assert desk.said(EXCLUDED, "m")[0].data["by"]["role"] is Role.MAGISTRADO


def test_a_unit_that_excludes_is_named_as_the_reason() -> None:
    # given
    desk = Desk(document("c", CERTIDAO, "m"))
    # when
    reason = desk.ask(ExclusionAsked, "c", Role.SERVIDOR)
    # then
    assert (reason, desk.standing("c")) == ("APPLIED", (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT))


@pytest.mark.parametrize("act", [DocumentWithdrawn, ExclusionAsked])
def test_safety_28_a_release_is_taken_back_by_its_judge_alone(act: type) -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    more = ANNULLED if act is DocumentWithdrawn else {}
    # when / then
    assert desk.ask(act, "a", Role.SERVIDOR, **more) == "JUDGE_ONLY"
    assert desk.ask(act, "a", Role.MAGISTRADO, unit="other", **more) == "NOT_COMPETENT"
    assert desk.standing("a") == (State.READY, None)
    assert desk.ask(act, "a", Role.MAGISTRADO, **more) == "APPLIED"
    assert desk["a"].state is State.EXCLUDED


@pytest.mark.parametrize("act", [DocumentWithdrawn, ExclusionAsked])
def test_safety_29_a_mandado_released_in_the_case_ends_only_by_contramandado_and_waits_for_it(act: type) -> None:
    # given
    desk = Desk(document("m", released=True))
    # when
    reason = desk.ask(act, "m", **(ANNULLED if act is DocumentWithdrawn else {}))
    # then
    assert (reason, desk.standing("m"), desk["m"].missing) == ("ONLY_BY_CONTRAMANDADO", JUDGE, ("withdrawal",))
    assert len(desk.said(REFUSED)) == 1
    # and when
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    # then
    assert list(desk.drain()) == ["m", "k"]


def test_safety_29_sem_efeito_is_refused_and_a_judge_may_still_say_send() -> None:
    # given
    desk = Desk(document("m"))
    # when / then
    assert desk.ask(DocumentWithdrawn, "m", Role.SERVIDOR, reason="SEM_EFEITO") == "NEVER_SEM_EFEITO"
    assert desk.standing("m") == JUDGE
    assert desk.ask(StatementGiven, "m", statement=Statement.SEND) == "APPLIED"
    assert desk.standing("m") == (State.READY, None)


def test_safety_29_an_opened_mandado_stays_with_the_judge_until_its_contramandado() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.consent("m")
    # when / then
    assert desk.ask(DocumentWithdrawn, "m", **ANNULLED) == "ONLY_BY_CONTRAMANDADO"
    assert desk.standing("m") == (State.CONTINGENCY, Reason.NEEDS_JUDGE)
    assert desk.ask(StatementGiven, "m", statement=Statement.DO_NOT_SEND) == "ONLY_BY_CONTRAMANDADO"
    assert desk["m"].opened


def test_a_judge_may_end_an_opened_release_because_it_is_his_order() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.link(LinkState.DOWN)
    desk.consent("a")
    # when / then
    assert desk.ask(DocumentWithdrawn, "a", **ANNULLED) == "APPLIED"
    assert desk["a"].state is State.EXCLUDED


@pytest.mark.parametrize(
    ("kind", "says"), [(ALVARA, "REGISTERED_ALREADY"), ("MANDADO_PRISAO_CRIMINAL", "ONLY_BY_CONTRAMANDADO")]
)
def test_what_is_registered_is_not_ended_by_a_command_to_exclude(kind: str, says: str) -> None:
    # given
    desk = Desk(document("d", kind, variant="PRISAO_FLAGRANTE" if kind == ALVARA else None, released=True))
    desk.register("d")
    before = desk["d"]
    # when / then
    assert desk.ask(ExclusionAsked, "d") == says
    assert desk["d"] == before


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("PENDENTE_CUMPRIMENTO", "ONLY_BY_CONTRAMANDADO"),
        ("CUMPRIDO", "ONLY_BY_RELEASE"),
        ("EXPIRADO", "EXPIRED_ALREADY"),
        ("REVOGADO", "ENDED_ALREADY"),
        ("ANULADO", "ENDED_ALREADY"),
        ("Outra Coisa", "ONLY_BY_CONTRAMANDADO"),
    ],
)
@pytest.mark.parametrize("reason", ["ANULADO", "CANCELADO", "SEM_EFEITO"])
def test_by_what_a_registered_mandado_ends_is_told_by_its_status_in_bnmp(status: str, says: str, reason: str) -> None:
    # given
    desk = Desk(document("m", released=True))
    desk.register("m")
    desk.put("m", bnmp_status=status)
    before = desk["m"]
    # when / then
    assert desk.ask(DocumentWithdrawn, "m", reason=reason) == says
    assert desk["m"] == before


def test_what_has_ended_has_ended() -> None:
    # given
    desk = Desk(document("m"))
    desk.ask(ExclusionAsked, "m")
    # when / then
    assert desk.ask(ExclusionAsked, "m") == "ENDED_ALREADY"


def test_safety_12_what_is_on_its_way_stops_at_the_last_look_and_its_draft_is_cancelled_or_for_the_unit() -> None:
    # given
    desk = amid(Step.SIGN_SERVIDOR)
    assert desk.ask(ExclusionAsked, "m") == "IN_DOUBT"
    # when
    assert desk.ask(DocumentWithdrawn, "m", **ANNULLED) == "WITHDRAWAL_NOTED"
    desk.answered("m", AnswerClass.OK)
    desk.begin("m")
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.DIVERGENCE), ("bnmp_draft",))
    assert (desk.takes(), desk["m"].due_fact) == ("m", "ANNUL")
    # and when CNJ does not, and the unit has cancelled the draft by itself
    annul(desk, "m", AnswerClass.CHAIN)
    assert desk.takes() is None
    assert desk.ask(ExclusionAsked, "m") == "APPLIED"
    assert desk.standing("m") == (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT)


def test_a_draft_is_not_forgotten_by_the_first_command_to_exclude() -> None:
    # given
    desk = amid(Step.SIGN_SERVIDOR)
    desk.answered("m", AnswerClass.REFUSED)
    # when / then
    assert desk.ask(ExclusionAsked, "m") == "WITHDRAWAL_NOTED"
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.DIVERGENCE), ("bnmp_draft",))
    assert desk.ask(ExclusionAsked, "m") == "APPLIED"


def test_before_anything_is_at_the_registry_what_is_on_its_way_simply_ends() -> None:
    # given
    desk = Desk(document("m"), persons={1: Person(1)})
    desk.begin("m")
    # when
    desk.ask(DocumentWithdrawn, "m", **ANNULLED)
    desk.answered("m", AnswerClass.OK, rji=RJI)
    desk.begin("m")
    # then
    assert desk.standing("m") == (State.EXCLUDED, Reason.WITHDRAWN)


def test_safety_29_what_is_in_doubt_is_read_back_first_and_excluded_if_nothing_is_there() -> None:
    # given
    desk = amid(Step.CREATE)
    desk.answered("m", AnswerClass.UNCERTAIN)
    # when
    assert desk.ask(DocumentWithdrawn, "m", **ANNULLED) == "WITHDRAWAL_NOTED"
    assert desk["m"].state is State.UNCERTAIN
    for _ in range(3):
        desk.due("m")
        desk.read("m")
    # then
    assert desk.standing("m") == (State.EXCLUDED, Reason.WITHDRAWN)


def test_safety_29_what_the_reading_shows_in_effect_is_registered_and_saj_is_told_so() -> None:
    # given
    desk = amid(Step.SIGN_MAGISTRADO)
    desk.answered("m", AnswerClass.UNCERTAIN)
    desk.ask(DocumentWithdrawn, "m", **ANNULLED)
    # when
    desk.put("m", released=True)
    desk.read("m", pieces=(piece(desk["m"], in_effect(desk["m"])),))
    desk.register("m")
    # then
    assert desk["m"].state is State.REGISTERED
    assert desk.said(REFUSED)[-1].data["reason"] == "ONLY_BY_CONTRAMANDADO"


def test_safety_11_a_mandado_whose_release_was_excluded_goes_to_the_judge_who_may_send_it() -> None:
    # given
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    # when
    desk.ask(ExclusionAsked, "k")
    # then
    assert (desk.standing("m"), desk["m"].missing) == (JUDGE, ("k",))
    # and when
    assert desk.ask(StatementGiven, "m", Role.SERVIDOR, statement=Statement.SEND) == "JUDGE_ONLY"
    assert desk.ask(StatementGiven, "m", statement=Statement.SEND) == "APPLIED"
    # then
    assert list(desk.drain()) == ["m"]


def test_what_the_judge_does_not_want_sent_ends_even_released_in_the_case() -> None:
    # given
    desk = Desk(document("m", released=True), document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.ask(ExclusionAsked, "k")
    # when / then
    assert desk.ask(StatementGiven, "m", statement=Statement.DO_NOT_SEND) == "APPLIED"
    assert desk.standing("m") == (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT)


def test_a_judges_send_clears_what_was_put_to_him_and_nothing_later() -> None:
    # given
    desk = Desk(document("m", released=True))
    desk.ask(DocumentWithdrawn, "m", **ANNULLED)
    desk.ask(StatementGiven, "m", statement=Statement.SEND)
    # when
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.ask(ExclusionAsked, "k")
    # then
    assert (desk.standing("m"), desk["m"].missing) == (JUDGE, ("k",))


def test_a_judge_whom_nobody_asked_settles_nothing() -> None:
    # given
    desk = Desk(document("m", gaps=("fields.data_validade",)))
    # when / then
    assert desk.ask(StatementGiven, "m", statement=Statement.SEND) == "NOT_ASKED"


def test_the_successors_of_what_was_excluded_miss_it() -> None:
    # given
    desk = Desk(document("m"), document("c", CERTIDAO, "m"))
    # when
    desk.ask(DocumentWithdrawn, "m", **ANNULLED)
    # then
    assert desk.standing("c") == (State.HELD, Reason.MISSING_ANTECEDENT)


def test_an_act_about_what_nobody_knows_is_refused() -> None:
    # given / when / then
    assert Desk().ask(ExclusionAsked, "nobody") == "UNKNOWN_DOCUMENT"


def test_a_withdrawal_that_does_not_say_who_or_why_decides_nothing_and_stops_a_mandado() -> None:
    # given
    desk = Desk(document("m"), document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    # when / then
    for one in ("m", "a"):
        assert desk.ask(DocumentWithdrawn, one, unit="unknown", reason="INCOMPLETE") == "INCOMPLETE"
    assert (desk.standing("m"), desk["a"].withdrawal) == (JUDGE, None)


def test_safety_13_a_judge_may_send_a_mandado_past_its_validity() -> None:
    # given
    desk = Desk(document("m", valid_until=YESTERDAY, retroactive=True))
    assert (desk.standing("m"), desk["m"].missing) == (JUDGE, ("fields.data_validade",))
    # when
    desk.ask(StatementGiven, "m", statement=Statement.SEND)
    # then
    assert desk.standing("m") == (State.READY, None)
