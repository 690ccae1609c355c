"""The doctor makes every check whatever the others find, says what mends each failure, and shows no secret."""

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import console.doctor
from ledger import acts
from ledger.engine import Database, LedgerTroubleError
from ledger.migrate import migrate
from operations import checks, doctor
from operations.answers import Checked, Diagnosis
from operations.doctor import Check
from sandbox.bnmp.simulator import Simulator
from tests.bnmp.court import write_credentials
from tests.console.conftest import Call

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
OK = Checked(name="x", verdict="OK", what="well")


class Page(BaseHTTPRequestHandler):
    """A server that answers every question with the same page, at its own time."""

    status, media, ahead = 404, "application/json", timedelta()

    def do_GET(self) -> None:
        """Answer."""
        self.send_response_only(self.status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.ahead, usegmt=True))
        self.send_header("Content-Type", self.media)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page() -> Iterator[tuple[type[Page], str]]:
    """The server's page, to be changed, and its address."""
    made = type("OnePage", (Page,), {})
    server = HTTPServer(("127.0.0.1", 0), made)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def asked(url: str) -> dict[str, Checked]:
    return {line.name: line for line in checks.registry(url, 30)}


def diagnosed(*found: Check) -> Diagnosis:
    return doctor.examine(found, NOW, seconds=60)


def raising(error: BaseException) -> Check:
    def look() -> Iterator[Checked]:
        yield OK
        raise error

    return Check("raises", look)


def test_a_check_that_breaks_or_hangs_leaves_the_others_alone() -> None:
    # given
    never = threading.Event()

    def hang() -> Iterator[Checked]:
        never.wait()
        yield OK

    hanging = Check("hangs", hang, "wake it")
    # when
    found = doctor.examine(
        [raising(RuntimeError("with a secret")), hanging, Check("fine", lambda: [OK])], NOW, seconds=2
    )
    never.set()
    # then
    assert [line.verdict for line in found.checks] == ["FAILED", "UNREACHABLE", "OK"]
    assert found.checks[1].remedy == "wake it"
    assert "secret" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("verdicts", "status", "holds"),
    [
        (("OK", "WARNING"), 0, True),
        (("OK", "FAILED"), 1, False),
        (("FAILED", "UNREACHABLE"), 3, False),
        (("UNREACHABLE",), 3, False),
    ],
)
def test_the_status_is_3_for_a_server_and_1_for_anything_else(
    verdicts: tuple[Any, ...], status: int, *, holds: bool
) -> None:
    lines = [Checked(name="x", verdict=verdict, what="") for verdict in verdicts]
    found = diagnosed(Check("x", lambda: lines))
    assert (doctor.status(found), found.holds) == (status, holds)


def test_a_database_that_is_away_is_told_without_its_address() -> None:
    away = LedgerTroubleError("postgresql://user:secret@host")
    (line,) = diagnosed(raising(away)).checks
    assert (line.verdict, line.what) == ("UNREACHABLE", "no answer: LedgerTroubleError")


async def test_the_simulator_is_a_registry_that_is_there() -> None:
    async with Simulator() as simulator:
        found = await asyncio.to_thread(asked, simulator.url)
    assert {name: line.verdict for name, line in found.items()} == {"bnmp": "OK", "bnmp clock": "OK"}


@pytest.mark.parametrize(
    ("status", "media"), [(503, "application/json"), (502, "text/html"), (200, "text/html; charset=utf-8")]
)
def test_a_gateway_that_answers_in_the_registrys_place_is_not_the_registry(
    page: tuple[type[Page], str], status: int, media: str
) -> None:
    page[0].status, page[0].media = status, media
    assert asked(page[1])["bnmp"].verdict == "UNREACHABLE"


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_is_apart_is_found_either_way(page: tuple[type[Page], str], seconds: int) -> None:
    page[0].ahead = timedelta(seconds=seconds)
    line = asked(page[1])["bnmp clock"]
    assert (line.verdict, line.what[0]) == ("FAILED", "+" if seconds > 0 else "-")
    assert "synchronise" in (line.remedy or "")


def test_a_registry_that_is_not_there_or_has_no_address_is_told_apart() -> None:
    (away,) = diagnosed(Check("bnmp", lambda: checks.registry("http://127.0.0.1:9", 5))).checks
    (wrong,) = diagnosed(Check("bnmp", lambda: checks.registry("", 5))).checks
    assert (away.verdict, wrong.verdict) == ("UNREACHABLE", "FAILED")


def test_every_credential_file_is_looked_at_and_nothing_of_it_is_shown(tmp_path: Path) -> None:
    # given one that is good, and one for each way to be wrong
    write_credentials(tmp_path, "u1", "login-secreto", "senha-secreta")
    (tmp_path / "u1.json").chmod(0o600)
    write_credentials(tmp_path, "u2", "login-secreto", "senha-secreta")
    (tmp_path / "u2.json").chmod(0o604)
    write_credentials(tmp_path, "u3", "login-secreto", "senha-secreta", units=())
    (tmp_path / "u4.json").write_text('{"login": "login-secreto", "senha"')
    write_credentials(tmp_path, "u 5", "login-secreto", "senha-secreta")
    write_credentials(tmp_path, "u6", "login-secreto", "senha-secreta")
    (tmp_path / "u6.json").chmod(0o600)
    _age(tmp_path / "u6.json", days=400)
    # when
    found = list(checks.credentials(tmp_path))
    # then
    assert {line.name: line.verdict for line in found} == {
        "credentials u2.json": "WARNING",
        "credentials u3.json": "FAILED",
        "credentials u4.json": "FAILED",
        "credentials u 5.json": "FAILED",
        "credentials u6.json": "WARNING",
        "credentials": "OK",
    }
    assert all(line.remedy for line in found if line.verdict != "OK")
    assert "400 days" in found[-1].what
    assert "secret" not in "".join(line.model_dump_json() for line in found)


def test_a_folder_without_credentials_or_none_at_all_is_a_failure(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        (line,) = checks.credentials(folder)
        assert (line.verdict, bool(line.remedy)) == ("FAILED", True)


def test_the_ledger_is_written_to_and_its_clock_compared(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    found = {line["name"]: line["verdict"] for line in _told(call, monkeypatch)["checks"]}
    # then
    assert found["ledger schema"] == found["ledger writes"] == found["ledger clock"] == "OK"
    assert found["python"] == found["library faust-streaming"] == found["time zone America/Sao_Paulo"] == "OK"
    assert found["topics"] == found["cursors"] == "UNREACHABLE"


def test_a_process_with_another_audit_key_than_the_last_acts_were_signed_with_is_found(tmp_path: Path) -> None:
    # given a ledger in which nothing was done yet
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    database = Database(url, audit_key=b"one")
    migrate(database, "TJMS")
    assert _audit_key(url, b"one") == _audit_key(url, b"other") == "OK"
    # when
    with database.transaction() as connection:
        acts.write(connection, "test.done", "x", by="op1", reason="a test")
    database.close()
    # then
    assert _audit_key(url, b"one") == "OK"
    assert _audit_key(url, b"other") == _audit_key(url, b"") == "FAILED"


def _audit_key(url: str, key: bytes) -> str:
    return next(line.verdict for line in checks.ledger(url, "TJMS", key) if line.name == "audit key")


def test_a_ledger_of_another_schema_is_named_with_the_call_that_mends_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    Database(url).close()
    (line,) = diagnosed(Check("ledger", lambda: checks.ledger(url, "TJMS", b""))).checks
    assert (line.verdict, line.remedy) == ("FAILED", "run saj-bnmp migrate")


def test_every_wrong_setting_is_named_and_what_hangs_on_it_is_told_as_not_checked(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two settings that are wrong, two windows, and one that nobody knows
    for name, value in (
        ("TIMEZONE", "Mars/Base"),
        ("TRIBUNAL", "no"),
        ("WINDOW_ANSWER", "soon"),
        ("WINDOW_SEND", "-1"),
        ("DATABSE_URL", "x"),
    ):
        monkeypatch.setenv(f"SAJ_BNMP_{name}", value)
    # when
    found = {line["name"]: line for line in _told(call, monkeypatch)["checks"]}
    # then
    for name in ("TIMEZONE", "TRIBUNAL", "WINDOW_ANSWER", "WINDOW_SEND"):
        line = found[f"SAJ_BNMP_{name}"]
        assert (line["verdict"], line["remedy"].startswith("for example")) == ("FAILED", True)
    assert found["SAJ_BNMP_DATABSE_URL"]["verdict"] == "WARNING"
    assert found["ledger"]["what"] == "not checked: SAJ_BNMP_TRIBUNAL"
    assert found["time zones"]["what"] == "not checked: SAJ_BNMP_TIMEZONE"
    assert found["python"]["verdict"] == "OK"


def test_what_people_read_has_the_remedy_under_each_failure(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.doctor, "SERVER_SECONDS", 0.5)
    done = call("doctor", "--within", "90")
    lines = done.stdout.splitlines()
    assert done.exit_code == 3
    at = next(number for number, line in enumerate(lines) if line.startswith("UNREACHABLE topics"))
    assert "SAJ_BNMP_KAFKA_BOOTSTRAP" in lines[at + 1]


def _told(call: Call, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(console.doctor, "SERVER_SECONDS", 0.5)
    done = call("doctor", "--json", "--within", "90")
    assert done.exit_code == 3
    Diagnosis.model_validate_json(done.stdout)
    return json.loads(done.stdout)


def _age(file: Path, days: int) -> None:
    then = datetime.now(UTC).timestamp() - days * 86_400 - 60
    os.utime(file, (then, then))
