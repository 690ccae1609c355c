"""The clock over a ledger: what it tells, whom it alarms, and what stops nothing but itself."""

import asyncio
import random
from typing import Any, cast

import pytest
import structlog

from bnmp.registry import Registry
from consumers.clock import Clock
from ledger import links
from ledger.dossiers import load_link
from ledger.tables import document
from rules.dossier import Link
from rules.words import LinkState, Reason, State
from tests.flow.book import Book
from tests.ledger.office import Office, paper

# A document on which the database fails alone.
BROKEN = """
CREATE TRIGGER broken BEFORE UPDATE ON document WHEN NEW.document_id = 'A-2'
BEGIN SELECT RAISE(ABORT, 'broken on it alone'); END
"""


@pytest.fixture
def clock(office: Office, loop: asyncio.AbstractEventLoop) -> "Ticking":
    return Ticking(office, loop)


class Ticking:
    """A clock that ticks when it is told."""

    def __init__(self, office: Office, loop: asyncio.AbstractEventLoop) -> None:
        self.book = Book(office.hand, random.Random(1), calm=True)
        self._clock = Clock(office.database, office.deployment, cast(Registry, self.book), "clock")
        self._loop = loop

    def tick(self) -> None:
        self._loop.run_until_complete(self._clock._tick())


def lacking(document_id: str, person: int = 0) -> dict[str, Any]:
    return paper("ALVARA", document_id, person=person, variant="PRISAO_FLAGRANTE", fields={})


def told(office: Office, document_id: str) -> list[str]:
    held = [one.data for one in office.said() if one.type == "bnmp.document.held.v1"]
    return [data["who"]["role"] for data in held if data["document_id"] == document_id]


def test_safety_4_the_clock_tells_the_chefe_then_the_judge_that_a_release_is_held(
    office: Office, clock: Ticking
) -> None:
    # given
    office.issue(lacking("A-1"))
    # when
    for seconds in (0, 1799, 1, 5400):
        office.hand.later(seconds)
        clock.tick()
        clock.tick()
    # then
    assert told(office, "A-1") == ["SERVIDOR", "CHEFE_DE_CARTORIO", "MAGISTRADO"]


def test_a_document_on_which_the_ledger_fails_stops_nothing_but_itself(office: Office, clock: Ticking) -> None:
    # given
    office.issue(*(lacking(f"A-{number}", number) for number in (1, 2, 3, 4)))
    with office.database.transaction() as connection:
        connection.exec_driver_sql(BROKEN)
    office.hand.later(1800)
    # when
    with structlog.testing.capture_logs() as logs:
        clock.tick()
    # then
    assert [told(office, f"A-{number}")[1:] for number in (1, 2, 3, 4)] == [
        ["CHEFE_DE_CARTORIO"],
        [],
        ["CHEFE_DE_CARTORIO"],
        ["CHEFE_DE_CARTORIO"],
    ]
    assert [(log["event"], log["document_id"]) for log in logs] == [("clock.unprocessable", "A-2")]
    # and when it is mended, and has rested
    office.hand.later(60)
    with office.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER broken")
    clock.tick()
    # then
    assert told(office, "A-2")[1:] == ["CHEFE_DE_CARTORIO"]


def test_a_document_on_which_the_clock_fails_is_an_incident_once_and_rests_longer_each_time(
    office: Office, clock: Ticking
) -> None:
    # given
    office.issue(lacking("A-2"))
    with office.database.transaction() as connection:
        connection.exec_driver_sql(BROKEN)
    office.hand.later(1800)
    tries = []
    # when
    with structlog.testing.capture_logs() as logs:
        for _ in range(30):
            before = len(logs)
            clock.tick()
            tries.append(len(logs) - before)
            office.hand.later(30)
    # then
    assert [number for number, tried in enumerate(tries) if tried] == [0, 2, 6, 14]
    incidents = [one.data for one in office.said() if one.type == "bnmp.incident.v1"]
    failing = [one for one in incidents if one["kind"] == "CLOCK_FAILS"]
    assert [(one["runbook"], one["who"]["role"]) for one in failing] == [("clock-fails", "OPERADOR")]
    assert "A-2" in failing[0]["message"]


def test_what_waits_too_long_for_its_document_is_alarmed_once(office: Office, clock: Ticking) -> None:
    # given
    office.take(office.answer("M-1", "SIM"))
    office.hand.later(3600)
    # when
    with structlog.testing.capture_logs() as logs:
        clock.tick()
        clock.tick()
    # then
    assert [(log["event"], log["document_id"]) for log in logs] == [("clock.pending_fact", "M-1")]


def set_link(office: Office, link: Link) -> None:
    with office.database.transaction() as connection:
        links.change(connection, office.deployment, office.hand(), lambda _: link)


def test_what_bnmp_did_not_see_is_asked_again_when_the_link_is_back_and_not_before(
    office: Office, clock: Ticking
) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    later = office.hand()
    values = {"state": State.HELD, "reason": Reason.MISSING_ANTECEDENT, "due_fact": "ASK_AGAIN", "since": later}
    with office.database.transaction() as connection:
        connection.execute(document.update().values(**values, due_at=later.replace(year=2030)))
    clock.tick()
    assert office.standing("M-1") == (State.HELD, Reason.MISSING_ANTECEDENT)
    # when
    office.hand.later(60)
    set_link(office, Link(LinkState.UP, office.hand(), "PROBE_OK"))
    clock.tick()
    # then
    assert office.standing("M-1") == (State.READY, None)


def test_a_forced_link_ends_in_its_time_and_the_probe_says_what_is(office: Office, clock: Ticking) -> None:
    # given
    office.take(office.command("link.forced", "OPERADOR", state="FORCED_UP"))
    states = []
    # when
    for seconds in (3599, 1, 0):
        office.hand.later(seconds)
        clock.tick()
        with office.database.reading() as connection:
            states.append(load_link(connection).state)
    # then
    assert states == [LinkState.FORCED_UP, LinkState.SUSPECT, LinkState.UP]


def test_safety_21_a_failed_test_of_a_user_is_followed_by_one_probe_of_ours(office: Office, clock: Ticking) -> None:
    # given
    office.take(office.command("link.tested", "SERVIDOR", user="u1", client="OK", app_server="ERROR"))
    # when
    clock.tick()
    # then
    with office.database.reading() as connection:
        found = load_link(connection)
    assert (found.state, found.probe_at) == (LinkState.UP, None)
    # and when it is true
    clock.book.cut = True
    office.take(office.command("link.tested", "SERVIDOR", user="u1", client="OK", app_server="ERROR"))
    clock.tick()
    # then
    with office.database.reading() as connection:
        assert load_link(connection).state is LinkState.SUSPECT
