"""What became of a replay's records is written with what was done to them, once, by whoever is at work on the run."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from consumers.intake import GROUP, Intake
from ledger import replayed, replays
from ledger.engine import Database
from ledger.replayed import NotAtWorkError, Offset
from ledger.replays import LEASE_SECONDS, LEDGER, Run, RunState
from ledger.seen import Sight, look
from ledger.tables import act, document, inbox, lease
from schemas.record import RawRecord
from tests.ledger.office import ISSUED, Hand, Office, paper

SIGNED = {"by": "op1", "reason": "a test"}


def begun(database: Database, plan: str = "p") -> Run:
    with database.transaction() as connection:
        return replays.begin(connection, plan, LEDGER, 10, **SIGNED)


def marked(database: Database, run: Run, became: dict[Offset, str], owner: str = "me") -> None:
    with database.transaction() as connection:
        replayed.mark(connection, run.replay_id, owner, became)


def now(database: Database, run: Run) -> Run:
    with database.reading() as connection:
        return replays.run_of(connection, run.replay_id)


def spans(database: Database, run: Run) -> list[tuple[int, int, str]]:
    with database.reading() as connection:
        return [(one.first, one.last, one.became) for one in replays.spans(connection, run.replay_id, 100)]


def said(database: Database, run: Run, word: str) -> RunState | None:
    with database.transaction() as connection:
        return replays.say(connection, run.replay_id, word, **SIGNED)


def to_send(database: Database, run: Run, *ats: Offset) -> dict[Offset, str]:
    with database.transaction() as connection:
        return dict(replayed.sending(connection, run.replay_id, "me", ats))


def was_sent(database: Database, run: Run, became: dict[Offset, str]) -> None:
    with database.transaction() as connection:
        replayed.sent(connection, run.replay_id, "me", became)


def again(office: Office, run: Run, records: Sequence[RawRecord], left: dict[Offset, str] | None = None) -> None:
    intake = Intake(office.database, office.deployment, "saj-bnmp.replay")
    beside = replayed.beside(run.replay_id, "me", left or {}, len(records))
    intake.take(records, gaps=False, beside=beside)


def test_the_same_plan_goes_on_until_its_run_has_ended(database: Database) -> None:
    # given
    run = begun(database)
    # when
    assert begun(database).replay_id == run.replay_id
    assert begun(database, "another").replay_id != run.replay_id
    assert said(database, run, "cancel") is RunState.CANCELLED
    # then
    assert begun(database).replay_id != run.replay_id
    with database.reading() as connection:
        names = connection.scalars(
            sa.select(act.c.act).where(act.c.subject == f"replay {run.replay_id}").order_by(act.c.id)
        )
        assert list(names) == ["REPLAY_STARTED", "REPLAY_CONTINUED", "REPLAY_CANCELLED"]


def test_neighbours_that_became_the_same_are_one_row_and_are_written_once(database: Database) -> None:
    # given
    run = begun(database)
    first: dict[Offset, str] = {(ISSUED, 0, 4): "DONE", (ISSUED, 0, 5): "DONE", (ISSUED, 0, 7): "DONE"}
    marked(database, run, first | {(ISSUED, 0, 8): "TAKEN", (ISSUED, 1, 1): "TAKEN"})
    # when what was committed unheard is written again, and something after it
    marked(database, run, first | {(ISSUED, 0, 9): "TAKEN"})
    # then
    assert spans(database, run) == [(4, 5, "DONE"), (7, 7, "DONE"), (8, 8, "TAKEN"), (9, 9, "TAKEN"), (1, 1, "TAKEN")]
    assert now(database, run).became == {"DONE": 3, "TAKEN": 3}
    with database.reading() as connection:
        assert replays.checkpoint(connection, run.replay_id) == {(ISSUED, 0): 10, (ISSUED, 1): 2}


def test_one_at_a_time_goes_on_with_a_run_and_another_when_its_lease_has_ended(database: Database, hand: Hand) -> None:
    # given
    run = begun(database)
    marked(database, run, {(ISSUED, 0, 0): "DONE"})
    assert now(database, run).at_work
    # when
    with pytest.raises(NotAtWorkError):
        marked(database, run, {(ISSUED, 0, 1): "DONE"}, "another")
    hand.later(LEASE_SECONDS + 1)
    assert not now(database, run).at_work
    marked(database, run, {(ISSUED, 0, 1): "DONE"}, "another")
    # then
    with pytest.raises(NotAtWorkError):
        marked(database, run, {(ISSUED, 0, 2): "DONE"})
    assert now(database, run).became == {"DONE": 2}


def test_a_word_is_heard_before_anything_else_is_done(office: Office) -> None:
    # given
    run = begun(office.database)
    assert [said(office.database, run, word) for word in ("resume", "pause", "pause")] == [None, RunState.PAUSED, None]
    record = office.issued(paper("MANDADO", "M-1"))
    # when
    with pytest.raises(NotAtWorkError):
        again(office, run, [record])
    # then nothing of the batch was done
    assert office.rows(document) == []
    assert said(office.database, run, "resume") is RunState.RUNNING
    again(office, run, [record])
    assert (len(office.rows(document)), now(office.database, run).became) == (1, {"TAKEN": 1})


def test_what_became_of_each_record_is_told(office: Office) -> None:
    # given what is there, what is not, the same id twice, an id with other content, and what nobody can read
    run = begun(office.database)
    there = office.issued(paper("MANDADO", "M-1"), ce_id="e-1")
    office.take(there)
    new = office.issued(paper("MANDADO", "M-2"), ce_id="e-2")
    twice = office.issued(paper("MANDADO", "M-2"), ce_id="e-2")
    other = office.issued(paper("MANDADO", "M-3"), ce_id="e-1")
    # when
    again(office, run, [there, new, twice, other, office.junk()])
    # then
    assert spans(office.database, run) == [(0, 0, "DONE"), (1, 1, "TAKEN"), (2, 2, "DONE"), (3, 4, "DIED")]


def test_a_batch_taken_in_parts_says_only_what_each_part_has_done(office: Office) -> None:
    # given two records that are left alone, before and after three that are not
    run = begun(office.database)
    office.offsets[ISSUED, 0] = 1
    records = [office.junk(), *(office.issued(paper("MANDADO", f"M-{number}")) for number in range(2))]
    left: dict[Offset, str] = {(ISSUED, 0, 0): Sight.DONE, (ISSUED, 0, 4): Sight.DONE}
    intake = Intake(office.database, office.deployment, "saj-bnmp.replay")
    beside = replayed.beside(run.replay_id, "me", left, len(records))
    # when
    for part, told in ((records[:1], [(0, 0, "DONE"), (1, 1, "DIED")]), (records[1:], [(2, 3, "TAKEN")])):
        before = spans(office.database, run)
        intake.take(part, gaps=False, beside=beside)
        # then
        assert spans(office.database, run) == before + told
    marked(office.database, run, left)
    assert spans(office.database, run)[-1] == (4, 4, "DONE")


def test_what_the_ledger_has_of_records_is_seen_without_deciding(office: Office) -> None:
    # given
    taken = [office.issued(paper("MANDADO", "M-1"), ce_id="e-1"), office.junk()]
    office.take(*taken)
    more = [
        office.issued(paper("MANDADO", "M-1"), ce_id="e-2"),
        office.issued(paper("MANDADO", "M-2"), ce_id="e-3"),
        office.issued(paper("MANDADO", "M-2"), ce_id="e-1"),
        office.junk(),
    ]
    records = [*taken, *more, office.issued(paper("MANDADO", "M-9"))]
    with office.database.transaction() as connection:
        where = sa.text("UPDATE consumed SET next_offset = 6 WHERE topic = :topic AND partition = 0")
        connection.execute(where, {"topic": ISSUED})
    # when
    reads = [(arrival.record, arrival.event) for arrival in office.intake.read(records)]
    with office.database.reading() as connection:
        sights = [seen.sight for seen in look(connection, GROUP, reads)]
    # then
    assert sights == [
        Sight.DONE,
        Sight.LETTER,
        Sight.KNOWN,
        Sight.NEW,
        Sight.CONFLICT,
        Sight.UNREADABLE,
        Sight.AHEAD,
    ]
    with office.database.transaction() as connection:
        connection.execute(inbox.delete())
        connection.execute(document.update().values(state="SENDING"))
    changed = office.intake.read([office.issued(paper("MANDADO", "M-1", variant="RECAPTURA"), stamp=1)])
    moved = [(RawRecord(ISSUED, 0, 2, 0, None, b"", ()), arrival.event) for arrival in changed]
    with office.database.reading() as connection:
        assert [seen.sight for seen in look(connection, GROUP, moved)] == [Sight.CONFLICT]


def test_what_was_about_to_be_sent_once_is_sent_again_and_what_the_run_is_past_is_not(database: Database) -> None:
    # given two records that were about to be sent, of which nobody knows whether they were
    run = begun(database)
    first, second, third = ((ISSUED, 0, offset) for offset in (4, 5, 6))
    assert to_send(database, run, first, second) == {first: "SENT", second: "SENT"}
    assert spans(database, run) == [(4, 5, "SENDING")]
    # when it goes on with another batch
    assert to_send(database, run, first) == {first: "SENT_AGAIN"}
    was_sent(database, run, {first: "SENT_AGAIN"})
    # then the other one is still in doubt
    assert spans(database, run) == [(4, 4, "SENT_AGAIN"), (5, 5, "SENDING")]
    # and a commit that was not heard of sends nothing that the run is past
    goes = to_send(database, run, first, second, third)
    assert goes == {second: "SENT_AGAIN", third: "SENT"}
    was_sent(database, run, goes)
    assert spans(database, run) == [(4, 4, "SENT_AGAIN"), (5, 5, "SENT_AGAIN"), (6, 6, "SENT")]
    assert now(database, run).became == {"SENT": 1, "SENT_AGAIN": 2}


def test_only_the_last_ended_runs_keep_what_became_of_each_record(
    database: Database, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given five runs of which one is still at work, and room for two
    monkeypatch.setattr(replays, "KEPT_RUNS", 2)
    monkeypatch.setattr(replays, "FORGOTTEN_AT_ONCE", 3)
    runs = []
    for number in range(5):
        runs.append(begun(database, f"p{number}"))
        marked(database, runs[-1], {(ISSUED, 0, 0): "DONE", (ISSUED, 0, 1): "TAKEN"})
        if number:
            with database.transaction() as connection:
                assert replays.end(connection, runs[-1].replay_id, "me", RunState.FINISHED)
        hand.later(1)
    # when it is asked until there is nothing more
    counts = list[int]()
    while not counts or counts[-1]:
        with database.transaction() as connection:
            counts.append(replays.forget(connection))
    # then a bounded number went at a time, and nothing of what is open or new
    assert counts == [3, 1, 0]
    assert [len(spans(database, run)) for run in runs] == [2, 0, 0, 2, 2]
    with database.reading() as connection:
        assert [bool(replays.checkpoint(connection, run.replay_id)) for run in runs] == [True, False, False, True, True]
        names = set(connection.scalars(sa.select(lease.c.name)))
    assert names == {f"replay {runs[number].replay_id}" for number in (0, 3, 4)}
    # and the counts of all of them stay
    assert {tuple(sorted(now(database, run).became.items())) for run in runs} == {(("DONE", 1), ("TAKEN", 1))}


def test_the_last_finished_runs_of_size_are_those_that_tell_a_rate(database: Database, hand: Hand) -> None:
    # given
    runs = [begun(database, f"p{number}") for number in range(4)]
    for run in runs[:3]:
        hand.later(1)
        with database.transaction() as connection:
            assert replays.end(connection, run.replay_id, "me", RunState.FINISHED)
    # when
    with database.reading() as connection:
        found = replays.finished(connection, LEDGER, 10, 2)
        none = [replays.finished(connection, *asked, 2) for asked in ((LEDGER, 11), ("test.copy", 10))]
    # then
    assert len(found) == 2
    assert {run.state for run in found} == {RunState.FINISHED}
    assert none == [[], []]
