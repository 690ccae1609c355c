"""What auditors see: who did what, and that an altered history is told, is status 1, and is an incident."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from ledger import chains
from ledger.tables import history
from operations import audit
from operations.shapes import SHAPES
from tests.console.conftest import Call
from tests.ledger.office import Office, key_of


def told(call: Call, *words: str, status: int = 0) -> Any:
    """What a command answers as JSON, which must be of the shape that it promises."""
    done = call("audit", *words, "--json")
    assert (done.exit_code, done.stderr) == (status, "")
    TypeAdapter(SHAPES[f"audit {words[0]}"]).validate_json(done.stdout)
    return json.loads(done.stdout)


@pytest.fixture
def sealed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A ledger with its first seal, here without Kafka: it waits in the outbox."""
    with office.database.transaction() as connection:
        chains.seal(connection, office.deployment, office.hand())
    monkeypatch.setattr(audit, "_seals", lambda _: [])
    return office


def test_who_did_what_is_listed_the_latest_first_and_page_by_page(call: Call) -> None:
    # given
    for by in ("op1", "op2", "op1"):
        call("person", "show", "2", "--reveal", "--by", by, "--reason", "a unit asked")
    # when
    page = told(call, "show", "--limit", "2")
    following = told(call, "show", "--limit", "2", "--cursor", page["next_cursor"])
    # then
    assert [(each["by"], each["act"], each["subject"]) for each in page["items"] + following["items"]] == [
        ("op1", "PERSON_REVEALED", "person 2"),
        ("op2", "PERSON_REVEALED", "person 2"),
        ("op1", "PERSON_REVEALED", "person 2"),
    ]
    assert following["next_cursor"] is None
    assert len(told(call, "show", "--by", "op2")["items"]) == 1
    assert told(call, "show", "--act", "DISCARD")["items"] == told(call, "show", "--subject", "person 9")["items"] == []
    assert "a unit asked" in call("audit", "show").stdout
    assert call("audit", "show", "--cursor", "x").exception is not None


def test_a_history_that_holds_is_status_0_and_says_what_was_looked_at(call: Call, sealed: Office) -> None:
    # when
    found, plain = told(call, "verify"), call("audit", "verify").stdout
    # then
    entries = len(sealed.rows(history))
    assert (found["verdict"], found["entries"], found["persons"], found["seals"]) == ("HOLDS", entries, 3, 1)
    assert not found["signed"]
    assert "SAJ_BNMP_AUDIT_KEY is not set" in plain


def test_an_altered_history_is_status_1_named_by_number_and_an_incident_once(call: Call, sealed: Office) -> None:
    # given
    entry = sealed.rows(history)[-1]
    with sealed.database.transaction() as connection:
        connection.execute(history.update().where(history.c.id == entry["id"]).values(reason="ACCESS"))
    # when
    found = told(call, "verify", status=1)
    told(call, "verify", status=1)
    # then
    assert (found["verdict"], found["found"]) == ("ALTERED", 1)
    assert found["items"] == [
        {
            "what": "EDITED",
            "person": entry["person"],
            "position": entry["position"],
            "entry": entry["id"],
            "document": None,
        }
    ]
    incidents = [one for one in sealed.said() if one.data.get("kind") == "HISTORY_ALTERED"]
    assert [one.data["runbook"] for one in incidents] == ["history-altered"]
    assert key_of(1).decode() not in json.dumps(found) + incidents[0].data["what"]


def test_the_key_is_the_settings(call: Call, sealed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    # given codes that were made without one
    assert sealed.deployment.audit_key == b""
    monkeypatch.setenv("SAJ_BNMP_AUDIT_KEY", "um segredo inventado dos auditores")
    # then
    found = told(call, "verify", status=1)
    assert found["signed"]
    assert found["found"] >= found["entries"]
