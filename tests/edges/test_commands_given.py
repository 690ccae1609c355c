"""Commands given on the command line go over Kafka, are judged by the service, and their answer comes back."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from typer.testing import CliRunner, Result

from console.commands import TABLE
from console.legacy import ROWS
from console.main import app
from ledger import acts, outbox
from ledger.engine import Database
from ledger.tables import document
from operations.exceptional import REGISTERED
from operations.retrying import RETRIED
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from schemas.record import RawRecord
from tests.ledger.office import ISSUED, PEOPLE, Hand, Office, paper
from tests.story.test_17_the_stock import item

BY = ("--by", "MAGISTRADO:m007:90101", "--reason", "teste")
INSTANT = "2026-11-20T18:00:00-04:00", "2026-11-21T08:00:00-04:00"
# What is typed for each command of the table, and the answer's reason.
TYPED: dict[str, tuple[tuple[str, ...], str]] = {
    "documents retry": (("A-1",), "APPLIED"),
    "documents exclude": (("A-1",), "APPLIED"),
    "documents supply": (("M-1", "--fields", '{"observacao": "x"}', "--variant", "RECAPTURA"), "APPLIED"),
    "documents sign-as": (("M-1", "--role", "MAGISTRADO", "--user", "m008", "--unit", "90101"), "APPLIED"),
    "documents state": (("M-1", "SEND", "--text", "Cumpra-se"), "NOT_ASKED"),
    "person link": ((PEOPLE[0].party_id, "26000000018"), "APPLIED"),
    "person unlink": ((PEOPLE[0].party_id, "26000000026"), "OTHER_RJI"),
    "person merge": (("26000000034", "26000000042"), "UNKNOWN_PERSON"),
    "contingency answer": (("M-1", "NAO"), "OFFER_LAPSED"),
    "contingency resolve": (("--document-id", "M-1"), "NOT_OPENED"),
    "contingency standing-order": (
        (
            "--unit",
            "90101",
            "--kind",
            "ALVARA_SOLTURA",
            "--kind",
            "ORDEM_LIBERACAO",
            "--from",
            INSTANT[0],
            "--to",
            INSTANT[1],
        ),
        "APPLIED",
    ),
    "legacy regularise": (
        ("I-1", "--reu", "PRESO", "--analysed-by", "u901", "--analysed-at", INSTANT[0], "--evidence", "A3"),
        "DECIDE_ONLY",
    ),
    "legacy exclude": (("I-1", "--hypothesis", "OUTRA", "--text", "x"), "NOT_COMPETENT"),
    "link report": (("--user", "u901", "--client", "OK", "--app-server", "OK"), "TEST_OK"),
}


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    """A unit with a release that waits and a mandado that goes."""
    shutil.copy(template, tmp_path / "ledger.db")
    hand = Hand()
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}", hand)
    made = Office(database, hand)
    made.issue(paper("MANDADO", "M-1"), paper("ALVARA", "A-1", "M-9", person=1))
    made.take(made.command("legacy.item-listed", "SERVIDOR", **item("PRISAO_SEM_MANDADO")))
    yield made
    database.close()


@contextmanager
def serving(kafka: KafkaSettings, office: Office) -> Iterator[None]:
    """Take every command as the processor does, and say what is answered as the relay does."""
    ended, kit, told = threading.Event(), SajProducer(kafka, "/saj-bnmp"), 0
    config = {"group.id": "test-commands", "auto.offset.reset": "latest", "enable.auto.commit": False}
    consumer = Consumer({**kafka.admin_config(), **config})
    ready = threading.Event()
    consumer.subscribe(["saj.commands"], on_assign=lambda *_: ready.set())

    def serve() -> None:
        nonlocal told
        while not ended.is_set():
            record = consumer.poll(0.1)
            if record is None or record.error() is not None:
                continue
            headers = tuple(record.headers() or ())
            raw = RawRecord(
                "saj.commands", 0, office.offsets.get(("saj.commands", 0), 0), 1, record.key(), record.value(), headers
            )
            office.offsets["saj.commands", 0] = raw.offset + 1
            office.take(raw)
            with office.database.reading() as connection:
                rows = outbox.waiting(connection, told, 1000)
            for number, _, said in rows:
                told = number
                kit.publish_raw(said.topic, said.key, said.value, said.headers)
            kit.flush(30)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        ended.set()
        thread.join(60)
        consumer.close()


@pytest.fixture
def typed(kafka: KafkaSettings, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", office.database.url)
    monkeypatch.setenv("SAJ_BNMP_KAFKA_BOOTSTRAP", kafka.bootstrap)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.usefixtures("typed")
def test_every_command_is_judged_by_the_service_and_its_answer_is_the_exit_status(
    kafka: KafkaSettings, office: Office
) -> None:
    assert set(TYPED) == {f"{row.group} {row.name}" for row in (*TABLE, *ROWS)}
    with serving(kafka, office):
        for name, (words, reason) in TYPED.items():
            # when
            done = call(*name.split(), *words, *BY, "--wait", "60s", "--json")
            # then
            told = json.loads(done.stdout)
            assert (told["reason"], done.exit_code) == (reason, int(told["outcome"] == "REFUSED")), name
    assert office.row("A-1")["state"] == "EXCLUDED"
    assert office.row("M-1")["version"] == 2


@pytest.mark.usefixtures("typed", "office")
def test_what_nobody_answers_in_time_was_sent_and_says_so(kafka: KafkaSettings) -> None:
    # when
    done = call("documents", "retry", "A-1", *BY, "--wait", "0s", "--json")
    # then
    assert (done.exit_code, json.loads(done.stdout)["outcome"], kafka.bootstrap != "") == (4, "SENT", True)


@pytest.mark.usefixtures("typed")
def test_what_is_held_for_a_reason_is_tried_again_by_a_plan_and_what_moved_on_is_left_alone(
    kafka: KafkaSettings, office: Office, tmp_path: Path
) -> None:
    # given three releases that wait for the same reason
    office.issue(paper("ALVARA", "A-2", "M-9", person=2), paper("ALVARA", "A-3", "M-9", person=3))
    plan, reason = str(tmp_path / "plan.json"), office.standing("A-1")[1] or ""
    by = ("--by", "SERVIDOR:u901:90101", "--reason", "teste")
    planned = call("documents", "retry-held", "--held-for", reason, "--out", plan, "--json")
    assert [item["document_id"] for item in json.loads(planned.stdout)["items"]] == ["A-1", "A-2", "A-3"]
    turn = office.row("A-1")["turn"]
    # when one of them has gone on meanwhile
    with office.database.transaction() as connection:
        connection.execute(document.update().where(document.c.document_id == "A-3").values(reason="ACCESS"))
    with serving(kafka, office):
        done = call("documents", "retry-held", "--apply", plan, *by, "--wait", "60s", "--rate", "50", "--json")
    # then
    told = json.loads(done.stdout)
    assert done.exit_code == 0, done.stderr
    assert told["outcomes"] == {"APPLIED": 2, "MOVED_ON": 1}
    assert [(item["document_id"], item["outcome"]) for item in told["items"]] == [("A-3", "MOVED_ON")]
    assert office.row("A-1")["turn"] > turn
    with office.database.reading() as connection:
        (made,) = acts.of(connection, RETRIED, json.loads(planned.stdout)["sha256"][:16])
    assert (made.by, made.reason) == ("SERVIDOR:u901:90101", "teste")


@pytest.mark.usefixtures("typed")
def test_what_was_issued_outside_saj_is_published_with_its_hypothesis_and_goes_on_record(
    kafka: KafkaSettings, office: Office, tmp_path: Path
) -> None:
    # given
    file = tmp_path / "paper.json"
    file.write_text(json.dumps(paper("MANDADO", "X-1", person=2)), encoding="utf-8")
    consumer = Consumer({**kafka.admin_config(), "group.id": "test-outside"})
    ends = [TopicPartition(ISSUED, n) for n in consumer.list_topics(ISSUED, timeout=60).topics[ISSUED].partitions]
    for end in ends:
        end.offset = consumer.get_watermark_offsets(end, timeout=60)[1]
    consumer.assign(ends)
    # when
    why = ("--hypothesis", "A", "--justification", "Desmembramento")
    done = call("exceptional", "register", str(file), *why, *BY, "--json")
    # then
    assert (done.exit_code, json.loads(done.stdout)["document_id"]) == (0, "X-1")
    record = consumer.poll(60)
    consumer.close()
    assert record is not None
    published = json.loads(record.value() or b"{}")
    assert (published["origin"], published["exceptional"]["hypothesis"]) == ("EXCEPCIONAL", "A")
    with office.database.reading() as connection:
        (made,) = acts.of(connection, REGISTERED, "X-1")
    assert made.by == BY[1]
