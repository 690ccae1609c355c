"""What holds for every kind's antecedents (docs/law.md ANT-13 to ANT-15): no RJI, contingency, divergence, safety-2."""

from collections.abc import Callable

import pytest

from rules.antecedents import needs
from rules.dossier import Antecedent
from rules.kinds import GUIAS, KINDS
from rules.prerequisites import ROWS
from rules.words import AnswerClass, Consent, Kind, LinkState, PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import ALVARA, CASE, CERTIDAO, CONTRAMANDADO, MANDADO, RJI, Desk, document, piece

K, V, S = Kind, Variant, PecaStatus
MISSING = (State.HELD, Reason.MISSING_ANTECEDENT)


def standing_on(on: Kind, status: PecaStatus) -> Desk:
    """A desk whose document `m` is registered and has this status at the registry."""
    desk = Desk(document("m", on))
    desk.register("m")
    desk.put("m", bnmp_status=status)
    return desk


@pytest.mark.parametrize("kind", [kind for kind in Kind if not any(row.kind == kind for row in ROWS)])
def test_ant_13_a_person_without_rji_is_searched_then_created_and_never_beside_a_candidate(kind: Kind) -> None:
    # given
    desk = Desk(document("x", kind, person=2))
    # when, then
    assert desk.begin("x") is Step.PERSON
    desk.answered("x", AnswerClass.OK)
    assert desk.begin("x") is Step.PERSON_CREATE
    desk.answered("x", AnswerClass.OK, rji=RJI)
    assert desk.begin("x") is Step.CREATE
    # and given candidates
    desk = Desk(document("x", kind, person=2))
    desk.begin("x")
    # when
    desk.answered("x", AnswerClass.OK, candidates=("98765432109",))
    # then
    assert (desk.standing("x"), desk["x"].missing) == ((State.HELD, Reason.MISSING_DATA), ("rji",))


def test_ant_14_a_successor_waits_behind_an_antecedent_in_contingency_and_takes_it_along_in_priority() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.consent("m")
    desk.link(LinkState.UP)
    # when
    desk.tell_issued(document("c", CERTIDAO, "m"))
    # then
    assert desk.standing("c") == (State.HELD, Reason.WAITING_ANTECEDENT)
    # and when
    desk.register("m", "c")
    # then
    assert desk["m"].bnmp_status == S.CUMPRIDO


@pytest.mark.parametrize("born", [V.CONVERSAO_FLAGRANTE, None])
def test_ant_15_what_saj_has_fulfilled_and_bnmp_pending_is_a_divergence_for_the_unit_said_once(
    born: str | None,
) -> None:
    # given a mandado that SAJ has as fulfilled, by its certidão or from its birth
    desk = Desk(document("m", variant=born))
    desk.register("m")
    if born is None:
        desk.tell_issued(document("c", CERTIDAO, "m"))
        desk.register("c")
    desk.put("m", bnmp_status=S.PENDENTE_CUMPRIMENTO)
    # when
    desk.tell_issued(document("a", ALVARA, "m"))
    desk.review()
    # then
    assert (desk.standing("a"), desk["a"].missing) == (MISSING, ("DIVERGENCIA:m",))
    found = desk.said("bnmp.divergence.found.v1")
    told = ("document_id", "case_number", "ours", "registry")
    assert [tuple(say.data[name] for name in told) for say in found] == [
        ("m", CASE, "CUMPRIDO", "PENDENTE_CUMPRIMENTO")
    ]
    # and when it is reconciled
    desk.put("m", bnmp_status=S.CUMPRIDO)
    desk.review()
    # then
    desk.register("a")


def test_ant_15_a_divergence_does_not_stop_contingency() -> None:
    desk = standing_on(K.MANDADO_PRISAO_CRIMINAL, S.REVOGADO)
    desk.tell_issued(document("a", ALVARA, "m"))
    desk.link(LinkState.DOWN)
    desk.consent("a", Consent.SIM)
    assert desk.standing("a") == (State.CONTINGENCY, Reason.MISSING_ANTECEDENT)
    assert desk["a"].missing == ("DIVERGENCIA:m",)


def test_safety_24_what_can_no_longer_be_reached_is_no_candidate_beside_what_can() -> None:
    # given a revoked mandado and a pending one of the same case
    desk = standing_on(MANDADO, S.REVOGADO)
    desk.tell_issued(document("n"))
    # when
    desk.tell_issued(document("k", CONTRAMANDADO))
    # then
    assert needs(desk["k"], desk.dossier).reached == ("n",)


def test_safety_25_with_several_fulfilled_mandados_the_unit_chooses_among_them_and_the_variant_is_known() -> None:
    # given
    desk = Desk(document("m1", variant=V.CONVERSAO_FLAGRANTE), document("m2", variant=V.CONVERSAO_FLAGRANTE))
    desk.register("m1", "m2")
    # when
    desk.tell_issued(document("a", ALVARA, variant=None))
    # then
    assert (desk.standing("a"), desk["a"].missing) == ((State.HELD, Reason.MISSING_DATA), ("antecedents", "m1", "m2"))


WAITED = (State.HELD, Reason.WAITING_ANTECEDENT)


def uncertain(desk: Desk) -> None:
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.UNCERTAIN)


CONSEQUENCES: dict[str, tuple[Callable[[Desk], object], tuple[str, str], tuple[str, ...]]] = {
    "ready": (lambda _: None, WAITED, ("m",)),
    "sending": (lambda desk: desk.begin("m"), WAITED, ("m",)),
    "held": (lambda desk: desk.put("m", state=State.HELD, reason=Reason.REFUSED_BY_BNMP), WAITED, ("m",)),
    "in contingency": (lambda desk: desk.put("m", state=State.CONTINGENCY, opened_at=desk.dossier.now), WAITED, ("m",)),
    "uncertain": (uncertain, WAITED, ("m",)),
    "rejected": (lambda desk: desk.put("m", state=State.REJECTED), MISSING, ("EXCEPCIONAL:m",)),
    "excluded": (lambda desk: desk.put("m", state=State.EXCLUDED), MISSING, ("EXCEPCIONAL:m",)),
}


@pytest.mark.parametrize("antecedent", CONSEQUENCES)
def test_safety_2_each_standing_of_an_antecedent_has_its_own_consequence(antecedent: str) -> None:
    # given
    stands, standing, missing = CONSEQUENCES[antecedent]
    desk = Desk(document("m"))
    stands(desk)
    # when
    desk.tell_issued(document("c", CERTIDAO, "m"))
    # then
    assert (desk.standing("c"), desk["c"].missing) == (standing, missing)


def test_safety_2_what_is_in_doubt_is_read_before_anything_that_stands_on_it() -> None:
    # given
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    uncertain(desk)
    # then
    assert desk.takes() == "m"
    # when
    desk.read("m", pieces=(piece(desk["m"], S.EM_ELABORACAO),))
    # then
    assert list(desk.drain()) == ["m", "k"]


def test_a_registered_antecedent_lets_go_exactly_those_that_it_satisfies() -> None:
    # given
    desk = Desk(
        document("m"), document("n", case_number="another"), document("c", CERTIDAO, "m"), document("d", CERTIDAO, "n")
    )
    # when
    desk.register("m")
    # then
    assert (desk.standing("c"), desk.standing("d")) == ((State.READY, None), WAITED)


def test_an_antecedent_is_known_by_its_person_whatever_the_case() -> None:
    desk = Desk(document("m", variant=V.CONVERSAO_FLAGRANTE, case_number="another"), document("a", ALVARA, "m"))
    assert list(desk.drain()) == ["m", "a"]


def test_of_the_stock_nothing_is_demanded() -> None:
    legacy = {kind for kind in GUIAS if KINDS[kind].priority == 5}
    assert legacy == {K.GUIA_RECOLHIMENTO_ACERVO, K.GUIA_INTERNACAO_ACERVO}
    for kind in legacy:
        Desk(document("g", kind)).register("g")


def test_an_antecedent_by_a_number_that_nobody_here_holds_is_missing_by_that_number() -> None:
    desk = Desk(document("c", CERTIDAO, antecedents=(Antecedent(national_number="0" * 28),)))
    assert (desk.standing("c"), desk["c"].missing) == (MISSING, ("0" * 28,))
