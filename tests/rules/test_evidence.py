"""What a contingency stands on is kept, told and compared: attempts, text, and the fields of the annex (docs/law.md safety-15, annex)."""

from datetime import timedelta
from typing import Any

import pytest

from rules import annex, messages
from rules.acts import RetryAsked
from rules.contingency import KEPT_ATTEMPTS, dispensation_text
from rules.kinds import KINDS, VARIANTS
from rules.words import AnswerClass, LinkState, State, Variant
from schemas.document_issued import _demanded
from tests.rules.desk import ALVARA, CONTRAMANDADO, COURT, MANDADO, NOW, Desk, document, failure, given

OFFERED, OPENED = "bnmp.document.contingency-offered.v1", "bnmp.document.contingency-opened.v1"
DIVERGENCE = "bnmp.divergence.found.v1"
EXACT = dispensation_text(NOW, COURT)
ISSUED_SO = {"opened_at": NOW, "failed_access_at": NOW, "retroactive": True}


def _opened(**changes: Any) -> Desk:
    desk = Desk(document("m", **changes))
    desk.link(LinkState.DOWN)
    desk.put("m", attempts=(failure(NOW - timedelta(seconds=2)), failure(NOW)))
    desk.consent("m")
    return desk


def test_safety_15_the_attempts_on_which_a_contingency_stands_outlive_its_registration() -> None:
    # given
    desk = _opened()
    stands = desk["m"].attempts
    desk.later(3600)
    desk.link(LinkState.UP)
    # when its registration fails more often than attempts are kept, is asked for again, and succeeds
    for _ in range(KEPT_ATTEMPTS + 1):
        desk.begin("m")
        desk.answered("m", AnswerClass.CONNECTION)
        assert desk["m"].attempts[:2] == stands
        desk.due("m")
    assert len(desk["m"].attempts) == len(stands) + KEPT_ATTEMPTS
    desk.ask(RetryAsked, "m")
    assert desk["m"].attempts == stands
    desk.register("m")
    # then
    assert (desk["m"].state, desk["m"].attempts) == (State.REGISTERED, stands)


@pytest.mark.parametrize("tries", [0, 1, 3])
@pytest.mark.parametrize("asked_before", [False, True])
def test_safety_15_the_failed_access_is_among_the_attempts_whoever_found_it(tries: int, *, asked_before: bool) -> None:
    # given a mandado with few attempts of its own, when others find the link down
    desk = Desk()
    desk.link(LinkState.SUSPECT)
    consent = given(NOW) if asked_before else None
    desk.tell_issued(document("m", consent=consent))
    for _ in range(tries):
        desk.begin("m")
        desk.answered("m", AnswerClass.CONNECTION)
        desk.later(1)
    desk.later(1)
    # when
    desk.link(LinkState.DOWN)
    desk.review()
    # then
    failed_at = desk.dossier.now
    assert [one.op for one in desk["m"].attempts] == ["CREATE"] * tries + ["link"]
    assert (desk["m"].opened, desk["m"].failed_access_at, desk["m"].attempts[-1].at) == (
        asked_before,
        failed_at,
        failed_at,
    )


def test_faults_before_it_was_opened_do_not_count_against_its_registration() -> None:
    # given
    desk = _opened()
    fault = failure(NOW)
    desk.put("m", attempts=tuple(type(fault)(NOW, "CREATE", AnswerClass.FAULT) for _ in range(3)))
    desk.link(LinkState.UP)
    # when
    desk.begin("m")
    desk.answered("m", AnswerClass.FAULT)
    # then it is tried again
    assert (desk["m"].state, desk["m"].reason) == (State.CONTINGENCY, None)


def test_every_field_of_the_annex_has_a_name_and_is_one_that_the_form_demands() -> None:
    for kind, row in KINDS.items():
        for variant in VARIANTS[kind]:
            # when
            asked = annex.demanded(kind, variant)
            # then
            assert bool(asked) is row.eligible
            form = _demanded(kind, Variant(variant) if variant else None, "NORMAL")
            assert set(asked) - {annex.ANTECEDENTS} <= set(form), kind
            assert set(asked) <= set(annex.LABELS)
    used = {path for kind in KINDS for variant in VARIANTS[kind] for path in annex.demanded(kind, variant)}
    assert used == set(annex.LABELS)


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"gaps": ("fields.data_validade", "signatures.0.user")}, ("data de validade",)),
        ({"gaps": ("fields",)}, ("data de validade", "espécie de prisão", "síntese da decisão")),
        ({"gaps": ("party.data_nascimento",), "variant": "RECAPTURA"}, ("data de nascimento",)),
        (
            {"gaps": ("fields.prisao",), "variant": "CONVERSAO_FLAGRANTE"},
            ("UF da prisão", "município da prisão", "estabelecimento da prisão", "data da prisão"),
        ),
        ({"kind": ALVARA, "variant": "PRISAO_FLAGRANTE", "gaps": ("fields.local_prisao",)}, ("local da prisão em flagrante",)),
        ({"kind": CONTRAMANDADO}, ("mandado alcançado",)),
        ({"kind": ALVARA}, ("mandado alcançado",)),
        ({}, ()),
    ],
)  # fmt: skip
def test_what_the_annex_demands_is_told_with_the_offer_and_the_opening_and_stops_nothing(
    changes: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    # given
    desk = Desk(document("m", changes.pop("kind", MANDADO), **changes))
    # when
    desk.link(LinkState.DOWN)
    desk.consent("m")
    # then
    assert desk["m"].opened
    assert annex.lacks_of(desk["m"]) == lacks
    told = [desk.said(type_, "m")[-1].data["message"] for type_ in (OFFERED, OPENED)]
    asked = messages.ANNEX.format(lacks=", ".join(lacks))
    assert [asked in one for one in told] == [bool(lacks)] * 2
    assert all("A ordem de liberdade produz efeito" in told[0] for _ in range(desk["m"].liberty))


def test_the_offer_recommends_another_try_and_the_communication_test() -> None:
    # given
    desk = Desk(document("m"))
    # when
    desk.link(LinkState.DOWN)
    # then
    told = desk.said(OFFERED, "m")[0].data
    for text in (told["message"], told["remedy"]):
        assert "ente novamente" in text
        assert "teste de comunicação" in text


@pytest.mark.parametrize("text", [EXACT, EXACT.replace("13:05:30", "13:05:31"), EXACT[:-1], ""])
@pytest.mark.parametrize("kind", [ALVARA, MANDADO])
def test_a_text_of_sajs_own_that_is_not_the_exact_one_is_told_and_neither_rewritten_nor_a_hindrance(
    kind: str, text: str
) -> None:
    # given
    variant = "PRISAO_FLAGRANTE" if kind == ALVARA else None
    # when
    desk = Desk(document("d", kind, variant=variant, text=text, **ISSUED_SO))
    # then
    told = desk.said(DIVERGENCE, "d")
    assert [(one.data["kind"], one.data["ours"]) for one in told] == ([] if text == EXACT else [("TEXT", EXACT)])
    assert desk["d"].text == text
    assert [desk.said(one, "d") for one in (OPENED, OFFERED)] == [[], []]
    # when the link is there
    desk.register("d")
    # then it is registered late, the certidão is there, and nothing was told twice
    assert (desk["d"].state, desk["d"].retroactive) == (State.REGISTERED, True)
    assert "d:CERTIDAO_CONTINGENCIA" in desk.certificates
    assert desk.said(DIVERGENCE, "d") == told


def test_a_version_issued_under_contingency_is_compared_when_it_comes_and_not_when_it_is_completed() -> None:
    # given
    desk = Desk(document("d", ALVARA, gaps=("fields.motivo",)))
    # when
    desk.reissue("d", text="Expediente dispensado.", gaps=("fields.motivo",), **ISSUED_SO)
    assert len(desk.said(DIVERGENCE, "d")) == 1
    desk.reissue("d", text="Expediente dispensado.", **ISSUED_SO)
    # then
    assert len(desk.said(DIVERGENCE, "d")) == 1


def test_safety_15_an_offer_shows_the_failed_access_that_it_names_and_no_later_instant() -> None:
    # given a link that is down since a moment ago
    desk = Desk()
    desk.link(LinkState.DOWN)
    desk.later(10)
    # when
    desk.tell_issued(document("m"))
    # then
    assert desk["m"].failed_access_at == NOW
    assert [one.at for one in desk["m"].attempts] == [NOW]


@pytest.mark.parametrize(("kind", "stands"), [(MANDADO, False), (ALVARA, True)])
def test_safety_4_only_of_a_release_an_offer_says_that_the_order_has_effect(kind: str, *, stands: bool) -> None:
    # given
    desk = Desk(document("d", kind, variant="PRISAO_FLAGRANTE" if kind == ALVARA else None))
    # when
    desk.link(LinkState.DOWN)
    # then
    assert (messages.LIBERTY_HELD in desk.said(OFFERED, "d")[-1].data["message"]) is stands
