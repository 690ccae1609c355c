"""The pure comparison of the two books: what differs, and what only seems to (docs/law.md reconciliation)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rules.dossier import Document, Dossier, Person
from rules.facts import Piece
from rules.identifiers import CASE as MASK
from rules.kinds import KINDS
from rules.reconciling import TABLE, compare, of_unit, standing
from rules.sides import Difference, Individual, Row, Shown
from rules.words import Kind, PecaStatus, State
from tests.rules.desk import CASE, CERTIDAO, COURT, MANDADO, NOW, RJI, document

BARE = MASK.bare(CASE) or ""
DAY = NOW.astimezone(COURT.zone).date()
NUMBER = f"{BARE}01000101"
PENDING, DRAFT = PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.EM_ELABORACAO
ELSEWHERE = "5555"


def ours(document_id: str = "m", **changes: Any) -> Document:
    """A registered warrant of ours whose piece is 17."""
    done = {"state": State.REGISTERED, "bnmp_id": "17", "bnmp_status": PENDING, "national_number": NUMBER}
    return replace(document(document_id, MANDADO, issued_at=NOW), registered_at=NOW, **(done | changes))


def row(bnmp_id: str = "17", **changes: Any) -> Row:
    """A warrant in BNMP's listing, of our case and day."""
    case, organ = changes.pop("case", BARE), changes.pop("organ", ELSEWHERE)
    plain = Piece(bnmp_id, NUMBER, PENDING, DAY, (), KINDS[MANDADO].peca, RJI)
    return Row(replace(plain, **changes), case, organ)


def person(**changes: Any) -> Individual:
    return replace(Individual(RJI, there=True, status="PROCURADO"), **changes)


def differ(documents: list[Document], *rows: Row, who: Individual | None = None) -> list[Difference]:
    by_id = {one.document_id: one for one in documents}
    dossier = Dossier(NOW + timedelta(hours=2), COURT, persons={1: Person(1, RJI)}, documents=by_id)
    return compare(dossier, Shown(rows, (who or person(),)), frozenset({"90101"}))


def told(*found: Difference) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(one.kind, one.document_id, one.pieces) for one in found]


def test_what_is_the_same_on_both_sides_is_no_difference() -> None:
    assert differ([ours()], row()) == []
    assert differ([], who=person(status="EM_LIBERDADE")) == []


@pytest.mark.parametrize(("ago", "kinds"), [(0, []), (1, []), (2, ["STATUS"])])
def test_l10_a_mandado_that_bnmp_shows_pending_a_whole_day_after_its_validity_differs(
    ago: int, kinds: list[str]
) -> None:
    # when
    found = differ([ours(valid_until=DAY - timedelta(days=ago))], row())
    # then
    assert [one.kind for one in found] == kinds
    assert [(one.ours, one.registry) for one in found] == [("EXPIRADO", PENDING)] * len(kinds)


def test_l10_what_was_fulfilled_in_time_is_not_overdue() -> None:
    fulfilled: dict[str, Any] = {"bnmp_status": PecaStatus.CUMPRIDO, "valid_until": DAY - timedelta(days=9)}
    assert not [one for one in differ([ours(**fulfilled)], row(status=PecaStatus.CUMPRIDO)) if one.kind == "STATUS"]


@pytest.mark.parametrize("state", [State.READY, State.SENDING, State.UNCERTAIN])
def test_a_piece_whose_document_is_on_its_way_is_left_to_whoever_sends_it(state: State) -> None:
    # given
    sent = ours(state=state, bnmp_id=None)
    # then
    assert differ([sent], row()) == differ([sent], row(status=DRAFT)) == []
    assert told(*differ([sent], row(), row("18"))) == [("DUPLICATE", "m", ("17", "18"))]


def test_a_piece_of_a_document_that_waits_is_named_with_the_document_it_may_be() -> None:
    # given an answer that was lost for good
    held = ours(state=State.HELD, bnmp_id=None)
    # then
    (one,) = differ([held], row())
    assert told(one) == [("MISSING_HERE", "m", ("17",))]
    assert (one.ours, one.registry, one.age_days) == ("HELD", PENDING, 0)


@pytest.mark.parametrize("held", [{"bnmp_id": None}, {"bnmp_id": "18", "bnmp_status": DRAFT}])
def test_a_draft_that_may_be_of_a_document_which_waits_is_told_all_the_same(held: dict[str, Any]) -> None:
    # given a document that is on its way with a draft of its own, or one that waits without any
    waits = ours(state=State.HELD if held["bnmp_id"] is None else State.READY, **held)
    # then
    found = differ([waits], row(status=DRAFT))
    assert told(*found) == [("UNSIGNED", None, ("17",))]


def test_what_may_be_either_of_two_documents_is_named_with_neither() -> None:
    held = [ours(name, state=State.HELD, bnmp_id=None) for name in ("m", "n")]
    assert told(*differ(held, row())) == [("MISSING_HERE", None, ("17",))]


@pytest.mark.parametrize(
    "changes", [{"issued_on": date(2026, 1, 2)}, {"peca": 2}, {"case": "0" * 20, "organ": "90101"}]
)
def test_a_piece_of_another_day_type_or_case_is_no_double_and_one_of_ours_is_missing_here(
    changes: dict[str, Any],
) -> None:
    assert told(*differ([ours()], row(), row("18", **changes))) == [("MISSING_HERE", None, ("18",))]


def test_a_piece_that_another_document_owns_is_no_double() -> None:
    both = [ours(), ours("n", bnmp_id="18")]
    assert differ(both, row(), row("18")) == []


def test_a_double_that_nobody_signed_is_told_once() -> None:
    assert told(*differ([ours()], row(), row("18", status=DRAFT))) == [("DUPLICATE", "m", ("17", "18"))]


def test_a_double_that_is_annulled_is_one_no_more() -> None:
    assert differ([ours()], row(), row("18", status=PecaStatus.ANULADO)) == []


@pytest.mark.parametrize("state", [State.EXCLUDED, State.REJECTED])
def test_what_ended_here_and_lives_there_differs_until_it_is_annulled(state: State) -> None:
    ended = ours(state=state)
    assert told(*differ([ended], row())) == [("STATUS", "m", ("17",))]
    assert differ([ended], row(status=PecaStatus.ANULADO), who=person(status="EM_LIBERDADE")) == []


def test_what_bnmp_told_us_is_gone_is_not_missed() -> None:
    gone = ours(bnmp_status=PecaStatus.ANULADO)
    free = person(status="EM_LIBERDADE")
    assert differ([gone], who=free) == differ([gone], row(status=PecaStatus.ANULADO), who=free) == []
    assert told(*differ([gone], row())) == [("STATUS", "m", ("17",))]


def test_a_number_of_another_case_or_type_differs_also_where_both_sides_have_it() -> None:
    divided = "9" * 20 + NUMBER[20:]
    both = ours(national_number=divided)
    assert told(*differ([both], row(national_number=divided))) == [("NUMBER", "m", ("17",))]


def test_a_piece_under_another_person_is_an_rji_that_differs_and_is_not_missing() -> None:
    assert told(*differ([ours()], row(rji="99999999999"))) == [("RJI", "m", ("17",))]


@pytest.mark.parametrize(("days", "kinds"), [(0, []), (1, ["UNSIGNED"])])
def test_a_draft_that_is_being_signed_has_a_day(days: int, kinds: list[str]) -> None:
    signing = ours(state=State.SENDING)
    drafted = row(status=DRAFT, issued_on=DAY - timedelta(days=days))
    assert [one.kind for one in differ([signing], drafted)] == kinds


def test_a_registered_piece_that_nobody_has_signed_is_unsigned_and_not_another_status() -> None:
    assert told(*differ([ours()], row(status=PecaStatus.AGUARDANDO_ASSINATURA))) == [("UNSIGNED", "m", ("17",))]


def test_a_draft_in_a_case_of_ours_that_is_none_of_our_documents_is_unsigned_and_of_nobody() -> None:
    other_day = DAY - timedelta(days=40)
    (one,) = differ([ours()], row(), row("18", status=DRAFT, issued_on=other_day))
    assert told(one) == [("UNSIGNED", None, ("18",))]
    assert one.age_days == 40


@pytest.mark.parametrize("changes", [{"into": "26000000042"}, {"active": False}, {"there": False, "status": None}])
def test_an_rji_that_bnmp_merged_deactivated_or_does_not_know_differs(changes: dict[str, Any]) -> None:
    assert told(*differ([], who=person(**changes))) == [("RJI", None, ())]


def test_a_label_that_nobody_knows_is_told_as_it_is() -> None:
    (one,) = differ([ours()], row(status="Em Conferência"))
    assert (one.kind, one.registry) == ("STATUS", "Em Conferência")
    assert differ([ours()], row(), who=person(status="Em Trânsito")) == []


def test_the_status_of_a_person_is_not_compared_while_others_have_pieces_about_them() -> None:
    free = person(status="EM_LIBERDADE")
    assert told(*differ([ours()], row(), who=free)) == [("PERSON_STATUS", None, ())]
    assert differ([ours()], row(), row("18", case="0" * 20), who=free) == []


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN, State.HELD])
def test_the_status_of_a_person_is_not_compared_while_a_piece_in_effect_is_not_registered_here(state: State) -> None:
    # given the second of two warrants, signed and not read back
    second = ours("n", bnmp_id="18", state=state, issued_at=NOW - timedelta(days=3))
    done = row("18", issued_on=DAY - timedelta(days=3))
    # then
    assert differ([ours(), second], row(), done, who=person(status="FORAGIDO")) == []


@pytest.mark.parametrize(("state", "compared"), [(State.SENDING, False), (State.UNCERTAIN, False), (State.HELD, True)])
def test_the_status_of_a_person_is_not_compared_while_a_creation_is_on_its_way(
    state: State,
    compared: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    second = replace(document("n", issued_at=NOW - timedelta(days=3)), state=state)
    found = [one.kind for one in differ([ours(), second], row(), who=person(status="EM_LIBERDADE"))]
    assert found == (["PERSON_STATUS"] if compared else [])


@pytest.mark.parametrize(("ago", "kinds"), [(61, []), (59, ["PERSON_STATUS"])])
def test_a_term_that_bnmp_ends_by_itself_explains_who_is_free(ago: int, kinds: list[str]) -> None:
    # given a civil prison of sixty days
    done = {"peca": KINDS[CERTIDAO].peca, "national_number": None, "status": PecaStatus.ATIVO}
    mandado = ours(kind=Kind.MANDADO_PRISAO_CIVIL, term_days=60, bnmp_status=PecaStatus.CUMPRIDO)
    certidao = replace(
        document("c", CERTIDAO, "m", issued_at=NOW, fulfilled_on=DAY - timedelta(days=ago)),
        state=State.REGISTERED,
        bnmp_id="18",
        bnmp_status=PecaStatus.ATIVO,
        registered_at=NOW + timedelta(seconds=9),
    )
    rows = (row(status=PecaStatus.CUMPRIDO), row("18", **done))
    # then
    assert [one.kind for one in differ([mandado, certidao], *rows, who=person(status="EM_LIBERDADE"))] == kinds


def test_only_what_differs_before_and_after_stands() -> None:
    # given a warrant registered while BNMP was read, and one that BNMP had no more by then
    before, after = differ([ours(state=State.HELD, bnmp_id=None)], row()), differ([ours()], row())
    # then
    assert (len(before), standing(before, after)) == (1, [])
    assert standing([], differ([ours()])) == []
    assert told(*standing(differ([ours()]), differ([ours()]))) == [("MISSING_AT_REGISTRY", "m", ("17",))]


def test_of_a_unit_only_what_nobody_owns_or_may_soon_own_is_told() -> None:
    # given
    rows = [row(), row("18", status=DRAFT, issued_on=DAY - timedelta(days=20)), row("19", status=PecaStatus.EXCLUIDO)]
    # then
    found = of_unit(rows, frozenset(), frozenset(), DAY)
    assert told(*found) == [("MISSING_HERE", None, ("17",)), ("UNSIGNED", None, ("18",))]
    assert [(one.case_number, one.age_days) for one in found] == [(CASE, 0), (CASE, 20)]
    assert told(*of_unit(rows, frozenset({"17", "18"}), frozenset(), DAY)) == []
    assert of_unit(rows, frozenset(), frozenset({(BARE, KINDS[MANDADO].peca)}), DAY) == []


def test_every_kind_says_what_has_likely_caused_it_and_what_mends_it() -> None:
    # given
    cut = {"MISSING_HERE", "UNSIGNED"}
    # then
    for kind, one in TABLE.items():
        assert one.cause
        assert "saj-bnmp" in one.mends.format(document_id="d", person=1)
        assert bool(one.strange) == (kind in cut)
    assert Kind.MANDADO_PRISAO_CRIMINAL == MANDADO


def test_another_secrecy_than_ours_differs_and_what_nobody_has_any_more_does_not() -> None:
    # given
    dossier = Dossier(NOW, COURT, persons={1: Person(1, RJI)}, documents={"m": ours(), "n": ours("n", bnmp_id=None)})
    secrets = {"m": ("SIGILOSO", "ABERTO"), "n": ("RESTRITO", "SIGILOSO"), "gone": ("ABERTO", "RESTRITO")}
    same = {"m": ("ABERTO", "ABERTO")}
    # when
    found = compare(dossier, Shown((row(),), (person(),), secrets), frozenset())
    # then
    assert [(one.document_id, one.ours, one.registry) for one in found if one.kind == "SECRECY"] == [
        ("m", "SIGILOSO", "ABERTO"),
        ("n", "RESTRITO", "SIGILOSO"),
    ]
    assert compare(dossier, Shown((row(),), (person(),), same), frozenset())[1:] == []


@pytest.mark.parametrize(("humans", "named"), [((), []), ((RJI,), []), ((RJI, "20"), [(RJI, "20")])])
def test_fail_7_one_human_under_several_rjis_differs(humans: tuple[str, ...], named: list[tuple[str, str]]) -> None:
    # given
    dossier = Dossier(NOW, COURT, persons={1: Person(1, RJI)}, documents={"m": ours()})
    # when
    found = compare(dossier, Shown((row(),), (person(),), humans=humans), frozenset())
    # then
    assert [(one.ours, one.registry) for one in found if one.kind == "RJI"] == named


def test_what_mends_a_difference_names_its_document_or_says_what_to_do_about_a_strange_piece() -> None:
    assert TABLE["MISSING_HERE"].told("m", 1) == "saj-bnmp documents retry m"
    assert TABLE["MISSING_HERE"].told(None, None) == TABLE["MISSING_HERE"].strange
