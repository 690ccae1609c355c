"""The stock on the command line: what is pending and how much lies outside; and what was issued outside SAJ."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.legacy import ROWS
from tests.console.conftest import Call
from tests.ledger.office import PEOPLE, STAFF, Office, paper
from tests.story.test_17_the_stock import item


@pytest.fixture
def stock(office: Office) -> Office:
    """Four items: two old mandados, one that was summed away, one issued last month."""
    old = {"case": item("")["case"] | {"status": "EM_ANDAMENTO"}}
    listed: tuple[dict[str, Any], ...] = (
        item("MANDADO_CUMPRIDO", "I-1", **old),
        item("MANDADO_AG_CUMPRIMENTO", "I-2", case=old["case"] | {"status": "SUSPENSO"}),
        item("GUIA_EXECUCAO", "I-3", sum={"summing_case": "0000001-43.2018.8.24.0023"}, **old),
        item("PRISAO_SEM_MANDADO", "I-4", issued_on="2026-10-20"),
    )
    office.take(*(office.command("legacy.item-listed", "SERVIDOR", **one) for one in listed))
    assert office.answers() == [("applied", "APPLIED")] * 4
    return office


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("words", "found", "outside"),
    [
        ((), ["I-4"], 3),
        (("--every-day",), ["I-1", "I-2", "I-4"], 1),
        (("--every-day", "--summed"), ["I-1", "I-2", "I-3", "I-4"], 0),
        (("--preset", "presos-provisorios"), ["I-1"], 3),
        (("--preset", "mandados-pendentes"), ["I-2"], 3),
        (("--preset", "presos-com-pec"), [], 4),
        (("--preset", "presos-com-pec", "--summed"), ["I-3"], 3),
        (("--preset", "presos-sem-mandado"), ["I-4"], 3),
        (("--issued-to", "2018-05-01", "--situation", "SUSPENSO"), ["I-2"], 3),
        (("--unit", "nenhuma"), [], 0),
    ],
)
def test_what_is_pending_is_narrowed_as_on_sajs_screen_and_the_rest_is_counted(
    call: Call, words: tuple[str, ...], found: list[str], outside: int
) -> None:
    # when
    shown = json.loads(call("legacy", "list", *words, "--json").stdout)
    # then
    assert [one["item_id"] for one in shown["items"]] == found
    assert (shown["pending"], shown["outside"]) == (len(found), outside)


@pytest.mark.usefixtures("stock")
def test_nobody_is_named_unless_somebody_signs_for_it(call: Call) -> None:
    # when
    plain = json.loads(call("legacy", "list", "--json").stdout)["items"][0]
    signed = ("--reveal", "--by", "OPERADOR:o007:TI", "--reason", "Conferência pedida pela unidade")
    shown = json.loads(call("legacy", "list", "--json", *signed).stdout)["items"][0]
    # then
    assert plain["key"].startswith("h:")
    assert shown["key"].endswith(PEOPLE[0].party_id)
    assert call("legacy", "list", "--reveal").exit_code == 2
    assert "STOCK_REVEALED" in call("audit", "show", "--json").stdout


@pytest.mark.usefixtures("stock")
def test_a_page_says_how_to_go_on_and_what_lies_outside(call: Call) -> None:
    # when
    first = json.loads(call("legacy", "list", "--every-day", "--limit", "2", "--json").stdout)
    second = json.loads(call("legacy", "list", "--every-day", "--cursor", first["next_cursor"], "--json").stdout)
    # then
    assert [one["item_id"] for page in (first, second) for one in page["items"]] == ["I-1", "I-2", "I-4"]
    assert "3 more lie outside what was asked for" in call("legacy", "list").stdout


@pytest.mark.parametrize("words", [("--preset", "x"), ("--kind", "x"), ("--issued-from", "yesterday")])
def test_what_is_typed_wrongly_is_refused(call: Call, words: tuple[str, ...]) -> None:
    assert call("legacy", "list", *words).exit_code == 2


def test_a_regularisation_is_typed_with_its_analysis() -> None:
    # given
    row = next(row for row in ROWS if row.name == "regularise")
    typed: dict[str, Any] = {
        "item_id": "I-1",
        "reu": "PRESO",
        "analysed_by": "u1",
        "analysed_at": "2026-11-20T10:00:00-04:00",
    }
    typed |= {"evidence": "A3", "fields": '{"escrivao": "Escriba Inventado"}', "new_person": "SIM"}
    # then
    assert row.data(typed) == {
        "item_id": "I-1",
        "fields": {"escrivao": "Escriba Inventado"},
        "analysis": {"reu": "PRESO", "necessary": True, "by": "u1", "at": "2026-11-20T10:00:00-04:00"},
        "certificate_evidence": "A3",
        "new_person": True,
    }


def test_an_item_that_the_ledger_does_not_know_is_named(call: Call) -> None:
    # when
    given = ("--by", "CHEFE_DE_CARTORIO:c007:90101", "--reason", "r", "--hypothesis", "OUTRA", "--text", "t")
    done = call("legacy", "exclude", "I-9", *given)
    # then
    assert (done.exit_code, "I-9" in done.output) == (1, True)


def test_what_was_issued_outside_saj_is_listed_with_its_hypothesis(call: Call, office: Office) -> None:
    # given
    why = {"hypothesis": "A", "justification": "Desmembramento"}
    office.issue(paper("MANDADO", "X-1", person=3, origin="EXCEPCIONAL", exceptional=why))
    office.issue(paper("MORTE", "X-2", person=4, origin="EXCEPCIONAL", exceptional=why))
    # when
    shown = json.loads(call("exceptional", "list", "--json").stdout)
    first = json.loads(call("exceptional", "list", "--limit", "1", "--pending", "--json").stdout)
    # then
    assert [(one["document_id"], one["hypothesis"]) for one in shown["items"]] == [("X-1", "A"), ("X-2", "A")]
    assert shown["items"][1]["missing"] == ["exceptional.kind"]
    assert (len(first["items"]), first["next_cursor"]) == (1, "X-1")
    assert json.loads(call("exceptional", "list", "--unit", STAFF[1].unit.code, "--json").stdout)["items"] == []
    assert "X-1" in call("exceptional", "list").stdout


def test_a_registration_wants_a_whole_document_and_a_signature(call: Call, tmp_path: Path) -> None:
    # given
    file = tmp_path / "paper.json"
    words = ("exceptional", "register", str(file), "--hypothesis", "A", "--justification", "Desmembramento")
    by = ("--by", "SERVIDOR:u901:90101", "--reason", "Emitido fora do SAJ")
    # then
    file.write_text("[]", encoding="utf-8")
    assert call(*words, *by).exit_code == 2
    file.write_text(json.dumps(paper("MANDADO", "X-1", issued_at=None)), encoding="utf-8")
    assert call(*words).exit_code == 2
    done = call(*words, *by)
    assert isinstance(done.exception, ValueError)
    assert "issued_at" in str(done.exception)
