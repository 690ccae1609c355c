"""Alerts and the dashboard speak of figures that roles really export, and each alert leads to a page that is there."""

import json
import re
from collections.abc import Iterator

import pytest

from operations.verdicts import Verdict
from rules import messages
from schemas.figures import FIGURES, PREFIX, Row
from tests.house.tree import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
ALERTS = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "saj-bnmp.json").read_text(encoding="utf-8"))
_METRIC = re.compile(rf"{PREFIX}[a-z_]+")
_MATCHED = re.compile(rf"({PREFIX}[a-z_]+)\{{([^}}]*)\}}")
_GROUPED = re.compile(r"by \(([a-z_, ]+)\)")


def _exported() -> dict[str, Row]:
    """Every name that Prometheus stores, with its row."""
    found: dict[str, Row] = {}
    for row in FIGURES:
        ends = ("_bucket", "_count", "_sum") if row.form == "histogram" else ("",)
        found |= {f"{row.exported}{end}": row for end in ends}
    return found


def _alerts() -> Iterator[tuple[str, str, str]]:
    """Name, expression and page of each alert."""
    for block in ALERTS.split("- alert: ")[1:]:
        expr, page = re.search(r"expr: (.+)", block), re.search(r"runbook: docs/runbooks/(.+)", block)
        assert expr, block
        assert page, block
        yield block.splitlines()[0], expr[1], page[1]


def _expressions() -> list[tuple[str, str]]:
    panels = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [(name, expr) for name, expr, _ in _alerts()] + panels


@pytest.mark.parametrize(("name", "expr"), _expressions())
def test_an_expression_asks_for_figures_and_labels_that_there_are(name: str, expr: str) -> None:
    # given
    exported = _exported()
    # when
    metrics = set(_METRIC.findall(expr))
    # then
    assert metrics, name
    assert metrics - set(exported) == set()
    labels = {label for metric in metrics for label in exported[metric].labels} | {"le"}
    for group in _GROUPED.findall(expr):
        assert set(group.split(", ")) - labels == set()
    for metric, matched in _MATCHED.findall(expr):
        for label, value in re.findall(r'([a-z_]+)!?="([^"]*)"', matched):
            assert label in exported[metric].labels
            assert label != "verdict" or value in list(Verdict)


def test_every_alert_leads_to_its_page_and_every_page_is_led_to() -> None:
    # when
    led = [page for *_, page in _alerts()] + [f"{page}.md" for _, page in messages.INCIDENTS.values()]
    there = {path.name for path in RUNBOOKS.glob("*.md")}
    # then
    assert set(led) <= there
    assert there - set(led) == set()


def test_every_verdict_but_ok_has_an_alert_and_a_page() -> None:
    # when
    alerted = {found[1] for _, expr, _ in _alerts() if (found := re.search(r'verdict="([A-Z_]+)"', expr))}
    # then
    assert alerted == {verdict for verdict in Verdict if verdict is not Verdict.OK}
    for verdict in alerted:
        assert (RUNBOOKS / f"lag-{verdict.lower().replace('_', '-')}.md").exists()


def test_every_alert_has_its_case_for_promtool() -> None:
    # given
    cases = (ROOT / "deploy" / "prometheus" / "alerts_test.yml").read_text(encoding="utf-8")
    # then
    assert re.findall(r"alertname: (.+)", cases) == [name for name, *_ in _alerts()]
    assert re.findall(r"runbook: docs/runbooks/(.+)\}", cases) == [page for *_, page in _alerts()]
