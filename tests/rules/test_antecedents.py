"""Antecedents first (docs/law.md antecedents): by their status in BNMP, in chains, and never alone."""

import pytest

from rules.antecedents import needs
from rules.chain import view
from rules.dossier import Antecedent, Document
from rules.words import PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, MANDADO, Desk, document

HELD = State.HELD


def test_ant_1_an_alvara_waits_for_its_mandado_and_for_the_certidao_that_fulfils_it() -> None:
    desk = Desk(document("m"), document("c", CERTIDAO, "m"), document("a", ALVARA, "m"))
    assert needs(desk["a"], desk.dossier).waits == ("m", "c")
    desk.register("m")
    assert desk.standing("a") == (State.READY, None), "its chain is whole"
    desk.register("c")
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO
    desk.register("a")


def test_ant_1_an_alvara_that_names_the_certidao_too_goes_once_both_are_registered() -> None:
    # given
    desk = Desk(document("m"), document("c", CERTIDAO, "m"), document("a", ALVARA, "m", "c"))
    assert needs(desk["a"], desk.dossier).waits == ("m", "c")
    # when
    desk.register("m", "c")
    # then
    assert needs(desk["a"], desk.dossier).waits == ()
    desk.register("a")


def test_ant_5_a_mandado_of_the_other_sort_that_is_on_its_way_is_said_to_be_wrong_and_not_waited_for() -> None:
    desk = Desk(document("i", "MANDADO_INTERNACAO"), document("k", CONTRAMANDADO, "i"))
    found = needs(desk["k"], desk.dossier)
    assert (found.waits, found.missing) == ((), ("CONTRAMANDADO_INTERNACAO:i",))


def test_safety_24_a_release_that_names_nothing_stops_no_mandado_of_another_case() -> None:
    # given a contramandado among two mandados of its case, and a mandado of another
    other = document("o", case_number="0001235-91.2020.8.12.0001")
    desk = Desk(document("m"), document("n"), other, document("k", CONTRAMANDADO))
    assert set(needs(desk["k"], desk.dossier).candidates) == {"m", "n"}
    # then
    stood = [desk.standing(one) for one in ("m", "n", "o")]
    assert stood == [(HELD, Reason.CHAIN_INCOMPLETE)] * 2 + [(State.READY, None)]
    # and when it has ended it stops neither of the two
    desk.put("k", state=State.EXCLUDED)
    seen = view(desk.dossier)
    assert [seen.reached_by(one) for one in ("m", "n", "o")] == [(), (), ()]


def test_ant_1_without_a_certidao_on_its_way_the_unit_is_told_what_is_missing_and_the_mandado_stays() -> None:
    desk = Desk(document("m"), document("a", ALVARA, "m"))
    assert desk.standing("a") == (HELD, Reason.MISSING_ANTECEDENT)
    assert desk["a"].missing == ("CERTIDAO_CUMPRIMENTO_PRISAO:m",)
    assert desk.standing("m") == (HELD, Reason.CHAIN_INCOMPLETE)


def test_ant_1_a_mandado_born_fulfilled_needs_no_certidao() -> None:
    desk = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE), document("a", ALVARA, "m"))
    desk.register("m", "a")


def test_ant_1_a_mandado_that_ought_to_be_born_fulfilled_and_is_not_stops_the_alvara() -> None:
    desk = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE), document("a", ALVARA, "m"))
    desk.until("m", Step.READ_BACK)
    desk.put("m", state=State.REGISTERED, doing=None, bnmp_status=PecaStatus.PENDENTE_CUMPRIMENTO)
    desk.review()
    assert desk.standing("a") == (HELD, Reason.MISSING_ANTECEDENT)


def test_ant_2_an_alvara_of_a_flagrante_needs_no_mandado_and_stops_the_one_it_names() -> None:
    desk = Desk(document("m"), document("a", ALVARA, "m", variant=Variant.PRISAO_FLAGRANTE))
    assert desk.standing("a") == (State.READY, None)
    assert desk.standing("m") == (HELD, Reason.CHAIN_INCOMPLETE)
    desk.register("a")
    assert desk.standing("m") == (HELD, Reason.NEEDS_JUDGE), "the person was freed"


@pytest.mark.parametrize("status", [PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.EXPIRADO])
def test_ant_5_a_contramandado_stands_on_a_pending_or_an_expired_mandado_and_revokes_it(status: PecaStatus) -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.put("m", bnmp_status=status)
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    desk.register("k")
    assert desk["m"].bnmp_status == PecaStatus.REVOGADO


def test_ant_5_a_contramandado_of_a_fulfilled_mandado_is_held_by_it() -> None:
    desk = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE))
    desk.register("m")
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    assert (desk.standing("k"), desk["k"].missing) == ((HELD, Reason.MISSING_ANTECEDENT), ("ALVARA_SOLTURA:m",))


def test_ant_7_a_certidao_waits_for_its_mandado_and_goes_when_it_is_pending() -> None:
    desk = Desk(document("c", CERTIDAO, "m"))
    assert desk.standing("c") == (HELD, Reason.MISSING_ANTECEDENT)
    desk.tell_issued(document("m"))
    assert desk.standing("c") == (HELD, Reason.WAITING_ANTECEDENT)
    desk.register("m")
    assert (desk.standing("c"), desk["c"].priority) == ((State.READY, None), 1)


def test_an_antecedent_may_be_named_by_its_national_number() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    number = desk["m"].national_number
    named = (Antecedent(national_number=number), Antecedent())
    desk.tell_issued(document("c", CERTIDAO, antecedents=named))
    assert needs(desk["c"], desk.dossier).reached == ("m",)
    assert desk["c"].missing == ("antecedents",), "one row names nothing"


def test_safety_2_an_antecedent_that_ended_without_registration_is_missing() -> None:
    desk = Desk(document("m", owner_system="EPROC"), document("c", CERTIDAO, "m"))
    assert (desk.standing("c"), desk["c"].missing) == ((HELD, Reason.MISSING_ANTECEDENT), ("EXCEPCIONAL:m",))


def test_safety_24_a_single_mandado_of_the_case_is_found_without_being_named() -> None:
    desk = Desk(document("m"), document("other", case_number="another"), document("k", CONTRAMANDADO))
    assert needs(desk["k"], desk.dossier).reached == ("m",)


def test_safety_24_two_mandados_of_the_case_are_listed_for_the_unit_and_neither_goes_alone() -> None:
    desk = Desk(document("m1"), document("m2"), document("k", CONTRAMANDADO))
    assert desk.standing("k") == (HELD, Reason.MISSING_DATA)
    assert desk["k"].missing == ("antecedents", "m1", "m2")
    assert desk.standing("m1") == desk.standing("m2") == (HELD, Reason.CHAIN_INCOMPLETE)


def test_what_names_no_mandado_at_all_misses_its_antecedents() -> None:
    desk = Desk(document("x", CERTIDAO, "y"), document("y", CERTIDAO, "x"), document("k", CONTRAMANDADO, "k"))
    assert "antecedents" in desk["k"].missing + desk["x"].missing


def test_documents_that_wait_for_each_other_are_told_apart_from_those_that_just_wait() -> None:
    desk = Desk(document("m"), document("c1", CERTIDAO, "m", "c2"), document("c2", CERTIDAO, "m", "c1"))
    assert desk.standing("c1") == desk.standing("c2") == (HELD, Reason.ANTECEDENT_CYCLE)
    desk.tell_issued(document("a", ALVARA, "m", "c1"))
    assert not view(desk.dossier).chains[0].complete


def test_safety_25_an_alvara_without_variant_asks_the_unit_unless_the_mandado_is_fulfilled() -> None:
    desk = Desk(document("m"), document("a", ALVARA, "m", variant=None))
    assert (desk.standing("a"), desk["a"].missing) == ((HELD, Reason.MISSING_DATA), ("variant",))
    desk = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE))
    desk.register("m")
    desk.tell_issued(document("a", ALVARA, "m", variant=None))
    desk.register("a")


def test_safety_8_what_a_release_waits_for_inherits_its_place_also_in_flight() -> None:
    desk = Desk(document("m"), document("c", CERTIDAO, "m"))
    desk.begin("m")
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    assert (desk["m"].priority, desk["c"].priority, desk["k"].priority) == (0, 3, 0)


def test_a_kind_nobody_knows_has_the_last_place_and_does_not_communicate() -> None:
    desk = Desk(document("g", "GUIA", institutional=False))
    assert (desk.standing("g"), desk["g"].priority) == ((State.EXCLUDED, Reason.NOT_COMMUNICATING), 9)


@pytest.mark.parametrize("liberty", [CONTRAMANDADO, ALVARA])
def test_safety_11_a_mandado_whose_release_was_refused_waits_for_the_judge(liberty: str) -> None:
    desk = Desk(document("m"), document("k", liberty, "m"))
    desk.put("k", state=HELD, reason=Reason.REFUSED_BY_BNMP)
    desk.review()
    assert desk.standing("m") == (HELD, Reason.NEEDS_JUDGE)
    assert desk["m"].kind == MANDADO


def test_safety_11_a_mandado_named_by_our_id_is_stopped_also_where_the_number_beside_it_is_nobodys() -> None:
    # given a release that names a mandado on its way by our id, and by a number that it does not have yet
    named = (Antecedent("m", "9" * 28),)
    desk = Desk(document("m"), document("a", ALVARA, variant=Variant.PRISAO_FLAGRANTE, antecedents=named))
    # then
    assert needs(desk["a"], desk.dossier).reached == ("m",)
    assert desk.standing("m") == (HELD, Reason.CHAIN_INCOMPLETE)


@pytest.mark.parametrize("state", [State.REJECTED, State.EXCLUDED])
def test_safety_24_a_mandado_that_was_rejected_or_taken_back_is_not_what_a_release_means(state: State) -> None:
    # given the only mandado of the case is none of ours any more
    desk = Desk(document("m"))
    desk.put("m", state=state)
    # when
    desk.tell_issued(document("k", CONTRAMANDADO))
    # then its unit is asked which one it means
    assert (desk.standing("k"), desk["k"].missing) == ((HELD, Reason.MISSING_DATA), ("antecedents",))


@pytest.mark.parametrize(
    ("release", "whole"),
    [
        (document("k", CONTRAMANDADO, "m"), False),
        (document("k", ALVARA, variant=Variant.PRISAO_FLAGRANTE, gaps=("fields.motivo",)), False),
        (document("k", ALVARA, variant=Variant.PRISAO_FLAGRANTE), True),
    ],
    ids=["its mandado is missing", "it has a gap", "nothing is missing"],
)
def test_safety_10_a_release_alone_is_a_whole_chain_only_where_nothing_of_it_is_missing(
    release: Document,
    whole: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    (chain,) = view(Desk(release).dossier).chains
    assert (chain.members, chain.complete) == (("k",), whole)
