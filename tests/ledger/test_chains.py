"""Whoever changes the history is found out: edited, taken out, put in, cut off, a whole person gone; with the key as well."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from consumers.intake import Intake
from ledger import chains
from ledger.chain_check import Checked, Finding, check
from ledger.chains import FIELDS, chain, code_of, instant
from ledger.engine import Database
from ledger.tables import history, outbox
from schemas.seal import AuditSeal
from tests.ledger.office import Hand, Office, key_of, paper

KEY = b"uma chave inventada"


@pytest.fixture
def office(database: Database, hand: Hand) -> Office:
    """An office with a key, and two persons with five and one entries."""
    made = Office(database, hand)
    made.deployment = replace(made.deployment, audit_key=KEY)
    made.intake = Intake(database, made.deployment)
    made.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    for n in range(4):
        hand.later(1)
        made.take(
            made.issued(
                paper("MANDADO", "M-1") | {"fields": paper("MANDADO", "M-1")["fields"] | {"observacao": f"{n}"}}
            )
        )
    return made


def seal(office: Office) -> int | None:
    office.hand.later(office.deployment.windows.seal)
    with office.database.transaction() as connection:
        return chains.seal(connection, office.deployment, office.hand())


def seals(office: Office) -> list[Mapping[str, Any]]:
    return [json.loads(record.value or b"") for record in office.waiting() if record.topic == chains.TOPIC]


def found(office: Office, told: list[Mapping[str, Any]] | None = None, key: bytes = KEY) -> list[Finding]:
    """What is found with what waits to be published, or with these seals alone."""
    if told is not None:
        change(office, outbox.delete())
    with office.database.reading() as connection:
        # What an entry vouched for is another test's.
        return [one for one in check(connection, key, told or (), Checked()) if one.document is None]


def entries(office: Office, person: int = 1) -> list[Mapping[str, Any]]:
    return [row for row in office.rows(history) if row["person"] == person]


def change(office: Office, statement: sa.Executable) -> None:
    with office.database.transaction() as connection:
        connection.execute(statement)


def test_a_history_that_nobody_changed_holds_before_and_after_a_seal(office: Office) -> None:
    # given
    assert [row["position"] for row in entries(office)] == [1, 2, 3, 4, 5]
    assert found(office) == []
    # when
    assert seal(office) == 2
    office.issue(paper("MANDADO", "M-3", person=1))
    assert seal(office) == 1
    # then
    assert [body["number"] for body in seals(office)] == [1, 2]
    assert [[head[:2] for head in body["heads"]] for body in seals(office)] == [[[1, 5], [2, 1]], [[2, 2]]]
    # and they are what the contract says of them
    assert [AuditSeal.model_validate(body).number for body in seals(office)] == [1, 2]
    assert found(office) == []
    # and no seal is made before its time
    with office.database.transaction() as connection:
        assert chains.seal(connection, office.deployment, office.hand()) is None


@pytest.mark.parametrize("column", [*FIELDS, "at", "code", "payload"])
def test_an_entry_that_was_edited_in_any_of_its_fields_is_named(office: Office, column: str) -> None:
    # given
    third = entries(office)[2]
    value = third[column]
    other: Any = office.hand() if column == "at" else (value or 0) + 1 if isinstance(value, int) else f"{value}x"
    # when
    change(office, history.update().where(history.c.id == third["id"]).values({column: other}))
    # then
    places = {(one.what, one.person, one.position) for one in found(office)}
    # An entry whose code was changed breaks the one after it as well.
    assert {("EDITED", 1, 3)} <= places <= {("EDITED", 1, 3), ("EDITED", 1, 4)}


def test_an_entry_that_was_taken_out_is_named(office: Office) -> None:
    # when
    change(office, history.delete().where(history.c.id == entries(office)[1]["id"]))
    # then
    assert found(office) == [Finding("REMOVED", 1, 2)]


@pytest.mark.parametrize("code", [None, "00"])
def test_an_entry_that_was_put_in_is_named(office: Office, code: str | None) -> None:
    # when
    copy = {name: value for name, value in entries(office)[2].items() if name != "id"}
    change(office, history.insert().values(**copy | {"code": code}))
    # then
    (one,) = found(office)
    assert (one.what, one.person) == ("INSERTED", 1)


def test_an_end_that_was_cut_off_is_named(office: Office) -> None:
    # when
    change(office, history.delete().where(history.c.id.in_([row["id"] for row in entries(office)[3:]])))
    # then
    assert found(office) == [Finding("TRUNCATED", 1, 4)]


def test_a_person_who_is_gone_is_named_by_the_seal(office: Office) -> None:
    # given
    seal(office)
    # when every trace in the ledger is removed
    change(office, history.delete().where(history.c.person == 2))
    change(office, chain.delete().where(chain.c.person == 2))
    # then
    assert found(office) == [Finding("PERSON_MISSING", 2, None)]


def test_whoever_has_the_key_is_found_out_by_the_seal(office: Office) -> None:
    # given
    seal(office)
    # when the whole chain is made anew over other words
    before = ""
    for row in entries(office):
        values = [row[name] if name != "detail" else "nothing" for name in FIELDS]
        before = code_of(KEY, 1, row["position"], before, instant(row["at"]), values, row["payload"])
        change(office, history.update().where(history.c.id == row["id"]).values(detail="nothing", code=before))
    change(office, chain.update().where(chain.c.person == 1).values(code=before))
    # then
    assert Finding("EDITED", 1, 5, entries(office)[4]["id"]) in found(office)


def test_a_seal_that_was_left_out_or_changed_is_named(office: Office) -> None:
    # given
    for _ in range(3):
        seal(office)
    told = seals(office)
    # then
    assert found(office, told=[told[0], told[2]]) == [Finding("SEAL_MISSING", None, 2)]
    changed = [told[0], dict(told[1]) | {"heads": []}, dict(told[2]) | {"at": "2026-01-01T00:00:00+00:00"}]
    assert found(office, told=changed) == [Finding("SEAL_ALTERED", None, 3)]
    # and one at the end
    assert found(office, told=told[:2]) == [Finding("SEAL_MISSING", None, 3)]
    # and twice the same is what a relay may do
    assert found(office, told=[told[0], told[0], told[1], told[2]]) == []


def test_another_key_holds_nowhere(office: Office) -> None:
    assert {one.what for one in found(office, key=b"another")} == {"EDITED"}


def test_entries_of_a_release_without_chains_are_counted_and_not_blamed(office: Office) -> None:
    # given
    old = entries(office, 2)[0]
    change(office, history.update().where(history.c.id == old["id"]).values(position=None, code=None))
    change(office, chain.delete().where(chain.c.person == 2))
    change(office, chains.seal_head.update().values(unchained_to=old["id"]))
    # when
    counts = Checked()
    with office.database.reading() as connection:
        told = [one for one in check(connection, KEY, [], counts) if one.document is None]
    # then
    assert (told, counts.unchained, counts.entries) == ([], 1, 6)


def test_a_great_many_chains_are_sealed_in_several_seals_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(chains, "SEALED_AT_ONCE", 1)
    office.hand.later(office.deployment.windows.seal)
    # when
    with office.database.transaction() as connection:
        told = [chains.seal(connection, office.deployment, office.hand()) for _ in range(4)]
    # then
    assert told == [1, 1, 0, None]
    assert found(office) == []
    assert key_of(0) not in b"".join(record.value or b"" for record in office.waiting() if record.topic == chains.TOPIC)
