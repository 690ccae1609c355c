"""What was signed and not read: nobody begins on what the mandado was before (docs/law.md safety-2)."""

import pytest

from rules.chain import view
from rules.steps import is_unread
from rules.unread import moved_unread
from rules.words import AnswerClass, Kind, PecaStatus, Reason, State, Step
from tests.rules.desk import CERTIDAO, CONTRAMANDADO, MANDADO, Desk, document, piece

INTERNMENT, INTERNED = Kind.MANDADO_INTERNACAO, Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO
DISCHARGE = Kind.ORDEM_DESINTERNACAO
WAITS = (State.HELD, Reason.WAITING_ANTECEDENT)


def signed(kind: str, on: str = MANDADO) -> Desk:
    """A mandado m in force, and a document s on it whose last signature BNMP has taken and that is still to be read."""
    desk = Desk(document("m", on), document("s", kind, "m"))
    desk.register("m")
    desk.until("s", Step.READ_BACK)
    desk.answered("s", AnswerClass.THROTTLED)
    assert (desk["s"].state, desk["m"].bnmp_status) == (State.READY, PecaStatus.PENDENTE_CUMPRIMENTO)
    return desk


@pytest.mark.parametrize(
    ("before", "after", "on"),
    [(CONTRAMANDADO, CERTIDAO, MANDADO), (CERTIDAO, CONTRAMANDADO, MANDADO), (DISCHARGE, INTERNED, INTERNMENT)],
)
def test_what_could_stand_only_on_what_the_mandado_was_waits_for_the_reading(before: str, after: str, on: str) -> None:
    # given
    desk = signed(before, on)
    # when
    desk.tell_issued(document("d", after, "m"))
    # then
    assert (desk.standing("d"), desk["d"].missing) == (WAITS, ("s",))


def test_once_it_is_read_the_mandado_says_what_is_the_matter() -> None:
    # given
    desk = signed(CONTRAMANDADO)
    desk.tell_issued(document("d", CERTIDAO, "m"))
    # when
    desk.later(600)
    desk.register("s")
    # then
    assert desk["m"].bnmp_status == PecaStatus.REVOGADO
    assert desk.standing("d") == (State.HELD, Reason.MISSING_ANTECEDENT)


def test_who_was_to_go_stays_when_the_other_is_signed() -> None:
    # given two that may go
    desk = Desk(document("m"), document("s", CONTRAMANDADO, "m"))
    desk.register("m")
    desk.until("s", Step.SIGN_MAGISTRADO)
    desk.tell_issued(document("d", CERTIDAO, "m"))
    assert desk.standing("d") != WAITS
    # when
    desk.answered("s", AnswerClass.OK)
    # then
    assert (desk.standing("d"), desk["d"].missing) == (WAITS, ("s",))


def test_what_stands_on_the_mandado_either_way_does_not_wait() -> None:
    desk = signed(DISCHARGE, INTERNMENT)
    desk.tell_issued(document("d", DISCHARGE, "m"))
    assert desk.standing("d") == (State.READY, None)


def test_what_stands_on_another_mandado_or_on_nothing_does_not_wait() -> None:
    # given
    desk = signed(CONTRAMANDADO)
    desk.tell_issued(document("n"))
    desk.register("n")
    # when
    desk.tell_issued(document("d", CERTIDAO, "n"))
    desk.tell_issued(document("f", Kind.ALVARA_SOLTURA, "m", variant="PRISAO_FLAGRANTE"))
    # then
    assert desk.standing("d") == desk.standing("f") == (State.READY, None)


def test_what_moves_no_mandado_holds_nobody_up() -> None:
    # given an alvará that is signed and not read
    desk = Desk(document("m"), document("c", CERTIDAO, "m"), document("s", Kind.ALVARA_SOLTURA, "m"))
    desk.register("m", "c")
    desk.until("s", Step.READ_BACK)
    desk.answered("s", AnswerClass.THROTTLED)
    # when
    desk.tell_issued(document("d", Kind.GUIA_RECOLHIMENTO_PROVISORIA, "m"))
    # then
    assert desk.standing("d") == (State.READY, None)


def test_a_signature_in_doubt_may_have_moved_the_mandado_and_one_that_failed_has_not() -> None:
    # given
    desk = Desk(document("m"), document("s", CONTRAMANDADO, "m"), document("d", CERTIDAO, "m"))
    desk.register("m")
    desk.until("s", Step.SIGN_MAGISTRADO)
    assert not is_unread(desk["s"])
    # when
    desk.answered("s", AnswerClass.UNCERTAIN)
    # then
    assert (desk.standing("d"), desk["d"].missing) == (WAITS, ("s",))
    # when BNMP shows that the signature never came
    while desk["s"].state is State.UNCERTAIN:
        desk.later(600)
        desk.read("s", pieces=(piece(desk["s"], PecaStatus.AGUARDANDO_ASSINATURA),))
    # then
    assert not is_unread(desk["s"])
    assert desk.standing("d") != WAITS


def test_what_a_person_must_free_first_holds_a_release_up_no_longer() -> None:
    # given a certidão in doubt that a person must end
    desk = signed(CERTIDAO)
    desk.put("s", state=State.HELD, reason=Reason.UNCERTAIN_OUTCOME, due_at=None)
    # when
    desk.tell_issued(document("d", CONTRAMANDADO, "m"))
    desk.tell_issued(document("e", CERTIDAO, "m"))
    # then
    seen = view(desk.dossier)
    assert moved_unread(desk["d"], seen) == ()
    assert moved_unread(desk["e"], seen) == ("s",)


def test_what_is_signed_is_read_although_what_comes_first_otherwise_has_come_since() -> None:
    # given a discharge that is signed, and the certidão that goes before it where there is one
    desk = signed(DISCHARGE, INTERNMENT)
    desk.tell_issued(document("d", INTERNED, "m"))
    assert view(desk.dossier).needs["s"].waits == ("d",)
    # when
    desk.later(600)
    # then
    assert desk.takes() == "s"
    desk.register("s")
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO
