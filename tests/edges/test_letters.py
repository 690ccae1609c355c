"""A dead letter's record comes back from Kafka as it came, from either topic, and goes its way again the same."""

from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from confluent_kafka import TopicPartition

from consumers.intake import Intake
from ledger.deployment import Deployment
from ledger.letter_search import WhichLetters
from ledger.letters import Letter
from operations import letters, records
from operations.records import Kept
from producers.relay import Relay
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from rules.dossier import Court
from rules.windows import Windows
from schemas.record import RawRecord
from tests.edges.edge import Edge

TOPIC = "saj.commands"
DEPLOYMENT = Deployment(Court("TJMS", ZoneInfo("America/Campo_Grande")), Windows())
HEADERS = (("ce_id", b"\xf0"), ("ce_id", None), ("odd", b""))


@pytest.fixture
def letter(edge: Edge) -> Letter:
    """A record that nobody can read, published and taken."""
    (offset,) = edge.publish(TOPIC, [b"\x00{" + uuid4().bytes], partition=1, key=b"\xff\x00", headers=HEADERS)
    (record,) = edge.records(TOPIC, offset, partition=1)
    taken = Intake(edge.database, DEPLOYMENT).take([record], gaps=False)
    assert taken.counts == {"dead_letter": 1}
    return TOPIC, 1, offset


def relayed(edge: Edge) -> None:
    """Publish what the ledger has to say."""
    while Relay(edge.database, edge.kafka, "test").publish():
        pass


def there(edge: Edge, letter: Letter) -> RawRecord:
    (record,) = edge.records(TOPIC, letter[2], partition=1)[:1]
    return record


def test_a_letters_record_is_whole_on_either_topic(edge: Edge, letter: Letter) -> None:
    # given
    came, asked = there(edge, letter), {letter: datetime.now(UTC)}
    # when nothing was relayed yet, and when its own topic has lost it
    early = records.letters(edge.kafka, asked)
    relayed(edge)
    place = TopicPartition(TOPIC, 1, letter[2] + 1)
    edge.admin.delete_records([place])[place].result()
    late = records.letters(edge.kafka, asked)
    # then
    assert early == {letter: Kept(came, None)}
    assert late == {letter: Kept(came, "intake")}
    # and one that nobody keeps is not there
    assert records.letters(edge.kafka, {(TOPIC, 0, 10**9): datetime.now(UTC)}) == {}


def test_a_redriven_record_has_its_key_bytes_and_headers_and_says_which_letter_it_was(
    edge: Edge, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a release that would read it
    monkeypatch.setattr(letters, "_unsendable", lambda *_: None)
    relayed(edge)
    came, before = there(edge, letter), [edge.end(TOPIC, number) for number in range(2)]
    # when
    done = letters.redrive(
        edge.database,
        DEPLOYMENT,
        WhichLetters(letters=(letter,)),
        1,
        lambda asked: records.letters(edge.kafka, asked),
        sign=("op1", "mended"),
    )
    relayed(edge)
    # then
    assert [each.act for each in done.items] == ["REDRIVE"]
    new = [record for number in range(2) for record in edge.records(TOPIC, before[number], number)]
    name = f"{TOPIC}:1:{letter[2]}".encode()
    assert [(each.key, each.value, each.headers) for each in new] == [
        (came.key, came.value, (*HEADERS, ("redrive_id", name)))
    ]


def test_a_broker_that_is_away_is_told_as_that_and_not_as_a_record_that_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "ASK_SECONDS", 0.3)
    with pytest.raises(KafkaUnreachableError):
        records.letters(KafkaSettings("127.0.0.1:9"), {(TOPIC, 0, 0): datetime.now(UTC)})
