"""The routing table (docs/law.md routing): each line decides where it is the first that fits, and nothing else does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.acts import DocumentWithdrawn
from rules.chain import is_sticky, view
from rules.dossier import Link, Merge, Person
from rules.facts import AccessDoubted
from rules.history import Custody
from rules.kinds import KINDS, VARIANTS, is_eligible, is_liberty
from rules.transmission import Event
from rules.verdict import ROWS, SEND, routed
from rules.words import AnswerClass, Consent, CustodyEvent, Kind, LinkState, PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import ALVARA, CASE, CERTIDAO, CONTRAMANDADO, COURT, NOW, RJI, YESTERDAY, Desk, document
from tests.rules.desk import given as answered
from tests.rules.examples import examples

FLAGRANTE: dict[str, Any] = {"variant": Variant.PRISAO_FLAGRANTE}
LACKS: dict[str, Any] = {"gaps": ("fields.motivo",)}
MORTE = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE


def down(*issued: Any, answer: Consent | None = None) -> Desk:
    desk = Desk(*issued)
    desk.link(LinkState.DOWN)
    if answer is not None:
        desk.consent("d", answer)
    return desk


def agreed() -> Desk:
    """The user said SIM, the link is down, and nobody has looked yet."""
    desk = Desk(document("d", consent=answered(NOW)))
    down = Link(LinkState.DOWN, NOW, unavailable_since=NOW, last_failed_at=NOW)
    desk.dossier = replace(desk.dossier, link=down)
    return desk


def withdrawn() -> Desk:
    desk = Desk(document("d", released=True))
    desk.ask(DocumentWithdrawn, "d", reason="ANULADO")
    return desk


def lettered() -> Desk:
    desk = Desk(document("d"))
    desk.dead_letters(1)
    return desk


def merging() -> Desk:
    return Desk(document("d"), persons={1: Person(1, RJI, merge=Merge(RJI, "98765432109"))}, silent=True)


def signed() -> Desk:
    """Signed by all, and a release came before it was read back."""
    desk = Desk(document("d"))
    desk.until("d", Step.SIGN_MAGISTRADO)
    desk.answered("d", AnswerClass.OK)
    desk.tell_issued(document("k", CONTRAMANDADO, "d", **LACKS))
    return desk


def unread() -> Desk:
    """Its mandado may have been revoked by what was signed and could not be read yet."""
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.register("m")
    desk.until("k", Step.READ_BACK)
    desk.answered("k", AnswerClass.THROTTLED)
    desk.tell_issued(document("d", CERTIDAO, "m"))
    return desk


def doubted() -> Desk:
    desk = Desk(document("d"))
    desk.tell(AccessDoubted("d", ("access.SERVIDOR.unit:1",), "u1"))
    return desk


def freed() -> Desk:
    desk = Desk(document("d"))
    desk.custody(Custody("e-1", CustodyEvent.ALVARA_SOLTURA, date(2026, 11, 20)))
    return desk


def waited() -> Desk:
    desk = down(document("d", valid_until=YESTERDAY), answer=Consent.NAO)
    desk.link(LinkState.UP)
    return desk


def unconfirmed(resolution: str) -> Desk:
    desk = Desk(court=replace(COURT, resolution=resolution))
    desk.link(LinkState.DOWN)
    desk.tell_issued(document("d"))
    desk.consent("d")
    desk.link(LinkState.UP)
    return desk


def fulfilled() -> Desk:
    desk = down(document("d"), answer=Consent.NAO)
    desk.link(LinkState.UP)
    desk.custody(Custody("e-1", CustodyEvent.PRISAO, date(2026, 11, 20), CASE))
    return desk


H = Event.HOLD
LINES: tuple[tuple[str, str, Callable[[], Desk], tuple[Event, Reason | None]], ...] = (
    ("safety-29", "taken back", withdrawn, (H, Reason.NEEDS_JUDGE)),
    ("ROUTE-3", "a model of ones own", lambda: Desk(document("d", institutional=False)), (Event.EXCLUDE, Reason.NOT_COMMUNICATING)),
    ("ROUTE-4", "another system", lambda: Desk(document("d", owner_system="SEEU")), (Event.REJECT, Reason.OUT_OF_SCOPE)),
    ("ROUTE-6", "a clerk released it", lambda: Desk(document("d", released_by_judge=False)), (H, Reason.ACCESS)),
    ("ROUTE-6", "link down as well", lambda: down(document("d", released_by_judge=False)), (H, Reason.ACCESS)),
    ("safety-5", "our own copy has its doubts", doubted, (H, Reason.ACCESS)),
    ("safety-6", "a dead letter ahead", lettered, (H, Reason.DEAD_LETTER_AHEAD)),
    ("safety-23", "a merge that BNMP has not confirmed", merging, (H, Reason.DIVERGENCE)),
    ("ROUTE-10", "SIM", agreed, (Event.OPEN, None)),
    ("ROUTE-10", "ROUTE-11: nobody answered", lambda: down(document("d")), (H, Reason.AWAITING_CONSENT)),
    ("ROUTE-10", "ROUTE-11: with a gap", lambda: down(document("d", **LACKS)), (H, Reason.AWAITING_CONSENT)),
    ("ROUTE-10", "ROUTE-12: NAO", lambda: down(document("d"), answer=Consent.NAO), (H, Reason.WAITING_LINK)),
    ("ROUTE-5", "data missing", lambda: Desk(document("d", **LACKS)), (H, Reason.MISSING_DATA)),
    ("safety-25", "no variant", lambda: Desk(document("d", ALVARA, variant=None)), (H, Reason.MISSING_DATA)),
    ("ROUTE-12", "a kind that waits", lambda: down(document("d", MORTE)), (H, Reason.WAITING_LINK)),
    ("safety-27", "only the reading is left", signed, (Event.GO, None)),
    ("ROUTE-8", "unknown", lambda: Desk(document("d", CERTIDAO, "m")), (H, Reason.MISSING_ANTECEDENT)),
    ("ROUTE-8", "none named, none found", lambda: Desk(document("d", CERTIDAO)), (H, Reason.MISSING_DATA)),
    ("ROUTE-7", "on its way", lambda: Desk(document("m"), document("d", CERTIDAO, "m")), (H, Reason.WAITING_ANTECEDENT)),
    ("ROUTE-7", "liberty whose chain is not whole", lambda: Desk(document("m", **LACKS), document("d", CONTRAMANDADO, "m")), (H, Reason.CHAIN_INCOMPLETE)),
    ("ROUTE-7", "in a ring", lambda: Desk(document("m"), document("d", CERTIDAO, "m", "e"), document("e", CERTIDAO, "m", "d")), (H, Reason.ANTECEDENT_CYCLE)),
    ("safety-2", "what was signed is not read yet", unread, (H, Reason.WAITING_ANTECEDENT)),
    ("safety-11", "never alone", lambda: Desk(document("d"), document("k", CONTRAMANDADO, "d", **LACKS)), (H, Reason.CHAIN_INCOMPLETE)),
    ("safety-12", "a death", lambda: Desk(document("d"), document("x", MORTE)), (H, Reason.NEEDS_JUDGE)),
    ("safety-13", "freed since", freed, (H, Reason.NEEDS_JUDGE)),
    ("safety-13", "grown old", waited, (H, Reason.NEEDS_JUDGE)),
    ("safety-13", "fulfilled without its certidão", fulfilled, (H, Reason.NEEDS_JUDGE)),
    ("resolution", "everything is confirmed", lambda: unconfirmed("confirmed"), (H, Reason.MISSING_DATA)),
    ("resolution", "a mandado is confirmed", lambda: unconfirmed("default"), (H, Reason.MISSING_DATA)),
    (SEND, "nothing against it", lambda: Desk(document("d")), (Event.GO, None)),
    (SEND, "its chain is whole", lambda: Desk(document("m"), document("d", CONTRAMANDADO, "m")), (Event.GO, None)),
)  # fmt: skip


@pytest.mark.parametrize(("line", "where", "made", "says"), LINES, ids=[f"{one[0]} {one[1]}" for one in LINES])
def test_a_line_decides_where_it_is_the_first_that_fits(
    line: str, where: str, made: Callable[[], Desk], says: tuple[Event, Reason | None]
) -> None:
    # given
    desk = made()
    # when
    found, said = routed(desk["d"], view(desk.dossier))
    # then
    assert (found, (said.event, said.reason)) == (line, says), where


def test_every_line_of_the_table_is_tried() -> None:
    assert {line for line, _ in ROWS} | {SEND} == {line for line, *_ in LINES}


def test_route_5_a_gap_is_noted_on_what_was_opened_and_the_unit_is_told() -> None:
    # when
    desk = down(document("d", ALVARA, **FLAGRANTE, **LACKS), answer=Consent.SIM)
    # then
    assert desk.standing("d") == (State.CONTINGENCY, Reason.MISSING_DATA)
    assert desk["d"].missing == ("fields.motivo",)
    assert desk.said("bnmp.document.contingency-opened.v1", "d")
    assert desk.said("bnmp.document.held.v1", "d")[-1].data["missing"] == ["fields.motivo"]


def test_route_7b_what_it_stands_on_may_be_missing_or_wait_and_that_is_noted() -> None:
    # when
    missing = down(document("d", CONTRAMANDADO, "unknown"), answer=Consent.SIM)
    wrong = Desk(document("m", variant=Variant.CONVERSAO_FLAGRANTE))
    wrong.register("m")
    wrong.tell_issued(document("d", CONTRAMANDADO, "m"))
    wrong.link(LinkState.DOWN)
    wrong.consent("d")
    # then
    assert (missing.standing("d"), missing["d"].missing) == (
        (State.CONTINGENCY, Reason.MISSING_ANTECEDENT),
        ("unknown",),
    )
    assert (wrong.standing("d"), wrong["d"].missing) == (
        (State.CONTINGENCY, Reason.MISSING_ANTECEDENT),
        ("ALVARA_SOLTURA:m",),
    )


IDS = ("p", "q", "r", "s", "t")
PAPERS = st.lists(
    st.tuples(
        st.sampled_from(sorted(Kind)),
        st.lists(st.sampled_from([*IDS, "unknown"]), max_size=3, unique=True),
        st.sampled_from([(), (), ("fields.motivo",)]),
        st.sampled_from(["", "", "PENDENTE_CUMPRIMENTO", "CUMPRIDO", "ANULADO"]),
    ),
    min_size=1,
    max_size=5,
)
MANY = examples(60)


def issued(papers: list[Any], data: st.DataObject) -> Desk:
    """A desk with these papers, some of which the registry has already."""
    desk = Desk()
    for document_id, (kind, names, gaps, status) in zip(IDS, papers, strict=False):
        variant = data.draw(st.sampled_from(sorted(VARIANTS[kind], key=str)))
        desk.tell_issued(document(document_id, kind, *names, gaps=gaps, variant=variant))
        if status:
            known = PecaStatus.ATIVO if not kind.startswith("MANDADO_") and status != "ANULADO" else status
            desk.put(document_id, state=State.REGISTERED, reason=None, missing=(), bnmp_id="b", bnmp_status=known)
    desk.review()
    return desk


@MANY
@given(PAPERS, st.data())
def test_route_7_with_the_link_up_nothing_goes_before_what_it_stands_on_which_takes_its_place(
    papers: list[Any], data: st.DataObject
) -> None:
    # when
    desk = issued(papers, data)
    # then
    seen = view(desk.dossier)
    for one in desk.dossier.documents.values():
        waits = seen.needs[one.document_id].waits
        whole = any(chain.complete for chain in seen.chains_of(one.document_id))
        if one.state is State.READY:
            assert not seen.needs[one.document_id].missing
            assert not waits or whole, "it goes alone only when nothing stands before it"
        if one.liberty and not one.ended:
            ahead = list(waits)
            while ahead:
                before = desk[ahead.pop()]
                assert before.priority == 0 or before.ended
                ahead += [w for w in seen.needs[before.document_id].waits if desk[w].priority != 0]


@MANY
@given(PAPERS, st.data())
def test_route_7b_with_the_link_down_no_order_is_blocked_by_what_it_stands_on(
    papers: list[Any], data: st.DataObject
) -> None:
    # given
    desk = issued(papers, data)
    # when
    desk.link(LinkState.DOWN)
    orders = [d for d in desk.dossier.documents.values() if is_eligible(d.kind) and not d.ended]
    # then
    for one in orders:
        assert not is_sticky(one, desk.dossier)
        assert desk.standing(one.document_id) == (State.HELD, Reason.AWAITING_CONSENT), one.document_id
    # and when every user says SIM, in any order
    for one in data.draw(st.permutations(orders)):
        desk.consent(one.document_id)
    # then
    for one in orders:
        assert desk[one.document_id].state is State.CONTINGENCY
        assert desk[one.document_id].text
    for one in desk.dossier.documents.values():
        if not one.ended and not is_eligible(one.kind):
            assert one.reason in (Reason.WAITING_LINK, Reason.MISSING_DATA)
    assert {is_liberty(kind) or KINDS[kind].category == "MANDADO" for kind in Kind if is_eligible(kind)} == {True}
