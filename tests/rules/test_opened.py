"""Opened under contingency is for ever (docs/law.md safety-17)."""

from typing import Any

import pytest

from rules.acts import DataSupplied, DocumentWithdrawn
from rules.contingency import justification
from rules.words import AnswerClass, DueFact, LinkState, Reason, Role, State
from tests.rules.desk import (
    COURT,
    NOW,
    YESTERDAY,
    Desk,
    document,
)

DOWN, UP, SUSPECT = LinkState.DOWN, LinkState.UP, LinkState.SUSPECT
AWAITING = (State.HELD, Reason.AWAITING_CONSENT)
WAITING = (State.HELD, Reason.WAITING_LINK)
OFFERED, OPENED = "bnmp.document.contingency-offered.v1", "bnmp.document.contingency-opened.v1"


def test_safety_17_an_opened_document_is_the_resolvers_and_ends_with_the_certidao() -> None:
    desk = Desk(document("m", medium="FISICO"))
    desk.link(DOWN)
    desk.consent("m")
    text = desk["m"].text
    desk.link(UP)
    assert desk.takes() is None
    assert list(desk.drain(contingency=True)) == ["m"]
    resolved = desk.said("bnmp.contingency.resolved.v1", "m")[0].data
    certificate = resolved["certificate"]
    assert desk["m"].text == text
    assert (certificate["status"], certificate["signer"], certificate["medium"]) == (
        "PENDING_RELEASE",
        "u123",
        "FISICO",
    )
    assert "Imprima" in certificate["instruction"]
    assert justification(NOW, COURT) in certificate["text"]
    assert desk.said("bnmp.document.registered.v1", "m")[0].data["retroactive"] is True


def test_safety_17_what_saj_opened_itself_waits_for_the_resolver_and_is_not_opened_twice() -> None:
    paper: dict[str, Any] = {"opened_at": NOW, "failed_access_at": NOW, "text": "texto do papel", "retroactive": True}
    desk = Desk(document("m", medium=None, **paper))
    desk.link(DOWN)
    assert desk.standing("m") == (State.CONTINGENCY, None)
    assert not desk.said(OPENED)
    assert not desk.said(OFFERED)
    desk.link(UP)
    list(desk.drain(contingency=True))
    assert desk.said("bnmp.contingency.resolved.v1", "m")[0].data["certificate"]["signer"] == "m007"


@pytest.mark.parametrize("answer", list(AnswerClass))
def test_safety_17_no_answer_takes_an_opened_document_back(answer: AnswerClass) -> None:
    desk = Desk(document("m", opened_at=NOW, text="texto", retroactive=True, failed_access_at=NOW))
    desk.begin("m")
    desk.answered("m", answer)
    assert desk["m"].state in (State.CONTINGENCY, State.SENDING, State.UNCERTAIN)
    assert (desk["m"].text, desk["m"].opened_at) == ("texto", NOW)


def test_safety_17_what_was_opened_is_never_rejected() -> None:
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.consent("m")
    desk.put("m", owner_system="EPROC")
    desk.review()
    assert desk.standing("m") == (State.CONTINGENCY, None)


def test_an_opened_document_that_cannot_go_tells_the_unit_why() -> None:
    desk = Desk(document("m", gaps=("fields.sintese_decisao",), opened_at=NOW, text="t", failed_access_at=NOW))
    assert desk.standing("m") == (State.CONTINGENCY, Reason.MISSING_DATA)
    held = Desk(document("m", opened_at=NOW, text="t", failed_access_at=NOW, valid_until=YESTERDAY))
    assert held.standing("m") == (State.CONTINGENCY, Reason.NEEDS_JUDGE)
    held.put("m", reason=None)
    held.review()
    assert held.said("bnmp.document.held.v1", "m")


def test_safety_6_a_mandado_behind_a_dead_letter_is_not_offered_while_the_link_is_down() -> None:
    desk = Desk(document("m"))
    desk.dead_letters(1)
    desk.link(DOWN)
    assert desk.standing("m") == (State.HELD, Reason.DEAD_LETTER_AHEAD)
    assert not desk.said(OFFERED)
    desk.dead_letters(0)
    assert desk.standing("m") == AWAITING


def test_safety_29_an_opened_mandado_that_was_never_released_is_not_annulled_once_it_is_registered() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(DOWN)
    desk.consent("m")
    desk.link(UP)
    desk.register("m")
    # when / then
    assert desk.ask(DocumentWithdrawn, "m", reason="ANULADO") == "ONLY_BY_CONTRAMANDADO"
    assert desk["m"].due_fact is None


def test_nobody_is_told_again_of_what_waits_for_nobody_any_more() -> None:
    # given a mandado that was opened with a gap, of which its chefe is to be told in an hour
    desk = Desk()
    desk.link(DOWN)
    desk.tell_issued(document("m", gaps=("fields.motivo",)))
    desk.consent("m")
    desk.link(UP)
    assert (desk["m"].reason, desk["m"].due_fact) == (Reason.MISSING_DATA, DueFact.CONFIRM)
    # when
    desk.ask(DataSupplied, "m", Role.SERVIDOR, document=document("m", version=2))
    # then
    assert (desk.standing("m"), desk["m"].due_fact) == ((State.CONTINGENCY, None), None)
