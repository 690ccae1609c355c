"""Acting upon many documents: a plan first, then exactly that, signed; and never when things are others by now."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import TypeAdapter

from ledger import acts
from ledger.tables import document, history
from operations.re_evaluating import RE_EVALUATED
from operations.shapes import SHAPES
from tests.console.conftest import Call
from tests.ledger.office import Office

BY = ("--by", "op1", "--reason", "regra corrigida")


@pytest.fixture
def stricter(office: Office) -> Office:
    """What an older release held for a field that today's rules do not ask for: TJMS-4, and TJMS-1 with TJMS-2 behind it."""
    change(office, "TJMS-4", state="HELD", reason="MISSING_DATA", missing=["fields.nada"], gaps=["fields.nada"])
    return office


def change(office: Office, document_id: str, **values: Any) -> None:
    with office.database.transaction() as connection:
        connection.execute(document.update().where(document.c.document_id == document_id).values(**values))


def told(call: Call, *words: str, status: int) -> dict[str, Any]:
    done = call("documents", *words, "--json")
    assert done.exit_code == status, done.stderr
    name = f"documents {words[0]}{' --apply' if '--apply' in words else ''}"
    TypeAdapter(SHAPES[name]).validate_json(done.stdout)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def entries(office: Office) -> int:
    with office.database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(history)) or 0


def test_what_todays_rules_would_change_is_planned_and_nothing_is_written(
    call: Call, stricter: Office, tmp_path: Path
) -> None:
    # given
    file, before = tmp_path / "plan.json", entries(stricter)
    # when
    plan = told(call, "re-evaluate", "--out", str(file), status=1)
    # then
    (item,) = plan["items"]
    assert (item["document_id"], item["state"], item["reason"]) == ("TJMS-4", "HELD", "MISSING_DATA")
    assert (item["to_state"], item["to_reason"]) == ("READY", None)
    assert plan["looked_at"] == 3
    assert entries(stricter) == before
    assert stricter.standing("TJMS-4") == ("HELD", "MISSING_DATA")
    assert json.loads(file.read_text(encoding="utf-8")) == plan


def test_a_plan_is_applied_exactly_signed_and_may_be_applied_again(
    call: Call, stricter: Office, tmp_path: Path
) -> None:
    # given
    file = tmp_path / "plan.json"
    told(call, "re-evaluate", "--out", str(file), status=1)
    # when
    done = told(call, "re-evaluate", "--apply", str(file), *BY, status=0)
    again = told(call, "re-evaluate", "--apply", str(file), *BY, status=0)
    # then
    assert (done["changed"], done["before"]) == (1, 0)
    assert (again["changed"], again["before"]) == (0, 1)
    assert stricter.standing("TJMS-4") == ("READY", None)
    with stricter.database.reading() as connection:
        (made,) = acts.of(connection, RE_EVALUATED, "TJMS-4")
    assert (made.by, made.reason, made.detail["changed"]) == ("op1", "regra corrigida", 1)
    # and it goes its way
    assert any(record.topic == "bnmp.dispatch" for record in stricter.waiting())
    assert told(call, "re-evaluate", "--out", str(file), status=0)["items"] == []


def test_a_plan_is_refused_whole_where_the_documents_are_others_by_now(
    call: Call, stricter: Office, tmp_path: Path
) -> None:
    # given
    file = tmp_path / "plan.json"
    told(call, "re-evaluate", "--out", str(file), status=1)
    # when
    change(stricter, "TJMS-4", sequence=9)
    before = entries(stricter)
    done = call("documents", "re-evaluate", "--apply", str(file), *BY)
    # then
    assert done.exit_code == 1
    assert "TJMS-4 is not as it was planned" in done.stderr
    assert entries(stricter) == before


@pytest.mark.parametrize("command", ["re-evaluate", "retry-held"])
def test_a_plan_that_was_changed_or_is_another_command_s_or_is_not_signed_is_refused(
    call: Call, stricter: Office, tmp_path: Path, command: str
) -> None:
    # given
    file, other = tmp_path / "plan.json", tmp_path / "other.json"
    words = ("--held-for", "MISSING_DATA", "--out")
    told(call, command, *words, str(file), status=1 if command == "re-evaluate" else 0)
    another = "retry-held" if command == "re-evaluate" else "re-evaluate"
    told(call, another, *words, str(other), status=1 if another == "re-evaluate" else 0)
    by = ("--by", "SERVIDOR:u901:90101", "--reason", "teste")
    # when
    unsigned = call("documents", command, "--apply", str(file))
    anothers = call("documents", command, "--apply", str(other), *by)
    file.write_text(file.read_text(encoding="utf-8").replace("TJMS-4", "TJMS-3"), encoding="utf-8")
    changed = call("documents", command, "--apply", str(file), *by)
    # then
    assert unsigned.exit_code == 2
    assert (anothers.exit_code, changed.exit_code) == (1, 1)
    assert "is a plan to" in anothers.stderr
    assert "its digest does not hold" in changed.stderr
    assert stricter.standing("TJMS-4") == ("HELD", "MISSING_DATA")


def test_what_is_held_for_a_reason_is_listed_and_narrowed(call: Call, stricter: Office, tmp_path: Path) -> None:
    # given
    assert stricter.standing("TJMS-4") == ("HELD", "MISSING_DATA")
    out = ("--out", str(tmp_path / "plan.json"))
    # then
    for narrowed, found in (
        ((), ["TJMS-4"]),
        (("--kind", "ALVARA_SOLTURA"), []),
        (("--unit", "nenhuma"), []),
        (("--older-than", "1h"), ["TJMS-4"]),
        (("--older-than", "9d"), []),
    ):
        plan = told(call, "retry-held", "--held-for", "MISSING_DATA", *narrowed, *out, status=0)
        assert [item["document_id"] for item in plan["items"]] == found
    assert call("documents", "retry-held").exit_code == 2
