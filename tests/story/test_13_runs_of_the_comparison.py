"""A run of the comparison: in parts, through a registry's moods, no faster than was said (docs/law.md reconciliation)."""

import asyncio

import pytest

from bnmp.survey import Survey, Unread
from operations.divergences import listed
from rules.sides import Row
from rules.words import State
from sandbox.bnmp.labels import REVOKED
from tests.ledger.office import PEOPLE
from tests.story.comparing import DAY, at_registry, compared, fast, found, twin
from tests.story.court import Court


async def test_a_run_in_parts_finds_what_one_run_finds_and_the_cursor_says_where_it_stopped(
    court: Court, survey: Survey
) -> None:
    # given
    for number in range(3):
        await court.issue("MANDADO", f"M-{number}", person=number)
        at_registry(court, f"M-{number}").status = REVOKED
    whole = await compared(court, survey)
    # when
    parts, cursor = [], ""
    for _ in range(9):
        part = await compared(court, survey, cursor=cursor, limit=1)
        parts.append(part)
        cursor = part.next_cursor or ""
        if not cursor:
            break
    # then
    assert [one for part in parts for one in part.items] == list(whole.items)
    assert [one.document_id for one in whole.items] == ["M-0", "M-1", "M-2"]
    assert [part.next_cursor for part in parts][:2] == ["p1", "p2"]
    assert parts[-1].next_cursor is None


async def test_a_registry_that_falls_silent_stops_the_run_and_nobody_is_passed_over(
    court: Court, survey: Survey
) -> None:
    # given
    for number in range(2):
        await court.issue("MANDADO", f"M-{number}", person=number)
        at_registry(court, f"M-{number}").status = REVOKED
    first = await compared(court, survey, limit=1)
    await court.cut()
    # when
    silent = await compared(court, survey, cursor=first.next_cursor or "")
    # then
    assert (silent.stopped, silent.items, silent.next_cursor) == ("CONNECTION", (), "p1")
    assert [one.person for one in silent.unread] == [2]
    # when
    await court.back()
    rest = await compared(court, survey, cursor=silent.next_cursor or "")
    # then
    assert [one.document_id for one in rest.items] == ["M-1"]


async def test_what_the_service_does_while_bnmp_is_read_is_no_divergence(
    court: Court, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a second document that is registered after the person's pieces were read, and a case read before it was known
    await court.issue("MANDADO", "M-1")
    read = survey.of_person

    async def and_meanwhile(rji: str) -> tuple[Row, ...] | Unread:
        rows = await read(rji)
        await court.issue("CONTRAMANDADO", "K-1", "M-1")
        return rows

    monkeypatch.setattr(survey, "of_person", and_meanwhile)
    # when, then
    assert await found(court, survey) == []
    assert court.standing("K-1") == (State.REGISTERED, None)


async def test_pages_in_no_order_and_a_registry_that_asks_for_patience_hide_nothing(
    court: Court, survey: Survey
) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    for day in range(1, 29):
        twin(court, "M-1", dataExpedicao=f"{day:02d}/10/2026")
    court.moods(unstable_pages=1, http500=0.1, http503=0.05, throttle=0.02)
    # when, then
    assert await found(court, survey) == [("MISSING_HERE", None)] * 28


async def test_pages_of_one_row_are_read_to_the_last(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    for day in range(1, 4):
        twin(court, "M-1", dataExpedicao=f"{day:02d}/10/2026")
    async with fast(court, rows=1) as survey:
        # when, then
        assert await found(court, survey) == [("MISSING_HERE", None)] * 3


async def test_no_more_requests_go_out_in_a_second_than_was_said(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    loop = asyncio.get_running_loop()
    async with Survey(court._registry._registry._settings, per_second=20) as slow:
        before, begun = len(court.requests("")), loop.time()
        # when
        shown = await compared(court, slow)
        seconds = loop.time() - begun
    # then every request but the login waited its turn, so a busy machine only makes it slower
    asked = len([one for one in court.requests("")[before:] if "authenticate" not in one["path"]])
    assert shown.next_cursor is None
    assert asked >= 10
    assert seconds >= (asked - 1) / 20 - 0.1


async def test_what_stands_is_listed_page_by_page(court: Court) -> None:
    # given a document held for a divergence, and a person in custody without a mandado
    await court.issue("MANDADO", "M-1")
    await court.recorded(144, court.office.hand().date(), person=1)
    with court.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE document SET state = 'HELD', reason = 'DIVERGENCE'")
    await court.wait(2 * DAY)
    # when
    whole = listed(court.office.database, 10)
    first = listed(court.office.database, 1)
    second = listed(court.office.database, 1, first.next_cursor or "")
    # then
    assert [(one.kind, one.document_id) for one in whole.items] == [
        ("DIVERGENCE", "M-1"),
        ("CUSTODY_WITHOUT_WARRANT", None),
    ]
    assert (first.items + second.items, second.next_cursor) == (whole.items, None)
    assert PEOPLE[1].nome not in whole.model_dump_json()
    with pytest.raises(ValueError, match="no cursor"):
        listed(court.office.database, 1, "x9")
