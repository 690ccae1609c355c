"""Ask before acting: what a reading makes of a write whose answer was lost (docs/law.md safety-26, 27)."""

from datetime import timedelta
from typing import Any

import pytest

from rules.dossier import Attempt, Person
from rules.facts import SignerUnknown, StepAnswered
from rules.words import AnswerClass, LinkState, PecaStatus, Reason, State, Step
from tests.rules.desk import CERTIDAO, CONTRAMANDADO, MANDADO, NOW, RJI, Desk, answer, document, piece

A = AnswerClass
OFFERED, OPENED = "bnmp.document.contingency-offered.v1", "bnmp.document.contingency-opened.v1"
PAPER: dict[str, Any] = {"opened_at": NOW, "text": "t", "failed_access_at": NOW}


def _doubt(step: Step, lost: A = A.UNCERTAIN, kind: str = MANDADO, **changes: Any) -> Desk:
    """A desk whose document d lost the answer to this write."""
    desk = Desk(document("d", kind, **changes))
    desk.until("d", step)
    desk.answered("d", lost)
    assert desk["d"].state is State.UNCERTAIN
    return desk


def _person_doubt() -> Desk:
    desk = Desk(document("d"), persons={1: Person(1)})
    desk.begin("d")
    desk.answered("d", A.OK)
    desk.begin("d")
    desk.answered("d", A.UNCERTAIN)
    return desk


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (PecaStatus.EM_ELABORACAO, Step.SIGN_SERVIDOR),
        (PecaStatus.AGUARDANDO_ASSINATURA, Step.SIGN_MAGISTRADO),
        (PecaStatus.PENDENTE_CUMPRIMENTO, Step.READ_BACK),
    ],
)
def test_the_one_piece_that_matches_is_adopted_where_it_stands(status: str, then: Step) -> None:
    desk = _doubt(Step.CREATE)
    desk.read("d", pieces=(piece(desk["d"], status),))
    assert (desk["d"].bnmp_id, desk.begin("d")) == ("b-d", then)


def test_what_was_opened_comes_back_to_contingency() -> None:
    desk = _doubt(Step.CREATE, **PAPER)
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.EM_ELABORACAO),))
    assert desk.standing("d") == (State.CONTINGENCY, None)


@pytest.mark.parametrize("liberty", [False, True])
def test_safety_27_nothing_found_is_read_again_and_only_then_sent_again(*, liberty: bool) -> None:
    desk = Desk(document("d"))
    if liberty:
        desk.tell_issued(document("k", CONTRAMANDADO, "d"))
    desk.until("d", Step.CREATE)
    desk.answered("d", A.UNCERTAIN)
    reads = 0
    while desk["d"].state is State.UNCERTAIN:
        desk.due("d")
        desk.read("d")
        reads += 1
    assert (reads, desk.dossier.now - NOW) == ((2, timedelta(seconds=10)) if liberty else (3, timedelta(seconds=600)))
    assert desk.begin("d") is Step.CREATE


def test_a_reading_that_fails_counts_for_nothing_and_is_repeated_sooner_while_the_link_is_away() -> None:
    desk = _doubt(Step.CREATE)
    desk.read("d", A.CONNECTION)
    assert (desk["d"].reads, desk["d"].due_at) == (0, NOW + timedelta(seconds=300))
    desk.link(LinkState.DOWN)
    desk.read("d", A.CONNECTION)
    assert desk["d"].due_at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize("link", [LinkState.SUSPECT, LinkState.DOWN, LinkState.FORCED_DOWN, LinkState.FORCED_UP])
def test_safety_27_no_trace_is_read_again_by_the_whole_window_however_the_link_is_said_to_be(link: LinkState) -> None:
    # given a write that may take effect late, and a link that answers readings while it is not yet UP again
    desk = _doubt(Step.CREATE)
    desk.link(link)
    # when
    desk.read("d")
    # then
    assert (desk["d"].reads, desk["d"].due_at) == (1, NOW + timedelta(seconds=300))


def test_several_matches_are_for_the_unit_and_the_write_stays_in_doubt_whatever_comes() -> None:
    desk = _doubt(Step.CREATE)
    desk.read("d", pieces=(piece(desk["d"], "ATIVO"), piece(desk["d"], "ATIVO")))
    desk.tell(SignerUnknown("d"))
    desk.reissue("d")
    assert desk.standing("d") == (State.HELD, Reason.UNCERTAIN_OUTCOME)
    assert desk["d"].doing is Step.CREATE
    assert desk.takes() is None


def test_a_signature_not_seen_yet_is_read_again_and_one_seen_is_adopted() -> None:
    desk = _doubt(Step.SIGN_MAGISTRADO)
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.AGUARDANDO_ASSINATURA),))
    assert (desk["d"].state, desk["d"].reads) == (State.UNCERTAIN, 1)
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO),))
    assert desk.begin("d") is Step.READ_BACK


def test_a_piece_further_on_than_the_write_in_doubt_is_not_signed_again() -> None:
    desk = _doubt(Step.SIGN_SERVIDOR)
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO),))
    assert desk.begin("d") is Step.READ_BACK


def test_safety_26_exists_already_is_success_only_where_the_piece_is_found() -> None:
    found = _doubt(Step.CREATE, A.DUPLICATE)
    found.read("d", pieces=(piece(found["d"], PecaStatus.EM_ELABORACAO),))
    assert found["d"].step is Step.CREATE
    desk = _doubt(Step.CREATE, A.DUPLICATE)
    for _ in range(3):
        desk.read("d")
    assert desk.standing("d") == (State.HELD, Reason.DIVERGENCE)


@pytest.mark.parametrize(
    ("status", "standing"),
    [(PecaStatus.ANULADO, (State.HELD, Reason.DIVERGENCE)), ("Rótulo Novo", (State.UNCERTAIN, None))],
)
def test_a_piece_that_proves_nothing_is_a_divergence_or_read_again(status: str, standing: tuple[Any, Any]) -> None:
    desk = _doubt(Step.CREATE)
    desk.read("d", pieces=(piece(desk["d"], status),))
    assert desk.standing("d") == standing


def test_a_person_in_doubt_is_found_or_chosen_and_never_created_beside_a_candidate() -> None:
    found = _person_doubt()
    found.read("d", rji=RJI)
    assert (found.dossier.persons[1].rji, found.begin("d")) == (RJI, Step.CREATE)
    chosen = _person_doubt()
    chosen.read("d", candidates=("98765432109",))
    assert (chosen.standing("d"), chosen["d"].missing) == ((State.HELD, Reason.MISSING_DATA), ("rji",))


def test_a_late_reading_changes_nothing() -> None:
    desk = Desk(document("d"))
    before = desk["d"]
    assert desk.read("d").entries[0].detail == "late reading"
    assert desk["d"] == before


def test_safety_16_a_release_in_doubt_is_offered_and_opened_while_the_link_is_down_and_read_first() -> None:
    desk = Desk(document("m"), document("c", CONTRAMANDADO, "m"))
    desk.register("m")
    desk.until("c", Step.CREATE)
    desk.answered("c", A.UNCERTAIN)
    desk.link(LinkState.DOWN)
    assert desk["c"].state is State.UNCERTAIN
    assert len(desk.said(OFFERED, "c")) == 1
    desk.review()
    assert len(desk.said(OFFERED, "c")) == 1
    desk.consent("c")
    assert desk.standing("c") == (State.CONTINGENCY, None)
    assert desk["c"].doing is Step.CREATE
    assert len(desk.said(OPENED, "c")) == 1
    desk.link(LinkState.UP)
    assert desk.takes(contingency=True) == "c"
    desk.begin("c")
    assert desk.standing("c") == (State.UNCERTAIN, None)
    desk.read("c", pieces=(piece(desk["c"], PecaStatus.EM_ELABORACAO),))
    after = desk["c"]
    assert (after.state, after.doing, after.step) == (State.CONTINGENCY, None, Step.CREATE)
    list(desk.drain(contingency=True))
    assert desk.standing("c") == (State.REGISTERED, None)


def test_what_is_in_doubt_and_may_not_be_offered_stays_in_doubt_while_the_link_is_down() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("k", CERTIDAO, "m"))
    desk.until("k", Step.CREATE)
    desk.answered("k", A.UNCERTAIN)
    desk.link(LinkState.DOWN)
    assert desk["k"].state is State.UNCERTAIN
    assert not desk.said(OFFERED)


def _read_in_vain(desk: Desk) -> None:
    while desk["d"].state is State.UNCERTAIN:
        desk.due("d")
        desk.read("d")


@pytest.mark.parametrize("step", [Step.CREATE, Step.PERSON_CREATE])
def test_a_creation_that_was_lost_in_an_outage_is_sent_again_with_justification(step: Step) -> None:
    # given the write went into an outage, and nobody was offered contingency
    desk = _person_doubt() if step is Step.PERSON_CREATE else _doubt(step)
    desk.put("d", attempts=(Attempt(NOW, "CREATE", A.UNCERTAIN),))
    desk.link(LinkState.SUSPECT)
    desk.later(60)
    desk.link(LinkState.UP)
    # when
    _read_in_vain(desk)
    # then
    assert desk.standing("d") == (State.READY, None)
    assert (desk["d"].retroactive, desk["d"].failed_access_at) == (True, NOW)


def test_safety_17_the_justification_names_the_instant_of_the_attempt_and_not_when_its_answer_was_given_up() -> None:
    # given a creation that was sent, and given up half a minute later
    desk = Desk(document("d"))
    desk.until("d", Step.CREATE)
    desk.later(30)
    desk.tell(StepAnswered("d", Step.CREATE, answer(A.UNCERTAIN, NOW)))
    desk.link(LinkState.SUSPECT)
    desk.later(60)
    desk.link(LinkState.UP)
    # when
    _read_in_vain(desk)
    # then
    assert (desk["d"].retroactive, desk["d"].failed_access_at) == (True, NOW)


def test_a_creation_whose_answer_alone_was_lost_is_sent_again_as_it_was() -> None:
    # given the link was away before, and is not since
    desk = Desk(document("d"))
    desk.link(LinkState.SUSPECT)
    desk.link(LinkState.UP)
    desk.later(60)
    desk.until("d", Step.CREATE)
    # when
    desk.answered("d", A.FAULT)
    _read_in_vain(desk)
    # then
    assert (desk["d"].retroactive, desk["d"].failed_access_at) == (False, None)


def test_what_is_found_after_an_outage_was_registered_without_justification_and_is_told_so() -> None:
    # given
    desk = _doubt(Step.CREATE)
    desk.link(LinkState.SUSPECT)
    desk.later(60)
    desk.link(LinkState.UP)
    # when
    desk.due("d")
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.EM_ELABORACAO),))
    desk.register("d")
    # then
    assert desk.said("bnmp.document.registered.v1", "d")[0].data["retroactive"] is False


def test_a_signature_that_was_lost_in_an_outage_changes_nothing_of_a_piece_that_is_there() -> None:
    # given
    desk = _doubt(Step.SIGN_SERVIDOR)
    desk.link(LinkState.SUSPECT)
    desk.later(60)
    desk.link(LinkState.UP)
    # when
    _read_in_vain(desk)
    # then
    assert desk["d"].retroactive is False
