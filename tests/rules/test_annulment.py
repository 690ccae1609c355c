"""What is in effect is annulled where CNJ allows it and nobody is arrested by it; drafts are cancelled (docs/law.md cancellation)."""

from dataclasses import replace
from typing import Any

import pytest

from rules.acts import DocumentWithdrawn
from rules.casework import is_annulling
from rules.dossier import Document, Merge, Person
from rules.effects import expected
from rules.facts import StepBegun
from rules.history import Custody
from rules.kinds import undone_as
from rules.words import (
    AnswerClass,
    CustodyEvent,
    Effect,
    Kind,
    LinkState,
    PecaStatus,
    Reason,
    Role,
    State,
    Step,
)
from tests.rules.annulling import annul, looks
from tests.rules.desk import ALVARA, CERTIDAO, NOW, RJI, Desk, document

WITHDRAWN: dict[str, Any] = {"reason": "ANULADO", "why": "Expedido por engano"}
CHANGED, APPLIED, REFUSED = "bnmp.document.status-changed.v1", "bnmp.command.applied.v1", "bnmp.command.refused.v1"
DISPATCH = "bnmp.dispatch.v1"


def fulfilled(*more: Document) -> Desk:
    """A mandado with its certidão, both in effect, and whatever else is issued."""
    desk = Desk(document("m", released=True), document("c", CERTIDAO, "m"))
    desk.register("m", "c")
    for one in more:
        desk.tell_issued(one)
    return desk


def reasons(desk: Desk, kind: str) -> list[str]:
    """How commands were answered."""
    return [str(one.data["reason"]) for one in desk.said(kind)]


def test_an_annulled_certidao_brings_its_mandado_back_and_its_unit_signs_a_certidao_of_it() -> None:
    # given
    desk = fulfilled()
    # when
    assert desk.ask(DocumentWithdrawn, "c", Role.SERVIDOR, **WITHDRAWN) == "ANNULMENT_ASKED"
    # then it stands in the sender's queue at the place of a mandado
    assert (desk.takes(), desk["c"].priority) == ("c", 2)
    record = desk.said(DISPATCH, "c")[-1].document
    assert record is not None
    assert record.turn == desk["c"].turn
    # when
    assert annul(desk, "c")
    # then
    assert (desk.standing("c"), desk["c"].bnmp_status) == ((State.REGISTERED, None), PecaStatus.ANULADO)
    assert desk["m"].bnmp_status == PecaStatus.PENDENTE_CUMPRIMENTO
    told = {one.document.document_id: one.data for one in desk.said(CHANGED) if one.document}
    assert (told["c"]["bnmp_status"], told["m"]["bnmp_status"]) == ("ANULADO", "PENDENTE_CUMPRIMENTO")
    certificate = told["c"]["certificate"]
    assert (certificate["kind"], certificate["signer"]) == ("CERTIDAO_ANULACAO", "u123")
    assert all(str(one) in certificate["text"] for one in (desk["c"].national_number, RJI))
    assert reasons(desk, APPLIED) == ["ANNULMENT_ASKED", "ANNULLED"]
    assert desk.takes() is None
    assert desk.ask(DocumentWithdrawn, "c", **WITHDRAWN) == "ENDED_ALREADY"


def test_what_bnmp_should_say_of_the_person_is_folded_from_what_remains() -> None:
    # given
    desk = fulfilled()

    def situation() -> str:
        documents = desk.dossier.documents.values()
        return expected(documents, lambda one: [a.document_id or "" for a in desk[one].antecedents])

    assert situation() == "PRESO_PROVISORIO"
    # when
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    annul(desk, "c")
    # then
    assert situation() == "PROCURADO"


@pytest.mark.parametrize(("kind", "undone"), [(kind, undone_as(kind)) for kind in Kind])
def test_annulling_a_mandado_frees_and_annulling_what_freed_or_fulfilled_arrests(kind: str, undone: Effect) -> None:
    arrests = {"CERTIDAO_CUMPRIMENTO_PRISAO", "CERTIDAO_CUMPRIMENTO_INTERNACAO", "CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE"}
    if kind.startswith("MANDADO_"):
        assert undone is Effect.LIBERTY
    elif kind.startswith(("ALVARA", "ORDEM", "CONTRAMANDADO")) or kind in arrests:
        assert undone is Effect.ARREST
    else:
        assert undone is Effect.NEUTRAL


def test_a_mandado_that_was_never_released_in_the_case_is_annulled_before_all_else() -> None:
    # given
    desk = Desk(document("m"))
    desk.register("m")
    # when
    assert desk.ask(DocumentWithdrawn, "m", Role.SERVIDOR, **WITHDRAWN) == "ANNULMENT_ASKED"
    # then
    assert desk["m"].priority == 0
    annul(desk, "m")
    assert desk["m"].gone
    # and sem efeito no mandado is ever made
    other = Desk(document("m"))
    other.register("m")
    assert other.ask(DocumentWithdrawn, "m", reason="SEM_EFEITO") == "NEVER_SEM_EFEITO"


def test_a_guia_is_annulled_at_its_own_place_and_brings_nothing_back() -> None:
    # given
    desk = Desk(document("g", Kind.GUIA_RECOLHIMENTO_ACERVO))
    desk.register("g")
    # when
    desk.ask(DocumentWithdrawn, "g", Role.SERVIDOR, reason="CANCELADO")
    annul(desk, "g", status=PecaStatus.EXCLUIDO)
    # then
    assert (desk["g"].priority, desk["g"].bnmp_status) == (5, PecaStatus.EXCLUIDO)
    assert len(desk.said(CHANGED)) == 1


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (AnswerClass.REFUSED, "CNJ_REFUSED"),
        (AnswerClass.CHAIN, "CNJ_REFUSED"),
        (AnswerClass.DUPLICATE, "CNJ_REFUSED"),
        (AnswerClass.ACCESS, "ANNULMENT_ACCESS"),
    ],
)
def test_what_cnj_refuses_stands_and_the_unit_is_told(kind: AnswerClass, says: str) -> None:
    # given
    desk = fulfilled()
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    # when
    annul(desk, "c", kind)
    # then
    assert (desk["c"].bnmp_status, desk["c"].withdrawal, desk.takes()) == (PecaStatus.ATIVO, None, None)
    assert reasons(desk, REFUSED) == [says]
    # and may be asked for again
    assert desk.ask(DocumentWithdrawn, "c", **WITHDRAWN) == "ANNULMENT_ASKED"


def test_a_piece_that_bnmp_does_not_know_is_not_told_as_annulled() -> None:
    # given
    desk = fulfilled()
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    # when
    annul(desk, "c", status=None)
    # then
    assert reasons(desk, REFUSED) == ["NOT_AT_BNMP"]
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO


@pytest.mark.parametrize(
    ("kind", "status", "seconds"),
    [
        (AnswerClass.CONNECTION, None, 5),
        (AnswerClass.UNCERTAIN, None, 5),
        (AnswerClass.THROTTLED, None, 5),
        (AnswerClass.FAULT, None, 3600),
        (AnswerClass.OK, "ATIVO", 3600),
    ],
)
def test_who_is_not_answered_asks_again_by_the_clock(kind: AnswerClass, status: str | None, seconds: int) -> None:
    # given
    desk = fulfilled()
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    # when
    annul(desk, "c", kind, status)
    # then
    due = desk["c"].due_at
    assert due is not None
    assert ((due - desk.dossier.now).total_seconds(), desk["c"].due_fact, desk.takes()) == (seconds, "ANNUL", None)
    # when
    desk.due("c")
    # then
    assert desk.takes() == "c"
    assert annul(desk, "c")
    assert desk["c"].gone


def test_with_the_link_down_nobody_asks_and_the_clock_comes_again() -> None:
    # given
    desk = fulfilled()
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    annul(desk, "c", AnswerClass.CONNECTION)
    desk.link(LinkState.DOWN)
    # when
    desk.due("c")
    # then
    assert not is_annulling(desk["c"])
    assert (desk["c"].due_fact, desk["c"].looked_up_at) == ("ANNUL", desk.dossier.now)
    assert desk.takes() is None


FREED = Custody("e-1", CustodyEvent.TERMINO_PRISAO, NOW.date())
OTHER = {"registered_at": NOW, "bnmp_id": "b-x", "bnmp_status": "ATIVO"}


def with_person(desk: Desk, **changes: Any) -> None:
    """Person 1 has these traits, too."""
    persons = {**desk.dossier.persons, 1: replace(desk.dossier.persons[1], **changes)}
    desk.dossier = replace(desk.dossier, persons=persons)


@pytest.mark.parametrize(
    ("why", "given"),
    [
        ("DEAD_LETTER_AHEAD", lambda desk: with_person(desk, dead_letters=1)),
        ("MERGE_UNCONFIRMED", lambda desk: with_person(desk, merge=Merge(RJI, "98765432109"))),
        ("FREED_SINCE", lambda desk: with_person(desk, custody=(FREED,))),
        ("DEAD", lambda desk: desk.tell_issued(document("x", Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE))),
        ("ANOTHER_RELEASE", lambda desk: desk.tell_issued(document("a", ALVARA, "m", gaps=("fields.motivo",)))),
        ("ANOTHER_RELEASE", lambda desk: (desk.tell_issued(document("a", ALVARA, "m")), desk.register("a"))),
    ],
)
def test_safety_12_what_would_arrest_somebody_is_stopped_by_what_stops_a_mandado(why: str, given: Any) -> None:
    # given
    desk = fulfilled()
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    given(desk)
    # when
    assert not annul(desk, "c")
    # then
    assert reasons(desk, REFUSED) == [why]
    assert (desk["c"].bnmp_status, desk["c"].withdrawal) == (PecaStatus.ATIVO, None)


def test_a_release_of_before_stops_nothing_and_an_alvara_gives_way_to_another_in_effect() -> None:
    # given two alvarás that reach the same mandado, and a release in the history of before
    desk = fulfilled(document("a", ALVARA, "m"), document("b", ALVARA, "m"))
    desk.register("a", "b")
    with_person(desk, custody=(replace(FREED, on=NOW.date().replace(day=1)),))
    # when
    desk.ask(DocumentWithdrawn, "a", **WITHDRAWN)
    # then
    assert annul(desk, "a")
    assert (desk["a"].gone, desk["m"].bnmp_status) == (True, PecaStatus.CUMPRIDO)
    # and a day that nobody knows is taken for one of before the release
    desk.put("b", issued_at=None)
    desk.ask(DocumentWithdrawn, "b", **WITHDRAWN)
    assert not looks(desk, "b")
    assert reasons(desk, REFUSED) == ["FREED_SINCE"]


def test_what_proves_to_be_in_effect_although_it_was_taken_back_is_annulled_then() -> None:
    # given
    desk = Desk(document("m"), document("c", CERTIDAO, "m"))
    desk.register("m")
    desk.until("c", Step.READ_BACK)
    # when
    assert desk.ask(DocumentWithdrawn, "c", **WITHDRAWN) == "WITHDRAWAL_NOTED"
    desk.register("c")
    # then
    assert (desk["c"].state, is_annulling(desk["c"])) == (State.REGISTERED, True)
    assert annul(desk, "c")
    assert desk["m"].bnmp_status == PecaStatus.PENDENTE_CUMPRIMENTO


def test_nobody_asks_for_what_is_not_to_be_annulled() -> None:
    # given
    desk = fulfilled()
    before = desk["c"]
    # when
    desk.tell(StepBegun("c", Step.ANNUL))
    # then
    assert desk["c"] == before


def test_a_death_that_was_annulled_stops_no_mandado_any_more() -> None:
    # given
    desk = Desk(document("x", Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE), persons={1: Person(1, RJI)})
    desk.register("x")
    desk.tell_issued(document("m"))
    assert desk.standing("m") == (State.HELD, Reason.NEEDS_JUDGE)
    # when
    desk.ask(DocumentWithdrawn, "x", **WITHDRAWN)
    assert annul(desk, "x")
    # then
    assert desk["m"].state is State.READY
