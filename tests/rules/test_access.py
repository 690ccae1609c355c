"""Our own copy of a user's access: its pre-flight, what it may hold and what it never does (docs/law.md access, safety-5)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.access import NO_CREDENTIALS, PREFLIGHT, REFUSED, Access, Duty, Signing, doubts, lack, remedy
from rules.acts import RetryAsked, SignerAssigned
from rules.dossier import Hand
from rules.facts import AccessChanged, AccessDoubted, SignerUnknown
from rules.messages import ACCESS
from rules.words import AnswerClass, LinkState, Reason, Role, State, Step
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, COURT, NOW, UNIT, Desk, document, piece

READY, HELD = (State.READY, None), (State.HELD, Reason.ACCESS)
REGION = "90900"
DAY = timedelta(days=1)
JUDGE = Access("m1", Role.MAGISTRADO, NOW - 30 * DAY, "Juiz", frozenset({UNIT, "90102"}))
ON_DUTY = replace(JUDGE, units=frozenset({"90102"}), duties=(Duty(REGION, NOW - DAY, NOW + DAY),))
SIGNS = Signing(Role.MAGISTRADO, "m1", UNIT, "Juiz")
IN_REGION = replace(SIGNS, unit=REGION)
DOUBT = f"access.MAGISTRADO.unit:{UNIT}"


def doubted(desk: Desk, document_id: str, *doubts: str) -> None:
    desk.tell(AccessDoubted(document_id, doubts or (DOUBT,), "m1"))


@pytest.mark.parametrize(
    ("signing", "known", "now", "issued_at", "wrong"),
    [
        (SIGNS, None, NOW, NOW, []),
        (SIGNS, JUDGE, NOW, NOW, []),
        (replace(SIGNS, unit="90102"), JUDGE, NOW, NOW, []),
        (replace(SIGNS, unit="90103"), JUDGE, NOW, NOW, ["unit"]),
        (replace(SIGNS, role=Role.SERVIDOR), JUDGE, NOW, NOW, ["role"]),
        (replace(SIGNS, role=Role.SERVIDOR), replace(JUDGE, role=Role.CHEFE_DE_CARTORIO), NOW, NOW, []),
        (SIGNS, replace(JUDGE, role=Role.CHEFE_DE_CARTORIO), NOW, NOW, ["role"]),
        (SIGNS, replace(JUDGE, position="Desembargador"), NOW, NOW, ["position"]),
        (SIGNS, replace(JUDGE, position=None), NOW, NOW, []),
        (replace(SIGNS, position=None), JUDGE, NOW, NOW, []),
        (SIGNS, replace(JUDGE, sca_confirmed=False), NOW, NOW, ["sca_confirmed"]),
        (SIGNS, replace(JUDGE, saj_authenticated=False), NOW, NOW, ["saj_authenticated"]),
        (IN_REGION, ON_DUTY, NOW, NOW, []),
        (IN_REGION, JUDGE, NOW, NOW, ["unit"]),
        (IN_REGION, ON_DUTY, NOW + 2 * DAY, NOW, ["on_duty"]),
        (IN_REGION, ON_DUTY, NOW, NOW - 2 * DAY, ["issued_on_duty"]),
        (IN_REGION, ON_DUTY, NOW + 2 * DAY, NOW - 2 * DAY, ["issued_on_duty", "on_duty"]),
        (IN_REGION, ON_DUTY, NOW, None, []),
        (replace(IN_REGION, assigned=True), ON_DUTY, NOW, NOW - 2 * DAY, []),
        (replace(IN_REGION, assigned=True), ON_DUTY, NOW + 2 * DAY, NOW, ["on_duty"]),
        (IN_REGION, replace(ON_DUTY, units=frozenset({REGION})), NOW + 2 * DAY, NOW - 9 * DAY, []),
    ],
)
def test_a_signature_is_looked_at_by_the_table(
    signing: Signing, known: Access | None, now: datetime, issued_at: datetime | None, wrong: list[str]
) -> None:
    told = tuple(f"access.{signing.role}.{field}:{signing.unit}" for field in wrong)
    assert doubts(signing, known, now, issued_at) == told


@pytest.mark.parametrize("field", [field for field, _ in PREFLIGHT])
def test_every_doubt_has_a_remedy_that_names_the_unit_or_where_to_ask(field: str) -> None:
    told = remedy([f"access.MAGISTRADO.{field}:{UNIT}"], {UNIT: "na Corregedoria"})
    assert told == ACCESS[field].format(unit=UNIT, where="na Corregedoria")
    assert UNIT in told


def test_safety_5_what_bnmp_or_the_credentials_lack_names_the_unit_and_where_its_access_is_asked() -> None:
    for what in (REFUSED, NO_CREDENTIALS):
        told = remedy([lack(what, Role.SERVIDOR, "90102")], {})
        assert "90102" in told
        assert "o magistrado ou o chefe de cartório o solicita em Intranet" in told
    assert "ainda não é ordem" in remedy(["released_by"], {})
    assert remedy([], {}).endswith(".")
    assert remedy(["something newer", "released_by"], {}) == ACCESS["released_by"]


@pytest.mark.parametrize("kind", [ALVARA, CONTRAMANDADO])
def test_safety_5_a_doubt_never_holds_a_release_and_is_told_once(kind: str) -> None:
    # given
    more: Mapping[str, Any] = {"variant": "PRISAO_FLAGRANTE"} if kind == ALVARA else {}
    desk = Desk(document("m"), document("a", kind, *([] if kind == ALVARA else ["m"]), **more))
    desk.register("m")
    # when
    doubted(desk, "a")
    doubted(desk, "a")
    # then
    assert desk.standing("a") == READY
    (told,) = desk.said("bnmp.incident.v1", "a")
    assert (told.data["kind"], told.data["who"]) == ("ACCESS_UNKNOWN", {"role": Role.MAGISTRADO, "unit": UNIT})
    assert UNIT in told.data["what"]
    assert desk.takes() == "a"


def test_safety_5_a_doubt_holds_no_mandado_that_a_release_waits_for() -> None:
    # given
    desk = Desk(document("m"))
    doubted(desk, "m")
    assert desk.standing("m") == HELD
    # when its contramandado comes
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    # then
    assert desk.standing("m") == READY
    doubted(desk, "m")
    assert list(desk.drain()) == ["m", "k"]


def test_safety_5_a_doubt_holds_another_document_for_that_user_alone_until_their_access_changes() -> None:
    # given
    desk = Desk(document("m"), document("n", issued_at=NOW), document("c", CERTIDAO, "m"))
    # when
    doubted(desk, "m")
    # then
    assert (desk.standing("m"), desk["m"].missing, desk["m"].awaits) == (HELD, (DOUBT,), "m1")
    assert desk.standing("n") == READY
    told = desk.said("bnmp.document.held.v1", "m")[-1].data
    assert (told["who"]["role"], UNIT in told["remedy"]) == (Role.MAGISTRADO, True)
    # when something else happens
    desk.review()
    assert desk.standing("m") == HELD
    # when
    desk.tell(AccessChanged("m"))
    # then
    assert (desk.standing("m"), desk["m"].awaits) == (READY, None)


def test_safety_5_bnmp_has_the_last_word_where_somebody_asks_for_another_try() -> None:
    # given
    desk = Desk(document("m"))
    doubted(desk, "m")
    # when
    assert desk.ask(RetryAsked, "m", Role.OPERADOR) == "APPLIED"
    doubted(desk, "m")
    # then
    assert desk.standing("m") == READY
    # when the access is told anew, it is looked at anew
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.ACCESS, hand=Hand(Role.SERVIDOR, "u1", "90102"))
    assert (desk["m"].missing, desk["m"].awaits) == (("signatures.SERVIDOR.refused:90102",), "u1")
    desk.tell(AccessChanged("m"))
    doubted(desk, "m")
    # then
    assert desk.standing("m") == HELD


def test_safety_5_another_hand_of_the_unit_is_looked_at_anew() -> None:
    # given
    desk = Desk(document("m"))
    doubted(desk, "m", f"access.MAGISTRADO.on_duty:{REGION}")
    # when
    assert desk.ask(SignerAssigned, "m", hand=Hand(Role.MAGISTRADO, "m2", UNIT)) == "APPLIED"
    assert desk.standing("m") == READY
    doubted(desk, "m", f"access.MAGISTRADO.on_duty:{REGION}")
    # then
    assert (desk.standing("m"), desk["m"].signer) == (HELD, "m007")


@pytest.mark.parametrize("answer", [AnswerClass.ACCESS, None])
def test_safety_5_bnmps_refusal_and_absent_credentials_hold_a_release_and_no_rule_of_ours_lifts_it(
    answer: AnswerClass | None,
) -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"), document("b", ALVARA, variant="PRISAO_FLAGRANTE"))
    # when
    if answer is None:
        desk.tell(SignerUnknown("a", (lack(NO_CREDENTIALS, Role.SERVIDOR, UNIT),), "u1"))
    else:
        desk.until("a", Step.CREATE)
        desk.answered("a", answer, hand=Hand(Role.SERVIDOR, "u1", UNIT))
    desk.review()
    # then
    assert (desk.standing("a"), desk["a"].awaits, desk.standing("b")) == (HELD, "u1", READY)
    # when
    desk.link(LinkState.DOWN)
    # then what BNMP refused is not offered
    assert desk.standing("a") == HELD
    # when
    desk.link(LinkState.UP)
    desk.tell(AccessChanged("a"))
    assert desk.standing("a") == READY


def test_a_doubt_does_not_displace_what_a_document_waits_for() -> None:
    # given
    desk = Desk(document("m", gaps=("fields.data_validade",)))
    # when
    doubted(desk, "m")
    # then
    assert desk.standing("m") == (State.HELD, Reason.MISSING_DATA)


def test_safety_18_a_doubt_does_not_stop_contingency() -> None:
    # given
    desk = Desk(document("m"))
    doubted(desk, "m")
    # when
    desk.link(LinkState.DOWN)
    # then
    assert desk.standing("m") == (State.HELD, Reason.AWAITING_CONSENT)
    desk.consent("m")
    desk.link(LinkState.UP)
    assert desk.standing("m") == (State.CONTINGENCY, None)
    # when the resolver finds it again
    doubted(desk, "m")
    assert desk.standing("m") == (State.CONTINGENCY, Reason.ACCESS)
    desk.tell(AccessChanged("m"))
    assert desk.standing("m") == (State.CONTINGENCY, None)
    assert desk.takes(contingency=True) == "m"


def test_what_is_on_its_way_and_what_is_no_longer_held_is_left_alone() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    # when
    doubted(desk, "m")
    desk.tell(AccessChanged("m"))
    desk.tell(SignerUnknown("m"))
    # then
    assert desk["m"].state is State.SENDING
    desk.answered("m", AnswerClass.OK, piece=piece(desk["m"], "EM_ELABORACAO"))
    assert desk["m"].state is State.SENDING
    assert COURT.access_at == {}
