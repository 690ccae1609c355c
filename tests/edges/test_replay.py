"""A replay reads for itself, does what was planned and nothing else, and goes on after a kill, on a real broker."""

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition

from consumers.groups import PROCESSOR
from ledger import acts, replays
from ledger.replays import RunState
from ledger.tables import consumed, dead_letter, inbox
from operations.replay import Limits
from operations.slices import ReplayRefusedError, SliceGoneError
from tests.edges.edge import WAIT_SECONDS, Edge, until
from tests.edges.replaying import TOPIC, Replaying
from tests.ledger.conftest import DATABASES

# The command line that dies at a point of its own: past an offset, between sending and its record.
_DYING = """
import operations, pathlib
from tests.planted import plant
path = pathlib.Path(operations.__path__[0]) / "replay.py"
text, sent = path.read_text("utf-8"), "        self.kit.flush(_FLUSH_SECONDS)\\n"
assert text.count(sent) == 1
plant(path, text.replace(sent, sent + "        if records[0].offset > {offset}: os.kill(os.getpid(), 9)\\n"))
from console.__main__ import main
main()
"""


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def replaying(edge: Edge, tmp_path: Path) -> Replaying:
    return Replaying(edge, tmp_path)


def test_i11_a_replay_changes_nothing_that_was_done_and_no_groups_offset_moves(replaying: Replaying) -> None:
    # given documents, and one that was unreadable once, would be read today, and was discarded by its unit's word
    replaying.published(7)
    (last_one,) = replaying.published(1, taken=False)
    died = replaying.discarded(last_one)
    group = replaying.edge.committed(PROCESSOR, TOPIC)
    before = replaying.dump()
    # when
    planned = replaying.plan()
    run = replaying.apply()
    # then
    assert (planned.selected, planned.sights) == (8, {"DONE": 7, "LETTER": 1})
    assert planned.kinds == {"MANDADO_PRISAO_CRIMINAL": {"DONE": 7, "LETTER": 1}}
    assert (run.state, run.became) == (RunState.FINISHED, {"DONE": 7, "LETTER": 1})
    assert replaying.dump() == before
    assert replaying.edge.committed(PROCESSOR, TOPIC) == group
    # and every record is on record under the run, whose beginning is signed
    whole, last = replaying.spans(run)
    assert (whole.first, whole.last, whole.became) == (replaying.first, replaying.first + 6, "DONE")
    assert (last.first, last.last, last.became) == (died[2], died[2], "LETTER")
    with replaying.edge.database.reading() as connection:
        assert [act.by for act in acts.of(connection, replays.STARTED, f"replay {run.replay_id}")] == ["op1"]


def test_what_the_inbox_lacks_is_repaired_and_told(replaying: Replaying) -> None:
    # given a record that the ledger forgot, and one that it never had
    records = replaying.published(5)
    before = replaying.dump()
    lost = dict(records[3].headers)["ce_id"] or b""
    replaying.forget(inbox, inbox.c.ce_id == lost.decode())
    (late,) = replaying.published(1, taken=False)
    replaying.forget(consumed, consumed.c.topic == TOPIC)
    replaying.edge.start_at(PROCESSOR, {(TOPIC, 0): late.offset + 1})
    # when
    planned = replaying.plan()
    run = replaying.apply()
    # then
    assert planned.sights == {"DONE": 4, "KNOWN": 1, "NEW": 1}
    assert run.became == {"DONE": 4, "TAKEN": 2}
    assert [span.first for span in replaying.spans(run, "DONE")] == [records[3].offset, late.offset]
    after = replaying.dump()
    assert len(after["inbox"]) == len(before["inbox"]) + 1
    assert len(after["document"]) == len(before["document"]) + 1
    # and once more there is nothing left to do
    assert replaying.apply().became == {"DONE": 6}
    assert replaying.dump() == after


def test_what_the_service_has_yet_to_read_is_left_to_it(replaying: Replaying) -> None:
    # given
    replaying.published(2)
    replaying.published(3, taken=False)
    before = replaying.dump()
    # when
    replaying.plan()
    run = replaying.apply()
    # then
    assert run.became == {"AHEAD": 3, "DONE": 2}
    assert replaying.dump() == before


def test_a_run_that_was_killed_goes_on_from_its_checkpoint(replaying: Replaying) -> None:
    # given a run in a process of its own, slow enough to be met at work
    records = replaying.published(40)
    replaying.forget(inbox, inbox.c.ce_id.is_not(None))
    replaying.plan()
    words = ("replay", "apply", str(replaying.file), "--rate", "5", "--by", "op1", "--reason", "a test")
    with replaying.life("-m", "console", *words) as life:
        until(lambda: replaying.done() >= 5 or life.poll() is not None)
        life.send_signal(signal.SIGKILL)
        assert life.wait(WAIT_SECONDS) == -signal.SIGKILL
    reached = replaying.done()
    # when
    run = replaying.apply()
    # then
    assert 5 <= reached < 40
    assert (run.state, run.became) == (RunState.FINISHED, {"TAKEN": 40})
    with replaying.edge.database.reading() as connection:
        assert len(replays.runs(connection, 10)) == 1
    covered = [at for span in replaying.spans(run) for at in range(span.first, span.last + 1)]
    assert covered == [record.offset for record in records]


def test_a_run_killed_between_sending_and_its_record_says_what_is_in_the_topic_twice(replaying: Replaying) -> None:
    # given a run that dies by -9 when its second batch is in the topic and not on record
    records = replaying.published(5)
    copy = replaying.edge.topic()
    replaying.plan()
    words = (
        "replay",
        "apply",
        str(replaying.file),
        "--to",
        copy,
        "--in-flight",
        "2",
        "--by",
        "op1",
        "--reason",
        "a test",
    )
    with replaying.life("-c", _DYING.format(offset=records[0].offset), *words) as life:
        assert life.wait(WAIT_SECONDS) == -signal.SIGKILL
    assert len(replaying.edge.records(copy)) == 4
    assert replaying.done() == 2
    # when it goes on, in batches of another size
    run = replaying.apply(copy, in_flight=3)
    # then
    assert (run.state, run.became) == (RunState.FINISHED, {"SENT": 3, "SENT_AGAIN": 2})
    again = [span for span in replaying.spans(run) if span.became == "SENT_AGAIN"]
    assert [(span.first, span.last) for span in again] == [(records[2].offset, records[3].offset)]
    # and what is there twice is the same to the byte, with its id and the replay's
    header = ("replay_id", run.replay_id.encode())
    sent = [(one.key, one.value, one.headers) for one in replaying.edge.records(copy)]
    whole = [(one.key, one.value, (*one.headers, header)) for one in records]
    assert sent == whole[:4] + whole[2:]


def test_offsets_that_are_gone_are_named_and_nothing_is_read_in_their_stead(edge: Edge, replaying: Replaying) -> None:
    # given a plan, of which Kafka then loses the beginning
    records = replaying.published(6)
    replaying.plan()
    place = TopicPartition(TOPIC, 0, records[2].offset)
    edge.admin.delete_records([place])[place].result()
    # when
    with pytest.raises(SliceGoneError) as applied:
        replaying.apply()
    with pytest.raises(SliceGoneError) as planned:
        replaying.plan()
    # then
    lost = ((TOPIC, 0, records[0].offset, records[1].offset),)
    assert (applied.value.lost, planned.value.lost) == (lost, lost)
    assert f"OFFSETS_GONE: {TOPIC}[0] offsets {records[0].offset} to {records[1].offset}" in str(planned.value)
    # and what is left is planned when that is what is meant
    assert replaying.plan(first=records[2].offset).selected == 4


def test_a_plan_of_other_bytes_or_of_another_topic_is_refused(replaying: Replaying) -> None:
    # given
    replaying.published(3)
    replaying.plan()
    plan = replaying.planned()
    (part,) = plan.slices
    other = replace(part, chunks=(replace(part.chunks[0], sha256="0" * 64),))
    before = replaying.dump()
    # when
    for wrong, why in ((other, "other bytes"), (replace(part, topic_id="T"), "another topic")):
        with pytest.raises(ReplayRefusedError, match=why):
            replaying.applier.apply(replace(plan, slices=(wrong,)), "ledger", Limits(), by="op1", reason="a test")
    # then
    assert replaying.dump() == before
    with replaying.edge.database.reading() as connection:
        assert replays.runs(connection, 1) == []


def test_a_record_sent_once_more_has_its_key_bytes_and_headers_and_says_of_which_replay_it_is(
    replaying: Replaying,
) -> None:
    # given
    records = replaying.published(3)
    copy, junk = replaying.edge.topic(), replaying.edge.end(TOPIC)
    replaying.plan()
    # when
    run = replaying.apply(copy, in_flight=2)
    again = replaying.apply(TOPIC)
    # then
    sent = replaying.edge.records(copy)
    header = ("replay_id", run.replay_id.encode())
    assert [(one.key, one.value, one.headers) for one in sent] == [
        (one.key, one.value, (*one.headers, header)) for one in records
    ]
    assert (run.became, again.became) == ({"SENT": 3}, {"SENT": 3})
    # and the service drops what it has taken already
    before = replaying.dump("consumed")
    back = replaying.edge.records(TOPIC, junk)
    assert len(back) == 3
    assert replaying.intake.take(back).counts == {"duplicate": 3}
    assert replaying.dump("consumed") == before


@pytest.mark.parametrize("target", ["bnmp.dispatch", "saj.commands"])
def test_nothing_is_sent_to_a_topic_that_does_not_take_it(replaying: Replaying, target: str) -> None:
    # given
    replaying.published(1)
    replaying.plan()
    # when
    with pytest.raises(ReplayRefusedError, match="does not take"):
        replaying.apply(target)


def test_a_run_waits_while_it_is_paused_goes_on_when_resumed_and_ends_when_cancelled(replaying: Replaying) -> None:
    # given a run that is slow enough to be met at work
    replaying.published(40)
    replaying.plan()
    with ThreadPoolExecutor(1) as pool:
        applied = pool.submit(replaying.apply, rate=5)
        until(lambda: replaying.done() >= 5 or applied.done())
        # when
        reached = replaying.said_of_run("pause")
        # then what is under way when a word is said has ended with it
        assert replaying.done() == reached < 40
        assert not applied.done()
        # when
        replaying.said_of_run("resume")
        until(lambda: replaying.done() > reached or applied.done())
        reached = replaying.said_of_run("cancel")
        # then
        run = applied.result(WAIT_SECONDS)
    assert run.state is RunState.CANCELLED
    assert sum(run.became.values()) == reached < 40
    assert not run.at_work


def test_a_run_of_which_too_many_records_die_fails_and_goes_on_when_that_is_meant(replaying: Replaying) -> None:
    # given two records that nobody can read, whose dead letters the ledger lost
    replaying.published(2)
    replaying.edge.publish(TOPIC, [b"{", b"["])
    replaying.take(replaying.edge.records(TOPIC, replaying.first + 2))
    replaying.forget(dead_letter, dead_letter.c.topic == TOPIC)
    assert replaying.plan().sights == {"DONE": 2, "UNREADABLE": 2}
    # when
    with pytest.raises(ReplayRefusedError, match="2 records died, more than 1"):
        replaying.apply(errors=1)
    with pytest.raises(ReplayRefusedError, match="FAILED"):
        replaying.apply()
    replaying.said_of_run("resume")
    run = replaying.apply()
    # then
    assert (run.state, run.became) == (RunState.FINISHED, {"DIED": 2, "DONE": 2})
    assert replaying.plan().sights == {"DONE": 2, "LETTER": 2}
