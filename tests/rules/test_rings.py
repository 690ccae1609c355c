"""Rings: documents that wait for each other, and for themselves in the end; somebody must say what is right."""

from rules.chain import view
from rules.words import Kind, Reason, State, Variant
from tests.rules.desk import Desk, document

INTERNMENT, INTERNED = Kind.MANDADO_INTERNACAO, Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO
DISCHARGE = Kind.ORDEM_DESINTERNACAO
RING = (State.HELD, Reason.ANTECEDENT_CYCLE)


def test_a_certidao_that_a_discharge_would_wait_for_is_in_no_ring_by_that() -> None:
    # given a discharge of an internment that names the discharge itself, and the certidão of the internment
    desk = Desk(
        document("q", DISCHARGE),
        document("s", INTERNMENT, "q", variant=Variant.CONVERSAO),
        document("r", INTERNED, "s"),
    )
    # then the two are in a ring, and the certidão waits behind them, once decided and for good
    assert desk.standing("q") == RING
    assert desk.standing("r") == (State.HELD, Reason.WAITING_ANTECEDENT)
    before = desk.dossier.documents
    desk.review()
    assert desk.dossier.documents == before


def test_a_certidao_in_a_ring_of_its_own_holds_no_discharge_up() -> None:
    # given
    desk = Desk(document("m", INTERNMENT), document("r", INTERNED, "m", "e"), document("e", INTERNED, "m", "r"))
    assert desk.standing("r") == desk.standing("e") == RING
    # when
    desk.tell_issued(document("q", DISCHARGE, "m"))
    # then
    assert view(desk.dossier).needs["q"].waits == ("m",)
    assert desk.standing("q") == (State.READY, None)


def test_a_certidao_that_a_discharge_names_is_waited_for_whatever_comes() -> None:
    desk = Desk(document("m", INTERNMENT), document("q", DISCHARGE, "m", "r"), document("r", INTERNED, "m", "q"))
    assert desk.standing("q") == desk.standing("r") == RING
