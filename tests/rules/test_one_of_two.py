"""Where a rule asks for two things at once, or for one of two: an example in which only the one holds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rules.acts import By, ContingencyAnswered, DataSupplied, DocumentWithdrawn, RetryAsked, RjiUnlinked
from rules.dossier import Person
from rules.effects import expected
from rules.facts import EscalationFell, SignerUnknown
from rules.situation import Situation
from rules.words import AnswerClass, Consent, Kind, LinkState, PecaStatus, Reason, Role, State, Step, Variant
from tests.rules.desk import ALVARA, CONTRAMANDADO, NOW, RJI, UNIT, Desk, document, piece

GUIA = Kind.GUIA_RECOLHIMENTO_ACERVO
BY = By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)
OTHER = "98765432109"


def down(desk: Desk, **changes: Any) -> Desk:
    desk.link(LinkState.DOWN, **changes)
    return desk


def in_doubt() -> Desk:
    desk = Desk(document("d"))
    desk.until("d", Step.CREATE)
    desk.answered("d", AnswerClass.UNCERTAIN)
    return desk


def with_two_matches() -> Desk:
    """What became of it nobody knows, though nothing is under way."""
    desk = in_doubt()
    desk.read("d", pieces=(piece(desk["d"], "ATIVO"), piece(desk["d"], "ATIVO")))
    assert desk.standing("d") == (State.HELD, Reason.UNCERTAIN_OUTCOME)
    return desk


def without_credentials() -> Desk:
    desk = Desk(document("d"))
    desk.tell(SignerUnknown("d"))
    return desk


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: down(Desk(document("d"))), "APPLIED"),
        (lambda: Desk(document("d")), "OFFER_LAPSED"),
        (lambda: down(without_credentials()), "OFFER_LAPSED"),
        (lambda: down(in_doubt()), "APPLIED"),
        (in_doubt, "OFFER_LAPSED"),
        (lambda: down(Desk(document("d", GUIA))), "OFFER_LAPSED"),
    ],
    ids=["held for it", "on its way", "no credentials", "in doubt", "in doubt, link up", "a kind that waits"],
)
def test_safety_16_a_sim_counts_where_the_offer_stands(made: Callable[[], Desk], said: str) -> None:
    # given
    desk = made()
    # when
    told = desk.tell(ContingencyAnswered("c-1", "d", BY, desk.dossier.now, Consent.SIM))
    # then
    assert [say.data["reason"] for say in told.says if say.type.startswith("bnmp.command")] == [said]


def test_safety_29_what_is_in_doubt_and_at_rest_is_not_taken_out_at_once() -> None:
    # given
    desk = with_two_matches()
    # then
    assert desk.ask(DocumentWithdrawn, "d", reason="ANULADO") == "WITHDRAWAL_NOTED"
    assert desk["d"].state is State.HELD


def test_safety_23_a_link_is_not_undone_while_a_write_in_doubt_is_at_rest() -> None:
    # given
    desk = with_two_matches()
    # when
    desk.tell(RjiUnlinked("c-1", 1, RJI, BY))
    # then
    assert desk.says[-1].data["reason"] == "ON_ITS_WAY"
    assert desk.dossier.persons[1].rji == RJI


@pytest.mark.parametrize(("kind", "cause"), [(GUIA, "CALL_FAILED"), (CONTRAMANDADO, "OUR_MAINTENANCE")])
def test_another_try_offers_no_contingency_where_none_is_lawful(kind: Kind, cause: str) -> None:
    # given
    desk = down(Desk(document("d", kind)), cause=cause, last_failed_at=None)
    # when
    desk.ask(RetryAsked, "d", Role.SERVIDOR)
    # then
    assert not desk.said("bnmp.document.contingency-offered.v1")


def test_another_try_of_what_is_between_two_steps_says_that_it_is_on_its_way() -> None:
    # given
    desk = Desk(document("d"))
    desk.advance("d")
    assert (desk["d"].state, desk["d"].doing) == (State.SENDING, None)
    # then
    assert desk.ask(RetryAsked, "d", Role.SERVIDOR) == "ON_ITS_WAY"


def test_data_that_names_another_rji_does_not_link_a_person_who_is_linked() -> None:
    # given
    desk = Desk(document("d", gaps=("fields.motivo",)))
    # when
    desk.ask(DataSupplied, "d", Role.SERVIDOR, document=document("d", version=2), rji=OTHER)
    # then
    assert (desk["d"].state, desk.dossier.persons[1].rji) == (State.READY, RJI)


def test_what_was_rejected_is_not_taken_back_as_well() -> None:
    # given
    desk = Desk(document("d", owner_system="SEEU"))
    # then
    assert desk.ask(DocumentWithdrawn, "d", reason="ANULADO") == "ENDED_ALREADY"
    assert desk["d"].state is State.REJECTED


def test_safety_22_nobody_waits_until_it_is_known_whether_another_person_was_created() -> None:
    # given a person who is being created, and another one
    desk = Desk(document("d"), document("e", person=2), persons={1: Person(1), 2: Person(2)})
    desk.begin("d")
    desk.answered("d", AnswerClass.OK)
    desk.begin("d")
    assert desk["d"].doing is Step.PERSON_CREATE
    # when that other one is looked for, too
    desk.begin("e")
    # then
    assert desk["e"].doing is Step.PERSON


@pytest.mark.parametrize(
    "made", [lambda: Desk(document("d", gaps=("fields.motivo",))), lambda: down(Desk(document("d")))]
)
def test_safety_5_credentials_that_are_absent_are_told_of_what_is_held_too(made: Callable[[], Desk]) -> None:
    # given
    desk = made()
    # when
    desk.tell(SignerUnknown("d"))
    # then
    assert desk.standing("d") == (State.HELD, Reason.ACCESS)


def test_effects_a_mandado_that_others_revoke_frees_nobody_whom_another_holds() -> None:
    # given somebody held by a conversion, and sought by a mandado that BNMP then shows revoked
    held = replace(
        document("n", variant=Variant.CONVERSAO_FLAGRANTE), bnmp_status=PecaStatus.CUMPRIDO, registered_at=NOW
    )
    sought = replace(document("o"), bnmp_status=PecaStatus.REVOGADO, registered_at=NOW)
    # when
    done = [replace(one, state=State.REGISTERED) for one in (held, sought)]
    # then
    assert expected(done, lambda _: ()) == Situation.PRESO_PROVISORIO


@pytest.mark.parametrize(("status", "incidents"), [(PecaStatus.PENDENTE_CUMPRIMENTO, 1), (PecaStatus.REVOGADO, 0)])
def test_safety_4_a_release_that_is_held_is_an_incident_while_a_mandado_that_it_reaches_stands(
    status: PecaStatus, incidents: int
) -> None:
    # given
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("a", ALVARA, "m", gaps=("fields.motivo",)))
    desk.put("m", bnmp_status=status)
    # when
    desk.tell(EscalationFell("a"))
    # then
    assert len(desk.said("bnmp.incident.v1")) == incidents


def test_only_what_the_registry_failed_on_is_tried_anew_when_its_hour_comes() -> None:
    # given a hold for another reason, whose attempts are its evidence, and a fault for good with another hour
    waiting, failed = down(Desk(document("d"))), Desk(document("d"))
    evidence = waiting["d"].attempts
    waiting.put("d", due_at=NOW, due_fact="ASK_AGAIN")
    failed.put("d", state=State.HELD, reason=Reason.REGISTRY_FAULT, due_at=NOW, due_fact="RETRY")
    # when
    waiting.due("d")
    failed.due("d")
    # then
    assert (waiting["d"].reason, waiting["d"].attempts) == (Reason.AWAITING_CONSENT, evidence)
    assert failed.standing("d") == (State.HELD, Reason.REGISTRY_FAULT)


def test_safety_30_a_certidao_names_the_instant_of_the_offer_and_not_that_of_the_sim() -> None:
    # given
    desk = down(Desk(document("d")))
    offered = desk["d"].failed_access_at
    desk.later(30)
    desk.consent("d")
    desk.link(LinkState.UP)
    # when
    list(desk.drain(contingency=True))
    # then
    (resolved,) = desk.said("bnmp.contingency.resolved.v1")
    assert offered is not None
    local = offered.astimezone(desk.dossier.court.zone)
    assert f"{local:%H:%M:%S}" in str(resolved.data)
