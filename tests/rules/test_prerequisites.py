"""Each row of the prerequisites (docs/law.md ANT-1 to ANT-15): satisfied, missing, and what the unit is told."""

from dataclasses import replace

import pytest

from rules.antecedents import needs
from rules.prerequisites import REMEDIES, ROWS, AntecedentRow, remedy
from rules.words import Kind, PecaStatus, Reason, State, Variant
from tests.rules.desk import ALVARA, CERTIDAO, COURT, Desk, document

K, V, S = Kind, Variant, PecaStatus
CIVIL, INTERNACAO, INTERNED = K.MANDADO_PRISAO_CIVIL, K.MANDADO_INTERNACAO, K.CERTIDAO_CUMPRIMENTO_INTERNACAO
DESINTERNACAO, NO_INTERNACAO = K.ORDEM_DESINTERNACAO, K.CONTRAMANDADO_INTERNACAO
GUIA, ARQUIVAMENTO = K.GUIA_RECOLHIMENTO_DEFINITIVA, K.CERTIDAO_ARQUIVAMENTO_GUIA
MISSING = (State.HELD, Reason.MISSING_ANTECEDENT)
BY_CERTIDAO, BY_INTERNED = "CERTIDAO_CUMPRIMENTO_PRISAO:m", "CERTIDAO_CUMPRIMENTO_INTERNACAO:m"
# Rule, kind, variant, what it stands on, the status that satisfies, one that does not and how that is named.
Case = tuple[str, Kind, Variant | None, Kind, PecaStatus, PecaStatus, str]
CASES: tuple[Case, ...] = (
    ("ANT-1", K.ALVARA_SOLTURA, V.MANDADO_CUMPRIDO, K.MANDADO_PRISAO_CRIMINAL, S.CUMPRIDO, S.PENDENTE_CUMPRIMENTO, BY_CERTIDAO),
    ("ANT-1", K.ALVARA_SOLTURA, V.MANDADO_CUMPRIDO, CIVIL, S.CUMPRIDO, S.REVOGADO, "DIVERGENCIA:m"),
    ("ANT-3", K.ORDEM_LIBERACAO, None, CIVIL, S.CUMPRIDO, S.PENDENTE_CUMPRIMENTO, BY_CERTIDAO),
    ("ANT-3", K.ORDEM_LIBERACAO, None, INTERNACAO, S.CUMPRIDO, S.PENDENTE_CUMPRIMENTO, BY_INTERNED),
    ("ANT-4", DESINTERNACAO, None, INTERNACAO, S.CUMPRIDO, S.REVOGADO, "DIVERGENCIA:m"),
    ("ANT-4", DESINTERNACAO, None, INTERNACAO, S.PENDENTE_CUMPRIMENTO, S.EXPIRADO, "DIVERGENCIA:m"),
    ("ANT-5", K.CONTRAMANDADO_PRISAO, None, K.MANDADO_PRISAO_CRIMINAL, S.PENDENTE_CUMPRIMENTO, S.CUMPRIDO, "ALVARA_SOLTURA:m"),
    ("ANT-5", K.CONTRAMANDADO_PRISAO, None, CIVIL, S.EXPIRADO, S.REVOGADO, "DIVERGENCIA:m"),
    ("ANT-6", NO_INTERNACAO, None, INTERNACAO, S.PENDENTE_CUMPRIMENTO, S.CUMPRIDO, "ORDEM_DESINTERNACAO:m"),
    ("ANT-6", NO_INTERNACAO, None, INTERNACAO, S.EXPIRADO, S.ANULADO, "EXCEPCIONAL:m"),
    ("ANT-7", K.CERTIDAO_CUMPRIMENTO_PRISAO, None, CIVIL, S.PENDENTE_CUMPRIMENTO, S.CUMPRIDO, "DIVERGENCIA:m"),
    ("ANT-8", INTERNED, None, INTERNACAO, S.PENDENTE_CUMPRIMENTO, S.EXPIRADO, "DIVERGENCIA:m"),
    ("ANT-9", K.GUIA_RECOLHIMENTO_PROVISORIA, None, K.MANDADO_PRISAO_CRIMINAL, S.CUMPRIDO, S.PENDENTE_CUMPRIMENTO, BY_CERTIDAO),
    ("ANT-9", GUIA, None, CIVIL, S.CUMPRIDO, S.EXPIRADO, "DIVERGENCIA:m"),
    ("ANT-10", K.GUIA_INTERNACAO_PROVISORIA, None, INTERNACAO, S.CUMPRIDO, S.PENDENTE_CUMPRIMENTO, BY_INTERNED),
    ("ANT-10", K.GUIA_INTERNACAO_DEFINITIVA, None, INTERNACAO, S.CUMPRIDO, S.EXCLUIDO, "EXCEPCIONAL:m"),
    ("ANT-11", INTERNACAO, V.CONVERSAO, K.MANDADO_PRISAO_CRIMINAL, S.CUMPRIDO, S.PENDENTE_CUMPRIMENTO, BY_CERTIDAO),
    ("ANT-12", ARQUIVAMENTO, None, K.GUIA_RECOLHIMENTO_ACERVO, S.ATIVO, S.ANULADO, "EXCEPCIONAL:m"),
    ("custody", K.CERTIDAO_ALTERACAO_UNIDADE_REGIME, None, K.GUIA_INTERNACAO_ACERVO, S.ATIVO, S.ANULADO, "EXCEPCIONAL:m"),
)  # fmt: skip
IDS = [f"{case[0]} {case[1]} on {case[3]} {case[4]}" for case in CASES]


def standing_on(on: Kind, status: PecaStatus) -> Desk:
    """A desk whose document `m` is registered and has this status at the registry."""
    desk = Desk(document("m", on))
    desk.register("m")
    desk.put("m", bnmp_status=status)
    return desk


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_row_is_satisfied_by_its_status_and_says_what_is_missing_for_any_other(case: Case) -> None:
    # given what satisfies the row
    rule, kind, variant, on, fits, other, named = case
    desk = standing_on(on, fits)
    # when
    desk.tell_issued(document("z", kind, "m", variant=variant))
    # then
    assert (desk.standing("z"), needs(desk["z"], desk.dossier).reached) == ((State.READY, None), ("m",)), rule
    # given what does not
    desk = standing_on(on, other)
    # when
    desk.tell_issued(document("z", kind, "m", variant=variant))
    # then
    assert (desk.standing("z"), desk["z"].missing) == (MISSING, (named,)), rule
    told = desk.said("bnmp.document.held.v1", "z")[-1].data["remedy"]
    assert told == REMEDIES[named.partition(":")[0]]


def test_every_row_is_tried() -> None:
    tried = {(case[0], case[1]) for case in CASES} | {("ANT-2", K.ALVARA_SOLTURA)}
    assert {(row.rule, row.kind) for row in ROWS} == tried


@pytest.mark.parametrize("known", ROWS, ids=[f"{row.rule} {row.kind}" for row in ROWS])
def test_an_antecedent_nobody_here_knows_is_named_by_its_id_and_the_unit_is_told_what_to_register(
    known: AntecedentRow,
) -> None:
    # when
    desk = Desk(document("z", known.kind, "unknown", variant=known.variant))
    # then
    if known.rule == "ANT-2":
        assert desk.standing("z") == (State.READY, None), "an arrest in the act needs no mandado"
        return
    assert (desk.standing("z"), desk["z"].missing) == (MISSING, ("unknown",))
    assert desk.said("bnmp.document.held.v1", "z")[-1].data["remedy"] == known.remedy
    assert not desk.said("bnmp.document.rejected.v1"), "what is not known here is held, never rejected"


def test_ant_1_the_unit_is_told_to_regularise_the_stock_even_from_before_the_integration() -> None:
    assert "acervo" in str(remedy(ALVARA, None, ("m",)))
    assert "ainda que anteriores" in str(remedy(ALVARA, V.MANDADO_CUMPRIDO, ("m",)))
    assert remedy("GUIA_DESCONHECIDA", None, ("m",)) is None


def test_ant_1_an_alvara_reaches_several_mandados_and_each_must_be_fulfilled() -> None:
    # given
    desk = Desk(
        document("m1"), document("c1", CERTIDAO, "m1"), document("m2", CIVIL), document("a", ALVARA, "m1", "m2")
    )
    # then one of them is not
    assert desk["a"].missing == ("CERTIDAO_CUMPRIMENTO_PRISAO:m2",)
    assert desk.standing("m1") == desk.standing("m2") == (State.HELD, Reason.CHAIN_INCOMPLETE)
    # when
    desk.tell_issued(document("c2", CERTIDAO, "m2"))
    # then
    assert set(needs(desk["a"], desk.dossier).waits) == {"m1", "c1", "m2", "c2"}
    order = list(desk.drain())
    assert order[-1] == "a"
    assert all(order.index(f"m{n}") < order.index(f"c{n}") for n in (1, 2))


def test_ant_2_an_alvara_of_an_arrest_in_the_act_waits_for_its_place_and_for_no_mandado() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant=V.PRISAO_FLAGRANTE, gaps=("fields.local_prisao",)))
    assert desk.standing("a") == (State.HELD, Reason.MISSING_DATA)
    # when
    desk.reissue("a")
    # then
    desk.register("a")


def test_ant_4_a_court_may_read_it_strictly() -> None:
    # given
    lax, strict = Desk(), Desk(court=replace(COURT, discharge_on_fulfilled=True))
    # when
    for desk in (lax, strict):
        for one in (document("m", INTERNACAO), document("o", DESINTERNACAO, "m")):
            desk.tell_issued(one)
    # then
    assert lax.standing("o") == (State.READY, None)
    assert (strict.standing("o"), strict["o"].missing) == (MISSING, (BY_INTERNED,))


def test_ant_9_a_guia_names_the_place_of_custody_or_is_held() -> None:
    desk = standing_on(K.MANDADO_PRISAO_CRIMINAL, S.CUMPRIDO)
    desk.tell_issued(document("g", GUIA, "m", gaps=("fields.local_custodia.code",)))
    assert (desk.standing("g"), desk["g"].missing) == (
        (State.HELD, Reason.MISSING_DATA),
        ("fields.local_custodia.code",),
    )
