"""New versions, the clock, and what is said about it all."""

from datetime import timedelta

import pytest

from rules import settling
from rules.words import AnswerClass, LinkState, Reason, State, Step
from tests.rules.desk import CERTIDAO, CONTRAMANDADO, NOW, Desk, document, given


def test_a_new_version_mends_what_was_missing_and_keeps_where_the_transmission_stands() -> None:
    desk = Desk(document("m", gaps=("fields.sintese_decisao",)))
    before = desk["m"]
    desk.reissue("m")
    after = desk["m"]
    assert (after.state, after.version, after.gaps) == (State.READY, 2, ())
    assert (after.sequence, after.turn) == (before.sequence, before.turn + 1)


def test_a_new_version_keeps_the_hour_of_the_offer_and_brings_its_own_sim() -> None:
    desk = Desk(document("a", "ALVARA_SOLTURA", variant="PRISAO_FLAGRANTE"))
    desk.link(LinkState.DOWN)
    desk.reissue("a")
    assert (desk["a"].due_fact, desk["a"].due_at) == ("OFFER_AGAIN", NOW + timedelta(minutes=30))
    desk.reissue("a", consent=given(NOW))
    assert desk["a"].opened


def test_safety_3_only_a_foreign_case_is_rejected_and_a_model_of_ones_own_is_told_what_to_do() -> None:
    desk = Desk(document("k", CONTRAMANDADO, owner_system="EPROC"), document("m", institutional=False))
    assert desk.standing("k") == (State.REJECTED, Reason.OUT_OF_SCOPE)
    assert desk.standing("m") == (State.EXCLUDED, Reason.NOT_COMMUNICATING)
    assert "modelo institucional" in desk.said("bnmp.document.ignored.v1", "m")[0].data["remedy"]
    assert desk.said("bnmp.document.rejected.v1", "k")[0].data["details"]


def test_each_outcome_has_the_next_sequence_and_each_wake_the_next_turn() -> None:
    desk = Desk(document("c", CERTIDAO, "m"), document("m"))
    desk.register("m", "c")
    outcomes = [s for s in desk.says if s.document and not s.type.startswith("bnmp.dispatch")]
    told = [(s.document.document_id, s.document.sequence) for s in outcomes if s.document]
    assert told == [("c", 1), ("c", 2), ("c", 3), ("m", 1), ("c", 4)], (
        "looked for, missing, waiting, and each registered"
    )
    turns = [s.document.turn for s in desk.said("bnmp.dispatch.v1", "c") if s.document]
    assert turns == sorted(set(turns))


@pytest.mark.parametrize("fact", ["RETRY", "ASK_AGAIN", "OFFER_AGAIN"])
def test_the_clock_wakes_nothing_that_is_held_for_another_reason(fact: str) -> None:
    desk = Desk(document("m", gaps=("fields.data_validade",)))
    desk.put("m", due_at=NOW, due_fact=fact)
    said = len(desk.says)
    desk.due("m")
    assert (desk["m"].due_at, len(desk.says)) == (None, said)


def test_a_retry_falls_due_into_the_queue_with_a_new_turn() -> None:
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.THROTTLED)
    turn = desk["m"].turn
    desk.due("m")
    assert desk["m"].turn == turn + 1
    assert desk.takes() == "m"


def test_what_has_ended_is_not_woken_by_an_old_hour() -> None:
    desk = Desk(document("m"))
    desk.put("m", due_at=NOW, due_fact="RETRY")
    desk.reissue("m", owner_system="SEEU")
    assert (desk["m"].state, desk["m"].due_at) == (State.REJECTED, None)


def test_looking_again_changes_nothing() -> None:
    desk = Desk(document("m"), document("c", CERTIDAO, "m"), document("k", CONTRAMANDADO, "m"))
    assert not desk.review().documents


def test_settling_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "_ROUNDS", 1)
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    assert desk.standing("k") == (State.READY, None)


def test_a_long_row_of_documents_settles_in_one_decision() -> None:
    row = [document(f"c{n}", CERTIDAO, "m", f"c{n + 1}") for n in range(24)]
    desk = Desk(*row, document("c24", CERTIDAO, "m"), document("m"))
    assert not desk.review().documents
    assert {desk[one.document_id].reason for one in row} == {Reason.WAITING_ANTECEDENT}
