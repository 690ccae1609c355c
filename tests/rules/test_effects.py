"""Joint transitions: one registration moves a piece, the mandados it reaches, and the person; and the fold over all."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import pieces
from rules.dossier import Document
from rules.effects import EFFECTS, effect_of, expected
from rules.kinds import KINDS, VARIANTS
from rules.pieces import PieceEvent
from rules.prerequisites import row_of
from rules.situation import Situation
from rules.words import AnswerClass, Kind, PecaStatus, State, Step, Variant
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, MANDADO, NOW, Desk, document, good
from tests.rules.examples import examples

S = Situation
INTERNACAO, DESINTERNACAO = Kind.MANDADO_INTERNACAO, Kind.ORDEM_DESINTERNACAO
CERTIDAO_INTERNACAO, LIBERACAO = Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO, Kind.ORDEM_LIBERACAO
MORTE = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE
RECAPTURA: dict[str, Any] = {"variant": Variant.RECAPTURA}
FLAGRANTE: dict[str, Any] = {"variant": Variant.CONVERSAO_FLAGRANTE}
CONVERSAO: dict[str, Any] = {"variant": Variant.CONVERSAO}
NA_HORA: dict[str, Any] = {"variant": Variant.PRISAO_FLAGRANTE}


def registered(*papers: Document) -> list[Document]:
    """These papers in effect one after the other, with the status that their rows lead to."""
    done: dict[str, Document] = {}
    for number, paper in enumerate(papers):
        row = effect_of(paper)
        assert row is not None
        unsigned = PecaStatus.EM_ELABORACAO if len(KINDS[paper.kind].signers) == 1 else PecaStatus.AGUARDANDO_ASSINATURA
        status = paper.bnmp_status or pieces.after(unsigned, row.own)
        at = NOW + timedelta(minutes=number)
        done[paper.document_id] = replace(paper, state=State.REGISTERED, registered_at=at, bnmp_status=status)
        for mandado in reached(paper) if row.reached else ():
            moved = pieces.after(done[mandado].bnmp_status or "", row.reached or PieceEvent.FULFILLED)
            done[mandado] = replace(done[mandado], bnmp_status=moved)
    return list(done.values())


def reached(paper: Document) -> list[str]:
    """What a paper of these tests names."""
    return [one.document_id for one in paper.antecedents if one.document_id]


def of_one_instant(*papers: Document) -> str:
    """The same, where the ledger's clock gave all of them one instant."""
    done = [replace(one, registered_at=NOW) for one in registered(*papers)]
    by_id = {one.document_id: one for one in done}
    return expected(done, lambda one: reached(by_id[one]))


@pytest.mark.parametrize(
    ("papers", "status"),
    [
        ((document("z"), document("a", CERTIDAO, "z")), S.PRESO_PROVISORIO),
        ((document("z"), document("y", CERTIDAO, "z"), document("a", ALVARA, "z")), S.EM_LIBERDADE),
        ((document("z"), document("a", CONTRAMANDADO, "z")), S.EM_LIBERDADE),
        (
            (
                document("z"),
                document("y", CERTIDAO, "z"),
                document("x", INTERNACAO, "z", **CONVERSAO),
                document("a", CERTIDAO_INTERNACAO, "x"),
            ),
            S.INTERNADO_PROVISORIO,
        ),
        # The arrest that the internment converts holds nobody: who is discharged from it is free.
        (
            (
                document("z"),
                document("y", CERTIDAO, "z"),
                document("x", INTERNACAO, "z", **CONVERSAO),
                document("a", CERTIDAO_INTERNACAO, "x"),
                document("w", DESINTERNACAO, "x"),
            ),
            S.EM_LIBERDADE,
        ),
    ],
)
def test_of_one_instant_what_stands_on_another_counts_after_it_whatever_it_is_called(
    papers: tuple[Document, ...], status: str
) -> None:
    assert of_one_instant(*papers) == status


def folded(*papers: Document) -> str:
    """What BNMP should say of the person of these papers."""
    done = registered(*papers)
    by_id = {one.document_id: one for one in done}
    # In any order: what counts is when each came into effect.
    return expected(reversed(done), lambda one: reached(by_id[one]))


def test_every_kind_and_variant_has_its_row_and_no_row_is_without_one() -> None:
    assert set(EFFECTS) == {(kind, variant) for kind in KINDS for variant in VARIANTS[kind]}


@pytest.mark.parametrize(("kind", "variant"), sorted(EFFECTS, key=str))
def test_each_kind_comes_into_effect_by_its_last_signature(kind: str, variant: str | None) -> None:
    # given
    signed_by_judge = len(KINDS[kind].signers) == 2
    unsigned = PecaStatus.AGUARDANDO_ASSINATURA if signed_by_judge else PecaStatus.EM_ELABORACAO
    # when
    after = pieces.after(unsigned, EFFECTS[kind, variant].own)
    # then
    assert after in KINDS[kind].in_effect, "the status that makes it REGISTERED"


@pytest.mark.parametrize("key", sorted((k for k, row in EFFECTS.items() if row.reached), key=str))
def test_what_a_kind_does_to_a_mandado_is_possible_in_each_status_on_which_it_may_stand(key: tuple[str, str]) -> None:
    # given
    row, stands_on = EFFECTS[key], row_of(document("x", key[0], variant=key[1]))
    assert stands_on is not None
    assert row.reached is not None
    for status in stands_on.statuses:
        # then
        why = pieces.why_not(status, row.reached)
        assert why is None or (status == PecaStatus.CUMPRIDO and row.reached is PieceEvent.FULFILLED), (status, why)


@pytest.mark.parametrize(
    ("papers", "says"),
    [
        pytest.param((), S.EM_LIBERDADE, id="nothing"),
        pytest.param((document("m"),), S.PROCURADO, id="wanted"),
        pytest.param((document("m", **RECAPTURA),), S.FORAGIDO, id="fugitive"),
        pytest.param((document("m", **RECAPTURA), document("n")), S.FORAGIDO, id="a fugitive stays one"),
        pytest.param((document("m"), document("c", CERTIDAO, "m")), S.PRESO_PROVISORIO, id="arrested"),
        pytest.param((document("m", **FLAGRANTE),), S.PRESO_PROVISORIO, id="born fulfilled"),
        pytest.param(
            (document("m"), document("c", CERTIDAO, "m"), document("a", ALVARA, "m")), S.EM_LIBERDADE, id="released"
        ),
        pytest.param((document("m"), document("k", CONTRAMANDADO, "m")), S.EM_LIBERDADE, id="revoked"),
        pytest.param(
            (document("m"), document("n"), document("k", CONTRAMANDADO, "m")), S.PROCURADO, id="one of two revoked"
        ),
        pytest.param(
            (document("m", **FLAGRANTE), document("n"), document("a", ALVARA, "m")), S.PROCURADO, id="free and wanted"
        ),
        pytest.param(
            (document("m", **FLAGRANTE), document("n", **RECAPTURA), document("a", ALVARA, "m")),
            S.FORAGIDO,
            id="free and a fugitive",
        ),
        pytest.param((document("a", ALVARA, **NA_HORA),), S.EM_LIBERDADE, id="released in the act"),
        pytest.param(
            (document("m", **FLAGRANTE), document("g", Kind.GUIA_RECOLHIMENTO_PROVISORIA, "m")),
            S.PRESO_EXECUCAO_PROVISORIA,
            id="guia provisória",
        ),
        pytest.param(
            (
                document("m", **FLAGRANTE),
                document("g", Kind.GUIA_RECOLHIMENTO_DEFINITIVA, "m"),
                document("o", LIBERACAO, "m"),
            ),
            S.EM_LIBERDADE,
            id="let out of a sentence",
        ),
        pytest.param((document("g", Kind.GUIA_RECOLHIMENTO_ACERVO),), S.PRESO_EXECUCAO_DEFINITIVA, id="of the stock"),
        pytest.param((document("g", Kind.GUIA_INTERNACAO_ACERVO),), S.INTERNADO_EXECUCAO, id="measure of the stock"),
        pytest.param(
            (document("i", INTERNACAO), document("c", CERTIDAO_INTERNACAO, "i")), S.INTERNADO_PROVISORIO, id="interned"
        ),
        pytest.param(
            (
                document("i", INTERNACAO),
                document("c", CERTIDAO_INTERNACAO, "i"),
                document("g", Kind.GUIA_INTERNACAO_DEFINITIVA, "i"),
                document("x", Kind.CERTIDAO_ALTERACAO_UNIDADE_REGIME, "g"),
            ),
            S.INTERNADO_EXECUCAO,
            id="measure begun",
        ),
        pytest.param((document("i", INTERNACAO), document("d", DESINTERNACAO, "i")), S.EM_LIBERDADE, id="discharged"),
        pytest.param(
            (
                document("m", **FLAGRANTE),
                document("i", INTERNACAO, "m", **CONVERSAO),
                document("c", CERTIDAO_INTERNACAO, "i"),
                document("d", DESINTERNACAO, "i"),
            ),
            S.EM_LIBERDADE,
            id="a converted arrest holds no more",
        ),
        pytest.param((document("m"), document("t", MORTE)), S.FALECIDO, id="dead"),
        pytest.param((document("m", bnmp_status=PecaStatus.EXPIRADO),), S.EM_LIBERDADE, id="lapsed"),
        pytest.param(
            (document("m", bnmp_status=PecaStatus.EXPIRADO), document("n")), S.PROCURADO, id="one of two lapsed"
        ),
        pytest.param(
            (document("n"), document("m", bnmp_status=PecaStatus.EXPIRADO)), S.PROCURADO, id="the other of two lapsed"
        ),
        pytest.param((document("m", bnmp_status=PecaStatus.CUMPRIDO),), S.PRESO_PROVISORIO, id="arrested by others"),
        pytest.param(
            (document("i", INTERNACAO, bnmp_status=PecaStatus.CUMPRIDO),),
            S.INTERNADO_PROVISORIO,
            id="interned by others",
        ),
        pytest.param((document("x", MANDADO, variant="OUTRA"),), S.PROCURADO, id="an unknown variant is of its kind"),
    ],
)
def test_effects_the_person_is_as_the_papers_leave_them(papers: tuple[Document, ...], says: Situation) -> None:
    assert folded(*papers) == says


def test_fail_17_an_alvara_frees_nobody_whom_another_mandado_holds_and_the_last_one_does() -> None:
    # given
    held = [document(m, **FLAGRANTE) for m in ("m", "n")]
    first, second = document("a", ALVARA, "m"), document("b", ALVARA, "n")
    # then
    assert folded(*held, first) == S.PRESO_PROVISORIO
    assert folded(*held, first, second) == S.EM_LIBERDADE


def test_what_is_not_registered_and_what_no_table_knows_moves_nobody() -> None:
    strange = replace(document("y"), kind="PECA_NOVA", state=State.REGISTERED)
    assert expected([document("m"), strange], lambda _: ()) == S.EM_LIBERDADE
    assert effect_of(strange) is None


@given(order=st.permutations(["m", "n", "k", "t"]))
@examples(50)
def test_effects_once_dead_always_dead(order: list[str]) -> None:
    papers = {"m": document("m"), "n": document("n", **FLAGRANTE), "k": document("k", ALVARA, **NA_HORA)}
    done = registered(*[papers.get(one) or document("t", MORTE) for one in order])
    says = [expected(itertools.islice(done, count + 1), lambda _: ()) for count in range(len(done))]
    assert set(says[order.index("t") :]) == {S.FALECIDO}


def test_effects_a_mandado_that_bnmp_shows_otherwise_is_not_moved_by_a_paper_that_comes_late() -> None:
    # given a mandado that BNMP shows fulfilled, or under a label that nobody here knows
    for status in (PecaStatus.CUMPRIDO, "Outra Coisa"):
        desk = Desk(document("m"))
        desk.register("m")
        desk.tell_issued(document("k", CONTRAMANDADO, "m"))
        desk.until("k", Step.READ_BACK)
        desk.put("m", bnmp_status=status)
        # when
        desk.answered("k", AnswerClass.OK, **good(desk["k"], Step.READ_BACK))
        # then
        assert (desk["k"].state, desk["m"].bnmp_status) == (State.REGISTERED, status)


def test_a_mandado_that_a_registration_does_not_move_has_no_entry_of_it() -> None:
    # given an alvará, which leaves its mandado fulfilled
    desk = Desk(document("m", **FLAGRANTE), document("a", ALVARA, "m"))
    desk.register("m")
    desk.until("a", Step.READ_BACK)
    # when
    decision = desk.answered("a", AnswerClass.OK, **good(desk["a"], Step.READ_BACK))
    # then
    assert [one.document_id for one in decision.entries] == ["a"]
