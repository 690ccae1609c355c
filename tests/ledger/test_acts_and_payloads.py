"""Acts of operators and what SAJ published are held to what they were, as the history is: by a chain, and by who vouches."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from consumers.intake import Intake
from ledger import acts, chains
from ledger.chain_check import Checked, Finding, check
from ledger.engine import Database, LedgerError
from ledger.tables import act, history, payload
from schemas.seal import ACTS
from tests.ledger.office import Hand, Office, paper

KEY = b"uma chave inventada"
OTHER_PAPER = paper("MANDADO", "M-1") | {"fields": paper("MANDADO", "M-1")["fields"] | {"observacao": "outra"}}


@pytest.fixture
def office(database: Database, hand: Hand) -> Office:
    """An office with a key, a document of two versions and one of one, and three acts under a seal."""
    made = Office(database, hand)
    database.audit_key = KEY
    made.deployment = replace(made.deployment, audit_key=KEY)
    made.intake = Intake(database, made.deployment)
    made.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    made.take(made.issued(OTHER_PAPER))
    sign(made, "um", "dois", "tres")
    seal(made)
    return made


def sign(office: Office, *subjects: str) -> None:
    with office.database.transaction() as connection:
        for subject in subjects:
            acts.write(connection, "REDRIVE", subject, by="op1", reason="teste", detail={"n": 1, "a": None})


def seal(office: Office) -> None:
    office.hand.later(office.deployment.windows.seal)
    with office.database.transaction() as connection:
        chains.seal(connection, office.deployment, office.hand())


def found(office: Office, counts: Checked | None = None) -> list[Finding]:
    with office.database.reading() as connection:
        return list(check(connection, KEY, (), counts or Checked()))


def change(office: Office, statement: sa.Executable) -> None:
    with office.database.transaction() as connection:
        connection.execute(statement)


def rows(office: Office, table: sa.Table, key: str) -> list[Mapping[str, Any]]:
    return sorted(office.rows(table), key=lambda row: row[key])


def test_acts_and_payloads_that_nobody_changed_hold_also_after_more_of_them(office: Office) -> None:
    # given
    counts = Checked()
    assert (found(office, counts), counts.acts, counts.payloads) == ([], 3, 3)
    # when
    sign(office, "quatro")
    assert found(office) == []
    seal(office)
    # then
    assert found(office, counts := Checked()) == []
    assert counts.acts == 4


@pytest.mark.parametrize("column", ["at", "by", "reason", "act", "subject", "detail", "code"])
def test_an_act_that_was_edited_in_any_of_its_fields_is_named(office: Office, column: str) -> None:
    # given
    second = rows(office, act, "id")[1]
    other: Any = office.hand() if column == "at" else {"n": 2} if column == "detail" else f"{second[column]}x"
    # when
    change(office, act.update().where(act.c.id == second["id"]).values({column: other}))
    # then
    places = {(one.what, one.person, one.position) for one in found(office)}
    assert {("EDITED", ACTS, 2)} <= places <= {("EDITED", ACTS, 2), ("EDITED", ACTS, 3)}


def test_an_act_that_was_taken_out_is_named_and_so_is_the_last_one(office: Office) -> None:
    # given
    first, _, last = (row["id"] for row in rows(office, act, "id"))
    # when
    change(office, act.delete().where(act.c.id == first))
    # then
    assert found(office) == [Finding("REMOVED", ACTS, 1)]
    # when
    change(office, act.delete().where(act.c.id == last))
    # then
    assert Finding("TRUNCATED", ACTS, 3) in found(office)
    # and when there is none left
    change(office, act.delete())
    assert found(office) == [Finding("PERSON_MISSING", ACTS, None)]


@pytest.mark.parametrize("column", ["at", "by", "reason", "act", "subject", "detail", "code", "position"])
@pytest.mark.parametrize("sealed", [False, True])
def test_an_act_edited_before_the_next_seal_is_named_before_and_after_it(
    office: Office, column: str, *, sealed: bool
) -> None:
    # given
    sign(office, "quatro")
    office.hand.later(1)
    last = rows(office, act, "id")[-1]
    other: Any = {"at": office.hand.now, "detail": {"n": 2}, "position": None}.get(column, f"{last[column]}x")
    # when
    change(office, act.update().where(act.c.id == last["id"]).values({column: other}))
    if sealed:
        seal(office)
    # then
    named = {(one.what, one.person, one.position, one.entry) for one in found(office)}
    edited = ("INSERTED", ACTS, None, last["id"]) if column == "position" else ("EDITED", ACTS, 4, last["id"])
    assert edited in named


@pytest.mark.parametrize("sealed", [False, True])
def test_an_act_taken_out_before_the_next_seal_is_named_before_and_after_it(office: Office, *, sealed: bool) -> None:
    # given
    sign(office, "quatro", "cinco")
    fourth = rows(office, act, "id")[3]
    # when
    change(office, act.delete().where(act.c.id == fourth["id"]))
    if sealed:
        seal(office)
    # then
    assert found(office) == [Finding("REMOVED", ACTS, 4)]
    # and when it was the last one
    change(office, act.delete().where(act.c.id > fourth["id"]))
    assert found(office) == [Finding("TRUNCATED", ACTS, 4)]


@pytest.mark.parametrize("place", [{}, {"position": 4, "code": "00"}], ids=["without", "with"])
@pytest.mark.parametrize("sealed", [False, True])
def test_an_act_put_in_by_who_does_not_sign_is_named_and_no_seal_takes_it_for_one(
    office: Office, place: dict[str, Any], *, sealed: bool
) -> None:
    # when
    third = rows(office, act, "id")[2]
    copy = {name: value for name, value in third.items() if name not in {"id", "position", "code"}}
    change(office, act.insert().values(**copy, **place))
    if sealed:
        seal(office)
    # then
    one = found(office)[0]
    assert (one.what, one.person, one.entry) == ("EDITED" if place else "INSERTED", ACTS, third["id"] + 1)


def test_acts_of_a_release_that_left_them_to_the_seal_are_sealed_and_not_blamed(office: Office) -> None:
    # given two acts without their places, as the migration found them
    sign(office, "quatro", "cinco")
    change(office, act.update().where(act.c.position > 3).values(position=None, code=None))
    chained = rows(office, act, "id")[2]
    change(office, chains.chain.update().where(chains.chain.c.person == ACTS).values(position=3, code=chained["code"]))
    change(office, chains.seal_head.update().values(unplaced_to=rows(office, act, "id")[-1]["id"]))
    assert found(office) == []
    # when
    seal(office)
    # then
    assert [row["position"] for row in rows(office, act, "id")] == [1, 2, 3, 4, 5]
    assert found(office, counts := Checked()) == []
    assert counts.acts == 5


def test_acts_that_are_written_side_by_side_each_get_a_place_and_none_waits_for_the_other(office: Office) -> None:
    # given one that is written early in a transaction which goes on
    both = office.database.engine.dialect.name == "postgresql"
    with office.database.transaction() as connection:
        acts.write(connection, "REDRIVE", "quatro", by="op1", reason="teste")
        # when, where there may be two at once, another is committed meanwhile
        if both:
            sign(office, "cinco")
    if not both:
        sign(office, "cinco")
    # then
    assert sorted(row["position"] for row in rows(office, act, "id")) == [1, 2, 3, 4, 5]
    assert found(office) == []


def test_what_was_taken_back_leaves_no_place(office: Office) -> None:
    # given
    with office.database.transaction() as connection:
        inner = connection.begin_nested()
        acts.write(connection, "REDRIVE", "quatro", by="op1", reason="teste")
        inner.rollback()
    # then
    sign(office, "cinco")
    assert [row["position"] for row in rows(office, act, "id")] == [1, 2, 3, 4]
    assert found(office) == []


def test_who_has_no_key_signs_only_where_nobody_has_one(office: Office) -> None:
    # given
    office.database.audit_key = None
    # when
    with pytest.raises(LedgerError, match="SAJ_BNMP_AUDIT_KEY is not set here"):
        sign(office, "quatro")
    # then
    assert len(rows(office, act, "id")) == 3
    # and where there is none it holds, also when one of the last was altered, and after many
    change(office, act.delete())
    change(office, chains.chain.delete().where(chains.chain.c.person == ACTS))
    for number in range(13):
        sign(office, f"{number}")
        change(office, act.update().where(act.c.position == 12).values(by="op2"))
    assert [row["position"] for row in rows(office, act, "id")] == list(range(1, 14))


@pytest.mark.parametrize("column", ["source", "ce_id", "digest", "received_at", "data"])
def test_a_payload_that_was_edited_in_any_of_its_fields_is_named(office: Office, column: str) -> None:
    # given
    kept = next(row for row in office.rows(payload) if (row["document_id"], row["version"]) == ("M-1", 2))
    other: Any = {
        "received_at": office.hand(),
        "data": kept["data"] | {"fields": kept["data"]["fields"] | {"observacao": "trocada"}},
    }.get(column, f"{kept[column]}x")
    # when
    here = (payload.c.document_id == "M-1") & (payload.c.version == 2)
    change(office, payload.update().where(here).values({column: other}))
    # then
    assert found(office) == [Finding("EDITED", None, 2, None, "M-1")]


def test_a_payload_that_was_taken_out_or_put_in_is_named(office: Office) -> None:
    # given
    kept = dict(next(row for row in office.rows(payload) if row["document_id"] == "M-2"))
    # when
    change(office, payload.insert().values(**kept | {"ce_id": "outra", "version": 2}))
    # then
    assert found(office) == [Finding("INSERTED", None, 2, None, "M-2")]
    # when
    change(office, payload.delete().where(payload.c.document_id == "M-2"))
    # then
    assert found(office) == [Finding("REMOVED", None, None, None, "M-2")]


def test_payloads_of_a_release_that_vouched_for_none_are_not_blamed(office: Office) -> None:
    # given entries as such a release wrote them, but for the last
    entries = rows(office, history, "id")
    change(office, history.update().where(history.c.id < entries[-1]["id"]).values(payload=None))
    change(office, chains.seal_head.update().values(unvouched_to=entries[-2]["id"]))
    # then their payloads are let be, whatever the chains say of the entries themselves
    assert [one for one in found(office) if one.document] == []
    # when
    change(office, payload.delete().where((payload.c.document_id == "M-1") & (payload.c.version == 2)))
    # then
    assert [one for one in found(office) if one.document] == [Finding("EDITED", None, 1, None, "M-1")]


def test_a_version_completed_by_its_unit_is_vouched_for_as_well(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-9") | {"fields": {}})
    # when
    fields = paper("MANDADO", "M-9")["fields"]
    office.take(office.command("document.data-supplied", document_id="M-9", fields=fields))
    # then
    assert [row["version"] for row in office.rows(payload) if row["document_id"] == "M-9"] == [1, 2]
    assert found(office) == []
