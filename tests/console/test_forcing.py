"""The operator's override of the link, and what is wrong with a command before it is sent (docs/law.md safety-19, 28)."""

import json

import pytest
from pydantic import TypeAdapter

from console.commands import TABLE
from ledger import acts, links
from operations.commanding import LINK_FORCED, CommandGiven
from operations.shapes import SHAPES
from rules.authority import TABLE as MAY
from tests.console.conftest import Call
from tests.ledger.office import Office

BY = ("--by", "OPERADOR:op1:90101", "--reason", "aviso 12/2026")
DECLARED = ("link", "force-down", "--cause", "UNAVAILABILITY_DECLARED", "--notice", "12/2026")


def state(office: Office) -> str:
    with office.database.reading() as connection:
        return links.load_link(connection).state


def test_safety_19_the_link_is_forced_and_let_be_again_without_kafka(office: Office, call: Call) -> None:
    # when
    done = call(*DECLARED, *BY, "--json")
    # then
    told = TypeAdapter(CommandGiven).validate_json(done.stdout)
    assert (done.exit_code, told.outcome, state(office)) == (0, "APPLIED", "FORCED_DOWN")
    changed = [one.data for one in office.said() if one.type == "bnmp.link.changed.v1"]
    assert (changed[-1]["state"], changed[-1]["by"]["user"]) == ("FORCED_DOWN", "op1")
    with office.database.reading() as connection:
        (act,) = acts.of(connection, LINK_FORCED, "link")
    assert (act.by, act.reason, act.detail["notice"]) == ("OPERADOR:op1:90101", "aviso 12/2026", "12/2026")
    # when
    assert call("link", "force-up", *BY).exit_code == 0
    assert state(office) == "FORCED_UP"
    assert call("link", "auto", *BY).exit_code == 0
    # then
    assert state(office) == "SUSPECT"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("link", "force-down", "--cause", "UNAVAILABILITY_DECLARED", *BY), "NO_CAUSE"),
        ((*DECLARED, "--by", "SERVIDOR:s007:90101", "--reason", "r"), "NOT_COMPETENT"),
        ((*DECLARED, "--by", "MAGISTRADO:m1:90101", "--reason", "r"), "ACCESS_UNKNOWN"),
        (("link", "force-up", "--until", "2027-01-01T00:00:00-04:00", *BY), "TOO_LONG"),
    ],
)
def test_a_word_without_cause_or_competence_is_refused(
    office: Office, call: Call, words: tuple[str, ...], reason: str
) -> None:
    # when
    done = call(*words, "--json")
    # then
    assert (done.exit_code, json.loads(done.stdout)["reason"], state(office)) == (1, reason, "UP")
    with office.database.reading() as connection:
        assert acts.of(connection, LINK_FORCED, "link") == []


JUDGE = ("--by", "MAGISTRADO:m007:90101", "--reason", "r")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("documents", "retry", "TJMS-2", "--by", "m007", "--reason", "r"), "--by m007 is not ROLE:USER:UNIT"),
        (("documents", "retry", "TJMS-2", "--by", "JUIZ:m007:90101", "--reason", "r"), "--by JUIZ is none of SERVIDOR"),
        (("documents", "retry", "TJMS-2", *JUDGE[:3], " "), "--reason says why"),
        (("documents", "supply", "TJMS-2", "--fields", "[1]", *JUDGE), "--fields is not a JSON object"),
        (("documents", "retry", "TJMS-2", *JUDGE, "--wait", "soon"), "soon is not a duration"),
        (("link", "force-up", "--until", "amanha", *BY), "--until amanha is not an instant"),
    ],
)
def test_what_was_typed_wrongly_is_said_and_nothing_is_sent(call: Call, words: tuple[str, ...], said: str) -> None:
    # when
    done = call(*words)
    # then
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_a_document_that_the_ledger_does_not_know_is_asked_nothing(call: Call) -> None:
    # when
    done = call("documents", "retry", "TJMS-99", *BY)
    # then
    assert (done.exit_code, "TJMS-99" in done.stderr) == (1, True)


def test_every_command_of_the_table_is_of_the_contract_has_help_and_an_answers_shape(call: Call) -> None:
    for row in TABLE:
        assert row.type in MAY
        assert SHAPES[f"{row.group} {row.name}"] is CommandGiven
        assert row.help in " ".join(call(row.group, row.name, "--help").stdout.split())
