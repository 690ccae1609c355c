"""Every kind has its form: what it demands is a gap where it is missing, and what does not hold is a gap where it is."""

import pytest

from rules.words import Kind
from schemas.document_issued import document_issued
from schemas.fields import FORMS
from schemas.samples import sample
from tests.schemas.issued import ISSUED, WHOLE, changed, gaps_of


@pytest.mark.parametrize("chosen", WHOLE, ids=".".join)
def test_a_whole_document_has_no_gap_and_keeps_every_value(chosen: list[str]) -> None:
    body, gaps = document_issued(sample(ISSUED, *chosen))
    assert gaps == ()
    assert isinstance(body.fields, FORMS[chosen[0]].model)
    assert body.model_dump(mode="json", exclude_unset=True) == sample(ISSUED, *chosen)


def test_the_forms_are_of_all_kinds_and_with_the_variants_of_the_contract() -> None:
    assert len(FORMS) == 19
    assert set(FORMS) == set(Kind)
    assert {kind: set(form.variants) for kind, form in FORMS.items() if form.variants} == {
        "MANDADO_PRISAO_CRIMINAL": {"RECAPTURA", "CONVERSAO_FLAGRANTE"},
        "MANDADO_INTERNACAO": {"CONVERSAO"},
        "ALVARA_SOLTURA": {"MANDADO_CUMPRIDO", "PRISAO_FLAGRANTE"},
    }


_WARRANT = {"data_validade", "especie_prisao", "sintese_decisao"}
_ORDER = {"motivo", "sintese_decisao"}
_CAPTURE = {"data_cumprimento", "local_prisao", "responsavel_prisao"}
_SENTENCE = {"data_infracao", "data_recebimento_denuncia", "data_publicacao_sentenca", "pena", "local_custodia"}
DEMANDED = {
    "MANDADO_PRISAO_CRIMINAL": _WARRANT,
    "MANDADO_PRISAO_CIVIL": _WARRANT,
    "MANDADO_INTERNACAO": {"data_validade", "especie_internacao", "sintese_decisao"},
    "CONTRAMANDADO_PRISAO": _ORDER,
    "CONTRAMANDADO_INTERNACAO": _ORDER,
    "ALVARA_SOLTURA": _ORDER,
    "ORDEM_LIBERACAO": _ORDER,
    "ORDEM_DESINTERNACAO": _ORDER,
    "GUIA_RECOLHIMENTO_PROVISORIA": _SENTENCE | {"regime_prisional"},
    "GUIA_RECOLHIMENTO_DEFINITIVA": _SENTENCE | {"regime_prisional"},
    "GUIA_RECOLHIMENTO_ACERVO": _SENTENCE | {"regime_prisional"},
    "GUIA_INTERNACAO_PROVISORIA": _SENTENCE | {"medida_seguranca"},
    "GUIA_INTERNACAO_DEFINITIVA": _SENTENCE | {"medida_seguranca"},
    "GUIA_INTERNACAO_ACERVO": _SENTENCE | {"medida_seguranca"},
    "CERTIDAO_CUMPRIMENTO_PRISAO": _CAPTURE,
    "CERTIDAO_CUMPRIMENTO_INTERNACAO": _CAPTURE,
    "CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE": {"data_obito", "data_decisao"},
    "CERTIDAO_ARQUIVAMENTO_GUIA": {"motivo", "data_decisao"},
    "CERTIDAO_ALTERACAO_UNIDADE_REGIME": {"local_custodia", "regime_prisional", "data"},
}


@pytest.mark.parametrize("kind", Kind)
def test_without_fields_each_required_one_is_named(kind: Kind) -> None:
    assert set(gaps_of(changed("fields", None, kind))) == {f"fields.{name}" for name in DEMANDED[kind]}


@pytest.mark.parametrize("kind", Kind)
def test_each_required_field_is_a_gap_alone(kind: Kind) -> None:
    alone = DEMANDED[kind] - {"local_custodia", "regime_prisional"} if "ALTERACAO" in kind else DEMANDED[kind]
    for name in alone:
        assert gaps_of(changed(f"fields.{name}", None, kind)) == {f"fields.{name}": "is required"}


@pytest.mark.parametrize("nothing", [None, {}, {"code": None, "name": " "}])
def test_a_change_of_unit_or_regime_needs_one_of_the_two(nothing: object) -> None:
    kind = Kind.CERTIDAO_ALTERACAO_UNIDADE_REGIME
    assert gaps_of(changed("fields.regime_prisional", None, kind)) == {}
    data = changed("fields.local_custodia", nothing, kind)
    assert gaps_of(data) == {}
    del data["fields"]["regime_prisional"]
    either = "is required where the other is missing"
    assert gaps_of(data) == {"fields.local_custodia": either, "fields.regime_prisional": either}


@pytest.mark.parametrize(
    ("kind", "path", "value", "rule"),
    [
        ("MANDADO_INTERNACAO", "especie_internacao", "PREVENTIVA", "is not one of the words of the contract"),
        ("MANDADO_INTERNACAO", "prazo_minimo_internacao_dias", 36_501, "is too large"),
        ("ORDEM_DESINTERNACAO", "motivo", "M" * 4001, "is too long"),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "pena", {}, "is required"),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "local_custodia.code", None, "is required"),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "local_custodia.name", "N" * 151, "is too long"),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "multa.valor", "471,50", "must be a number"),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "multa.valor", True, "must be a number"),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "multa.valor", -0.01, "is too small"),
        (
            "GUIA_RECOLHIMENTO_DEFINITIVA",
            "processo_origem",
            "0001234-10.2020.8.12.0001",
            "is not a case number with right check digits",
        ),
        ("GUIA_RECOLHIMENTO_DEFINITIVA", "reincidente", "NAO", "must be true or false"),
        ("GUIA_INTERNACAO_DEFINITIVA", "medida_seguranca.data_laudo", None, "is required"),
        ("GUIA_INTERNACAO_DEFINITIVA", "medida_seguranca.prazo_minimo_internacao_dias", None, "is required"),
        ("GUIA_INTERNACAO_DEFINITIVA", "detracao", [{"dias": -1}], "is too small"),
        ("CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE", "data_obito", "30/10/2026", "is not a date YYYY-MM-DD"),
    ],
)
def test_a_field_of_a_form_that_does_not_hold_is_one_gap(kind: Kind, path: str, value: object, rule: str) -> None:
    gaps = gaps_of(changed(f"fields.{path}", value, kind))
    assert list(gaps.values()) == [rule]
    assert next(iter(gaps)).startswith(f"fields.{path}")


def test_fields_that_are_no_object_are_a_gap_beside_what_they_should_hold() -> None:
    assert gaps_of(changed("fields", [], Kind.ALVARA_SOLTURA)) == {
        "fields": "must be an object",
        "fields.motivo": "is required",
        "fields.sintese_decisao": "is required",
    }


def test_a_flagrante_conversion_needs_its_arrest_and_a_flagrante_alvara_its_place() -> None:
    assert gaps_of(changed("variant", "CONVERSAO_FLAGRANTE")) == {"fields.prisao": "is required"}
    whole = sample(ISSUED, Kind.MANDADO_PRISAO_CRIMINAL, "CONVERSAO_FLAGRANTE")
    for part in ("uf", "municipio", "estabelecimento", "data"):
        fields = whole["fields"] | {"prisao": whole["fields"]["prisao"] | {part: None}}
        assert gaps_of(whole | {"fields": fields}) == {f"fields.prisao.{part}": "is required"}
    assert gaps_of(changed("variant", "PRISAO_FLAGRANTE", Kind.ALVARA_SOLTURA)) == {
        "fields.local_prisao": "is required"
    }


def test_an_alvara_without_variant_has_no_gap() -> None:
    assert gaps_of(changed("variant", None, Kind.ALVARA_SOLTURA)) == {}
