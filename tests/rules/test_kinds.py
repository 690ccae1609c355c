"""The kinds are the law's (docs/law.md kinds, contingency-list, words): each with its row, none with two readings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.chain import view
from rules.effects import EFFECTS
from rules.kinds import (
    CERTIDOES_CUMPRIMENTO,
    CERTIFICATES,
    GUIAS,
    KINDS,
    MANDADOS,
    VARIANTS,
    effect,
    is_eligible,
    is_liberty,
    needs_judges_release,
    resolution,
)
from rules.pieces import PieceEvent
from rules.prerequisites import FULFILS, ROWS, Demand, row_of
from rules.queue import next_document
from rules.steps import next_step, signatures, step_of_status
from rules.urgency import priority
from rules.verdict import verdict
from rules.words import (
    Category,
    Effect,
    Kind,
    LinkState,
    OwnCertificate,
    PecaStatus,
    Reason,
    Resolution,
    Role,
    State,
    Step,
    Variant,
)
from tests.rules.desk import Desk, document, in_effect
from tests.rules.examples import examples

# The words of the law, written out once more so that a wrong row shows.
LIBERTY = {
    "ALVARA_SOLTURA",
    "ORDEM_LIBERACAO",
    "ORDEM_DESINTERNACAO",
    "CONTRAMANDADO_PRISAO",
    "CONTRAMANDADO_INTERNACAO",
}
ARREST = {"MANDADO_PRISAO_CRIMINAL", "MANDADO_PRISAO_CIVIL", "MANDADO_INTERNACAO"}
TYPE_IDS = {
    "MANDADO_PRISAO_CRIMINAL": 1,
    "MANDADO_PRISAO_CIVIL": 1,
    "CONTRAMANDADO_PRISAO": 2,
    "CONTRAMANDADO_INTERNACAO": 2,
    "GUIA_RECOLHIMENTO_PROVISORIA": 3,
    "GUIA_RECOLHIMENTO_DEFINITIVA": 3,
    "GUIA_INTERNACAO_PROVISORIA": 4,
    "GUIA_INTERNACAO_DEFINITIVA": 4,
    "ALVARA_SOLTURA": 5,
    "ORDEM_LIBERACAO": 5,
    "ORDEM_DESINTERNACAO": 6,
    "CERTIDAO_CUMPRIMENTO_PRISAO": 7,
    "CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE": 8,
    "CERTIDAO_CUMPRIMENTO_INTERNACAO": 9,
    "MANDADO_INTERNACAO": 10,
    "GUIA_RECOLHIMENTO_ACERVO": 11,
    "CERTIDAO_ARQUIVAMENTO_GUIA": 12,
    "GUIA_INTERNACAO_ACERVO": 13,
    "CERTIDAO_ALTERACAO_UNIDADE_REGIME": 14,
}
PRIORITIES = {"GUIA_RECOLHIMENTO_ACERVO": 5, "GUIA_INTERNACAO_ACERVO": 5, "CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE": 1}


def test_every_kind_has_its_row_its_variants_and_its_type_id() -> None:
    assert set(KINDS) == set(VARIANTS) == set(Kind) == set(TYPE_IDS)
    assert {kind: row.peca for kind, row in KINDS.items()} == TYPE_IDS
    assert all(row.kind == kind for kind, row in KINDS.items())
    named = {variant for variants in VARIANTS.values() for variant in variants if variant}
    assert named == set(Variant)


def test_liberty_arrest_and_neutral_are_the_words_of_the_law() -> None:
    assert {kind for kind in Kind if effect(kind) is Effect.LIBERTY} == LIBERTY == set(filter(is_liberty, Kind))
    assert {kind for kind in Kind if effect(kind) is Effect.ARREST} == ARREST == MANDADOS
    assert effect("GUIA_DESCONHECIDA") is Effect.NEUTRAL
    assert set(GUIAS) == {kind for kind in Kind if kind.startswith("GUIA_")}


def test_the_lawful_seven_are_eight_kinds_and_no_other_may_go_under_contingency() -> None:
    assert {kind for kind in Kind if is_eligible(kind)} == LIBERTY | ARREST
    assert len(LIBERTY | ARREST) == 8
    assert not is_eligible("GUIA_DESCONHECIDA")


def test_what_may_go_under_contingency_is_no_order_before_its_judge_released_it() -> None:
    assert {kind for kind in Kind if needs_judges_release(kind)} == LIBERTY | ARREST
    assert not needs_judges_release("GUIA_DESCONHECIDA")


def test_every_kind_is_of_the_family_that_its_name_begins_with() -> None:
    first = {"ALVARA": "ALVARA_ORDEM", "ORDEM": "ALVARA_ORDEM"}
    assert {kind: row.category for kind, row in KINDS.items()} == {
        kind: first.get(kind.split("_")[0], kind.split("_")[0]) for kind in Kind
    }


def test_contramandados_of_both_sorts_are_resolved_among_the_mandados() -> None:
    # then
    for kind in (kind for kind in Kind if is_eligible(kind)):
        alone = KINDS[kind].category is Category.ALVARA_ORDEM
        said = resolution(kind, Resolution.MANDADOS)
        assert said is (Resolution.ALVARAS_ORDENS if alone else Resolution.MANDADOS), kind
    assert resolution(Kind.CONTRAMANDADO_INTERNACAO, Resolution.ALVARAS_ORDENS) is Resolution.ALVARAS_ORDENS


def test_the_three_certidoes_of_sajs_own_follow_what_they_are_about() -> None:
    assert set(CERTIFICATES) == set(OwnCertificate)
    assert CERTIFICATES[OwnCertificate.CERTIDAO_CONTINGENCIA] == LIBERTY | ARREST
    assert CERTIFICATES[OwnCertificate.CERTIDAO_MANDADO_RETROATIVO] == ARREST
    assert CERTIFICATES[OwnCertificate.CERTIDAO_ANULACAO] == set(Kind) - ARREST


def test_a_certidao_is_the_clerks_alone_and_every_other_piece_the_judges_too() -> None:
    for kind, row in KINDS.items():
        alone = (Role.SERVIDOR,)
        assert row.signers == (alone if kind.startswith("CERTIDAO_") else (Role.SERVIDOR, Role.MAGISTRADO))


def test_priorities_put_liberty_first_then_what_is_urgent_then_arrest_certidoes_guias_and_legacy() -> None:
    for kind, row in KINDS.items():
        by_effect = {Effect.LIBERTY: 0, Effect.ARREST: 2, Effect.NEUTRAL: 4 if kind in GUIAS else 3}[row.effect]
        assert row.priority == PRIORITIES.get(kind, by_effect), kind


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_without_a_demand_goes_every_step_and_ends_in_effect(kind: Kind) -> None:
    # given
    row = row_of(document("x", kind))
    desk = Desk(document("x", kind))
    if row is not None and row.demand is Demand.ANTECEDENTS:
        # then what is demanded and not there is asked of the unit
        assert desk.standing("x") == (State.HELD, Reason.MISSING_DATA)
        return
    # when
    desk.register("x")
    # then
    assert desk["x"].bnmp_status == in_effect(desk["x"])
    assert step_of_status(desk["x"], in_effect(desk["x"])) is signatures(desk["x"])[-1]
    assert step_of_status(desk["x"], PecaStatus.ANULADO) is None


def test_what_is_demanded_of_a_mandado_is_only_demanded_of_a_conversion() -> None:
    rows = [row for row in ROWS if row.kind in MANDADOS]
    assert [(row.rule, row.variant) for row in rows] == [("ANT-11", Variant.CONVERSAO)]


def test_every_mandado_has_the_certidao_that_fulfils_it() -> None:
    assert set(FULFILS) == MANDADOS
    assert set(FULFILS.values()) == CERTIDOES_CUMPRIMENTO
    for mandado, certidao in FULFILS.items():
        row = next(row for row in ROWS if row.kind is certidao)
        assert mandado in row.on
        assert EFFECTS[certidao, None].reached is PieceEvent.FULFILLED


IDS = ("p", "q", "r", "s", "t")
PAPERS = st.tuples(
    st.sampled_from(sorted(Kind)),
    st.lists(st.sampled_from([*IDS, "unknown"]), max_size=3, unique=True),
    st.sampled_from([(), ("fields.motivo",)]),
    st.booleans(),
)


@examples(50)
@given(st.lists(PAPERS, min_size=1, max_size=5), st.sampled_from([LinkState.UP, LinkState.DOWN]), st.data())
def test_papers_of_any_kinds_in_any_order_are_decided_and_what_may_go_goes_to_its_end(
    papers: list[tuple[str, list[str], tuple[str, ...], bool]], link: LinkState, data: st.DataObject
) -> None:
    # given
    desk = Desk()
    for document_id, (kind, names, gaps, released) in zip(IDS, papers, strict=False):
        changes: dict[str, Any] = {"variant": data.draw(st.sampled_from(sorted(VARIANTS[kind], key=str)))}
        desk.tell_issued(document(document_id, kind, *names, gaps=gaps, released_by_judge=released, **changes))
    desk.link(link)
    # when, then
    seen = view(desk.dossier)
    for one in desk.dossier.documents.values():
        said = verdict(one, seen)
        assert said == verdict(one, view(desk.dossier))
        assert 0 <= priority(one, seen) <= 5
        assert next_step(one, desk.dossier.persons[1]) in Step
    assert not desk.review().documents, "settling reached a fixed point"
    if link is LinkState.DOWN:
        assert next_document(desk.dossier, 1, contingency=False) is None or desk["p"].state is not State.READY
        return
    done = list(desk.drain())
    for document_id in done:
        must_stand_on_what_the_law_demands(desk, document_id)
    assert not desk.review().documents


def must_stand_on_what_the_law_demands(desk: Desk, document_id: str) -> None:
    """What was registered and names its antecedents stands on each of the kinds that its row knows."""
    one = desk[document_id]
    row = row_of(one)
    assert one.state is State.REGISTERED
    demands = row is not None and row.demand is not Demand.NOTHING
    for name in (a.document_id or "" for a in one.antecedents if demands):
        named = desk[name]
        assert named.state is State.REGISTERED, "what is named goes first"
        if row is not None and named.kind in row.on and row.certidao.name == "DEMANDED":
            assert named.bnmp_status in row.statuses
