"""Reach: what a fact looks at, and that a copy of a document is a document."""

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from rules.acts import DocumentWithdrawn
from rules.casework import Casework
from rules.change import maker
from rules.confirmation import Confirmation
from rules.dossier import Antecedent, Document, Found, changed
from rules.history import Custody
from rules.kinds import PRIORITY_LIBERTY
from rules.reach import Bonds, is_bound_otherwise, stirs
from rules.words import AnswerClass, CustodyEvent, Kind, LinkState, PecaStatus, Reason, Role, State, Step, Variant
from tests.rules.desk import ALVARA, CERTIDAO, MANDADO, NOW, RJI, Desk, document, piece

OTHER_CASE = "0001235-91.2020.8.12.0001"
MORTE = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE


def part(*papers: Document, of: str) -> list[str]:
    """What is bound to one of these papers."""
    return list(Bonds({one.document_id: one for one in papers}).part([of]))


def test_who_is_named_and_whoever_names_are_bound_through_each_other_in_the_order_of_the_dossier() -> None:
    papers = (document("a", ALVARA, "m"), document("x"), document("m"), document("c", CERTIDAO, "m"))
    for one in ("a", "m", "c"):
        assert part(*papers, of=one) == ["a", "m", "c"]
    assert part(*papers, of="x") == ["x"]


def test_a_number_binds_as_an_id_does() -> None:
    by_number = document("c", CERTIDAO, antecedents=(Antecedent(national_number="7" * 28),))
    papers = (document("m", national_number="7" * 28), by_number, document("n", national_number="8" * 28))
    assert part(*papers, of="m") == part(*papers, of="c") == ["m", "c"]


def test_safety_24_what_names_nothing_and_must_stand_on_something_is_bound_to_its_case() -> None:
    papers = (document("m"), document("n"), document("o", case_number=OTHER_CASE), document("c", CERTIDAO))
    for one in ("m", "n", "c"):
        assert part(*papers, of=one) == ["m", "n", "c"]
    assert part(*papers, of="o") == ["o"]
    assert part(document("m"), document("f", ALVARA, variant="PRISAO_FLAGRANTE"), of="m") == ["m"]


def test_safety_13_every_part_is_shown_a_death_that_stands() -> None:
    stands, undone = document("t", MORTE), document("u", MORTE, state=State.EXCLUDED)
    assert part(document("m"), stands, undone, of="m") == ["m", "t"]


def test_a_release_that_waits_for_a_death_keeps_its_place_whoever_is_looked_at() -> None:
    # given a certidão of death that a release waits for, and that goes at its priority
    desk = Desk(document("g", Kind.GUIA_RECOLHIMENTO_ACERVO), document("t", MORTE))
    desk.tell_issued(document("o", Kind.ORDEM_LIBERACAO, "t"))
    place = desk["t"].priority
    # when
    desk.register("g")
    # then
    assert (place, desk["t"].priority) == (PRIORITY_LIBERTY, PRIORITY_LIBERTY)


def test_whoever_names_a_number_is_looked_at_when_a_document_gets_it() -> None:
    # given
    number = piece(document("m"), "").national_number
    desk = Desk(document("c", CERTIDAO, antecedents=(Antecedent(national_number=number),)), document("m"))
    assert desk.standing("c") == (State.HELD, Reason.MISSING_ANTECEDENT)
    desk.until("m", Step.CREATE)
    # when
    desk.answered("m", AnswerClass.OK, piece=piece(desk["m"], PecaStatus.EM_ELABORACAO))
    # then
    assert desk.standing("c") == (State.HELD, Reason.WAITING_ANTECEDENT)


def test_whoever_names_a_number_is_looked_at_when_it_is_shown_no_sooner_than_with_the_last_reading() -> None:
    # given a mandado of which BNMP says the number when it is in effect, and not before
    number = piece(document("m"), "").national_number
    desk = Desk(document("c", CERTIDAO, antecedents=(Antecedent(national_number=number),)), document("m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.OK, piece=replace(piece(desk["m"], PecaStatus.EM_ELABORACAO), national_number=None))
    assert desk.standing("c") == (State.HELD, Reason.MISSING_ANTECEDENT)
    # when
    desk.register("m")
    # then
    assert desk.standing("c") == (State.READY, None)


def test_what_waits_goes_when_a_piece_that_was_seen_in_effect_before_is_registered() -> None:
    # given a mandado whose creation was in doubt, and that was then found with its last status
    desk = Desk(document("m"), document("c", CERTIDAO, "m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", AnswerClass.UNCERTAIN)
    desk.read("m", pieces=(piece(desk["m"], PecaStatus.PENDENTE_CUMPRIMENTO),))
    assert desk.standing("c") == (State.HELD, Reason.WAITING_ANTECEDENT)
    # when
    desk.register("m")
    # then
    assert desk.standing("c") == (State.READY, None)


HELD_OTHERWISE = {"state": State.HELD, "reason": Reason.ACCESS}
DIVERGES = {"state": State.HELD, "reason": Reason.DIVERGENCE, "missing": ("m",)}
ASKS = {"due_fact": "ASK_AGAIN", "due_at": NOW}
# How it stood, what becomes of it, and whether others that are bound to it see a difference.
SEEN: tuple[tuple[dict[str, Any], dict[str, Any], bool], ...] = (
    ({"state": State.SENDING}, {"state": State.REGISTERED}, True),
    ({"state": State.READY}, {"state": State.EXCLUDED}, True),
    ({"state": State.READY}, {"state": State.SENDING}, False),
    ({"state": State.REGISTERED}, {"priority": 0}, False),
    ({"state": State.HELD}, {"reason": Reason.ACCESS}, True),
    (HELD_OTHERWISE, {"reason": None, "state": State.READY}, True),
    (HELD_OTHERWISE, {"reason": Reason.DIVERGENCE}, True),
    (HELD_OTHERWISE, {"attempts": (), "turn": 9}, False),
    ({"reason": Reason.WAITING_LINK}, {"reason": Reason.WAITING_ANTECEDENT}, False),
    ({}, {"gaps": ("fields.motivo",)}, True),
    ({}, {"found": (Found("m"),)}, True),
    ({}, {"confirmed": Confirmation(Role.SERVIDOR, "u123", "90101", NOW)}, True),
    ({"confirmed": Confirmation(Role.SERVIDOR, "u123", "90101", NOW)}, {"turn": 9}, False),
    ({}, {"rji": RJI}, True),
    (DIVERGES, {"missing": ("n",)}, True),
    (DIVERGES, {"turn": 9}, False),
    (HELD_OTHERWISE, {"missing": ("n",)}, False),
    ({}, ASKS, True),
    (ASKS, {"due_at": None}, True),
    (ASKS, {"due_at": None, "due_fact": None}, True),
    (ASKS, {"turn": 9}, False),
    ({}, {"due_fact": "RETRY", "due_at": NOW}, False),
    ({"state": State.REGISTERED}, {"bnmp_status": PecaStatus.REVOGADO}, True),
    ({"state": State.SENDING}, {"bnmp_status": PecaStatus.CUMPRIDO}, True),
    ({"state": State.SENDING}, {"bnmp_status": PecaStatus.AGUARDANDO_ASSINATURA}, False),
    ({"state": State.SENDING, "bnmp_status": PecaStatus.CUMPRIDO}, {"turn": 9}, False),
    ({"state": State.REGISTERED, "bnmp_status": PecaStatus.CUMPRIDO}, {"turn": 9}, False),
)


@pytest.mark.parametrize(("stood", "becomes", "is_seen"), SEEN)
def test_others_see_what_may_move_them_and_nothing_else(
    stood: dict[str, Any],
    becomes: dict[str, Any],
    is_seen: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    before = document("m", **stood)
    assert stirs(before, changed(before, **becomes)) is is_seen


@pytest.mark.parametrize(
    "otherwise",
    [
        {"antecedents": (Antecedent("x"),)},
        {"kind": ALVARA},
        {"variant": Variant.RECAPTURA},
        {"case_number": OTHER_CASE},
        {"person": 2},
    ],
)
def test_a_version_that_differs_in_one_thing_that_binds_is_bound_otherwise(otherwise: dict[str, Any]) -> None:
    one = document("m")
    assert is_bound_otherwise(one, changed(one, **otherwise))
    assert not is_bound_otherwise(one, changed(one, version=2, gaps=("fields.motivo",)))


def told_of_another(desk: Desk) -> tuple[str | None, str | None]:
    """How "m" stands after a fact about a document that has nothing to do with it."""
    desk.tell_issued(document("g", Kind.GUIA_RECOLHIMENTO_ACERVO, case_number=OTHER_CASE))
    return desk.standing("m")


def test_what_waited_for_the_link_goes_with_any_fact_once_it_is_back() -> None:
    desk = Desk(document("m"))
    up = desk.dossier.link
    desk.link(LinkState.DOWN)
    desk.dossier = replace(desk.dossier, link=up)
    assert told_of_another(desk) == (State.READY, None)


def test_a_dead_letter_stops_a_mandado_with_any_fact_and_its_end_lets_it_go() -> None:
    desk = Desk(document("m"))
    alone = desk.dossier.persons
    desk.dossier = replace(desk.dossier, persons={1: replace(alone[1], dead_letters=1)})
    assert told_of_another(desk) == (State.HELD, Reason.DEAD_LETTER_AHEAD)
    desk.dossier = replace(desk.dossier, persons=alone)
    assert told_of_another(desk) == (State.READY, None)


def test_safety_6_a_dead_letter_stops_a_mandado_also_while_a_release_of_another_case_is_begun() -> None:
    desk = Desk(document("m", case_number=OTHER_CASE), document("a", ALVARA, variant=Variant.PRISAO_FLAGRANTE))
    desk.dossier = replace(desk.dossier, persons={1: replace(desk.dossier.persons[1], dead_letters=1)})
    desk.begin("a")
    assert (desk["a"].state, desk.standing("m")) == (State.SENDING, (State.HELD, Reason.DEAD_LETTER_AHEAD))


def test_safety_13_a_validity_that_passes_stops_a_mandado_that_waited_with_any_fact() -> None:
    desk = Desk(document("m", retroactive=True, valid_until=NOW.date()))
    desk.later(86400)
    assert told_of_another(desk) == (State.HELD, Reason.NEEDS_JUDGE)


def test_safety_13_an_arrest_stops_a_mandado_that_waited_with_any_fact() -> None:
    # given a mandado that waited, and an arrest in its case that the history shows since
    desk = Desk(document("m", retroactive=True))
    arrest = Custody("h-1", CustodyEvent.PRISAO, NOW.date(), desk["m"].case_number)
    desk.dossier = replace(desk.dossier, persons={1: replace(desk.dossier.persons[1], custody=(arrest,))})
    # then
    assert told_of_another(desk) == (State.HELD, Reason.NEEDS_JUDGE)


def test_what_the_fact_is_about_is_judged_also_where_circumstances_have_others_looked_at() -> None:
    # given a release that was taken back while its creation is in doubt, and a dead letter that stops a mandado
    desk = Desk(document("m", case_number=OTHER_CASE), document("a", ALVARA, variant=Variant.PRISAO_FLAGRANTE))
    desk.until("a", Step.CREATE)
    desk.answered("a", AnswerClass.UNCERTAIN)
    desk.ask(DocumentWithdrawn, "a", reason="ANULADO")
    desk.dead_letters(1)
    # when
    desk.read("a", pieces=(piece(desk["a"], PecaStatus.EM_ELABORACAO),))
    # then
    assert (desk.standing("a"), desk["a"].missing) == ((State.HELD, Reason.DIVERGENCE), ("bnmp_draft",))


def test_a_copy_has_every_field_of_the_document_and_is_as_frozen() -> None:
    # given a document of which no field is what it would be by itself
    one = Document(**{field.name: f"{field.name}!" for field in fields(Document)})  # type: ignore[arg-type]  # any value
    # when
    copied, moved = changed(one), changed(one, state=State.READY)
    # then
    assert copied == one
    assert copied is not one
    assert moved == replace(one, state=State.READY)
    assert type(moved) is Document
    with pytest.raises(FrozenInstanceError):
        moved.state = State.HELD  # type: ignore[misc]  # that is the point
    with pytest.raises(AttributeError, match="stat"):
        changed(one, stat=State.HELD)


def test_a_record_that_is_made_is_as_its_constructor_makes_it_and_as_frozen() -> None:
    # given
    made = maker(Found)
    # when
    one, other = made("m"), made("m", "b-1", peca=1)
    # then
    assert (one, other) == (Found("m"), Found("m", "b-1", peca=1))
    assert type(one) is Found
    with pytest.raises(FrozenInstanceError):
        one.name = "n"  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError, match="name"):
        made()  # type: ignore[call-arg]  # that is the point


def test_a_working_copy_shows_what_was_learnt_so_far() -> None:
    work = Casework(Desk(document("m", MANDADO)).dossier, "Test")
    work.rjis[2] = RJI
    assert work.now().persons[2].rji == RJI
    assert list(work.now().documents) == ["m"]
