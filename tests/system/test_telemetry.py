"""What the roles of a running stack tell of themselves, held against the table; and how they go when they are told to."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from ledger import listing
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from runtime.demo import prepare
from runtime.logs import LIBRARY_AT_MOST
from runtime.stack import PARTITIONS, Stack, StackSettings
from runtime.supervisor import Ended
from sandbox.saj.day import Day
from sandbox.saj.documents import TYPE
from sandbox.saj.scenarios import Phase
from schemas.figures import PREFIX, ROLES, rows_of

SECONDS = 90.0
DRAIN_SECONDS = 20.0
ALONE = "a warrant alone"
DAY = Day.plan(persons=20, seed=7)


class Watched:
    """A stack that has registered some warrants and buried one letter; what its roles answer to whoever asks."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        wanted = {one.document_id for one in DAY.documents_of(Phase.MORNING) if one.scenario == ALONE}
        self.published = [one for one in DAY.publications if one.data and one.data.get("document_id") in wanted]
        kit = SajProducer(KafkaSettings(stack.bootstrap))
        for one in self.published:
            kit.publish(TYPE, one.data or {}, key=one.key, ce_id=one.ce_id, time=datetime.now(UTC))
        kit.flush(20)
        kit._producer.produce("saj.documents.issued", b"not JSON", b"19000000001")
        kit.flush(20)
        until(lambda: self._registered() == wanted)

    def _registered(self) -> set[str]:
        with self.stack.database.reading() as connection:
            return {row.document_id for row in listing.documents(connection) if row.state == "REGISTERED"}

    def ask(self, role: str, path: str) -> tuple[int, str]:
        """The status and the body of an answer; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.stack.serves[role]}{path}", timeout=20) as answer:  # noqa: S310 (ours)
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def samples(self, role: str) -> list[Sample]:
        """Every sample that a role exports."""
        families = text_string_to_metric_families(self.ask(role, "/metrics")[1])
        return [sample for family in families for sample in family.samples]

    def value(self, role: str, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels."""
        found = [one for one in self.samples(role) if one.name == f"{PREFIX}{name}"]
        return sum(one.value for one in found if labels.items() <= one.labels.items())


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with Stack.start(StackSettings(metrics=True, roles=ROLES), lambda _: None, prepare(DAY)) as stack:
        yield Watched(stack)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_exports_what_the_table_says_and_nothing_else(watched: Watched, role: str) -> None:
    # given
    table = {row.exported.removesuffix("_total"): row for row in rows_of(role)}
    # when
    text = watched.ask(role, "/metrics")[1]
    families = {
        family.name: family for family in text_string_to_metric_families(text) if family.name.startswith(PREFIX)
    }
    # then
    assert {name for name in families if not name.endswith("_created")} == set(table)
    for name, row in table.items():
        assert families[name].documentation == row.what
        assert all(set(sample.labels) - {"le"} == set(row.labels) for sample in families[name].samples), name


@pytest.mark.timeout(240)
def test_the_figures_say_what_happened_and_name_nobody(watched: Watched) -> None:
    # given
    many = len(watched.published)
    # then
    until(lambda: watched.value("clock", "dead_letters_open") == 1)
    assert watched.value("processor", "records_total", topic="saj.documents.issued", code="OK") == many
    assert watched.value("processor", "records_total", code="NO_ENVELOPE") == 1
    assert watched.value("processor", "dead_letters_total", code="NO_ENVELOPE") == 1
    assert watched.value("processor", "events_total", became="document") == many
    assert watched.value("processor", "decisions_total") >= many
    assert watched.value("sender", "decisions_total", state="REGISTERED") == many
    assert watched.value("sender", "bnmp_requests_total", outcome="200") >= many
    assert watched.value("sender", "bnmp_request_seconds_count") == watched.value("sender", "bnmp_requests_total")
    assert watched.value("relay", "relay_published_total", topic="bnmp.dispatch") >= many
    assert watched.value("clock", "link_state", state="UP") == 1
    assert watched.value("clock", "ledger_readable") == 1
    assert watched.value("clock", "lease_held") == watched.value("relay", "lease_held") == 1
    # and the monitor sees every group at its end
    until(lambda: watched.value("monitor", "group_verdict", group="saj-bnmp.processor", verdict="OK") == 1)
    until(lambda: watched.value("monitor", "group_lag_records", group="saj-bnmp.processor") == 0)
    assert watched.value("monitor", "monitor_sees") == 1
    assert watched.value("monitor", "look_requests") > 0
    # and
    said = "".join(watched.ask(role, path)[1] for role in ROLES for path in ("/metrics", "/status"))
    for one in watched.published:
        assert [word for word in personal(one.data or {}) if word in said] == []
        assert one.data is None or one.data["document_id"] not in said


def personal(data: Mapping[str, Any]) -> list[str]:
    """What names the person of a document, or its case."""
    return [str(value) for value in (*data["party"].values(), data["case"]["number"]) if value and len(str(value)) > 3]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_at_work_lives_is_ready_and_shows_how_it_stands(watched: Watched, role: str) -> None:
    # when
    until(lambda: watched.ask(role, "/ready")[0] == 200)
    status = json.loads(watched.ask(role, "/status")[1])
    # then
    assert watched.ask(role, "/live") == (200, '{"ok": true, "lacks": []}')
    assert (status["role"], status["instance"], status["live"], status["unready"]) == (role, "local-1", True, [])
    assert status["link"]["state"] == "UP"
    assert datetime.fromisoformat(status["since"]).tzinfo
    assert watched.ask(role, "/elsewhere")[0] == 404
    if role in ("relay", "clock", "monitor"):
        held = None if role == "monitor" else True
        assert (status["lease_held"], status["assignment"]) == (held, None)
    else:
        topics = 3 if role == "processor" else 1
        assert len(status["assignment"]) == topics * PARTITIONS
    if role == "sender":
        until(lambda: all(p["lag"] == 0 for p in json.loads(watched.ask(role, "/status")[1])["assignment"]))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_is_told_to_stop_ends_well_and_in_time_and_its_next_life_is_ready(
    watched: Watched, role: str
) -> None:
    # given
    ends: list[Ended] = []
    watched.stack.supervisor.tell = ends.append
    begun = time.monotonic()
    # when
    watched.stack.supervisor.kill(role, signal.SIGTERM)
    until(lambda: ends)
    # then
    drained = time.monotonic() - begun
    assert ends[0].how == "exit status 0: by itself, and well"
    assert drained < DRAIN_SECONDS
    # and
    until(lambda: watched.ask(role, "/ready")[0] == 200)
    print(f"{role}: gone after {drained:.2f} s, ready again after {time.monotonic() - begun:.2f} s")  # noqa: T201


@pytest.mark.timeout(300)
def test_while_kafka_is_away_every_role_lives_and_its_log_is_not_flooded(watched: Watched) -> None:
    # given
    broker, logs = watched.stack.broker, {role: watched.stack.folder / "logs" / f"{role}.log" for role in ROLES}
    # when
    broker.kill()
    try:
        until(lambda: '"library.line"' in logs["sender"].read_text() + logs["resolver"].read_text())
        # then
        for role in ROLES:
            assert watched.ask(role, "/live")[0] == 200, role
            assert json.loads(watched.ask(role, "/status")[1])["role"] == role
    finally:
        broker.restart()
    until(lambda: all(watched.ask(role, "/ready")[0] == 200 for role in ROLES))
    # and
    for role, file in logs.items():
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert lines[0]["event"] == "role.starting", role
        assert {line["role"] for line in lines} == {role}
        per_place = Counter(
            (line["place"], line["timestamp"][:15]) for line in lines if line["event"] == "library.line"
        )
        # So many in ten seconds: a clock's ten seconds touch two of them, and a life begins anew.
        assert max(per_place.values(), default=0) <= 4 * LIBRARY_AT_MOST, role
