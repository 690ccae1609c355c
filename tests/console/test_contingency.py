"""What a clerk must do today about what was issued under contingency; that nothing is left is said, not assumed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer

from console.commands import TABLE
from ledger.tables import document, link
from rules.messages import CONFIRM, LEFT_ALONE
from rules.words import LinkState, Reason, State
from tests.console.conftest import Call
from tests.ledger.office import START, Office


def test_what_is_left_is_listed_by_category_with_what_to_do_and_its_clock_from_the_links_return(
    call: Call, office: Office
) -> None:
    # given a mandado and a release opened in an outage that ended a minute ago
    opened = {"state": State.CONTINGENCY, "opened_at": START}
    asked = opened | {"reason": Reason.MISSING_DATA, "missing": ["confirmation"]}
    with office.database.transaction() as connection:
        connection.execute(sa.update(document).where(document.c.document_id == "TJMS-4").values(asked))
        connection.execute(
            sa.update(document)
            .where(document.c.document_id == "TJMS-2")
            .values({**opened, "reason": None, "missing": []})
        )
        back = office.hand() - timedelta(seconds=60)
        connection.execute(sa.update(link).values(state=LinkState.UP, since=back))
    # when
    shown = json.loads(call("contingency", "list", "--json").stdout)
    mandados = json.loads(call("contingency", "list", "--category", "MANDADOS", "--json").stdout)
    first = json.loads(call("contingency", "list", "--limit", "1", "--json").stdout)
    # then
    assert shown["left"] == {"ALVARAS_ORDENS": 1, "MANDADOS": 1}
    assert [one["document_id"] for one in shown["items"]] == ["TJMS-2", "TJMS-4"]
    assert [one["document_id"] for one in mandados["items"]] == ["TJMS-4"]
    assert (mandados["items"][0]["what"], mandados["items"][0]["waits_seconds"]) == (CONFIRM, 60)
    assert (mandados["items"][0]["who"], shown["items"][0]["what"]) == ("SERVIDOR", LEFT_ALONE)
    assert [one["overdue"] for one in shown["items"]] == [False, False]
    assert first["next_cursor"] == "TJMS-2"


def test_that_nothing_is_left_is_said(call: Call) -> None:
    # when
    plain, told = call("contingency", "list"), call("contingency", "list", "--unit", "nenhuma", "--json")
    # then
    zeros = (
        "Nada falta resolver. A resolver: alvarás e ordens 0, mandados 0. Certidões a liberar ou juntar aos autos: 0."
    )
    assert plain.stdout.strip() == zeros
    nothing = {"left": {"ALVARAS_ORDENS": 0, "MANDADOS": 0}, "unreleased": 0, "items": [], "next_cursor": None}
    assert json.loads(told.stdout) == nothing
    assert call("contingency", "list", "--category", "GUIAS").exit_code == 2


def test_a_resolution_is_typed_as_documents_or_as_a_category_with_a_file_of_what_was_missing(tmp_path: Path) -> None:
    # given
    row = next(row for row in TABLE if (row.group, row.name) == ("contingency", "resolve"))
    file = tmp_path / "data.json"
    file.write_text('{"D-1": {"fields": {"motivo": "m"}}}', encoding="utf-8")
    typed = {"document_id": ["D-1"], "category": None, "data": str(file)}
    # when
    named, all_of_it = row.data(typed), row.data({"document_id": [], "category": "MANDADOS", "data": None})
    # then
    assert named == {"document_ids": ["D-1"], "data": {"D-1": {"fields": {"motivo": "m"}}}}
    assert all_of_it == {"category": "MANDADOS", "data": {}}
    wrongs: list[dict[str, object]] = [{"document_id": []}, {"category": "MANDADOS"}, {"data": "nowhere.json"}]
    for wrong in wrongs:
        with pytest.raises(typer.BadParameter):
            row.data(typed | wrong)
