"""The whole service as containers: a court's day, the death of each of them, and the same ledger after down and up."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from producers.settings import KafkaSettings
from rules.windows import Windows
from runtime.stack import ROLES, SHORT
from sandbox.saj.court import Court
from sandbox.saj.day import Day
from sandbox.saj.scenarios import Phase
from tests.containers.composed import Composed, composed
from tests.house.tree import ROOT
from tests.system.days import ending, live

PERSONS = 20
# In which phase, with its documents on their way, each container dies.
DEATHS: Mapping[Phase, tuple[str, ...]] = {
    Phase.MORNING: ("processor", "relay", "postgres"),
    Phase.OUTAGE: ("sender", "clock"),
    Phase.EVENING: ("kafka", "resolver"),
}
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with composed(tmp_path_factory.mktemp("composed")) as made:
        yield made


@pytest.fixture(scope="module")
def first_day(project: Composed) -> Mapping[str, Any]:
    """The report of the day that SAJ's own container issued."""
    words = ("sandbox", "saj", "--control", "http://bnmp.test:8081", "--persons", str(PERSONS), "--json")
    report: Mapping[str, Any] = json.loads(project.compose("run", "--rm", "--no-TTY", "saj", *words))
    return report


def test_a_court_issues_a_day_with_an_outage_and_everything_agrees(first_day: Mapping[str, Any]) -> None:
    # then
    assert first_day["disagreements"] == []
    assert {first_day[name] for name in ("lost", "open", "duplicates_at_registry", "order_violations")} == {0}
    assert first_day["contingency_resolved"] > 0


def test_every_container_is_bounded_and_none_of_ours_is_root_or_writes_to_its_image(project: Composed) -> None:
    # when
    found = project.containers()
    # then
    for service, each in found.items():
        host = each["HostConfig"]
        assert host["Memory"] > 0, service
        assert set(host["LogConfig"]["Config"]) == {"max-size", "max-file"}, service
        assert host["Init"], service
    for service in (*ROLES, "migrate", "topics", "offsets"):
        each = found[service]
        assert each["Config"]["User"] == "10001:10001"
        assert each["HostConfig"]["ReadonlyRootfs"]
        assert each["HostConfig"]["CapDrop"] == ["ALL"]
        assert not [line for line in each["Config"]["Env"] if "PASSWORD" in line or "_KEY" in line]


def test_the_history_is_signed_with_a_key_of_the_deployments_own(
    project: Composed, first_day: Mapping[str, Any]
) -> None:
    # when
    found = json.loads(project.compose("run", "--rm", "--no-TTY", "saj", "audit", "verify", "--json"))
    # then
    assert (found["verdict"], found["signed"]) == ("HOLDS", True)
    assert found["entries"] > first_day["documents"]


def test_each_container_dies_with_work_on_its_way_and_nothing_is_lost(
    project: Composed, first_day: Mapping[str, Any]
) -> None:
    # given
    first = Day.plan(PERSONS, 7, datetime.fromisoformat(first_day["planned_at"]))
    second = Day.plan(PERSONS, 8)
    site = project.site

    def kill(phase: Phase) -> None:
        for service in DEATHS[phase]:
            project.crash(service)

    # when
    with Court(KafkaSettings(site.bootstrap), second) as court:
        live(site, court, {"mode": "refuse"}, meanwhile=kill)
        end = ending(site, [first, second], court.outcomes)
    # then
    assert end.disagreements == set()
    assert end.report.figures["open"] == 0
    assert {service for deaths in DEATHS.values() for service in deaths} == {*ROLES, "postgres", "kafka"}


def test_down_and_up_again_is_the_same_ledger(project: Composed, first_day: Mapping[str, Any]) -> None:
    # given roles that are at rest: of those that run the clock still asks BNMP for what it tells late
    assert first_day["documents"] > 0
    project.compose("stop", *ROLES)
    before = project.digest()
    # when
    project.site.database.close()
    project.compose("down")
    project.compose("up", "--detach", "--wait", "postgres")
    # then
    after = project.digest()
    project.site.database.close()
    assert after == before
    project.up()


def test_the_sandbox_has_the_windows_of_the_demo() -> None:
    # given
    prefix = "SAJ_BNMP_WINDOW_"
    lines = (ROOT / "deploy" / "sandbox.env").read_text(encoding="utf-8").splitlines()
    # when
    given = dict(line.removeprefix(prefix).split("=") for line in lines if line.startswith(prefix))
    # then
    assert (
        Windows(**{name.lower(): type(getattr(SHORT, name.lower()))(value) for name, value in given.items()}) == SHORT
    )
