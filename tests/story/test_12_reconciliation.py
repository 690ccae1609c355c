"""The ledger against the registry: each way in which the two books may differ is named, with what mends it (docs/law.md reconciliation)."""

import pytest

from bnmp.survey import Survey
from rules.words import State
from sandbox.bnmp.labels import AWAITING, DELETED, REVOKED
from sandbox.saj.documents import KindName
from tests.story.comparing import DAY, at_registry, compared, found, only, twin
from tests.story.court import Court

UNIT = "90101"


async def test_two_books_that_agree_differ_in_nothing_whatever_the_day_brought(court: Court, survey: Survey) -> None:
    # given
    day: tuple[tuple[KindName, str, tuple[str, ...], int], ...] = (
        ("MANDADO", "M-1", (), 0),
        ("CERTIDAO", "C-1", ("M-1",), 0),
        ("ALVARA", "A-1", ("M-1",), 0),
        ("MANDADO", "M-2", (), 1),
        ("CONTRAMANDADO", "K-2", ("M-2",), 1),
        ("FLAGRANTE", "F-3", (), 2),
        ("GUIA_DEFINITIVA", "G-3", ("F-3",), 2),
    )
    for kind, document_id, names, person in day:
        await court.issue(kind, document_id, *names, person=person)
        assert court.standing(document_id) == (State.REGISTERED, None)
        court.later(60)
    # when, then
    court.later(2 * DAY)
    assert await found(court, survey) == []


async def test_a_piece_that_bnmp_has_no_more_is_missing_at_the_registry(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    at_registry(court, "M-1").status = DELETED
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.document_id, one.ours, one.registry) == (
        "MISSING_AT_REGISTRY",
        "M-1",
        "PENDENTE_CUMPRIMENTO",
        None,
    )
    assert one.pieces == (court.office.row("M-1")["bnmp_id"],)
    assert "saj-bnmp documents show M-1" in one.mends


async def test_a_status_that_others_have_moved_differs(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    at_registry(court, "M-1").status = REVOKED
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.document_id, one.ours, one.registry) == ("STATUS", "M-1", "PENDENTE_CUMPRIMENTO", "REVOGADO")


async def test_a_number_that_bnmp_has_changed_differs(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    ours = court.office.row("M-1")["national_number"]
    at_registry(court, "M-1").number = theirs = f"{ours[:-4]}9999"
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.document_id, one.ours, one.registry) == ("NUMBER", "M-1", ours, theirs)


async def test_safety_26_two_pieces_of_one_document_are_named_both(court: Court, survey: Survey) -> None:
    # given what BNMP accepted later than anybody waited
    await court.issue("MANDADO", "M-1")
    other = twin(court, "M-1")
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.document_id) == ("DUPLICATE", "M-1")
    assert set(one.pieces) == {court.office.row("M-1")["bnmp_id"], str(other.id)}


async def test_a_piece_of_our_case_that_nobody_of_ours_issued_is_missing_here(court: Court, survey: Survey) -> None:
    # given a second warrant of another day in the same case
    await court.issue("MANDADO", "M-1")
    other = twin(court, "M-1", dataExpedicao="01/10/2026")
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.document_id, one.pieces) == ("MISSING_HERE", None, (str(other.id),))
    assert (one.registry, "EXCEPCIONAL" in one.mends) == ("PENDENTE_CUMPRIMENTO", True)


async def test_what_another_court_has_of_the_person_is_no_divergence(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    twin(court, "M-1", numeroProcesso="00012340920208120001", orgao={"id": "55555"})
    # when, then
    assert await found(court, survey) == []


async def test_a_piece_of_a_unit_of_ours_about_somebody_unknown_is_missing_here(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    book = court.simulator.world.book
    stranger = book.add_person({**next(iter(book.persons.values())).data, "documentos": []}, 2026)
    made = twin(
        court,
        "M-1",
        numeroProcesso="00012340920208120001",
        pessoa={"numeroIndividuo": stranger.rji},
        orgao={"id": UNIT},
    )
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.person, one.unit, one.pieces) == ("MISSING_HERE", None, UNIT, (str(made.id),))
    assert (await compared(court, survey, unit="90999")).items == ()


@pytest.mark.parametrize("owned", [True, False])
async def test_what_nobody_has_signed_is_told_with_its_age(court: Court, survey: Survey, *, owned: bool) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    (at_registry(court, "M-1") if owned else twin(court, "M-1", dataExpedicao="13/11/2026")).status = AWAITING
    court.later(7 * DAY)
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.registry, one.age_days) == ("UNSIGNED", "AGUARDANDO_ASSINATURA", 7 if owned else 14)
    assert one.document_id == ("M-1" if owned else None)


async def test_a_person_status_that_their_pieces_do_not_explain_differs_once_bnmp_had_time(
    court: Court, survey: Survey
) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    person = next(iter(court.simulator.world.book.persons.values()))
    person.status = "Em Liberdade"
    assert await found(court, survey) == []
    court.later(3601)
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.ours, one.registry) == ("PERSON_STATUS", "PROCURADO", "EM_LIBERDADE")
    assert one.mends == f"saj-bnmp person show {one.person}"


async def test_safety_23_a_person_whom_bnmp_has_merged_differs_by_hashes_alone(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    book = court.simulator.world.book
    merged = next(iter(book.persons))
    survivor = book.uncover_older(merged, 2025)
    # when
    one = await only(court, survey)
    # then
    assert one.kind == "RJI"
    assert str(one.ours).startswith("h:")
    assert str(one.registry).startswith("h:")
    assert not {merged, survivor.rji} & set(one.model_dump_json().split('"'))


async def test_a_person_whom_bnmp_has_removed_differs(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    next(iter(court.simulator.world.book.persons.values())).active = False
    # when
    one = await only(court, survey)
    # then
    assert (one.kind, one.registry) == ("RJI", None)


async def test_what_is_on_its_way_is_no_divergence(court: Court, survey: Survey) -> None:
    # given a draft whose second signature is still to come
    court.refuses.add("M-1 SIGN_MAGISTRADO")
    await court.issue("MANDADO", "M-1")
    assert court.status("M-1") == AWAITING
    # when held, it is somebody's to sign
    assert await found(court, survey) == [("UNSIGNED", "M-1")]
    with court.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE document SET state = 'SENDING', reason = NULL")
    # then
    assert await found(court, survey) == []
