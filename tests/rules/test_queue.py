"""Topics as queues: liberty first, chains unbroken, and whose chain it is."""

from datetime import timedelta
from typing import Any

import pytest

from rules.casework import stands_in_queue
from rules.dossier import Person
from rules.facts import ChainBroke
from rules.queue import is_finished, next_document
from rules.words import AnswerClass, LinkState, Reason, State, Step
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, NOW, RJI, YESTERDAY, Desk, document, piece

PAPER: dict[str, Any] = {"opened_at": NOW, "failed_access_at": NOW, "text": "t", "retroactive": True}


def test_liberty_and_its_chain_go_before_what_came_earlier_and_nothing_comes_between() -> None:
    desk = Desk(
        document("a-mandado", issued_at=NOW - timedelta(days=9), case_number="x"),
        document("z-mandado"),
        document("a-kontra", CONTRAMANDADO, "z-mandado"),
    )
    assert list(desk.drain()) == ["z-mandado", "a-kontra", "a-mandado"]


def test_safety_10_while_a_link_of_a_chain_rests_nothing_but_another_release_is_written() -> None:
    # given
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"), document("other", issued_at=NOW - timedelta(days=9)))
    desk.register("m")
    # when BNMP asks for patience in the middle
    desk.begin("k")
    desk.answered("k", AnswerClass.THROTTLED, retry_after=30.0)
    # then
    assert (desk.standing("other"), desk.takes()) == ((State.READY, None), None)
    # and what frees somebody waits for nobody
    desk.tell_issued(document("f", ALVARA, variant="PRISAO_FLAGRANTE"))
    assert list(desk.drain()) == ["f"]
    # when its hour has come
    desk.due("k")
    assert list(desk.drain()) == ["k", "other"]


def test_safety_10_what_is_in_doubt_is_read_while_a_link_of_a_chain_rests() -> None:
    # given
    desk = Desk(document("x"))
    desk.until("x", Step.CREATE)
    desk.answered("x", AnswerClass.UNCERTAIN)
    desk.tell_issued(document("f", ALVARA, variant="PRISAO_FLAGRANTE"))
    # when
    desk.begin("f")
    desk.answered("f", AnswerClass.THROTTLED, retry_after=30.0)
    # then
    assert (desk["x"].state, desk.takes()) == (State.UNCERTAIN, "x")


def test_what_was_begun_goes_on_and_a_release_waits_for_one_request_at_most() -> None:
    desk = Desk(document("m"))
    desk.advance("m")
    desk.tell_issued(document("f", ALVARA, variant="PRISAO_FLAGRANTE"))
    assert desk.takes() == "m"
    desk.begin("m")
    assert desk.takes() == "f"


def test_a_certidao_of_a_live_warrant_goes_before_an_older_mandado() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("older", issued_at=NOW - timedelta(days=9), case_number="x"))
    desk.tell_issued(document("c", CERTIDAO, "m"))
    assert list(desk.drain()) == ["c", "older"]


def test_the_oldest_goes_first_among_equals_and_one_without_a_date_last() -> None:
    desk = Desk(document("a", issued_at=None), document("b"), document("c", issued_at=NOW - timedelta(days=1)))
    assert list(desk.drain()) == ["c", "b", "a"]


def test_the_sender_leaves_a_whole_chain_with_an_opened_link_to_the_resolver() -> None:
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m", **PAPER))
    assert desk.standing("m") == (State.READY, None)
    assert desk.takes() is None
    assert list(desk.drain(contingency=True)) == ["m", "k"]


def test_what_an_opened_link_of_another_person_waits_for_is_left_to_the_sender() -> None:
    # given a mandado and its contramandado under two persons of the ledger, of whom nobody knows that they are one
    desk = Desk(document("m", person=1), document("k", CONTRAMANDADO, "m", person=2, **PAPER))
    # then the resolver, which has a lane of the second alone, waits for the sender's
    assert next_document(desk.dossier, 2, contingency=True) is None
    assert next_document(desk.dossier, 1, contingency=False) == "m"


def test_a_certidao_of_a_live_warrant_does_not_wait_for_an_opened_release_that_lacks_data() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("a", ALVARA, "m", gaps=("fields.motivo",), **PAPER))
    desk.tell_issued(document("c", CERTIDAO, "m"))
    assert desk.takes() == "c"


def test_what_is_opened_waits_for_the_link_and_what_must_wait_for_its_hour_does() -> None:
    desk = Desk(document("k", ALVARA, variant="PRISAO_FLAGRANTE", **PAPER))
    desk.link(LinkState.DOWN)
    assert desk.takes(contingency=True) is None
    desk.link(LinkState.UP)
    desk.begin("k")
    desk.answered("k", AnswerClass.THROTTLED, retry_after=7.0)
    assert desk.takes(contingency=True) is None
    desk.due("k")
    assert (desk.takes(contingency=True), desk.dossier.now) == ("k", NOW + timedelta(seconds=7))


def test_another_persons_documents_are_not_this_lanes() -> None:
    assert Desk(document("m", person=2)).takes() is None


def test_safety_12_a_release_that_comes_meanwhile_stops_the_mandado_before_its_last_signature() -> None:
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_SERVIDOR)
    desk.answered("m", AnswerClass.OK)
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.begin("m")
    assert desk.standing("m") == (State.HELD, Reason.CHAIN_INCOMPLETE)
    assert desk["m"].doing is None


def test_what_is_signed_is_read_back_whatever_came_since() -> None:
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", AnswerClass.OK)
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    assert desk.begin("m") is Step.READ_BACK
    desk.answered("m", AnswerClass.OK, piece=piece(desk["m"], "PENDENTE_CUMPRIMENTO"))
    assert desk["m"].state is State.REGISTERED


def test_safety_10_nothing_of_a_chain_starts_while_one_link_is_held() -> None:
    desk = Desk(document("m"), document("c", CERTIDAO, "m", gaps=("fields.data_cumprimento",)))
    desk.tell_issued(document("a", ALVARA, "m"))
    assert desk.standing("m") == desk.standing("a") == (State.HELD, Reason.CHAIN_INCOMPLETE)
    desk.reissue("c")
    assert list(desk.drain()) == ["m", "c", "a"]


def test_safety_10_a_broken_chain_is_an_incident_for_the_judge() -> None:
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.tell(ChainBroke("k"))
    incident = desk.said("bnmp.incident.v1", "k")[0].data
    assert (incident["kind"], incident["who"]["role"]) == ("CHAIN_BROKEN", "MAGISTRADO")


def test_safety_6_a_dead_letter_holds_mandados_but_not_releases_nor_what_their_chain_needs() -> None:
    desk = Desk(document("m"), document("w"), document("k", CONTRAMANDADO, "w"))
    desk.dead_letters(1)
    assert desk.standing("m") == (State.HELD, Reason.DEAD_LETTER_AHEAD)
    assert list(desk.drain()) == ["w", "k"]


def test_safety_13_a_mandado_that_waited_past_its_validity_goes_to_the_judge_unless_a_chain_needs_it() -> None:
    late: dict[str, Any] = {"valid_until": YESTERDAY, "retroactive": True}
    assert Desk(document("m", **late)).standing("m") == (State.HELD, Reason.NEEDS_JUDGE)
    assert Desk(document("m", valid_until=YESTERDAY)).standing("m") == (State.READY, None), "it did not wait"
    desk = Desk(document("m", **late), document("k", CONTRAMANDADO, "m"))
    assert desk.standing("m") == (State.READY, None)


@pytest.mark.parametrize(
    ("standing", "contingency", "finished"),
    [
        (None, False, True),
        (("READY", None, 2, False), False, True),
        (("READY", None, 1, False), False, False),
        (("SENDING", None, 1, False), False, False),
        (("UNCERTAIN", None, 1, False), False, False),
        (("HELD", "ACCESS", 1, False), False, True),
        (("REGISTERED", None, 1, False), False, True),
        (("HELD", "WAITING_ANTECEDENT", 1, True), False, False),
        (("HELD", "WAITING_ANTECEDENT", 2, True), False, True),
        (("CONTINGENCY", "WAITING_ANTECEDENT", 1, True), False, False),
        (("CONTINGENCY", "WAITING_ANTECEDENT", 1, True), True, True),
        (("CONTINGENCY", None, 1, False), False, True),
        (("CONTINGENCY", None, 1, False), True, False),
        (("CONTINGENCY", "ACCESS", 1, False), True, True),
        (("SENDING", None, 1, False), True, False),
        (("REGISTERED", None, 1, False), True, True),
    ],
)
def test_a_record_is_finished_when_its_document_asks_nothing_more(
    standing: tuple[str, str | None, int, bool] | None, *, contingency: bool, finished: bool
) -> None:
    assert is_finished(1, standing, contingency=contingency) is finished


def test_safety_22_nobody_is_created_while_another_document_may_have_created_them() -> None:
    desk = Desk(document("a"), document("b"), persons={1: Person(1)})
    desk.begin("a")
    desk.answered("a", AnswerClass.OK)
    desk.begin("a")
    desk.answered("a", AnswerClass.UNCERTAIN)
    assert desk["a"].doing is Step.PERSON_CREATE
    assert desk.takes() == "a"
    desk.put("a", due_at=desk.dossier.after(60), due_fact="READ_AGAIN")
    assert desk.takes() is None
    desk.put("a", due_at=None, due_fact=None)
    desk.read("a", rji=RJI)
    assert desk.takes() in ("a", "b")


STANDS: tuple[tuple[State, Reason | None, str | None, bool], ...] = (
    (State.READY, None, None, True),
    (State.READY, None, "RETRY", False),
    (State.CONTINGENCY, None, None, True),
    (State.CONTINGENCY, None, "RETRY", False),
    (State.CONTINGENCY, Reason.NEEDS_JUDGE, None, False),
    (State.HELD, Reason.ACCESS, None, False),
    (State.HELD, Reason.MISSING_ANTECEDENT, "LOOK_UP", True),
    (State.REGISTERED, None, "ANNUL", True),
    (State.SENDING, None, None, False),
    (State.UNCERTAIN, None, None, False),
    (State.REGISTERED, None, None, False),
)


@pytest.mark.parametrize(("state", "reason", "due", "stands"), STANDS)
def test_in_a_queue_stands_what_may_be_taken_at_once(
    state: State,
    reason: Reason | None,
    due: str | None,
    stands: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    assert stands_in_queue(document("m", state=state, reason=reason, due_fact=due)) is stands


def test_safety_8_what_takes_the_place_of_a_release_has_a_record_there() -> None:
    # given
    desk = Desk(document("m"))
    # when
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    # then
    records = [say.document for say in desk.said("bnmp.dispatch.v1", "m")]
    assert [(one.turn, one.priority) for one in records if one] == [(1, 2), (2, 0)]
