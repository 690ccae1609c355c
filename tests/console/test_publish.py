"""A file of events is judged without any server: each wrong line by its number, its field and the rule, never its text."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner, Result

from console.main import app
from operations import publishing
from operations.shapes import SHAPES
from schemas.document_issued import TYPE as ISSUED
from schemas.samples import named, names, sample

SOURCE = "/saj/tjms/pg5"
PLANTED = "Plantada"


def line(type_: str = ISSUED, data: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": type_, "source": SOURCE, "data": sample(type_) if data is None else data} | more


def written(folder: Path, *lines: Any) -> str:
    """Write a file; bytes go in as they are, anything else as JSON."""
    file = folder / "events.jsonl"
    texts = (each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines)
    file.write_bytes(b"\n".join(texts))
    return str(file)


def checked(file: str, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the answer, which has its shape."""
    done: Result = CliRunner().invoke(app, ["publish", file, "--check", "--json", *words])
    TypeAdapter(SHAPES["publish"]).validate_json(done.stdout)
    assert PLANTED not in done.output
    return done.exit_code, json.loads(done.stdout)


def problems(answer: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(each["line"], each["field"], each["rule"]) for each in answer["problems"]]


def test_every_sample_of_sajs_holds(tmp_path: Path) -> None:
    # given
    types = {name: ISSUED if name.startswith(ISSUED) else name for name in names() if name.startswith("saj.")}
    file = written(tmp_path, *(line(type_, named(name), key="TJMS:8841") for name, type_ in types.items()))
    # when
    status, answer = checked(file)
    # then
    assert (status, answer) == (
        0,
        {"events": len(types), "published": 0, "wrong": 0, "problems": [], "problems_in_all": 0},
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (b'{"type": "Plantada', [("*", "cannot be read: not JSON")]),
        (b"[1]", [("*", "must be an object")]),
        (b'{"a": 1, "a": 1}', [("*", "cannot be read: a name is given twice in one object")]),
        (line(Plantada=1), [("*", "has 1 members beside type, source, id, time, key, data")]),
        (line() | {"type": "saj.plantada.Plantada"}, [("type", "is not an event that SAJ says")]),
        (line("bnmp.link.changed.v1"), [("type", "is not an event that SAJ says")]),
        ({"data": {}}, [("type", "is required"), ("source", "is required")]),
        (line(source="Pessoa Plantada"), [("source", "does not have the right shape")]),
        (line(id="Pessoa Plantada"), [("id", "does not have the right shape")]),
        (line(time="2026-11-20T13:05:00"), [("time", "is not an instant with offset (RFC 3339)")]),
        (line(key="Pessoa Plantada"), [("key", "is not 1 to 128 printable ASCII characters without spaces")]),
        (line("saj.link.tested.v1"), [("key", "is required: the event names no party")]),
        (line(data=[PLANTED]), [("data", "must be an object")]),
        (line(data=sample(ISSUED) | {"Plantada": 1}), [("data", "has 1 fields that are not in the contract")]),
        (line(data=sample(ISSUED) | {"kind": "PLANTADA"}), [("data", "UNKNOWN_KIND: kind is not in the contract")]),
        (line(data=sample(ISSUED) | {"party": {}}), [("data.party.party_id", "MALFORMED: must be text")]),
        (
            line(data=sample(ISSUED) | {"issued_at": PLANTED, "secrecy": PLANTED}),
            [
                ("data.issued_at", "is not an instant with offset (RFC 3339)"),
                ("data.secrecy", "is not one of the words of the contract"),
            ],
        ),
        (
            line("saj.link.tested.v1", sample("saj.link.tested.v1") | {"client": PLANTED}, key="link"),
            [("data.client", "MALFORMED: is not one of the words of the contract")],
        ),
        (line() | {"source": "\ud800"}, [("source", "does not have the right shape")]),
    ],
)
def test_a_wrong_line_is_told_by_its_number_field_and_rule_and_stops_no_other(
    tmp_path: Path, wrong: Any, told: list[tuple[str, str]]
) -> None:
    # given
    file = written(tmp_path, line(), b"", wrong, line())
    # when
    status, answer = checked(file)
    # then
    assert problems(answer) == [(3, field, rule) for field, rule in told]
    assert (status, answer["events"], answer["wrong"]) == (1, 3, 1)


def test_a_line_that_is_too_long_is_told_and_the_next_ones_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    longest = json.dumps(line()).encode()
    monkeypatch.setattr(publishing, "MOST_BYTES", len(longest))
    file = written(tmp_path, longest, longest + b"\r", longest + b" " * 3 * len(longest), longest, b" " + longest)
    # when
    _, answer = checked(file)
    # then
    assert [(number, field) for number, field, _ in problems(answer)] == [(2, "*"), (3, "*"), (5, "*")]
    assert answer["events"] == 5


def test_as_many_problems_are_told_as_were_asked_for_and_all_are_counted(tmp_path: Path) -> None:
    # given
    file = written(tmp_path, *({"data": {}} for _ in range(3)))
    # when
    _, answer = checked(file, "--limit", "5")
    # then
    assert ([each[0] for each in problems(answer)], answer["problems_in_all"]) == ([1, 1, 2, 2, 3], 6)


def test_people_are_told_the_same(tmp_path: Path) -> None:
    # when
    done = CliRunner().invoke(app, ["publish", written(tmp_path, line(), {"data": {}}), "--check", "--limit", "1"])
    # then
    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        ["line 2: type is required", "and 1 more: --limit", "2 events, 1 of them wrong, 0 published"],
    )


def test_a_file_that_is_not_there_or_two_wishes_at_once_are_2(tmp_path: Path) -> None:
    # given
    file = written(tmp_path, line())
    for words in ([str(tmp_path / "nowhere")], [file, "--check", "--skip-bad"]):
        # when
        done = CliRunner().invoke(app, ["publish", *words])
        # then
        assert done.exit_code == 2


def test_a_kafka_that_is_away_is_3_and_says_that_the_file_can_go_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("SAJ_BNMP_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", f"sqlite:///{tmp_path / 'nothing.db'}")
    monkeypatch.setattr(publishing, "_FLUSH_SECONDS", 1.0)
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(line(ISSUED)))
    # when
    done = CliRunner().invoke(app, ["publish", str(file)])
    # then
    assert (done.exit_code, "publish the file again" in done.stderr, done.stdout) == (3, True, "")
