"""The civil mandado whole (docs/law.md custody, banners, effects): how it is fulfilled, and the four ways to close it."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules import situation
from rules.banners import Banner
from rules.dossier import Document
from rules.effects import expected
from rules.history import Custody
from rules.situation import PersonEvent, Situation
from rules.words import CustodyEvent, Kind, PecaStatus, State
from tests.rules.desk import CASE, CERTIDAO, CONTRAMANDADO, NOW, Desk, document
from tests.rules.examples import examples

CIVIL, ALVARA = Kind.MANDADO_PRISAO_CIVIL, Kind.ALVARA_SOLTURA
DEATH = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE
TODAY = date(2026, 11, 20)
TERM = 30
BEGUN = Custody("h-1", CustodyEvent.PRISAO_CIVIL, TODAY, CASE, "8841", recorded_at=NOW)
OPEN, HELD = Banner.MANDADO_PRISAO_CIVIL_EM_ABERTO, Banner.REU_PRESO


def paper(document_id: str, kind: str, *names: str, **more: Any) -> Document:
    return document(document_id, kind, *names, party_id="8841", **more)


def person(desk: Desk) -> str:
    """What BNMP should say of the person."""
    documents = desk.dossier.documents
    return expected(documents.values(), lambda one: [a.document_id or "" for a in documents[one].antecedents])


def standing(desk: Desk) -> set[str]:
    return {banner for _, _, banner in desk.dossier.persons[1].watch.banners}


def ended(event: CustodyEvent, days: int) -> Custody:
    later = timedelta(days=days)
    return Custody("h-2", event, TODAY + later, CASE, "8841", recorded_at=NOW + later)


def test_the_fulfilment_makes_a_wanted_person_a_provisional_prisoner_and_the_alvara_frees_them() -> None:
    # given
    desk = Desk(paper("m", CIVIL))
    desk.register("m")
    assert (person(desk), standing(desk)) == (Situation.PROCURADO, {OPEN})
    # when
    desk.later(60)
    desk.tell_issued(paper("c", CERTIDAO, "m"))
    assert standing(desk) == set()
    desk.register("c")
    desk.custody(BEGUN)
    # then
    assert (person(desk), standing(desk)) == (Situation.PRESO_PROVISORIO, {HELD})
    assert desk["m"].bnmp_status == PecaStatus.CUMPRIDO
    # when
    desk.later(60)
    desk.tell_issued(paper("a", ALVARA, "m"))
    desk.register("a")
    desk.custody(BEGUN, ended(CustodyEvent.ALVARA_SOLTURA, 3))
    # then
    assert (person(desk), standing(desk)) == (Situation.EM_LIBERDADE, set())


def test_a_fugitive_becomes_a_provisional_prisoner_and_an_interned_one_a_provisional_internee() -> None:
    for sought in (Situation.PROCURADO, Situation.FORAGIDO):
        assert situation.after(sought, PersonEvent.ARRESTED) == Situation.PRESO_PROVISORIO
        assert situation.after(sought, PersonEvent.INTERNED) == Situation.INTERNADO_PROVISORIO


def test_a_served_term_is_ended_by_bnmp_itself_and_the_history_alone_takes_the_banner_off() -> None:
    # given
    desk = Desk(paper("m", CIVIL), paper("c", CERTIDAO, "m"))
    desk.register("m", "c")
    desk.custody(BEGUN)
    said = len(desk.says)
    # when
    desk.later(TERM * 86400)
    desk.custody(BEGUN, ended(CustodyEvent.TERMINO_PRISAO, TERM))
    # then
    (say,) = desk.says[said:]
    assert (say.type, say.data["removed"]) == ("bnmp.case.banners-changed.v1", [HELD])
    assert situation.after(Situation.PRESO_PROVISORIO, PersonEvent.TERM_ENDED) == Situation.EM_LIBERDADE
    # and nothing is asked for on the days after
    desk.later(5 * 86400)
    desk.review()
    assert desk.says[said:] == [say]


WAYS = ("CONTRAMANDADO", "ALVARA", "VALIDITY", "TERM", "DEATH")


@examples(50)
@given(way=st.sampled_from(WAYS), validity=st.integers(0, 40), registered=st.booleans(), again=st.integers(0, 3))
def test_each_of_the_ways_closes_a_civil_mandado_for_good_and_nothing_else_does(
    way: str, validity: int, again: int, *, registered: bool
) -> None:
    # given
    desk = Desk(paper("m", CIVIL, valid_until=TODAY + timedelta(days=validity)))
    if registered:
        desk.register("m")
    assert standing(desk) == {OPEN}
    for _ in range(again):
        desk.review()
        assert standing(desk) == {OPEN}
    # when
    if way == "VALIDITY":
        desk.later((validity + 1) * 86400)
        desk.review()
    elif way == "CONTRAMANDADO":
        desk.tell_issued(paper("k", CONTRAMANDADO, "m"))
    elif way == "DEATH":
        desk.tell_issued(paper("d", DEATH))
    else:
        desk.tell_issued(paper("c", CERTIDAO, "m"))
        desk.custody(BEGUN)
        assert standing(desk) == {HELD}
        if way == "ALVARA":
            desk.tell_issued(paper("a", ALVARA, "m"))
        end = CustodyEvent.ALVARA_SOLTURA if way == "ALVARA" else CustodyEvent.TERMINO_PRISAO
        desk.later(TERM * 86400)
        desk.custody(BEGUN, ended(end, TERM))
    # then
    assert standing(desk) == set()
    for _ in range(1 + again):
        desk.later(86400)
        desk.review()
        assert standing(desk) == set()
    assert desk["m"].state is not State.EXCLUDED


@examples(50)
@given(order=st.permutations(["certidao", "arrest", "end"]))
def test_in_whatever_order_notice_arrest_and_end_are_heard_the_same_banners_stand(order: list[str]) -> None:
    # given
    desk = Desk(paper("m", CIVIL))
    heard: list[Custody] = []
    # when
    for one in order:
        if one == "certidao":
            desk.tell_issued(paper("c", CERTIDAO, "m"))
        else:
            heard.append(BEGUN if one == "arrest" else ended(CustodyEvent.TERMINO_PRISAO, TERM))
            desk.custody(*heard)
    # then
    assert standing(desk) == set()
    for say in desk.said("bnmp.case.banners-changed.v1"):
        assert not (OPEN in say.data["set"] and HELD in say.data["removed"])
