"""Retries, data, signers, names: the acts from outside that let a held document go."""

from dataclasses import replace
from typing import Any

import pytest

from rules.acts import By, DataSupplied, RetryAsked, RjiLinked, RjiUnlinked, SignerAssigned, StatementGiven
from rules.dossier import Hand, Person
from rules.facts import SignerUnknown
from rules.history import Custody
from rules.words import AnswerClass, CustodyEvent, LinkState, PecaStatus, Reason, Role, State, Statement, Step
from tests.rules.desk import ALVARA, CONTRAMANDADO, NOW, RJI, UNIT, Desk, document, piece

READY = (State.READY, None)
UNKNOWN = {1: Person(1)}
CHOICE = {"candidates": ("98765432109",)}


def held(kind: AnswerClass, step: Step = Step.CREATE) -> Desk:
    desk = Desk(document("m"))
    desk.until("m", step)
    desk.answered("m", kind)
    return desk


def named(desk: Desk, act: type[RjiLinked | RjiUnlinked], rji: str = RJI, **by: Any) -> str:
    who = By(by.get("role", Role.SERVIDOR), "u123", by.get("unit", UNIT), acts_in_unit=True)
    desk.tell(act("c-1", 1, rji, who))
    return str(next(say for say in reversed(desk.says) if say.type.startswith("bnmp.command")).data["reason"])


@pytest.mark.parametrize("role", [Role.OPERADOR, Role.SERVIDOR])
@pytest.mark.parametrize("kind", [AnswerClass.REFUSED, AnswerClass.ACCESS, AnswerClass.CHAIN])
def test_a_hold_of_the_registrys_ends_by_another_try(kind: AnswerClass, role: Role) -> None:
    # given
    desk = held(kind)
    turn = desk["m"].turn
    # when / then
    assert desk.ask(RetryAsked, "m", role) == "APPLIED"
    assert (desk.standing("m"), desk["m"].attempts, desk["m"].due_at) == (READY, (), None)
    assert desk["m"].turn == turn + 1


def test_a_try_that_waits_for_its_hour_goes_at_once() -> None:
    # given
    desk = held(AnswerClass.THROTTLED)
    # when
    desk.ask(RetryAsked, "m", Role.OPERADOR)
    # then
    assert desk.takes() == "m"


def test_another_reading_may_settle_several_matches() -> None:
    # given
    desk = held(AnswerClass.UNCERTAIN)
    two = (piece(desk["m"], PecaStatus.EM_ELABORACAO), piece(desk["m"], PecaStatus.EM_ELABORACAO))
    desk.read("m", pieces=two)
    assert desk.standing("m") == (State.HELD, Reason.UNCERTAIN_OUTCOME)
    # when
    assert desk.ask(RetryAsked, "m") == "APPLIED"
    assert desk["m"].state is State.UNCERTAIN
    desk.read("m", pieces=two[:1])
    # then
    assert (desk.standing("m"), desk["m"].step) == (READY, Step.CREATE)


def test_what_was_opened_with_several_matches_is_read_again_by_the_resolver() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.consent("m")
    desk.link(LinkState.UP)
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.UNCERTAIN)
    desk.read("m", pieces=(piece(desk["m"], "ATIVO"), piece(desk["m"], "ATIVO")))
    assert desk.standing("m") == (State.CONTINGENCY, Reason.UNCERTAIN_OUTCOME)
    # when
    desk.ask(RetryAsked, "m")
    # then
    assert desk.takes(contingency=True) == "m"
    desk.begin("m")
    assert desk["m"].state is State.UNCERTAIN


def test_what_moves_is_not_pushed_and_what_ended_is_not_tried() -> None:
    # given
    desk = Desk(document("m"))
    desk.begin("m")
    # when / then
    assert desk.ask(RetryAsked, "m") == "ON_ITS_WAY"
    desk.answered("m", AnswerClass.OK, piece=piece(desk["m"], PecaStatus.EM_ELABORACAO))
    desk.register("m")
    assert desk.ask(RetryAsked, "m") == "ENDED_ALREADY"
    assert desk.ask(RetryAsked, "m", Role.OPERADOR, unit="another") == "ENDED_ALREADY"
    assert desk.ask(RetryAsked, "m", Role.ADMINISTRADOR_REGIONAL) == "NOT_COMPETENT"


def test_a_retry_of_what_lacks_something_changes_nothing() -> None:
    # given
    desk = Desk(document("m", gaps=("fields.data_validade",)))
    # when
    desk.ask(RetryAsked, "m")
    # then
    assert desk.standing("m") == (State.HELD, Reason.MISSING_DATA)


def supplied(desk: Desk, document_id: str = "m", role: Role = Role.SERVIDOR, **more: Any) -> str:
    old = desk[document_id]
    fresh = replace(document(document_id, old.kind), variant=old.variant, version=old.version + 1)
    return desk.ask(DataSupplied, document_id, role, document=fresh, **more)


@pytest.mark.parametrize("role", [Role.OPERADOR, Role.ADMINISTRADOR_REGIONAL])
def test_safety_28_operators_supply_no_data(role: Role) -> None:
    # given
    desk = Desk(document("m", gaps=("fields.data_validade",)))
    # when / then
    assert supplied(desk, role=role) == "NOT_COMPETENT"
    assert desk["m"].version == 1


def test_data_completes_a_document_as_a_new_version() -> None:
    # given
    desk = Desk(document("m", gaps=("fields.data_validade",)))
    # when / then
    assert supplied(desk) == "APPLIED"
    assert (desk.standing("m"), desk["m"].version) == (READY, 2)


def test_data_completes_what_was_opened_and_keeps_its_mark() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE", gaps=("fields.motivo",)))
    desk.link(LinkState.DOWN)
    desk.consent("a")
    desk.link(LinkState.UP)
    assert desk.standing("a") == (State.CONTINGENCY, Reason.MISSING_DATA)
    before = desk["a"]
    # when
    assert supplied(desk, "a") == "APPLIED"
    # then
    assert desk.standing("a") == (State.CONTINGENCY, None)
    assert (desk["a"].opened_at, desk["a"].text) == (before.opened_at, before.text)


def test_what_is_at_the_registry_already_takes_no_data() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_SERVIDOR)
    # when / then
    assert supplied(desk) == "ON_ITS_WAY"
    desk.answered("m", AnswerClass.OK)
    desk.register("m")
    assert supplied(desk) == "ENDED_ALREADY"


def test_safety_22_the_unit_chooses_the_person_with_the_data_or_by_linking() -> None:
    for by_link in (True, False):
        # given
        desk = Desk(document("m"), document("n", gaps=("fields.data_validade",)), persons=UNKNOWN)
        desk.begin("m")
        desk.answered("m", AnswerClass.OK, **CHOICE)
        assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.MISSING_DATA), ("rji",))
        # when
        said = named(desk, RjiLinked) if by_link else supplied(desk, rji=RJI)
        # then
        assert (said, desk.standing("m"), desk.dossier.persons[1].rji) == ("APPLIED", READY, RJI)
        assert desk.begin("m") is Step.CREATE


def test_a_link_keeps_a_hold_that_it_does_not_settle() -> None:
    # given
    desk = Desk(document("m"), persons=UNKNOWN)
    desk.begin("m")
    desk.answered("m", AnswerClass.OK, **CHOICE)
    desk.put("m", reason=Reason.ACCESS)
    # when
    named(desk, RjiLinked)
    # then
    assert (desk.standing("m"), desk["m"].gaps) == ((State.HELD, Reason.ACCESS), ())


@pytest.mark.parametrize("act", [RjiLinked, RjiUnlinked])
def test_only_a_unit_of_the_persons_papers_names_them_and_no_link_replaces_another(act: type) -> None:
    # given
    desk = Desk(document("m"))
    # when / then
    assert named(desk, act, unit="another") == "NOT_COMPETENT"
    assert named(desk, act, role=Role.OPERADOR) == "NOT_COMPETENT"
    assert named(desk, act, "98765432109") == "OTHER_RJI"
    assert named(desk, act, "98765432109", unit="another") == "NOT_COMPETENT"
    assert desk.dossier.persons[1].rji == RJI


def test_a_link_gives_what_is_open_of_its_person_the_rji_that_it_lacked_and_nothing_else() -> None:
    # given a paper of the person, one of another person's, and one that does not communicate
    desk = Desk(document("m", gaps=("rji",)), document("n", gaps=("rji",), person=2))
    desk.tell_issued(document("x", gaps=("rji",), institutional=False))
    # when
    assert named(desk, RjiLinked) == "APPLIED"
    # then
    assert [desk[one].gaps for one in "mnx"] == [(), ("rji",), ("rji",)]


def test_safety_23_a_wrong_link_is_undone_and_nobody_is_found_by_the_same_traits_again() -> None:
    # given
    desk = Desk(document("m"), document("r"), document("d"), document("x"))
    desk.register("r")
    desk.until("d", Step.SIGN_SERVIDOR)
    assert named(desk, RjiUnlinked) == "ON_ITS_WAY"
    desk.answered("d", AnswerClass.REFUSED)
    desk.until("x", Step.CREATE)
    desk.answered("x", AnswerClass.REFUSED)
    # when
    assert named(desk, RjiUnlinked) == "APPLIED"
    # then
    assert desk.dossier.persons[1].rji is None
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.MISSING_DATA), ("rji",))
    assert (desk.standing("d"), desk["d"].missing) == ((State.HELD, Reason.DIVERGENCE), ("rji",))
    assert desk.standing("x") == (State.HELD, Reason.REFUSED_BY_BNMP)
    assert desk["r"].state is State.REGISTERED


def test_safety_5_another_hand_of_the_unit_signs_and_the_author_stays() -> None:
    # given
    desk = Desk(document("m"))
    desk.tell(SignerUnknown("m"))
    assert desk.standing("m") == (State.HELD, Reason.ACCESS)
    # when
    for user in ("m008", "m009"):
        said = desk.ask(SignerAssigned, "m", Role.CHEFE_DE_CARTORIO, hand=Hand(Role.MAGISTRADO, user, UNIT))
    # then
    assert (said, desk.standing("m")) == ("APPLIED", READY)
    assert desk["m"].hands == (Hand(Role.MAGISTRADO, "m009", UNIT),)
    assert desk["m"].signer == "m007"


def release(on_days: int = 0, event: CustodyEvent = CustodyEvent.TERMINO_PRISAO, event_id: str = "e-1") -> Custody:
    return Custody(event_id, event, NOW.date().replace(day=NOW.day + on_days))


def test_safety_12_a_release_in_the_history_stops_a_mandado_before_its_last_signature() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_SERVIDOR)
    desk.custody(release())
    # when
    desk.answered("m", AnswerClass.OK)
    desk.begin("m")
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.NEEDS_JUDGE), ("custody:e-1",))
    # and when
    desk.ask(StatementGiven, "m", statement=Statement.SEND)
    assert desk.standing("m") == READY
    desk.custody(release(), release(event_id="e-2"))
    # then
    assert desk["m"].missing == ("custody:e-2",)


@pytest.mark.parametrize("event", [release(-1), release(event=CustodyEvent.PRISAO)])
def test_what_happened_before_or_does_not_free_stops_nothing(event: Custody) -> None:
    # given
    desk = Desk(document("m"))
    # when
    desk.custody(event)
    # then
    assert desk.standing("m") == READY


def test_safety_13_a_mandado_inside_a_whole_liberty_chain_goes_whatever_the_history_says() -> None:
    # given
    desk = Desk(document("m", issued_at=None), document("k", CONTRAMANDADO, "m"))
    # when
    desk.custody(release())
    # then
    assert list(desk.drain()) == ["m", "k"]


def test_safety_5_another_try_clears_nothing_that_bnmp_itself_refused() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.ACCESS, hand=Hand(Role.SERVIDOR, "u1", UNIT))
    assert desk["m"].missing == (f"signatures.SERVIDOR.refused:{UNIT}",)
    # when
    assert desk.ask(RetryAsked, "m") == "APPLIED"
    # then
    assert (desk.standing("m"), desk["m"].cleared) == (READY, ())
