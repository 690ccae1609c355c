"""A person's status after a registration: told when it is what the documents explain, asked for until then (docs/law.md effects)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.facts import Question
from rules.lookup import question
from rules.words import AnswerClass, DueFact, PecaStatus, State, Step
from tests.rules.desk import CONTRAMANDADO, MANDADO, NOW, RJI, Desk, document, piece

FREE, WANTED = "EM_LIBERDADE", "PROCURADO"
CHANGED, FOUND = "bnmp.document.status-changed.v1", "bnmp.divergence.found.v1"


def registered(situation: str | None, desk: Desk | None = None, name: str = "d") -> Desk:
    """A document that is read back in effect, with this status of its person beside it."""
    desk = desk or Desk(document(name), silent=True)
    desk.until(name, Step.READ_BACK)
    status = PecaStatus.PENDENTE_CUMPRIMENTO if desk[name].kind == MANDADO else PecaStatus.ATIVO
    desk.answered(name, AnswerClass.OK, piece=piece(desk[name], status), situation=situation)
    assert desk[name].state is State.REGISTERED
    return desk


def asked(desk: Desk, situation: str | None, kind: AnswerClass = AnswerClass.OK) -> None:
    """The clock has BNMP asked, and this is its answer."""
    desk.due("d")
    desk.looked_up("d", kind=kind, situation=situation)


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(one.data["bnmp_status"], one.data["person_status"]) for one in desk.said(CHANGED, "d")]


def waits(desk: Desk) -> float | None:
    """Seconds from the registration to the next try."""
    at = desk["d"].due_at
    return None if at is None else (at - NOW).total_seconds()


def test_a_status_that_the_documents_explain_is_told_at_once() -> None:
    desk = registered(WANTED)
    assert (told(desk), waits(desk)) == ([(PecaStatus.PENDENTE_CUMPRIMENTO, WANTED)], None)


def test_nothing_is_told_where_nobody_asked() -> None:
    desk = registered(None)
    assert (told(desk), waits(desk)) == ([], None)


@pytest.mark.parametrize("kind", ["CERTIDAO_ARQUIVAMENTO_GUIA", "CERTIDAO_ALTERACAO_UNIDADE_REGIME"])
def test_what_changes_nobody_is_not_asked_for(kind: str) -> None:
    desk = Desk(document("g", "GUIA_RECOLHIMENTO_ACERVO"), silent=True)
    desk.register("g")
    desk.tell_issued(document("d", kind, *(["g"] if "ARQUIVAMENTO" in kind else [])))
    registered(FREE, desk)
    assert (told(desk), waits(desk)) == ([], None)


@pytest.mark.parametrize("late", [FREE, ""])
def test_a_status_that_comes_late_is_asked_for_and_told_when_it_is_there(late: str) -> None:
    desk = registered(late)
    assert (told(desk), waits(desk), desk["d"].due_fact) == ([], 60, DueFact.LOOK_UP)
    asked(desk, late)
    assert (told(desk), waits(desk)) == ([], 600)
    asked(desk, WANTED)
    assert (told(desk), waits(desk), desk.said(FOUND)) == ([(PecaStatus.PENDENTE_CUMPRIMENTO, WANTED)], None, [])


def test_a_status_that_does_not_come_within_the_hour_is_a_divergence() -> None:
    desk = registered(FREE)
    for _ in range(3):
        asked(desk, FREE)
    assert (told(desk), waits(desk)) == ([(PecaStatus.PENDENTE_CUMPRIMENTO, FREE)], None)
    (found,) = desk.said(FOUND, "d")
    assert (found.data["kind"], found.data["ours"], found.data["registry"]) == ("PERSON_STATUS", WANTED, FREE)


@pytest.mark.parametrize(
    ("status", "explains"),
    [
        (PecaStatus.PENDENTE_CUMPRIMENTO, True),
        (PecaStatus.CUMPRIDO, True),
        (PecaStatus.ATIVO, True),
        (PecaStatus.EM_ELABORACAO, False),
        (PecaStatus.AGUARDANDO_ASSINATURA, False),
        (PecaStatus.ANULADO, False),
    ],
)
def test_a_status_that_another_courts_piece_may_explain_is_told_and_is_no_divergence(
    status: PecaStatus,
    explains: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    # given
    desk = registered(FREE)
    theirs = replace(piece(document("x"), status), bnmp_id="b-x")
    # when
    for _ in range(3):
        desk.due("d")
        desk.looked_up("d", piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO), theirs, situation="FORAGIDO")
    # then
    assert (told(desk), waits(desk)) == ([(PecaStatus.PENDENTE_CUMPRIMENTO, "FORAGIDO")], None)
    assert [one.data["kind"] for one in desk.said(FOUND)] == ([] if explains else ["PERSON_STATUS"])


def test_the_registry_is_told_which_status_needs_no_explanation() -> None:
    desk = registered(FREE)
    assert question(desk["d"], desk.dossier) == Question(person=RJI, expects=WANTED)
    desk.put("d", rji="98765432101")
    assert question(desk["d"], desk.dossier).person == "98765432101"


def test_a_registry_that_does_not_say_is_asked_three_times_and_no_more() -> None:
    desk = registered("")
    for kind in (AnswerClass.FAULT, AnswerClass.OK, AnswerClass.CONNECTION):
        asked(desk, None, kind)
    assert (told(desk), waits(desk), desk.said(FOUND)) == ([], None, [])


def test_a_later_document_of_the_person_tells_of_them_instead() -> None:
    # given
    desk = registered(FREE)
    desk.later(5)
    desk.tell_issued(document("k", CONTRAMANDADO, "d"))
    registered(FREE, desk, "k")
    # when
    asked(desk, FREE)
    # then
    assert (told(desk), waits(desk), desk.said(FOUND)) == ([], None, [])
    assert [one.data["person_status"] for one in desk.said(CHANGED, "k")] == [FREE]


def test_of_what_is_in_effect_no_more_nothing_is_asked() -> None:
    desk = registered(FREE)
    desk.put("d", bnmp_status=PecaStatus.ANULADO)
    asked(desk, FREE)
    assert (told(desk), waits(desk)) == ([], None)


def test_the_search_for_a_twin_comes_first() -> None:
    # given a mandado that was sent again
    desk = Desk(document("d"), silent=True)
    desk.until("d", Step.READ_BACK)
    desk.put("d", reads=3)
    # when
    registered(FREE, desk)
    # then
    assert waits(desk) == 3600
    desk.due("d")
    desk.looked_up("d")
    assert (told(desk), desk["d"].reads, waits(desk)) == ([], 3, 86400)


def test_an_hour_is_counted_from_the_registration_whatever_the_clock_did() -> None:
    desk = registered(FREE)
    desk.dossier = replace(desk.dossier, now=NOW + timedelta(hours=5))
    asked(desk, FREE)
    assert (waits(desk), len(desk.said(FOUND, "d"))) == (None, 1)
