"""Prometheus itself reads every rule and every panel, and each alert fires on its case and for nothing less."""

import json
import subprocess
from pathlib import Path

from tests.house.tree import ROOT
from tests.promtool import PROMTOOL

RULES = ROOT / "deploy" / "prometheus"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "saj-bnmp.json").read_text(encoding="utf-8"))
_SECONDS = 120


def promtool(*words: str | Path) -> tuple[int, str]:
    """Its exit status, and what it says."""
    done = subprocess.run(
        [PROMTOOL or "promtool", *words], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_every_rule_is_one_and_every_case_is_as_it_says() -> None:
    assert promtool("check", "rules", "--lint=all", "--lint-fatal", RULES / "alerts.yml")[0] == 0
    status, said = promtool("test", "rules", RULES / "alerts_test.yml")
    assert status == 0, said


def test_an_alert_that_would_not_fire_is_noticed(tmp_path: Path) -> None:
    # given the rules with one threshold that nothing reaches
    text = (RULES / "alerts.yml").read_text(encoding="utf-8")
    was = "max(saj_bnmp_audit_findings) > 0"
    assert text.count(was) == 1
    (tmp_path / "alerts.yml").write_text(text.replace(was, "max(saj_bnmp_audit_findings) > 5"), encoding="utf-8")
    cases = tmp_path / "alerts_test.yml"
    cases.write_bytes((RULES / "alerts_test.yml").read_bytes())
    # when
    status, said = promtool("test", "rules", cases)
    # then
    assert status == 1
    assert "HistoryAltered" in said


def test_prometheus_reads_what_every_panel_asks(tmp_path: Path) -> None:
    # given each panel's expression as a rule of its own
    asked = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    file = tmp_path / "panels.yml"

    def check(expressions: list[str]) -> int:
        rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions)]
        # JSON is YAML.
        file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
        return promtool("check", "rules", file)[0]

    # then
    assert len(asked) > 15
    assert check(asked) == 0
    assert check([*asked, "sum by (le (rate(saj_bnmp_errors_total[5m]))"]) != 0
