"""What operators see of documents, persons and the link; the golden answers are what programs rely on."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from console import tables
from ledger import acts
from ledger.tables import act
from operations.documents import REVEALED
from operations.keys import hashed
from operations.shapes import SHAPES
from rules.words import Kind, Reason, State
from tests.console.conftest import SECRET, Call
from tests.ledger.office import PEOPLE, Office, key_of

GOLDEN = Path(__file__).parent / "golden"


def told(call: Call, *words: str) -> Any:
    """What a command answers as JSON, which must be of the shape that it promises."""
    done = call(*words, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    TypeAdapter(SHAPES[" ".join(words[:2])]).validate_json(done.stdout)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("documents-list", ("documents", "list")),
        ("documents-show", ("documents", "show", "TJMS-2")),
        ("person-show", ("person", "show", "2")),
        ("link-status", ("link", "status")),
    ],
)
def test_an_answer_is_letter_by_letter_what_programs_rely_on(call: Call, name: str, words: tuple[str, ...]) -> None:
    # when
    answer = told(call, *words)
    # then
    assert answer == json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHAPES)
def test_every_answer_has_a_shape_that_is_printed(call: Call, name: str) -> None:
    # when
    printed = json.loads(call("schema", "--cli", name).stdout)
    # then
    assert printed["type"] == "object"
    assert printed["additionalProperties"] is False


def test_an_answer_that_nobody_gives_is_named_with_those_there_are(call: Call) -> None:
    done = call("schema", "--cli", "documents burn")
    assert done.exit_code == 2
    assert "documents" in done.stderr
    assert "list" in done.stderr


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ((), ["TJMS-1", "TJMS-2", "TJMS-3", "TJMS-4"]),
        (("--state", State.HELD), ["TJMS-1", "TJMS-2", "TJMS-3"]),
        (("--state", State.READY), ["TJMS-4"]),
        (("--reason", Reason.DEAD_LETTER_AHEAD), ["TJMS-3"]),
        (("--kind", Kind.ALVARA_SOLTURA), ["TJMS-2"]),
        (("--kind", Kind.MANDADO_PRISAO_CRIMINAL, "--state", State.READY), ["TJMS-4"]),
        (("--person", key_of(0).decode()), ["TJMS-1", "TJMS-2"]),
        (("--person", "2"), ["TJMS-3"]),
        (("--unit", "nenhuma"), []),
        (("--case", "nenhum"), []),
        (("--older-than", "125m"), ["TJMS-1", "TJMS-2"]),
        (("--older-than", "115m"), ["TJMS-1", "TJMS-2", "TJMS-3", "TJMS-4"]),
        (("--older-than", "1d"), []),
    ],
)
def test_documents_are_narrowed_by_what_is_given(call: Call, narrowed: tuple[str, ...], found: list[str]) -> None:
    assert [each["document_id"] for each in told(call, "documents", "list", *narrowed)["items"]] == found


def test_unit_and_case_narrow_by_the_value_that_the_listing_shows(call: Call) -> None:
    # given
    last = told(call, "documents", "list")["items"][2]
    # when, then
    for option, name in (("--unit", "unit"), ("--case", "case_number")):
        found = told(call, "documents", "list", option, last[name])["items"]
        assert last in found
        assert {each[name] for each in found} == {last[name]}


def test_a_listing_goes_on_where_its_page_ended(call: Call) -> None:
    # when
    first = told(call, "documents", "list", "--limit", "2")
    second = told(call, "documents", "list", "--limit", "2", "--cursor", first["next_cursor"])
    # then
    assert [each["document_id"] for each in first["items"] + second["items"]] == [
        "TJMS-1",
        "TJMS-2",
        "TJMS-3",
        "TJMS-4",
    ]
    assert second["next_cursor"] is None
    assert "--cursor TJMS-2" in call("documents", "list", "--limit", "2").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("documents", "list", "--state", "LOST"), "READY"),
        (("documents", "list", "--reason", "LOST"), "WAITING_LINK"),
        (("documents", "list", "--kind", "LOST"), "ALVARA_SOLTURA"),
        (("documents", "list", "--older-than", "soon"), "90s"),
        (("documents", "list", "--limit", "0"), "--limit"),
        (("person", "show", "2", "--reveal"), "--by"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_right(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    "words",
    [("documents", "show", "TJMS-9"), ("person", "show", "11122233344"), ("documents", "list", "--person", "99")],
)
def test_what_is_not_there_is_status_1_and_names_the_next_step_and_nobody(call: Call, words: tuple[str, ...]) -> None:
    done = call(*words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "saj-bnmp documents list" in done.stderr
    assert "11122233344" not in done.stderr


def test_a_person_is_shown_by_keyed_hashes_alone(call: Call) -> None:
    # when
    shown, plain = told(call, "person", "show", key_of(1).decode()), call("person", "show", "2").stdout
    # then
    assert shown["keys"] == [hashed(SECRET, key_of(1).decode())]
    assert shown["dead_letters"] == 1
    assert not shown["revealed"]
    for text in (json.dumps(shown), plain):
        assert PEOPLE[1].party_id not in text
        assert PEOPLE[1].nome not in text


def test_without_the_secret_nothing_is_shown_in_a_keys_place(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.delenv("SAJ_BNMP_PERSON_HASH_KEY")
    # when, then
    assert told(call, "person", "show", "2")["keys"] == [None]
    assert "SAJ_BNMP_PERSON_HASH_KEY" in call("person", "show", "2").stdout


def test_revealing_a_person_is_signed_and_stays_on_record(call: Call, office: Office) -> None:
    # when
    shown = told(call, "person", "show", "2", "--reveal", "--by", "op1", "--reason", "a unit asked")
    # then
    assert (shown["keys"], shown["revealed"]) == ([key_of(1).decode()], True)
    with office.database.reading() as connection:
        (kept,) = acts.of(connection, REVEALED, "person 2")
    assert (kept.by, kept.reason, kept.at) == ("op1", "a unit asked", office.hand())
    # and who only looked is not
    told(call, "person", "show", "2")
    assert len(office.rows(act)) == 1


def test_tables_for_people_say_who_must_act_and_what_to_do(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a wide terminal
    monkeypatch.setattr(tables.out, "width", 200)
    unit = told(call, "documents", "list")["items"][2]["unit"]
    # when
    listed, shown = call("documents", "list").stdout, call("documents", "show", "TJMS-3").stdout
    # then
    (row,) = (line.split() for line in listed.splitlines() if "TJMS-3" in line)
    assert row[2:] == ["HELD", "DEAD_LETTER_AHEAD", "OPERADOR", "2", unit, "2", "2h"]
    assert "OPERADOR: Há mensagem ilegível desta pessoa" in shown
