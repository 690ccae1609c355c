"""Every reason for which a document is held can be entered, and left as its row says (docs/law.md safety-4)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rules.acts import DataSupplied, ExclusionAsked, RetryAsked, SignerAssigned, StatementGiven
from rules.dossier import Antecedent, Hand
from rules.facts import SignerUnknown
from rules.messages import HOLDS
from rules.words import AnswerClass, Consent, LinkState, PecaStatus, Reason, Role, State, Statement, Step
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, UNIT, Desk, document, piece

FLAGRANTE: dict[str, Any] = {"variant": "PRISAO_FLAGRANTE"}
LACKS: dict[str, Any] = {"gaps": ("fields.motivo",)}


def complete(desk: Desk, document_id: str) -> None:
    """The unit supplies what is missing."""
    old = desk[document_id]
    new = replace(document(document_id, old.kind), variant=old.variant, antecedents=old.antecedents, version=2)
    assert desk.ask(DataSupplied, document_id, Role.SERVIDOR, document=new) == "APPLIED"


def retry(desk: Desk, document_id: str) -> None:
    assert desk.ask(RetryAsked, document_id, Role.SERVIDOR) == "APPLIED"


def mandado(kind: AnswerClass, step: Step = Step.CREATE) -> Desk:
    desk = Desk(document("d"))
    desk.until("d", step)
    desk.answered("d", kind)
    return desk


def chained() -> Desk:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("d", CERTIDAO, "m"))
    desk.until("d", Step.CREATE)
    desk.answered("d", AnswerClass.CHAIN)
    return desk


def faulted() -> Desk:
    desk = mandado(AnswerClass.FAULT)
    while desk["d"].reason is None:
        desk.due("d")
        if desk["d"].state is State.UNCERTAIN:
            desk.read("d")
        else:
            desk.begin("d")
            desk.answered("d", AnswerClass.FAULT)
    return desk


def several() -> Desk:
    desk = mandado(AnswerClass.UNCERTAIN)
    desk.read("d", pieces=(piece(desk["d"], "ATIVO"), piece(desk["d"], "ATIVO")))
    return desk


def one_left(desk: Desk) -> None:
    """The unit took the other piece away at the registry and asks for another reading."""
    retry(desk, "d")
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.EM_ELABORACAO),))


def odd(status: PecaStatus) -> Desk:
    desk = Desk(document("d"))
    desk.until("d", Step.READ_BACK)
    desk.answered("d", AnswerClass.OK, piece=piece(desk["d"], status))
    return desk


def down(*, answer: Consent | None = None) -> Desk:
    desk = Desk(document("d", ALVARA, **FLAGRANTE))
    desk.link(LinkState.DOWN)
    if answer is not None:
        desk.consent("d", answer)
    return desk


def dead_letter() -> Desk:
    desk = Desk(document("d"))
    desk.dead_letters(1)
    return desk


def unsigned() -> Desk:
    desk = Desk(document("d"))
    desk.tell(SignerUnknown("d"))
    return desk


def release_excluded() -> Desk:
    desk = Desk(document("d"), document("k", CONTRAMANDADO, "d", **LACKS))
    desk.ask(ExclusionAsked, "k")
    return desk


def cycle() -> Desk:
    return Desk(document("d", CERTIDAO, "m", "e"), document("m"), document("e", CERTIDAO, "m", "d"))


def out_of_the_cycle(desk: Desk) -> None:
    desk.ask(ExclusionAsked, "e")
    new = replace(document("d", CERTIDAO, "m"), version=2, antecedents=(Antecedent("m"),))
    desk.ask(DataSupplied, "d", Role.SERVIDOR, document=new)
    desk.register("m")


R = Reason
ROWS: tuple[tuple[Reason, str, Callable[[], Desk], Callable[[Desk], object]], ...] = (
    (
        R.WAITING_ANTECEDENT,
        "its registration",
        lambda: Desk(document("m"), document("d", CERTIDAO, "m")),
        lambda k: k.register("m"),
    ),
    (
        R.MISSING_ANTECEDENT,
        "it comes",
        lambda: Desk(document("d", CONTRAMANDADO, "m")),
        lambda k: k.tell_issued(document("m")),
    ),
    (R.MISSING_ANTECEDENT, "asked again by the clock", chained, lambda k: k.due("d")),
    (R.MISSING_ANTECEDENT, "retry", chained, lambda k: retry(k, "d")),
    (R.WAITING_LINK, "link up", lambda: down(answer=Consent.NAO), lambda k: k.link(LinkState.UP)),
    (R.WAITING_LINK, "SIM", lambda: down(answer=Consent.NAO), lambda k: k.consent("d")),
    (R.AWAITING_CONSENT, "SIM", down, lambda k: k.consent("d")),
    (R.AWAITING_CONSENT, "link up", down, lambda k: k.link(LinkState.UP)),
    (R.MISSING_DATA, "data", lambda: Desk(document("d", **LACKS)), lambda k: complete(k, "d")),
    (R.MISSING_DATA, "another version", lambda: Desk(document("d", **LACKS)), lambda k: k.reissue("d")),
    (R.ACCESS, "access given", lambda: mandado(AnswerClass.ACCESS), lambda k: retry(k, "d")),
    (R.ACCESS, "signer", unsigned, lambda k: k.ask(SignerAssigned, "d", hand=Hand(Role.MAGISTRADO, "m008", UNIT))),
    (R.ACCESS, "release", lambda: Desk(document("d", released_by_judge=False)), lambda k: k.reissue("d")),
    (R.DEAD_LETTER_AHEAD, "its end", dead_letter, lambda k: k.dead_letters(0)),
    (R.DIVERGENCE, "mended at BNMP and tried again", lambda: odd(PecaStatus.ANULADO), lambda k: retry(k, "d")),
    (R.NEEDS_JUDGE, "SEND", release_excluded, lambda k: k.ask(StatementGiven, "d", statement=Statement.SEND)),
    (
        R.NEEDS_JUDGE,
        "DO_NOT_SEND",
        release_excluded,
        lambda k: k.ask(StatementGiven, "d", statement=Statement.DO_NOT_SEND),
    ),
    (
        R.CHAIN_INCOMPLETE,
        "its link mended",
        lambda: Desk(document("d"), document("k", CONTRAMANDADO, "d", **LACKS)),
        lambda k: complete(k, "k"),
    ),
    (R.ANTECEDENT_CYCLE, "another version", cycle, out_of_the_cycle),
    (R.REFUSED_BY_BNMP, "retry", lambda: mandado(AnswerClass.REFUSED), lambda k: retry(k, "d")),
    (R.REFUSED_BY_BNMP, "data", lambda: mandado(AnswerClass.REFUSED), lambda k: complete(k, "d")),
    (R.REGISTRY_FAULT, "the clock", faulted, lambda k: k.due("d")),
    (R.REGISTRY_FAULT, "retry", faulted, lambda k: retry(k, "d")),
    (R.UNCERTAIN_OUTCOME, "another reading", several, one_left),
)


@pytest.mark.parametrize(("reason", "way", "enter", "leave"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_a_hold_is_entered_told_and_left(
    reason: Reason, way: str, enter: Callable[[], Desk], leave: Callable[[Desk], object]
) -> None:
    # when
    desk = enter()
    # then
    assert desk.standing("d") == (State.HELD, reason), way
    kinds = ("bnmp.document.held.v1", "bnmp.document.contingency-offered.v1")
    last = [say for say in desk.says if say.type in kinds and say.document and say.document.document_id == "d"][-1]
    assert last.document is not None
    assert last.document.reason is reason
    # and when
    leave(desk)
    # then
    assert desk["d"].reason is not reason


def test_no_reason_is_forgotten() -> None:
    assert {row[0] for row in ROWS} == set(HOLDS)
