"""Every kind goes its whole way at the simulator, which has read the registry's page by itself."""

from dataclasses import replace
from typing import Any

import pytest

from bnmp import payloads
from bnmp.order import Order
from bnmp.settings import BnmpSettings
from bnmp.words import PATHS, RELEASE_TYPES
from rules.kinds import KINDS, VARIANTS
from rules.words import AnswerClass as A
from rules.words import Kind, PecaStatus, Step, Variant
from schemas.document_issued import TYPE
from schemas.fields import FORMS
from schemas.samples import sample
from tests.bnmp.court import Court, order
from tests.bnmp.test_persons import page, registry_saying

K, V, S = Kind, Variant, PecaStatus
CLERK = (Step.SIGN_SERVIDOR,)
BOTH = (Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO)
RJI = "26000000104"

# The person's papers in their order: kind, variant, the places of what it stands on.
Paper = tuple[Kind, Variant | None, tuple[int, ...]]
WARRANT: Paper = (K.MANDADO_PRISAO_CRIMINAL, None, ())
FLAGRANTE: Paper = (K.MANDADO_PRISAO_CRIMINAL, V.CONVERSAO_FLAGRANTE, ())
CIVIL: Paper = (K.MANDADO_PRISAO_CIVIL, None, ())
INTERNMENT: Paper = (K.MANDADO_INTERNACAO, None, ())
ARRESTED: Paper = (K.CERTIDAO_CUMPRIMENTO_PRISAO, None, (0,))
INTERNED: Paper = (K.CERTIDAO_CUMPRIMENTO_INTERNACAO, None, (0,))
CHANGED: Paper = (K.CERTIDAO_ALTERACAO_UNIDADE_REGIME, None, ())
STORIES: tuple[tuple[tuple[Paper, ...], str], ...] = (
    ((WARRANT, ARRESTED, (K.ALVARA_SOLTURA, V.MANDADO_CUMPRIDO, (0,))), "Em Liberdade"),
    ((WARRANT, (K.CONTRAMANDADO_PRISAO, None, (0,))), "Em Liberdade"),
    (((K.MANDADO_PRISAO_CRIMINAL, V.RECAPTURA, ()),), "Foragido"),
    ((FLAGRANTE, (K.GUIA_RECOLHIMENTO_PROVISORIA, None, (0,)), CHANGED), "Preso condenado em execução provisória"),
    ((FLAGRANTE, (K.GUIA_RECOLHIMENTO_DEFINITIVA, None, (0,))), "Preso condenado em execução definitiva"),
    ((CIVIL, ARRESTED, (K.ORDEM_LIBERACAO, None, (0,))), "Em Liberdade"),
    (((K.ALVARA_SOLTURA, V.PRISAO_FLAGRANTE, ()),), "Em Liberdade"),
    (
        (INTERNMENT, INTERNED, (K.GUIA_INTERNACAO_PROVISORIA, None, (0,))),
        "Internado em execução de medida de segurança",
    ),
    (
        (INTERNMENT, INTERNED, (K.GUIA_INTERNACAO_DEFINITIVA, None, (0,)), CHANGED),
        "Internado em execução de medida de segurança",
    ),
    ((INTERNMENT, INTERNED, (K.ORDEM_DESINTERNACAO, None, (0,))), "Em Liberdade"),
    ((INTERNMENT, (K.CONTRAMANDADO_INTERNACAO, None, (0,))), "Em Liberdade"),
    (
        (FLAGRANTE, (K.MANDADO_INTERNACAO, V.CONVERSAO, (0,)), (K.CERTIDAO_CUMPRIMENTO_INTERNACAO, None, (1,))),
        "Internado Provisório",
    ),
    (((K.GUIA_RECOLHIMENTO_ACERVO, None, ()), (K.CERTIDAO_ARQUIVAMENTO_GUIA, None, (0,))), "Em Liberdade"),
    (((K.GUIA_INTERNACAO_ACERVO, None, ()), CHANGED), "Internado em execução de medida de segurança"),
    ((WARRANT, (K.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE, None, ())), "Falecido"),
)


def hands(kind: Kind) -> tuple[Step, ...]:
    return CLERK if kind.startswith("CERTIDAO_") else BOTH


def born(kind: Kind, variant: Variant | None) -> PecaStatus:
    if not kind.startswith("MANDADO_"):
        return S.ATIVO
    return S.CUMPRIDO if variant is V.CONVERSAO_FLAGRANTE else S.PENDENTE_CUMPRIMENTO


async def told(court: Court, papers: tuple[Paper, ...]) -> list[Order]:
    """Register these papers one after the other, each read back in effect."""
    rji, done = await court.rji(order()), list[Order]()
    for kind, variant, on in papers:
        stands_on = tuple(done[place].bnmp_id or "" for place in on)
        one, read = await court.register(order(kind, variant, rji=rji, antecedents=stands_on), *hands(kind))
        assert read.piece is not None
        assert (read.piece.status, read.piece.antecedents) == (born(kind, variant), stands_on)
        done.append(one)
    return done


def test_every_kind_and_every_variant_is_told() -> None:
    tried = {(kind, variant) for papers, _ in STORIES for kind, variant, _ in papers}
    assert tried | {(K.ALVARA_SOLTURA, None)} == {(kind, v) for kind, found in VARIANTS.items() for v in found}


@pytest.mark.parametrize(("papers", "ends"), STORIES)
async def test_papers_in_their_order_are_registered_in_effect_and_the_person_stands_as_the_law_says(
    papers: tuple[Paper, ...], ends: str, court: Court
) -> None:
    # when
    done = await told(court, papers)
    # then
    (person,) = court.simulator.book["persons"]
    assert person["status"] == ends
    assert [row["tipoPeca"] for row in court.simulator.book["documents"]] == [KINDS[kind].peca for kind, _, _ in papers]
    assert len(done) == len(papers)


NEEDY = sorted({(papers[-1], papers[:-1]) for papers, _ in STORIES if papers[-1][2]}, key=str)


@pytest.mark.parametrize(("last", "before"), NEEDY)
async def test_without_what_it_stands_on_a_piece_is_a_broken_chain_and_not_a_refusal(
    last: Paper, before: tuple[Paper, ...], court: Court
) -> None:
    # given nothing of what came before it; some other piece is named where one has to be
    rji = await court.rji(order())
    kind, variant, _ = last
    # when
    answer = await court.registry.step(Step.CREATE, order(kind, variant, rji=rji))
    # then
    assert before
    assert answer.answer is A.CHAIN
    assert court.simulator.book["documents"] == []


@pytest.mark.parametrize("kind", Kind)
async def test_a_form_that_lacks_a_field_is_refused_and_leaves_nothing(kind: Kind, court: Court) -> None:
    # given a contramandado is known by what it names
    named = {K.CONTRAMANDADO_PRISAO: (WARRANT,), K.CONTRAMANDADO_INTERNACAO: (INTERNMENT,)}.get(kind, ())
    on = tuple(one.bnmp_id or "" for one in await told(court, named))
    whole = order(kind, rji=await court.rji(order()), antecedents=on)
    assert whole.document.fields is not None
    form = FORMS[kind]
    holed = dict.fromkeys((name.split(".")[0] for name in form.required + form.either), None)
    # when each of them is missing, then it is refused
    for name in [[one] for one in holed if one not in form.either] or [list(form.either)]:
        fields = whole.document.fields.model_copy(update=dict.fromkeys(name, None))
        lacking = replace(whole, document=whole.document.model_copy(update={"fields": fields}))
        assert (await court.registry.step(Step.CREATE, lacking)).answer is A.REFUSED, name
    assert len(court.simulator.book["documents"]) == len(on)


@pytest.mark.parametrize(
    ("kind", "species", "fits"),
    [
        (K.MANDADO_PRISAO_CIVIL, "CIVIL", True),
        (K.MANDADO_PRISAO_CIVIL, "PREVENTIVA", False),
        (K.MANDADO_PRISAO_CRIMINAL, "CIVIL", False),
        (K.MANDADO_PRISAO_CRIMINAL, "TEMPORARIA", True),
    ],
)
async def test_a_mandado_of_another_sort_than_its_kind_is_never_sent(
    kind: Kind, species: str, *, fits: bool, court: Court
) -> None:
    data = {"fields": sample(TYPE, kind)["fields"] | {"especie_prisao": species}}
    one = order(kind, rji=await court.rji(order()), data=data)
    answer = await court.registry.step(Step.CREATE, one)
    assert answer.answer is (A.OK if fits else A.REFUSED)
    assert len(court.requests("/api/mandado-prisaos")) == fits


def payload(settings: BnmpSettings, kind: Kind, variant: Variant | None = None) -> dict[str, Any]:
    return payloads.piece(order(kind, variant, rji=RJI), RJI, settings)


# A field of the form that is not sent under its own name in camelCase, by the names under which it is sent.
SENT_AS: dict[str, tuple[str, ...]] = {
    "especie_prisao": ("especiePrisao",),
    "especie_internacao": ("especieInternacao",),
    "prazo_prisao_dias": ("prazoPrisao",),
    "tipificacoes": ("tipificacoesPenais",),
    "guia_provisoria": (),
}
PENALTY = ("tempoPenaAno", "tempoPenaMes", "tempoPenaDia")


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_a_kinds_form_is_sent_and_nothing_that_is_not_on_it(kind: Kind, settings: BnmpSettings) -> None:
    # given each field of the form filled in
    filled = {"dias": 3, "anos": 1, "meses": 2, "code": "MS-014", "name": "Local", "prisao": "2025-01-02"}
    rows = {"tipificacoes": ["X"], "medidas_cautelares": ["X"], "detracao": [filled | {"soltura": "2025-01-05"}]}
    known = sample(TYPE, kind)["fields"]
    fields = {name: known.get(name) or rows.get(name) or _some(name, filled) for name in FORMS[kind].model.model_fields}
    one = order(kind, "PRISAO_FLAGRANTE" if kind is K.ALVARA_SOLTURA else None, rji=RJI, data={"fields": fields})
    # when
    sent = payloads.piece(one, RJI, settings)
    # then
    own = [SENT_AS.get(name, (payloads._camel(name),)) for name in fields]
    if "MANDADO_PRISAO" in kind and not kind.startswith("CONTRA"):
        own = [PENALTY if names == ("pena",) else names for names in own]
    marks = {"tipoGuia", "tipoAlvara"} & set(sent)
    common = {"numeroProcesso", "dataExpedicao", "tipoPeca", "pessoa", "orgao", "nomeServidor", "cargoServidor"}
    common |= {"magistrado", "assinarDigitalmenteServidor", "assinarDigitalmenteMagistrado", "sigilo", "outrasPecas"}
    assert set(sent) - common - marks == {name for names in own for name in names}


def _some(name: str, filled: dict[str, Any]) -> Any:
    """Some value of a field that the sample leaves empty."""
    if name.startswith("data"):
        return "2025-01-02"
    if name in ("reincidente", "prisao_domiciliar"):
        return True
    if name == "prisao":
        return {"uf": "MS", "municipio": "Cidade", "estabelecimento": "Delegacia", "data": "2025-01-02"}
    if name.endswith("_dias"):
        return 30
    if name in ("pena", "multa", "local_custodia"):
        return filled
    return {"processo_origem": "0001234-09.2020.8.12.0001", "comunicado_por": "OUTRO"}.get(name, "X")


def test_a_guia_is_sent_with_its_sort_its_length_in_three_parts_and_its_measure(settings: BnmpSettings) -> None:
    prison = payload(settings, K.GUIA_RECOLHIMENTO_DEFINITIVA)
    assert (prison["tipoGuia"], prison["pena"]) == ("DEFINITIVA", {"anos": 5, "meses": 4, "dias": 0})
    assert prison["localCustodia"] == {"code": "MS-014", "name": "Estabelecimento Inventado 4"}
    mapped = payload(replace(settings, places={"MS-014": "4711"}), K.GUIA_RECOLHIMENTO_DEFINITIVA)
    assert mapped["localCustodia"] == {"code": "4711", "name": "Estabelecimento Inventado 4"}
    assert prison["multa"] == {"dias": 10, "valor": 471.5}
    assert "guiaProvisoria" not in prison
    measure = payload(settings, K.GUIA_INTERNACAO_PROVISORIA)
    assert (measure["tipoGuia"], measure["medidaSeguranca"]["dataLaudo"]) == ("PROVISORIA", "04/11/2025")
    assert "tipoGuia" not in payload(settings, K.GUIA_INTERNACAO_ACERVO)


def test_the_length_of_a_sentence_has_zeros_where_nothing_was_typed(settings: BnmpSettings) -> None:
    data = {"fields": sample(TYPE, K.GUIA_RECOLHIMENTO_PROVISORIA)["fields"] | {"pena": {"anos": 2}}}
    one = order(K.GUIA_RECOLHIMENTO_PROVISORIA, rji=RJI, data=data)
    assert payloads.piece(one, RJI, settings)["pena"] == {"anos": 2, "meses": 0, "dias": 0}


def test_a_conversion_and_an_order_of_liberation_say_what_they_are(settings: BnmpSettings) -> None:
    assert payload(settings, K.MANDADO_INTERNACAO)["especieInternacao"] == {"descricao": "PROVISORIA"}
    converted = payload(settings, K.MANDADO_INTERNACAO, V.CONVERSAO)
    assert converted["especieInternacao"] == {"descricao": "CONVERSAO_PRISAO"}
    assert payload(settings, K.ORDEM_LIBERACAO)["tipoAlvara"] == "ORDEM_LIBERACAO"
    assert {kind for kind, _ in RELEASE_TYPES} == {kind for kind, path in PATHS.items() if "alvara" in path}


@pytest.mark.parametrize(
    ("kind", "mark", "ours", "other"),
    [
        (K.ORDEM_LIBERACAO, "tipoAlvara", "ORDEM_LIBERACAO", "MANDADO_CUMPRIDO"),
        (K.GUIA_RECOLHIMENTO_DEFINITIVA, "tipoGuia", {"descricao": "DEFINITIVA"}, "PROVISORIA"),
        (K.MANDADO_PRISAO_CIVIL, "especiePrisao", {"id": 7, "descricao": "Civil"}, {"descricao": "PREVENTIVA"}),
        (K.MANDADO_INTERNACAO, "especieInternacao", "PROVISORIA", {"descricao": "CONVERSAO_PRISAO"}),
    ],
)
async def test_what_shares_a_type_id_with_ours_and_is_of_another_sort_is_not_adopted(
    kind: Kind, mark: str, ours: Any, other: Any, settings: BnmpSettings
) -> None:
    # given three pieces of one type, case, person, day and hand: another sort's, ours, and one that does not say
    one = order(kind, rji=RJI)
    name = PATHS[kind].removeprefix("/api/")
    plain = {
        "tipoPeca": {"id": KINDS[kind].peca},
        "dataExpedicao": "20/11/2026",
        "numeroProcesso": payloads.case_digits(one.document),
        "pessoa": {"numeroIndividuo": RJI},
        "outrasPecas": [],
    }
    rows = [{"id": 1, mark: other} | plain, {"id": 2, mark: ours} | plain, {"id": 3} | plain]
    said = {"light-filter": page(*rows), "pessoas/rji": {"numeroIndividuo": RJI}}
    said |= {f"{name}/{row['id']}": row for row in rows}
    # when
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.read_doubt(Step.CREATE, one, frozenset())
    # then
    assert [piece.bnmp_id for piece in answer.pieces] == ["2", "3"]
