"""What a role tells of itself, in one process: figures, progress, readiness, and the server that answers for them."""

import contextlib
import json
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import copy

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from consumers.standing import Standing
from ledger.counted import count
from ledger.engine import Database
from runtime.faults import LastError
from runtime.metrics import ASKED, Metrics
from runtime.telemetry import Identity, Telemetry
from runtime.web import AT_ONCE, serving
from sandbox.kafka.properties import free_ports
from sandbox.saj.documents import TRIBUNAL
from schemas.figures import FIGURES, PREFIX, ROLES, rows_of
from tests.house.tree import modules

SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Told:
    """A role's telemetry over a ledger of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.errors = LastError()

    def of(self, role: str, *, silent: float = 60.0, tribunal: str = TRIBUNAL) -> Telemetry:
        return Telemetry(Identity(role, "one", tribunal, SINCE), self.database, self.errors, silent=silent)


@pytest.fixture
def told(template: Path, tmp_path: Path) -> Iterator[Told]:
    database = Database(f"sqlite:///{copy(template, tmp_path / 'ledger.db')}")
    yield Told(database)
    database.close()


def samples(telemetry: Telemetry, name: str) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(telemetry.metrics().decode())
    return [(s.labels, s.value) for family in families for s in family.samples if s.name == f"{PREFIX}{name}"]


def test_a_name_has_one_unit_at_its_end_and_no_label_is_of_a_person() -> None:
    for row in FIGURES:
        assert row.form != "histogram" or (row.name.endswith("_seconds") and list(row.buckets) == sorted(row.buckets))
        assert not {"person", "rji", "cpf", "case", "case_number", "document_id", "user", "unit"} & set(row.labels)
        assert set(row.roles) <= set(ROLES)
        assert not row.name.endswith("_total")


def test_every_figure_that_is_read_when_somebody_looks_is_exported_with_its_value_and_not_as_a_zero() -> None:
    # given whoever gives figures to whoever asks
    yields = [re.findall(r'yield "([a-z_]+)", ', path.read_text(encoding="utf-8")) for path in modules()]
    names = {row.name for row in FIGURES}
    # then
    assert {name for found in yields for name in found if name in names} == ASKED
    for row in (row for row in FIGURES if row.name in ASKED):
        metrics = Metrics(row.roles[0], partial(tuple, [(row.name, row.labels, 7.5)]))
        text = metrics.text().decode()
        assert re.findall(rf"^{row.exported}(?:{{.*}})? (.+)$", text, re.MULTILINE) == ["7.5"], row.name


def test_what_is_told_is_exported_and_what_is_of_another_role_is_passed_over(told: Told) -> None:
    # given
    telemetry = told.of("relay")
    # when
    for _ in range(3):
        telemetry.tell("relay_published", ("saj.outcomes",), 1)
    telemetry.tell("relay_lag_seconds", (), 2.5)
    telemetry.tell("lanes_busy", (), 7)
    # then
    assert samples(telemetry, "relay_published_total") == [({"topic": "saj.outcomes"}, 3)]
    assert samples(telemetry, "relay_lag_seconds") == [({}, 2.5)]
    assert samples(telemetry, "lanes_busy") == []


def test_a_figure_with_other_labels_than_its_row_is_told_as_an_error_once_and_stops_nobody(told: Told) -> None:
    # given
    telemetry = told.of("relay")
    # when
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            telemetry.tell("relay_published", (), 1)
    # then
    assert [(line["event"], line["figure"]) for line in logs] == [("metrics.wrong_labels", "relay_published")]
    assert samples(telemetry, "relay_published_total") == []


def test_what_a_transaction_counted_is_told_when_it_has_committed_and_never_when_it_was_rolled_back(told: Told) -> None:
    # given
    telemetry = told.of("processor")
    told.database.tell = telemetry.tell
    # when
    with told.database.transaction() as connection:
        count(connection, "dead_letters", "NO_ENVELOPE")
        count(connection, "dead_letters", "NO_ENVELOPE")
        assert samples(telemetry, "dead_letters_total") == []
    with contextlib.suppress(ZeroDivisionError), told.database.transaction() as connection:
        count(connection, "dead_letters", "NO_ENVELOPE")
        raise ZeroDivisionError
    with told.database.transaction():
        pass
    # then
    assert samples(telemetry, "dead_letters_total") == [({"code": "NO_ENVELOPE"}, 2)]


def test_a_role_lives_while_each_of_its_loops_goes_on(told: Told) -> None:
    # given
    alive, dead = told.of("sender"), told.of("sender", silent=-1.0)
    # then
    assert alive.silent() == []
    assert dead.silent() == ["lanes", "loop", "reader"]
    assert "lanes stands still" in dead.unready()


def test_a_member_is_ready_when_it_is_in_its_group_and_the_ledger_is_there(told: Told) -> None:
    # given
    telemetry = told.of("sender")
    places: list[tuple[Standing, ...] | None] = [None]
    # then
    assert telemetry.unready() == ["not in its consumer group, or its cursors are not read"]
    # when
    telemetry.watch(lambda: places[0])
    # then
    assert len(telemetry.unready()) == 1
    # when a spare replica has no partition
    places[0] = ()
    # then
    assert telemetry.unready() == []
    assert samples(telemetry, "group_member") == [({}, 1)]


def test_a_singleton_is_ready_when_it_asks_for_its_lease_on_standby_as_well(told: Told) -> None:
    # given
    telemetry = told.of("clock")
    # then
    assert telemetry.unready() == ["its lease was never asked for"]
    # when
    telemetry.tell("lease_held", (), 0)
    # then
    assert telemetry.unready() == []
    assert telemetry.status()["lease_held"] is False


def test_a_ledger_of_another_tribunal_of_another_schema_or_none_makes_unready(told: Told, tmp_path: Path) -> None:
    # given
    telemetry = told.of("clock", tribunal="TJSP")
    telemetry.tell("lease_held", (), 1)
    # then
    (lack,) = telemetry.unready()
    assert "belongs to TJMS" in lack
    # given
    empty = Told(Database(f"sqlite:///{tmp_path / 'empty.db'}"))
    telemetry = empty.of("clock")
    telemetry.tell("lease_held", (), 1)
    # then
    (lack,) = telemetry.unready()
    assert "saj-bnmp migrate" in lack
    assert samples(telemetry, "ledger_readable") == [({}, 0)]
    assert telemetry.status()["link"] is None
    empty.database.close()


def test_partitions_are_shown_with_their_lag_and_those_that_left_are_not(told: Told) -> None:
    # given
    telemetry = told.of("sender")
    oldest = int(datetime.now(UTC).timestamp() * 1000) - 60_000
    places = [
        (Standing("bnmp.dispatch", 0, 5, 9, 3, oldest), Standing("bnmp.dispatch", 1, 4, None)),
        (Standing("bnmp.dispatch", 1, 4, 4),),
    ]
    telemetry.watch(lambda: places[0])
    # then
    assert [value for _, value in samples(telemetry, "partition_lag_records")] == [4, 0]
    assert samples(telemetry, "unfinished_records") == [({"topic": "bnmp.dispatch"}, 3)]
    assert samples(telemetry, "oldest_unfinished_seconds")[0][1] >= 60
    first = telemetry.status()["assignment"][0]
    assert (first["cursor"], first["end"], first["lag"], first["unfinished"]) == (5, 9, 4, 3)
    # when
    del places[0]
    # then
    assert samples(telemetry, "partition_lag_records") == [({"topic": "bnmp.dispatch", "partition": "1"}, 0)]
    assert samples(telemetry, "oldest_unfinished_seconds") == [({"topic": "bnmp.dispatch"}, 0)]


def test_the_last_error_is_its_event_and_its_class(told: Told) -> None:
    # given
    telemetry = told.of("relay")
    assert telemetry.status()["last_error"] is None
    # when
    told.errors.note("relay.undelivered", "KafkaError")
    # then
    shown = telemetry.status()["last_error"]
    assert (shown["event"], shown["class"]) == ("relay.undelivered", "KafkaError")


@pytest.mark.parametrize("role", ROLES)
def test_every_row_of_a_role_is_exported_from_its_first_moment(told: Told, role: str) -> None:
    # when
    families = text_string_to_metric_families(told.of(role).metrics().decode())
    # then
    names = {f.name for f in families if f.name.startswith(PREFIX) and not f.name.endswith("_created")}
    assert names == {row.exported.removesuffix("_total") for row in rows_of(role)}


def test_the_server_answers_with_a_verdict_and_ends_with_its_block(told: Told) -> None:
    # given
    telemetry, dead = told.of("relay"), told.of("relay", silent=-1.0)
    port = free_ports(None)[0]
    # when
    with serving(telemetry, "127.0.0.1", port):
        assert _ask(port, "/live") == (200, {"ok": True, "lacks": []})
        assert _ask(port, "/ready") == (503, {"ok": False, "lacks": ["its lease was never asked for"]})
        assert _ask(port, "/status")[1]["since"] == SINCE.isoformat()
        assert _ask(port, "/elsewhere")[0] == 404
    with serving(dead, "127.0.0.1", port):
        assert _ask(port, "/live") == (503, {"ok": False, "lacks": ["relay stands still"]})
    # then
    with pytest.raises(OSError, match="refused"):
        _ask(port, "/live")


def test_silent_clients_do_not_keep_the_others_waiting_for_ever(told: Told) -> None:
    # given
    port = free_ports(None)[0]
    with serving(told.of("relay"), "127.0.0.1", port):
        # when
        held = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(AT_ONCE)]
        # then the one too many is turned away, and the others lose their patience's worth
        extra = socket.create_connection(("127.0.0.1", port), 60)
        assert extra.recv(1) == b""
        assert [one.recv(1) for one in held] == [b""] * AT_ONCE
        _until_answered(port)
        for one in (*held, extra):
            one.close()


def test_without_a_port_nothing_is_served(told: Told) -> None:
    before = threading.active_count()
    with serving(told.of("relay"), "127.0.0.1", 0):
        assert threading.active_count() == before


def _until_answered(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert _ask(port, "/live")[0] == 200
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def _ask(port: int, path: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())
