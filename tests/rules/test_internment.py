"""What the further kinds stand on (docs/law.md antecedents): internação, ordens, guias, certidões of other things."""

import pytest

from rules.antecedents import needs
from rules.dossier import Document
from rules.words import Kind, PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, MANDADO, Desk, document

HELD = State.HELD
CIVIL, INTERNACAO = Kind.MANDADO_PRISAO_CIVIL, Kind.MANDADO_INTERNACAO
INTERNED = Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO
LIBERACAO, DESINTERNACAO = Kind.ORDEM_LIBERACAO, Kind.ORDEM_DESINTERNACAO
NO_INTERNACAO = Kind.CONTRAMANDADO_INTERNACAO
GUIA, GUIA_INTERNACAO = Kind.GUIA_RECOLHIMENTO_DEFINITIVA, Kind.GUIA_INTERNACAO_PROVISORIA
ARQUIVAMENTO, ALTERACAO = Kind.CERTIDAO_ARQUIVAMENTO_GUIA, Kind.CERTIDAO_ALTERACAO_UNIDADE_REGIME
MORTE = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE


@pytest.mark.parametrize(
    ("mandado", "certidao", "freeing"),
    [
        (CIVIL, CERTIDAO, ALVARA),
        (CIVIL, CERTIDAO, LIBERACAO),
        (MANDADO, CERTIDAO, LIBERACAO),
        (INTERNACAO, INTERNED, LIBERACAO),
        (INTERNACAO, INTERNED, DESINTERNACAO),
        (MANDADO, CERTIDAO, GUIA),
        (INTERNACAO, INTERNED, GUIA_INTERNACAO),
    ],
)
def test_ant_1_3_4_9_10_what_stands_on_a_fulfilled_mandado_waits_for_its_certidao(
    mandado: Kind, certidao: Kind, freeing: Kind
) -> None:
    # given the successors first
    desk = Desk(document("z", freeing, "m"), document("c", certidao, "m"), document("m", mandado))
    assert needs(desk["z"], desk.dossier).waits == ("m", "c")
    # when, then
    assert list(desk.drain()) == ["m", "c", "z"]
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO


@pytest.mark.parametrize(("mandado", "kontra"), [(CIVIL, CONTRAMANDADO), (INTERNACAO, NO_INTERNACAO)])
def test_ant_5_6_a_contramandado_revokes_the_mandado_of_its_sort(mandado: Kind, kontra: Kind) -> None:
    desk = Desk(document("k", kontra, "m"), document("m", mandado))
    assert list(desk.drain()) == ["m", "k"]
    assert desk["m"].bnmp_status == PecaStatus.REVOGADO


@pytest.mark.parametrize(
    ("mandado", "strange", "right"),
    [
        (MANDADO, NO_INTERNACAO, CONTRAMANDADO),
        (MANDADO, DESINTERNACAO, ALVARA),
        (INTERNACAO, CONTRAMANDADO, NO_INTERNACAO),
        (INTERNACAO, ALVARA, DESINTERNACAO),
    ],
)
def test_a_release_of_the_wrong_sort_is_held_by_the_mandado_it_names_and_still_stops_it(
    mandado: Kind, strange: Kind, right: Kind
) -> None:
    desk = Desk(document("m", mandado), document("k", strange, "m"))
    assert (desk.standing("k"), desk["k"].missing) == ((HELD, Reason.MISSING_ANTECEDENT), (f"{right}:m",))
    assert desk.standing("m") == (HELD, Reason.CHAIN_INCOMPLETE)


def test_ant_4_a_discharge_stands_on_an_issued_mandado_and_goes_without_a_certidao() -> None:
    desk = Desk(document("m", INTERNACAO), document("o", DESINTERNACAO, "m"))
    assert list(desk.drain()) == ["m", "o"]
    # then nobody makes a free person interned by a certidão that comes late
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO
    desk.tell_issued(document("c", INTERNED, "m"))
    assert (desk.standing("c"), desk["c"].missing) == ((HELD, Reason.MISSING_ANTECEDENT), ("DIVERGENCIA:m",))


def test_ant_4_a_discharge_waits_for_no_certidao_that_somebody_must_let_go() -> None:
    desk = Desk(document("m", INTERNACAO), document("c", INTERNED, "m"))
    desk.put("c", state=HELD, reason=Reason.ACCESS, missing=("401",))
    desk.tell_issued(document("o", DESINTERNACAO, "m"))
    assert needs(desk["o"], desk.dossier).waits == ("m",)


def test_ant_4_a_discharge_lets_the_certidao_go_first_unless_the_certidao_is_stopped() -> None:
    desk = Desk(document("m", INTERNACAO))
    desk.register("m")
    desk.tell_issued(document("c", INTERNED, "m", gaps=("fields.local_prisao",)))
    desk.tell_issued(document("o", DESINTERNACAO, "m"))
    assert needs(desk["o"], desk.dossier).waits == ()
    desk.reissue("c")
    assert needs(desk["o"], desk.dossier).waits == ("c",)
    assert list(desk.drain()) == ["c", "o"]


def test_ant_11_a_conversion_waits_for_the_fulfilled_arrest_and_any_other_internment_does_not() -> None:
    desk = Desk(
        document("i", INTERNACAO, "m", variant=Variant.CONVERSAO),
        document("m"),
        document("c", CERTIDAO, "m"),
        document("j", INTERNACAO, case_number="another"),
    )
    assert needs(desk["i"], desk.dossier).waits == ("m", "c")
    assert desk.standing("j") == (State.READY, None)
    order = list(desk.drain())
    assert order.index("m") < order.index("c") < order.index("i")


def test_ant_11_the_unit_is_told_when_nothing_says_that_the_arrest_was_fulfilled() -> None:
    desk = Desk(document("m"), document("i", INTERNACAO, "m", variant=Variant.CONVERSAO))
    assert desk.standing("i") == (HELD, Reason.MISSING_ANTECEDENT)
    assert desk["i"].missing == ("CERTIDAO_CUMPRIMENTO_PRISAO:m",)
    assert desk.standing("m") == (State.READY, None)


def test_safety_11_what_releases_from_an_arrest_stops_the_conversion_that_stands_on_it() -> None:
    desk = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE))
    desk.register("m")
    desk.tell_issued(document("i", INTERNACAO, "m", variant=Variant.CONVERSAO))
    desk.until("i", Step.SIGN_MAGISTRADO)
    desk.put("i", doing=None)
    # when the alvará comes before the last signature
    desk.tell_issued(document("a", ALVARA, "m"))
    desk.begin("i")
    # then
    assert desk.standing("i") == (HELD, Reason.CHAIN_INCOMPLETE)
    desk.register("a")
    assert desk.standing("i") == (HELD, Reason.NEEDS_JUDGE)


def test_a_release_from_an_internment_carries_the_whole_conversion_with_it() -> None:
    desk = Desk(
        document("o", DESINTERNACAO, "i"),
        document("d", INTERNED, "i"),
        document("i", INTERNACAO, "m", variant=Variant.CONVERSAO),
        document("c", CERTIDAO, "m"),
        document("m"),
    )
    assert list(desk.drain()) == ["m", "c", "i", "d", "o"]
    assert {desk[one].priority for one in "mcido"} == {0}


def test_ant_12_the_archiving_waits_for_its_guia_and_finds_the_only_one_of_the_case() -> None:
    desk = Desk(document("x", ARQUIVAMENTO), document("m", variant=Variant.CONVERSAO_FLAGRANTE))
    assert (desk.standing("x"), desk["x"].missing) == ((HELD, Reason.MISSING_DATA), ("antecedents",))
    desk.tell_issued(document("g", GUIA))
    assert needs(desk["x"], desk.dossier).reached == ("g",)
    assert list(desk.drain()) == ["m", "g", "x"]


def test_ant_12_a_guia_that_is_not_active_and_one_among_two_are_the_units_matter() -> None:
    desk = Desk(document("g", Kind.GUIA_RECOLHIMENTO_ACERVO))
    desk.register("g")
    desk.put("g", bnmp_status=PecaStatus.ANULADO)
    desk.tell_issued(document("x", ARQUIVAMENTO, "g"))
    assert (desk.standing("x"), desk["x"].missing) == ((HELD, Reason.MISSING_ANTECEDENT), ("EXCEPCIONAL:g",))
    desk.put("g", bnmp_status=PecaStatus.ATIVO)
    desk.tell_issued(document("h", Kind.GUIA_INTERNACAO_ACERVO))
    desk.tell_issued(document("y", ARQUIVAMENTO))
    assert (desk.standing("y"), desk["y"].missing) == ((HELD, Reason.MISSING_DATA), ("antecedents", "g", "h"))


def test_a_change_of_unit_waits_for_what_puts_the_person_in_custody_and_asks_for_nothing() -> None:
    assert Desk(document("x", ALTERACAO)).standing("x") == (State.READY, None)
    desk = Desk(document("x", ALTERACAO), document("c", CERTIDAO, "m"), document("m"))
    assert desk.standing("x") == (HELD, Reason.WAITING_ANTECEDENT)
    assert list(desk.drain()) == ["m", "c", "x"]


def test_a_change_of_unit_of_somebody_in_custody_waits_for_no_other_mandado() -> None:
    desk = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE))
    desk.register("m")
    desk.tell_issued(document("n", released_by_judge=False))
    desk.tell_issued(document("x", ALTERACAO))
    assert desk.standing("x") == (State.READY, None)


def test_a_change_of_unit_that_names_its_guia_stands_on_it() -> None:
    desk = Desk(document("x", ALTERACAO, "g"), document("g", Kind.GUIA_RECOLHIMENTO_ACERVO))
    assert needs(desk["x"], desk.dossier).reached == ("g",)
    assert list(desk.drain()) == ["g", "x"]


def test_safety_13_a_mandado_of_somebody_who_died_goes_to_the_judge_unless_a_release_needs_it() -> None:
    desk = Desk(document("m"), document("other", person=2), document("d", MORTE))
    assert (desk.standing("m"), desk["m"].missing) == ((HELD, Reason.NEEDS_JUDGE), ("d",))
    assert desk.standing("other") == (State.READY, None)
    assert desk["d"].priority == 1
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    assert list(desk.drain()) == ["m", "k", "d"]


def test_safety_12_a_death_that_is_certified_meanwhile_stops_the_last_signature() -> None:
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.put("m", doing=None)
    desk.tell_issued(document("d", MORTE))
    desk.begin("m")
    assert desk.standing("m") == (HELD, Reason.NEEDS_JUDGE)


def test_a_death_certified_in_a_case_of_another_system_stops_nothing() -> None:
    desk = Desk(document("d", MORTE, owner_system="SEEU"), document("m"))
    assert desk.standing("m") == (State.READY, None)


def test_safety_8_a_certidao_of_a_live_internment_comes_next_after_liberty() -> None:
    desk = Desk(document("m", INTERNACAO))
    desk.register("m")
    desk.tell_issued(document("c", INTERNED, "m"))
    assert desk["c"].priority == 1


@pytest.mark.parametrize("certidao", [(), (document("c", CERTIDAO, "m", gaps=("fields.data_cumprimento",)),)])
def test_safety_10_the_arrest_that_a_conversion_stands_on_does_not_go_before_the_release_of_the_internment_can(
    certidao: tuple[Document, ...],
) -> None:
    # given a release from an internment whose arrest is not in effect, and whose certidão is missing or lacks something
    conversion = document("i", INTERNACAO, "m", variant=Variant.CONVERSAO)
    desk = Desk(document("m"), *certidao, conversion, document("r", DESINTERNACAO, "i"))
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((HELD, Reason.CHAIN_INCOMPLETE), ("r",))
    assert desk.takes() is None
    # when
    if certidao:
        desk.reissue("c")
    else:
        desk.tell_issued(document("c", CERTIDAO, "m"))
    # then
    assert list(desk.drain()) == ["m", "c", "i", "r"]
