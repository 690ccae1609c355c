"""Look-ups: BNMP is asked before anything is called missing, and again by the clock (docs/law.md safety-2, 4)."""

from dataclasses import replace
from typing import Any

import pytest

from rules.antecedents import needs
from rules.casework import is_asking
from rules.dossier import Antecedent, Person
from rules.facts import Piece, Question
from rules.lookup import question
from rules.words import AnswerClass, Kind, LinkState, PecaStatus, Reason, State, Step
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, RJI, Desk, document

NUMBER, ANOTHER, OTHER = "1" * 28, "2" * 28, "98765432109"
ASKING = (State.HELD, Reason.WAITING_ANTECEDENT)
MISSING = (State.HELD, Reason.MISSING_ANTECEDENT)
READY = (State.READY, None)


def by_number(*numbers: str, kind: str = ALVARA, **changes: Any) -> Desk:
    """A desk with one document that names these national numbers, of which the ledger knows none."""
    named = tuple(Antecedent(national_number=number) for number in numbers)
    persons = changes.pop("persons", {1: Person(1, RJI)})
    return Desk(document("a", kind, antecedents=named, **changes), persons=persons, silent=True)


def shown(status: str = PecaStatus.CUMPRIDO, *, number: str = NUMBER, peca: int = 1, rji: str = RJI) -> Piece:
    return Piece(f"b-{number[0]}", number, status, peca=peca, rji=rji)


def asked(desk: Desk, document_id: str = "a") -> list[int]:
    """The turns of the records that have BNMP asked about a document."""
    records = [say.document for say in desk.said("bnmp.dispatch.v1", document_id)]
    return [one.turn for one in records if one is not None and one.due_fact == "LOOK_UP" and one.due_at is None]


def test_safety_2_what_nobody_knows_is_asked_of_bnmp_before_it_is_called_missing() -> None:
    # given
    desk = by_number(NUMBER)
    assert (desk.standing("a"), desk["a"].missing) == (ASKING, (NUMBER,))
    assert (asked(desk), question(desk["a"], desk.dossier)) == ([1], Question((NUMBER,)))
    assert desk.takes() == "a", "its lane asks"
    # when
    desk.looked_up("a")
    # then
    assert (desk.standing("a"), desk["a"].missing) == (MISSING, (NUMBER,))
    assert desk.takes() is None
    assert [say.data["missing"] for say in desk.said("bnmp.document.held.v1")] == [[NUMBER], [NUMBER]]


def test_safety_2_an_antecedent_that_bnmp_has_in_the_status_demanded_is_stood_on() -> None:
    # given
    desk = by_number(NUMBER)
    # when
    desk.looked_up("a", shown())
    # then
    assert (desk.standing("a"), needs(desk["a"], desk.dossier).shown) == (READY, ("b-1",))
    assert (desk["a"].due_at, desk["a"].due_fact) == (None, None)
    desk.register("a")


@pytest.mark.parametrize(
    "piece",
    [
        shown(PecaStatus.PENDENTE_CUMPRIMENTO),
        shown("Outra Coisa"),
        shown(peca=10),
        shown(rji=OTHER),
        shown(number=ANOTHER),
    ],
    ids=["status", "unknown status", "type", "person", "number"],
)
def test_safety_2_a_piece_that_differs_in_anything_is_not_stood_on(piece: Piece) -> None:
    # given
    desk = by_number(NUMBER)
    # when
    desk.looked_up("a", piece)
    # then
    assert (desk.standing("a"), desk["a"].missing) == (MISSING, (NUMBER,))


def test_what_is_named_beside_the_mandado_has_only_to_be_in_effect() -> None:
    # given
    desk = by_number(NUMBER, ANOTHER)
    # when
    desk.looked_up("a", shown(), shown(PecaStatus.ATIVO, number=ANOTHER, peca=7))
    # then
    assert (desk.standing("a"), needs(desk["a"], desk.dossier).shown) == (READY, ("b-1",))
    # and when it is in effect no more
    desk = by_number(NUMBER, ANOTHER)
    desk.looked_up("a", shown(), shown(PecaStatus.ANULADO, number=ANOTHER, peca=7))
    # then
    assert (desk.standing("a"), desk["a"].missing) == (MISSING, (ANOTHER,))
    # and when it stands alone
    desk = by_number(ANOTHER)
    desk.looked_up("a", shown(PecaStatus.ATIVO, number=ANOTHER, peca=7))
    # then
    assert (desk.standing("a"), desk["a"].missing) == (MISSING, ("antecedents",))


def test_safety_24_a_saj_id_says_nothing_to_bnmp_and_what_is_in_the_case_is_for_the_unit() -> None:
    # given
    desk = Desk(document("a", ALVARA, "m"), silent=True)
    assert question(desk["a"], desk.dossier) == Question((), (1,))
    # when
    desk.looked_up("a", shown())
    # then
    assert (desk.standing("a"), desk["a"].missing) == (MISSING, ("m", NUMBER))
    # and when the unit names it
    desk.reissue("a", antecedents=(Antecedent(national_number=NUMBER),))
    desk.looked_up("a", shown())
    # then
    assert desk.standing("a") == READY


def test_what_comes_while_bnmp_is_asked_is_stood_on_at_once() -> None:
    # given
    desk = Desk(document("k", CONTRAMANDADO, "m"), silent=True)
    # when
    desk.tell_issued(document("m"))
    desk.looked_up("k")
    # then
    assert desk.standing("k") == READY
    assert desk["k"].due_fact is None


@pytest.mark.parametrize(("kind", "seconds"), [(ALVARA, 300), (Kind.GUIA_RECOLHIMENTO_PROVISORIA, 3600)])
def test_safety_4_bnmp_is_asked_again_by_the_clock_sooner_for_a_release(kind: str, seconds: float) -> None:
    # given
    desk = by_number(NUMBER, kind=kind)
    desk.looked_up("a")
    due = desk["a"].due_at
    assert due is not None
    assert (due - desk.dossier.now).total_seconds() == seconds
    # when
    desk.due("a")
    # then
    assert (len(asked(desk)), desk.standing("a")) == (2, MISSING)
    desk.looked_up("a", shown())
    assert desk.standing("a") == READY


def test_with_the_link_down_nobody_asks_and_what_may_not_be_issued_so_asks_when_it_is_back() -> None:
    # given
    desk = by_number(NUMBER, kind=Kind.GUIA_RECOLHIMENTO_PROVISORIA)
    desk.looked_up("a")
    # when
    desk.link(LinkState.DOWN)
    # then
    assert (desk.standing("a"), desk["a"].due_fact) == ((State.HELD, Reason.WAITING_LINK), None)
    desk.link(LinkState.UP)
    assert (desk.standing("a"), len(asked(desk))) == (MISSING, 2)


def test_what_was_opened_asks_too_by_the_senders_lane_and_goes_by_the_resolvers() -> None:
    # given
    desk = by_number(NUMBER)
    desk.link(LinkState.DOWN)
    desk.consent("a")
    assert desk["a"].state is State.CONTINGENCY
    assert desk["a"].due_at is not None, "not while the link is down"
    desk.due("a")
    assert desk.takes() is None
    # when
    desk.link(LinkState.UP)
    desk.due("a")
    # then
    assert (desk.takes(), desk.takes(contingency=True)) == ("a", None)
    assert len(asked(desk)) == 2, "its record is the sender's"
    desk.looked_up("a", shown())
    assert desk.takes(contingency=True) == "a"


def test_the_status_that_bnmp_shows_of_a_piece_of_ours_is_its_status() -> None:
    # given a mandado that another court had fulfilled
    desk = Desk(document("m"), silent=True)
    desk.register("m")
    desk.tell_issued(document("a", ALVARA, "m"))
    assert question(desk["a"], desk.dossier).numbers == (desk["m"].national_number,)
    # when
    number = desk["m"].national_number
    desk.looked_up("a", Piece(desk["m"].bnmp_id or "", number, PecaStatus.CUMPRIDO, peca=1, rji=RJI))
    # then
    assert (desk["m"].bnmp_status, desk.standing("a")) == (PecaStatus.CUMPRIDO, READY)


def test_a_status_that_moves_what_is_the_matter_is_told_at_once_and_not_asked_for_again() -> None:
    # given a contramandado of a mandado that is fulfilled as far as we know
    desk = Desk(document("m"), document("c", CERTIDAO, "m"), silent=True)
    desk.register("m", "c")
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    assert (desk.standing("k"), desk["k"].missing) == (ASKING, ("ALVARA_SOLTURA:m",))
    # when
    desk.looked_up("k", Piece(desk["m"].bnmp_id or "", desk["m"].national_number, PecaStatus.REVOGADO, peca=2, rji=RJI))
    # then
    assert (desk.standing("k"), desk["k"].missing) == (MISSING, ("DIVERGENCIA:m",))
    assert desk.takes() is None


def test_an_unknown_status_of_a_piece_of_ours_changes_nothing() -> None:
    # given
    desk = Desk(document("m"), silent=True)
    desk.register("m")
    desk.tell_issued(document("a", ALVARA, "m"))
    # when
    desk.looked_up("a", Piece(desk["m"].bnmp_id or "", desk["m"].national_number, "Outra Coisa", peca=1, rji=RJI))
    # then
    assert (desk["m"].bnmp_status, desk.standing("a")) == (PecaStatus.PENDENTE_CUMPRIMENTO, MISSING)


def test_safety_2_an_antecedent_of_ours_that_ended_unregistered_is_looked_for_in_the_case() -> None:
    # given
    desk = Desk(document("m", owner_system="EPROC"), document("c", CERTIDAO, "m"), silent=True)
    # when / then
    assert (desk.standing("c"), question(desk["c"], desk.dossier)) == (ASKING, Question((), (1,)))


def test_safety_22_a_release_takes_the_rji_of_the_warrant_it_reaches_and_its_person_stays_unlinked() -> None:
    # given
    desk = by_number(NUMBER, persons={1: Person(1)})
    # when
    desk.looked_up("a", shown(rji=OTHER), rji=OTHER)
    # then
    assert desk.begin("a") is Step.CREATE, "nobody is searched or created"
    assert (desk["a"].rji, desk.dossier.persons[1].rji) == (OTHER, None)


def test_safety_22_only_a_release_takes_it() -> None:
    # given
    desk = by_number(NUMBER, persons={1: Person(1)}, kind=CERTIDAO)
    # when
    desk.looked_up("a", shown(PecaStatus.PENDENTE_CUMPRIMENTO, rji=OTHER), rji=OTHER)
    # then
    assert desk["a"].rji is None
    assert desk.begin("a") is Step.PERSON
    desk.answered("a", AnswerClass.OK, rji=RJI)
    assert desk["a"].rji is None
    desk.begin("a")
    assert desk.standing("a") == MISSING, "the piece is another person's"


def test_safety_22_a_release_of_another_party_goes_under_the_rji_of_our_mandado() -> None:
    # given one human whom SAJ knows as two parties
    persons = {1: Person(1, RJI), 2: Person(2)}
    desk = Desk(document("m"), persons=persons)
    desk.register("m")
    desk.tell_issued(replace(document("k", CONTRAMANDADO, "m"), person=2))
    # when
    step = desk.begin("k")
    # then
    assert (step, desk["k"].rji, desk.dossier.persons[2].rji) == (Step.CREATE, RJI, None)


def test_what_is_named_while_bnmp_is_asked_is_asked_at_once_where_it_answered() -> None:
    # given
    desk = by_number(NUMBER)
    both = Question((NUMBER, ANOTHER))
    # when another is named before the answer comes
    desk.reissue("a", antecedents=tuple(Antecedent(national_number=one) for one in both.numbers))
    desk.looked_up("a", asked=Question((NUMBER,)))
    # then
    assert (is_asking(desk["a"]), question(desk["a"], desk.dossier)) == (True, both)
    # and who does not answer is not asked before the next probe
    desk.looked_up("a", kind=AnswerClass.CONNECTION, asked=Question((NUMBER,)))
    assert not is_asking(desk["a"])


def test_safety_4_what_a_release_waits_for_is_asked_for_as_soon_as_for_the_release() -> None:
    # given a certidão that a release names, and that misses the mandado
    named = (Antecedent(national_number=NUMBER),)
    desk = Desk(document("c", CERTIDAO, antecedents=named), document("m"), silent=True)
    desk.tell_issued(document("a", ALVARA, "m", "c"))
    assert (desk["c"].priority, desk["c"].due_fact) == (0, "LOOK_UP")
    # when
    desk.looked_up("c")
    # then
    assert desk["c"].due_at == desk.dossier.after(desk.dossier.windows.reask_liberty)
