"""Who may give which command: every command, every role, every standing towards the unit (safety-28)."""

import itertools
from datetime import timedelta

import pytest

from rules.access import Access, Duty
from rules.acts import By, DocumentWithdrawn, ExclusionAsked, RetryAsked, RjiLinked, StatementGiven
from rules.authority import COMMAND_OF, TABLE, effect_of, identified, ruling
from rules.facts import SignerUnknown
from rules.words import Effect, Kind, Reason, Role, State, Statement
from schemas.commands import COMMANDS
from schemas.document_withdrawn import TYPE as WITHDRAWN
from tests.rules.desk import ALVARA, CERTIDAO, MANDADO, NOW, RJI, UNIT, Desk, document

LETTERS = {
    "M": Role.MAGISTRADO,
    "S": Role.SERVIDOR,
    "C": Role.CHEFE_DE_CARTORIO,
    "A": Role.ADMINISTRADOR_REGIONAL,
    "O": Role.OPERADOR,
}
# Who of the unit, who anywhere, and who of the unit where somebody would be held or arrested by it.
WHO = {
    WITHDRAWN: ("MSC", "", "M"),
    "saj.contingency.answered.v1": ("MSC", "", "MSC"),
    "saj.contingency.resolution-requested.v1": ("MSC", "", "MSC"),
    "saj.document.data-supplied.v1": ("MSC", "", "MSC"),
    "saj.document.retry-requested.v1": ("MSC", "O", "MSC"),
    "saj.document.excluded.v1": ("MSC", "", "M"),
    "saj.document.signer-assigned.v1": ("MSC", "", "MSC"),
    "saj.document.statement-given.v1": ("M", "", "M"),
    "saj.unit.contingency-standing-order.v1": ("M", "", "M"),
    "saj.certificate.released.v1": ("MSC", "", "MSC"),
    "saj.person.rji-linked.v1": ("MSC", "", "MSC"),
    "saj.person.rji-unlinked.v1": ("MSC", "", "MSC"),
    "saj.person.rji-merged.v1": ("MSC", "", "MSC"),
    "saj.user.access-changed.v1": ("", "A", ""),
    "saj.legacy.item-listed.v1": ("", "MSCAO", ""),
    "saj.legacy.regularisation-requested.v1": ("MSC", "", "MSC"),
    "saj.legacy.item-excluded.v1": ("C", "", "C"),
    "saj.link.tested.v1": ("", "MSCAO", ""),
    "saj.link.forced.v1": ("", "OMA", ""),
}
OF_THE_UNIT, OF_ANOTHER, UNKNOWN = (UNIT, True), ("90109", True), (UNIT, None)
TYPED_ANOTHERS = (UNIT, False)


def heard(command: str, role: Role, standing: tuple[str, bool | None], does: Effect) -> str | None:
    """What is said to somebody of this role and standing; None: it is done."""
    unit, acts = standing
    return ruling(command, By(role, "u1", unit, acts), (UNIT,), does).refusal


def test_every_command_of_the_contract_has_its_row() -> None:
    assert set(TABLE) == set(WHO) == {*COMMANDS, WITHDRAWN}
    assert set(COMMAND_OF.values()) <= set(TABLE)


@pytest.mark.parametrize(("command", "letter", "does"), list(itertools.product(WHO, LETTERS, Effect)))
def test_safety_28_who_is_of_the_unit_gives_what_the_table_says(command: str, letter: str, does: Effect) -> None:
    # given
    of_unit, anywhere, against = WHO[command]
    may = letter in anywhere + (against if does is Effect.ARREST else of_unit)
    # then
    assert (heard(command, LETTERS[letter], OF_THE_UNIT, does) is None) == may


@pytest.mark.parametrize("standing", [OF_ANOTHER, TYPED_ANOTHERS])
@pytest.mark.parametrize(("command", "letter"), list(itertools.product(WHO, LETTERS)))
def test_safety_28_who_is_of_another_unit_decides_nothing(
    command: str, letter: str, standing: tuple[str, bool | None]
) -> None:
    for does in Effect:
        said = heard(command, LETTERS[letter], standing, does)
        assert said == (None if letter in WHO[command][1] else "NOT_COMPETENT")


@pytest.mark.parametrize(("command", "letter", "does"), list(itertools.product(WHO, LETTERS, Effect)))
def test_safety_28_of_whom_nothing_is_known_a_judge_alone_is_heard_for_liberty(
    command: str, letter: str, does: Effect
) -> None:
    # given
    of_unit, anywhere, against = WHO[command]
    role = LETTERS[letter]
    # when
    ruled = ruling(command, By(role, "u1", UNIT), (UNIT,), does)
    # then
    if letter in anywhere:
        of_saj = letter in "MSC" and anywhere != "MSCAO"
        assert (ruled.refusal, ruled.unknown) == ("ACCESS_UNKNOWN" if of_saj else None, False)
    elif letter == "M" and does is Effect.LIBERTY and "M" in of_unit:
        assert (ruled.refusal, ruled.unknown) == (None, True)
    else:
        assert ruled.refusal is not None
        assert ruled.unknown is False
        known = letter in (against if does is Effect.ARREST else of_unit)
        assert (ruled.refusal == "ACCESS_UNKNOWN") == known


def test_a_judge_is_asked_for_where_a_judge_alone_may() -> None:
    assert heard("saj.document.excluded.v1", Role.SERVIDOR, OF_THE_UNIT, Effect.ARREST) == "JUDGE_ONLY"
    assert heard("saj.legacy.item-excluded.v1", Role.MAGISTRADO, OF_THE_UNIT, Effect.NEUTRAL) == "NOT_COMPETENT"


@pytest.mark.parametrize(
    ("kind", "act", "more", "does"),
    [
        (ALVARA, ExclusionAsked, {}, Effect.ARREST),
        (ALVARA, DocumentWithdrawn, {"reason": "ANULADO"}, Effect.ARREST),
        (MANDADO, ExclusionAsked, {}, Effect.LIBERTY),
        (CERTIDAO, ExclusionAsked, {}, Effect.NEUTRAL),
        (MANDADO, StatementGiven, {"statement": Statement.SEND}, Effect.ARREST),
        (MANDADO, StatementGiven, {"statement": Statement.DO_NOT_SEND}, Effect.LIBERTY),
        (ALVARA, RetryAsked, {}, Effect.LIBERTY),
        (MANDADO, RetryAsked, {}, Effect.ARREST),
    ],
)
def test_what_takes_a_release_back_arrests_and_what_takes_a_mandado_back_frees(
    kind: Kind, act: type, more: dict[str, object], does: Effect
) -> None:
    by = By(Role.MAGISTRADO, "m1", UNIT)
    assert effect_of(act("c-1", "d", by, NOW, **more), document("d", kind)) is does


def test_role_and_unit_are_the_users_own_and_not_what_was_typed() -> None:
    # given
    duty = Duty("90900", NOW, NOW + timedelta(hours=2))
    users = {"u1": Access("u1", Role.SERVIDOR, NOW, units=frozenset({UNIT, "90102"}), duties=(duty,))}
    # when, then
    assert identified(Role.MAGISTRADO, "u1", UNIT, NOW, users) == By(Role.SERVIDOR, "u1", UNIT, True)
    assert identified(Role.SERVIDOR, "u2", UNIT, NOW, users) == By(Role.SERVIDOR, "u2", UNIT)
    for unit, at, acts in [
        ("90102", NOW, True),
        ("90103", NOW, False),
        ("90900", NOW, True),
        ("90900", NOW + timedelta(hours=2), True),
        ("90900", NOW + timedelta(hours=3), False),
        ("90900", NOW - timedelta(seconds=1), False),
    ]:
        assert identified(Role.SERVIDOR, "u1", unit, at, users).acts_in_unit is acts


def test_safety_28_an_unknown_judges_act_for_liberty_is_done_and_is_an_incident() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    desk.tell(SignerUnknown("a"))
    # when, then
    assert desk.ask(ExclusionAsked, "a", acts_in_unit=None) == "ACCESS_UNKNOWN"
    assert desk.ask(RetryAsked, "a", Role.SERVIDOR, acts_in_unit=None) == "ACCESS_UNKNOWN"
    assert desk.standing("a") == (State.HELD, Reason.ACCESS)
    assert desk.said("bnmp.incident.v1") == []
    # when
    assert desk.ask(RetryAsked, "a", acts_in_unit=None) == "APPLIED"
    # then
    assert desk.standing("a") == (State.READY, None)
    (told,) = desk.said("bnmp.incident.v1", "a")
    assert (told.data["kind"], told.data["who"]["role"]) == ("ACCESS_UNKNOWN", Role.ADMINISTRADOR_REGIONAL)


@pytest.mark.parametrize("role", [Role.SERVIDOR, Role.CHEFE_DE_CARTORIO])
def test_a_mandado_that_an_unknown_user_takes_back_waits_for_the_judge(role: Role) -> None:
    # given
    desk = Desk(document("m"))
    # when
    assert desk.ask(DocumentWithdrawn, "m", role, acts_in_unit=None, reason="CANCELADO") == "ACCESS_UNKNOWN"
    # then
    assert desk.standing("m") == (State.HELD, Reason.NEEDS_JUDGE)
    assert desk.ask(StatementGiven, "m", statement=Statement.SEND) == "APPLIED"
    assert desk.standing("m") == (State.READY, None)


def test_nobody_unknown_says_who_a_person_is() -> None:
    # given
    desk = Desk(document("a", ALVARA, variant="PRISAO_FLAGRANTE"))
    # when
    desk.tell(RjiLinked("c-1", 1, RJI, By(Role.MAGISTRADO, "m1", UNIT)))
    # then
    assert desk.says[-1].data["reason"] == "ACCESS_UNKNOWN"
