"""How a command ends: 2 for wrong settings, 3 for a server that is away, and always one clear sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console import options
from console.main import main
from consumers import groups
from ledger.engine import LedgerTroubleError
from operations import commanding, offsets
from producers.saj import UndeliveredError
from producers.topics import KafkaUnreachableError
from rules.words import CustodyEvent
from runtime.settings import deployment, environment
from schemas.custody_recorded import EVENT_CODES
from tests.console.conftest import Call
from tests.ledger.office import Office


def ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str]:
    """The status with which the program ends, and what it said on the way."""
    monkeypatch.setattr("sys.argv", ["saj-bnmp", *words])
    with pytest.raises(SystemExit) as leaving:
        main()
    told = capsys.readouterr()
    assert told.out == ""
    return leaving.value.code, told.err


@pytest.fixture(autouse=True)
def _pointed(call: Call) -> None:
    """The settings name the test's ledger, and a Kafka that is not there."""
    del call


def test_a_missing_setting_is_2_with_an_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SAJ_BNMP_DATABASE_URL")
    status, said = ended(monkeypatch, capsys, "documents", "list")
    assert status == 2
    assert "for example SAJ_BNMP_DATABASE_URL=postgresql+psycopg://" in said


def test_a_code_of_custody_that_means_nothing_is_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAJ_BNMP_CUSTODY_EVENTS", '{"247": "PRISAO_PERPETUA"}')
    status, said = ended(monkeypatch, capsys, "link", "status")
    assert (status, "for example SAJ_BNMP_CUSTODY_EVENTS=" in said) == (2, True)


def test_a_courts_own_codes_of_custody_take_the_place_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert deployment(environment()).custody_events == EVENT_CODES
    monkeypatch.setenv("SAJ_BNMP_CUSTODY_EVENTS", '{"247": "PRISAO_CIVIL"}')
    assert deployment(environment()).custody_events == {247: CustodyEvent.PRISAO_CIVIL}


def test_a_ledger_of_another_tribunal_is_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SAJ_BNMP_TRIBUNAL", "TJSP")
    status, said = ended(monkeypatch, capsys, "link", "status")
    assert (status, "belongs to TJMS" in said) == (2, True)


def test_a_ledger_that_cannot_be_opened_is_3_and_no_address_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/ledger.db")
    status, said = ended(monkeypatch, capsys, "documents", "list")
    assert status == 3
    assert "saj-bnmp doctor" in said
    assert "nowhere" not in said


def test_a_kafka_that_is_away_is_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], office: Office
) -> None:
    for room in (groups, offsets):
        monkeypatch.setattr(room, "ASK_SECONDS", 1)
    for words in (("offsets", "show"), ("offsets", "init", "--from", "earliest")):
        status, said = ended(monkeypatch, capsys, *words)
        assert (status, said.startswith("saj-bnmp: Kafka")) == (3, True), office


def test_a_start_that_waits_tries_again_until_its_server_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    monkeypatch.setattr(options, "_PAUSE_SECONDS", 0.0)
    answers: Iterator[Exception | str] = iter(
        (KafkaUnreachableError("Kafka is away"), LedgerTroubleError("away"), "here")
    )

    def ask() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    # when, then
    assert options.reached(ask, "90s") == "here"
    assert capsys.readouterr().err.count("trying again") == 2


def test_a_start_that_may_not_wait_any_more_ends_with_what_was_wrong() -> None:
    def ask() -> None:
        raise KafkaUnreachableError("Kafka is away")

    with pytest.raises(KafkaUnreachableError, match="Kafka is away"):
        options.reached(ask, "0s")


def test_what_kafka_does_not_take_is_3_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    def refused(*_: object, **__: object) -> None:
        raise UndeliveredError("1 records were refused")

    monkeypatch.setattr(commanding, "give", refused)
    # when
    words = ("documents", "retry", "TJMS-1", "--by", "OPERADOR:op1:U1", "--reason", "a test")
    # then
    said = "saj-bnmp: Kafka did not take it: 1 records were refused\n"
    assert ended(monkeypatch, capsys, *words) == (3, said)
