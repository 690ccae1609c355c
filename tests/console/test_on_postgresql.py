"""The same looks at a ledger on PostgreSQL."""

import json

import pytest
from typer.testing import CliRunner

from console.main import app
from ledger import acts, cursors
from ledger.cursors import Cursor
from ledger.engine import Database
from operations import checks
from operations.answers import DocumentPage, LinkShown, PersonShown
from operations.documents import REVEALED
from tests.ledger.office import Hand, Office, paper
from tests.served import Served

PLACE = ("saj.documents.issued", 0)


def test_documents_persons_the_link_and_the_doctor_on_postgresql(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.database() as url:
        # given
        database = Database(url)
        office = Office(Database(url, Hand()), Hand())
        office.issue(paper("MANDADO", "TJMS-1"), paper("ALVARA", "TJMS-2", "TJMS-1"))
        office.database.close()
        monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", url)
        monkeypatch.setenv("SAJ_BNMP_KAFKA_BOOTSTRAP", "127.0.0.1:9")

        def told(*words: str) -> str:
            done = CliRunner().invoke(app, [*words, "--json"])
            assert done.exit_code == 0, done.stderr
            return done.stdout

        # when
        page = DocumentPage.model_validate_json(told("documents", "list", "--state", "HELD", "--older-than", "1s"))
        person = PersonShown.model_validate_json(
            told("person", "show", "1", "--reveal", "--by", "op1", "--reason", "x")
        )
        shown = json.loads(told("documents", "show", "TJMS-2"))
        link = LinkShown.model_validate_json(told("link", "status"))
        # then
        assert [line.document_id for line in page.items] == ["TJMS-1", "TJMS-2"]
        assert [line.document_id for line in person.documents] == ["TJMS-1", "TJMS-2"]
        assert shown["document"]["antecedents"] == ["TJMS-1"]
        assert link.state == "UP"
        with database.reading() as connection:
            assert [act.by for act in acts.of(connection, REVEALED, "person 1")] == ["op1"]
        assert {line.verdict for line in checks.ledger(url, "TJMS", b"")} == {"OK"}
        # and a cursor is taken forward under a lock
        with database.transaction() as connection:
            cursors.init(connection, "g", {PLACE: Cursor(3, "T")})
            assert [cursors.skip(connection, "g", PLACE, to) for to in (7, 7, 5)] == [3, None, None]
        database.close()
