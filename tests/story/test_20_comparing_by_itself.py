"""The monitor compares by itself: what waits for a signature by its age, everybody by night (docs/law.md reconciliation)."""

from datetime import datetime, timedelta

from bnmp.survey import Survey
from ledger.differences import compared, divergence
from operations.comparing import Comparing, ComparingSettings
from rules.words import Reason, State
from sandbox.bnmp.labels import ACTIVE, AWAITING, PENDING, REVOKED
from sandbox.saj.documents import Case, case_number, document
from tests.ledger.office import PEOPLE, STAFF, START
from tests.story.comparing import DAY, at_registry, fast
from tests.story.court import Court

HELD, REGISTERED = State.HELD, (State.REGISTERED, None)
FOUND = "bnmp.divergence.found.v1"
ALL_DAY = ComparingSettings(begins=0, ends=0)
SWEEPS = ComparingSettings(persons_per_hour=0)
MOST = 60


async def looks(court: Court, survey: Survey, settings: ComparingSettings = ALL_DAY, owner: str = "one") -> Comparing:
    """Somebody looks until there is nothing more to compare for now."""
    comparing = Comparing(court.office.database, court.office.deployment, survey, settings, owner)
    for _ in range(MOST):
        if await comparing.once() >= 30:
            return comparing
    raise AssertionError("no end of comparing")


def told(court: Court, kind: str) -> list[str | None]:
    """The documents of which such a divergence was told, in order."""
    return [one.data["document_id"] for one in court.told(FOUND) if one.data["kind"] == kind]


def last_compared(court: Court) -> tuple[datetime | None, dict[str, int]]:
    with court.office.database.reading() as connection:
        return compared(connection)


async def unsigned(court: Court, kind: str = "MANDADO", name: str = "M-1") -> None:
    """A document whose judge BNMP refuses, of a person whom BNMP keeps for another piece."""
    await court.issue("MANDADO_CIVIL", "M-0")
    court.forbid(STAFF[0].magistrado)
    await court.issue(kind, name)  # type: ignore[arg-type]  # a kind by its name
    assert court.standing(name) == (HELD, Reason.ACCESS)


async def test_annex_b_18_what_waits_for_a_signature_is_told_after_a_day_a_week_and_twenty_days_once_each(
    either: Court,
) -> None:
    # given
    await unsigned(either)
    async with fast(either) as survey:
        for days, times in ((0.5, 0), (0.6, 1), (0.6, 1), (6, 2), (13, 3), (9, 3)):
            # when
            either.later(days * DAY)
            await looks(either, survey, SWEEPS)
            # then
            assert told(either, "UNSIGNED") == ["M-1"] * times, days
    said = [one.data for one in either.told(FOUND, "M-1")]
    assert [one["registry"] for one in said] == ["AGUARDANDO_ASSINATURA"] * 3
    assert ["mais de um dia" in said[0]["message"], "magistrado" in said[2]["message"]] == [True, True]
    assert all("sign-as M-1" in one["mends"] and one["cause"] for one in said)


async def test_annex_b_18_what_cnj_has_deleted_is_seen_by_the_sweep_and_goes_anew_on_its_units_word(
    court: Court, survey: Survey
) -> None:
    # given
    await unsigned(court)
    court.later(31 * DAY)
    # when
    await looks(court, survey, SWEEPS)
    # then
    assert court.standing("M-1") == (HELD, Reason.DIVERGENCE)
    assert told(court, "MISSING_AT_REGISTRY") == ["M-1"]
    # when the access is given, and the unit says that it is to go again
    court.allow(STAFF[0].magistrado)
    await court.command("document.retry-requested", "SERVIDOR", document_id="M-1")
    # then
    assert court.standing("M-1") == REGISTERED
    assert court.status("M-1") == PENDING


async def test_annex_b_18_a_release_that_cnj_has_deleted_is_made_anew_by_the_sweep_alone(either: Court) -> None:
    # given
    await unsigned(either, "ALVARA_FLAGRANTE", "A-1")
    either.later(31 * DAY)
    either.allow(STAFF[0].magistrado)
    # when
    async with fast(either) as survey:
        await looks(either, survey, SWEEPS)
    await either.work()
    # then
    assert (either.standing("A-1"), either.status("A-1")) == (REGISTERED, ACTIVE)
    assert told(either, "MISSING_AT_REGISTRY") == ["A-1"]


async def test_fail_1_what_the_judge_signs_in_bnmp_itself_is_registered_by_the_sweep(
    court: Court, survey: Survey
) -> None:
    # given
    await unsigned(court)
    at_registry(court, "M-1").status = PENDING
    court.later(DAY)
    # when
    await looks(court, survey, SWEEPS)
    await court.work()
    # then
    assert court.standing("M-1") == REGISTERED


async def test_releases_are_swept_before_the_mandados_of_another_unit(court: Court, survey: Survey) -> None:
    # given two units, of which the second in their order has a release that waits
    assert STAFF[0].unit.code < STAFF[1].unit.code
    for staff in STAFF[:2]:
        court.forbid(staff.magistrado)
    await court.issue("MANDADO", "M-1", person=0)
    case = Case(case_number(200, 2026), PEOPLE[1], STAFF[1])
    court.office.issue(document("ALVARA_FLAGRANTE", case, document_id="A-1", antecedents=(), issued_at=START))
    await court.work()
    assert {court.standing("M-1"), court.standing("A-1")} == {(HELD, Reason.ACCESS)}
    court.later(2 * DAY)
    # when
    await looks(court, survey, SWEEPS)
    # then
    assert told(court, "UNSIGNED") == ["A-1", "M-1"]


async def test_everybody_is_compared_by_night_from_where_the_last_one_stopped_and_each_is_told_once(
    either: Court,
) -> None:
    # given
    for number in range(3):
        await either.issue("MANDADO", f"M-{number}", person=number)
        at_registry(either, f"M-{number}").status = REVOKED
    office = either.office
    async with fast(either) as survey:
        # when by day
        await looks(either, survey, ComparingSettings(begins=1, ends=2))
        # then
        assert told(either, "STATUS") == []
        # when one monitor has compared the first and is gone, and another goes on
        first = Comparing(office.database, office.deployment, survey, ALL_DAY, "one")
        assert await first.once() == 3600 / ALL_DAY.persons_per_hour
        assert told(either, "STATUS") == ["M-0"]
        first._release()
        begun = either.office.hand()
        assert last_compared(either) == (begun, {"STATUS": 1})
        either.later(60)
        await looks(either, survey, owner="two")
        # then
        assert told(either, "STATUS") == ["M-0", "M-1", "M-2"]
        assert last_compared(either) == (begun + timedelta(seconds=60), {"STATUS": 3})
        # when the next night shows the same, but for one that BNMP has put right
        at_registry(either, "M-1").status = PENDING
        either.later(DAY)
        await looks(either, survey, owner="two")
        assert told(either, "STATUS") == ["M-0", "M-1", "M-2"]
        assert {row["document_id"] for row in office.rows(divergence)} == {"M-0", "M-2"}
        # when that one differs anew
        at_registry(either, "M-1").status = REVOKED
        either.later(DAY)
        await looks(either, survey, owner="two")
    # then
    assert told(either, "STATUS") == ["M-0", "M-1", "M-2", "M-1"]
    assert "documents show M-1" in either.told(FOUND, "M-1")[-1].data["mends"]


async def test_nobody_is_compared_while_another_does_or_a_release_stands_in_its_queue_or_the_link_is_down(
    court: Court, survey: Survey
) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    at_registry(court, "M-1").status = REVOKED
    office = court.office
    one, two = (Comparing(office.database, office.deployment, survey, ALL_DAY, name) for name in ("one", "two"))
    asked = len(court.requests(""))
    # when a release waits for its lane
    court.publish("ALVARA_FLAGRANTE", "A-2", person=1)
    await one.once()
    # then
    assert len(court.requests("")) == asked
    # when it has gone, and one of two compares
    await court.work()
    asked = len(court.requests(""))
    await one.once()
    seen = len(court.requests(""))
    await two.once()
    # then
    assert asked < seen == len(court.requests(""))
    # when the link is down
    await court.away()
    asked = len(court.requests(""))
    await one.once()
    # then
    assert len(court.requests("")) == asked


async def test_a_registry_that_falls_silent_lets_the_comparison_rest_and_nobody_is_passed_over(
    court: Court, survey: Survey
) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    at_registry(court, "M-1").status = REVOKED
    await court.cut()
    # when
    await looks(court, survey)
    # then
    assert told(court, "STATUS") == []
    # when
    await court.there()
    await looks(court, survey)
    # then
    assert told(court, "STATUS") == ["M-1"]


async def test_a_secrecy_that_was_changed_in_bnmp_is_told(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1", secrecy="SIGILOSO")
    at_registry(court, "M-1").body["sigilo"] = {"id": 1}
    # when
    await looks(court, survey)
    # then
    (one,) = [one.data for one in court.told(FOUND)]
    assert (one["kind"], one["document_id"], one["ours"], one["registry"]) == ("SECRECY", "M-1", "SIGILOSO", "ABERTO")


async def test_fail_7_one_human_under_two_rjis_is_named_with_both(court: Court, survey: Survey) -> None:
    # given BNMP has the person a second time, and a namesake who is somebody else
    await court.issue("MANDADO", "M-1")
    book = court.simulator.world.book
    own = next(iter(book.persons.values()))
    other = book.add_person(dict(own.data), 2026)
    book.add_person({**own.data, "documentos": []}, 2026)
    # when
    await looks(court, survey)
    # then
    (one,) = [one.data for one in court.told(FOUND)]
    assert (one["kind"], {one["ours"], *one["registry"].split()}) == ("RJI", {own.rji, other.rji})
    assert PEOPLE[0].nome not in str(one)


async def test_a_draft_of_nobodys_is_told_of_its_unit(court: Court, survey: Survey) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    own, book = at_registry(court, "M-1"), court.simulator.world.book
    stranger = book.add_person({**own.body, "dadosGeraisPessoa": {}, "documentos": []}, 2026)
    body = {**own.body, "numeroProcesso": "00012340920208120001", "pessoa": {"numeroIndividuo": stranger.rji}}
    made = book.add_piece(own.kind, body, (), own.created_at, None)
    made.status = AWAITING
    # when
    await looks(court, survey)
    # then
    (one,) = [one.data for one in court.told(FOUND)]
    assert (one["kind"], one["document_id"], one["registry"]) == ("UNSIGNED", None, "AGUARDANDO_ASSINATURA")
