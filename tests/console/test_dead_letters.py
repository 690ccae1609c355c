"""What operators see of dead letters, and the two ways to end one: each planned first, signed, and on record."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from console import letters as console
from ledger import acts
from ledger.letters import Letter
from ledger.tables import act
from operations.keys import hashed
from operations.letters import REVEALED
from operations.records import Kept
from operations.shapes import SHAPES
from rules.words import Reason, State
from schemas.record import RawRecord
from tests.console.conftest import SECRET, Call
from tests.ledger.office import ISSUED, PEOPLE, Office, key_of, paper

SIGNED = ("--by", "op1", "--reason", "a unit asked")
LETTER = f"{ISSUED}:0:4"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, office: Office) -> dict[Letter, Kept]:
    """What Kafka keeps of the letters, here without Kafka: those that the office's junk became."""
    found: dict[Letter, Kept] = {}
    junk = RawRecord(ISSUED, 0, 4, 1004, key_of(1), b"{not json", (("ce_id", b"x"), ("odd", b"Pessoa Inventada")))
    found[ISSUED, 0, 4] = Kept(junk, "intake")

    def fetch(wanted: Mapping[Letter, datetime]) -> Mapping[Letter, Kept]:
        return {letter: found[letter] for letter in wanted if letter in found}

    monkeypatch.setattr(console, "fetch", lambda _: fetch)
    assert office.offsets[ISSUED, 0] == 5
    return found


def told(call: Call, *words: str, status: int = 0) -> Any:
    """What a command answers as JSON, which must be of the shape that it promises."""
    done = call("dead-letters", *words, "--json")
    assert (done.exit_code, done.stderr) == (status, "")
    TypeAdapter(SHAPES[f"dead-letters {words[0]}"]).validate_json(done.stdout)
    return json.loads(done.stdout)


def mended(office: Office, letter: Letter) -> Kept:
    """A record that this release reads, in the letter's place."""
    whole = office.issued(paper("MANDADO", "TJMS-9", person=1))
    office.offsets[ISSUED, 0] -= 1
    return Kept(RawRecord(*letter, whole.timestamp_ms, whole.key, whole.value, whole.headers), "intake")


def test_a_letter_is_listed_with_its_reason_its_age_and_what_it_holds_back(call: Call) -> None:
    # when
    page = told(call, "list")
    # then
    (line,) = page["items"]
    assert (line["letter"], line["code"], line["person"]) == (LETTER, "NO_ENVELOPE", 2)
    assert (line["holds_back"], line["age_seconds"], line["redriven_at"]) == (1, 7200, None)
    assert told(call, "list", "--code", "NO_ENVELOPE", "--topic", ISSUED, "--older-than", "1h") == page
    assert told(call, "list", "--person", key_of(1).decode()) == page
    for narrowed in (("--code", "UNREADABLE"), ("--topic", "saj.commands"), ("--older-than", "3h"), ("--person", "1")):
        assert told(call, "list", *narrowed)["items"] == []
    assert "2h" in call("dead-letters", "list").stdout


def test_a_listing_of_letters_goes_on_where_its_page_ended(call: Call, office: Office) -> None:
    # given
    office.take(office.junk(), office.junk())
    # when
    first = told(call, "list", "--limit", "2")
    second = told(call, "list", "--limit", "2", "--cursor", first["next_cursor"])
    # then
    assert [line["letter"] for line in first["items"] + second["items"]] == [f"{ISSUED}:0:{n}" for n in (4, 5, 6)]
    assert second["next_cursor"] is None
    assert call("dead-letters", "list", "--cursor", "nowhere").exception is not None


def test_who_shares_the_persons_rji_waits_behind_the_letter_too(call: Call, office: Office) -> None:
    # given two parties of one human being
    data = paper("MANDADO", "TJMS-7", person=3)
    rji = "12345678901"
    for person, command in ((1, "person.rji-linked"), (3, "person.rji-linked")):
        if person == 3:
            office.issue(data)
        asked = {"party_id": PEOPLE[person].party_id, "rji": rji}
        office.take(office.command(command, **asked, more={"key": key_of(person)}))
    assert office.standing("TJMS-7") == (State.HELD, Reason.DEAD_LETTER_AHEAD)
    # then
    assert told(call, "list")["items"][0]["holds_back"] == 2


@pytest.mark.usefixtures("kept")
def test_a_letter_is_shown_with_why_it_died_and_everything_personal_masked(call: Call) -> None:
    # when
    shown, plain = told(call, "show", LETTER), call("dead-letters", "show", LETTER).stdout
    # then
    assert (shown["step"], shown["key"]) == ("intake", hashed(SECRET, key_of(1).decode()))
    assert shown["headers"] == [{"name": "ce_id", "value": "x"}, {"name": "xxx", "value": "xxxxxx xxxxxxxxx"}]
    assert (shown["value"]["text"], shown["value"]["size"], shown["value"]["cut"]) == ("{xxx json", 9, False)
    assert bytes.fromhex(shown["value"]["hex"]) == b"{xxx json"
    assert shown["reading"]["code"] == "NO_ENVELOPE"
    assert shown["holding"] == ["TJMS-3"]
    assert not shown["revealed"]
    assert "behind it wait TJMS-3" in plain
    assert "Inventada" not in plain
    assert told(call, "show", LETTER, "--bytes", "4")["value"]["text"] == "{xxx"


@pytest.mark.usefixtures("kept")
def test_revealing_a_letter_is_signed_and_stays_on_record(call: Call, office: Office) -> None:
    # when
    shown = told(call, "show", LETTER, "--reveal", *SIGNED)
    # then
    assert (shown["value"]["text"], shown["key"], shown["revealed"]) == ("{not json", key_of(1).decode(), True)
    assert shown["headers"][1] == {"name": "odd", "value": "Pessoa Inventada"}
    with office.database.reading() as connection:
        (made,) = acts.of(connection, REVEALED, LETTER)
    assert (made.by, made.reason) == ("op1", "a unit asked")
    assert call("dead-letters", "show", LETTER, "--reveal").exit_code == 2


def test_a_letter_whose_record_is_gone_is_told_as_that(call: Call, kept: dict[Letter, Kept]) -> None:
    # given
    kept.clear()
    # then
    assert not told(call, "show", LETTER)["kept"]
    (refused,) = told(call, "redrive", LETTER, status=1)["items"]
    assert (refused["act"], refused["why"]) == (
        "REFUSED",
        "neither topic holds its record any more: SAJ must publish it again",
    )


@pytest.mark.usefixtures("kept")
def test_what_would_be_dead_again_is_not_sent(call: Call, office: Office) -> None:
    # when
    done = told(call, "redrive", LETTER, "--apply", *SIGNED, status=1)
    # then
    assert done["items"][0]["why"].startswith("it would be dead again: NO_ENVELOPE: ")
    assert office.rows(act) == []


def test_a_plan_changes_nothing_and_applied_the_record_goes_as_it_came(
    call: Call, office: Office, kept: dict[Letter, Kept]
) -> None:
    # given a release that reads the record
    kept[ISSUED, 0, 4] = mended(office, (ISSUED, 0, 4))
    before = office.dump()
    # when
    plan = told(call, "redrive", "--code", "NO_ENVELOPE")
    # then
    assert (plan["applied"], plan["items"][0]["act"]) == (False, "REDRIVE")
    assert office.dump() == before
    # and when
    done = told(call, "redrive", LETTER, "--apply", *SIGNED, status=4)
    # then
    assert (done["applied"], done["by"]) == (True, "op1")
    sent = [record for record in office.waiting() if record.topic == ISSUED]
    record = kept[ISSUED, 0, 4].record
    assert [(each.key, each.value, each.headers) for each in sent] == [
        (record.key, record.value, (*record.headers, ("redrive_id", LETTER.encode())))
    ]
    # and a second call sends nothing more
    (again,) = told(call, "redrive", LETTER, "--apply", *SIGNED, status=1)["items"]
    assert again["why"] == "it is on its way already"
    # and its return ends it, and lets the warrant go
    office.take(RawRecord(ISSUED, 0, 5, 2000, sent[0].key, sent[0].value, sent[0].headers))
    assert told(call, "list")["items"] == []
    assert told(call, "list", "--ended")["items"][0]["ended_at"] is not None
    assert office.standing("TJMS-3") == office.standing("TJMS-9") == (State.READY, None)


def test_redriving_waits_for_the_letters_end_where_asked(
    call: Call, office: Office, kept: dict[Letter, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an intake that takes the record while the command waits
    kept[ISSUED, 0, 4] = mended(office, (ISSUED, 0, 4))

    def take(_: float) -> None:
        (sent,) = (record for record in office.waiting() if record.topic == ISSUED)
        office.take(RawRecord(ISSUED, 0, 5, 2000, sent.key, sent.value, sent.headers))

    monkeypatch.setattr("console.letters.time.sleep", take)
    # then
    assert told(call, "redrive", LETTER, "--apply", *SIGNED, "--wait", "60s")["applied"]


def test_a_conflict_can_only_be_discarded(call: Call, office: Office, kept: dict[Letter, Kept]) -> None:
    # given
    conflict = office.issued(paper("MANDADO", "TJMS-3"))
    office.take(conflict)
    name = f"{ISSUED}:0:{conflict.offset}"
    kept[ISSUED, 0, conflict.offset] = Kept(conflict, "intake")
    # then
    (refused,) = told(call, "redrive", name, "--apply", *SIGNED, status=1)["items"]
    assert refused["why"].endswith("it can only be discarded")


def test_safety_6_a_letter_is_discarded_by_the_units_statement_and_the_warrant_goes(call: Call, office: Office) -> None:
    # when planned
    plan = told(call, "discard", LETTER, "--statement", "era cópia de um ofício")
    # then
    assert (plan["applied"], plan["items"][0]["holds_back"]) == (False, 1)
    assert office.standing("TJMS-3") == (State.HELD, Reason.DEAD_LETTER_AHEAD)
    # and when applied
    told(call, "discard", LETTER, "--statement", "era cópia de um ofício", "--apply", *SIGNED)
    # then
    assert office.standing("TJMS-3") == (State.READY, None)
    with office.database.reading() as connection:
        (made,) = acts.of(connection, "DISCARD", LETTER)
    assert made.detail == {"statement": "era cópia de um ofício"}
    assert call("dead-letters", "discard", LETTER, "--statement", "x").exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "--code", "LOST"), "UNREADABLE"),
        (("show", "somewhere"), "TOPIC:PARTITION:OFFSET"),
        (("redrive",), "--code"),
        (("redrive", LETTER, "--apply"), "--by"),
        (("discard", LETTER), "--statement"),
        (("discard", LETTER, "--statement", "x", "--apply"), "--by"),
    ],
)
def test_wrong_usage_about_letters_is_status_2_and_says_what_is_right(
    call: Call, words: tuple[str, ...], said: str
) -> None:
    done = call("dead-letters", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
