"""Commands, custody and the link's word from the record to the row: every one is answered, none is lost."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.dossiers import load_link
from ledger.tables import alias, antecedent, custody, payload, person
from rules.words import LinkState, Reason, State
from tests.ledger.office import PEOPLE, START, Office, paper

TODAY = (START - timedelta(hours=4)).date()
RJI, OTHER = "26000000018", "26000000026"
NEEDS_JUDGE = (State.HELD, Reason.NEEDS_JUDGE)


def test_data_completes_a_document_and_is_kept_as_its_next_version(office: Office) -> None:
    # given
    lacking = paper("MANDADO", "M-1")
    lacking["fields"] = {name: value for name, value in lacking["fields"].items() if name != "data_validade"}
    office.issue(lacking)
    assert office.row("M-1")["missing"] == ["fields.data_validade"]
    completes: dict[str, Any] = {"fields": {"data_validade": "2028-11-20"}, "party": {"alcunha": "Inventada"}}
    supplied = office.command("document.data-supplied", document_id="M-1", **completes)
    # when
    office.take(supplied)
    # then
    assert office.standing("M-1") == (State.READY, None)
    versions = office.rows(payload)
    assert [row["version"] for row in versions] == [1, 2]
    assert versions[1]["data"]["fields"] == lacking["fields"] | completes["fields"]
    assert versions[1]["data"]["party"] == lacking["party"] | completes["party"]
    assert office.answers() == [("applied", "APPLIED")]


def test_data_in_the_batch_of_its_document_and_twice_completes_it_once_each(office: Office) -> None:
    # given
    batch = [office.issued(paper("ALVARA", "A-1", "M-1", fields={}), stamp=1)]
    for number, fields in enumerate(({"motivo": "Decisao"}, {"sintese_decisao": "Inventada"})):
        asked = office.command(
            "document.data-supplied",
            document_id="A-1",
            fields=fields,
            more={"stamp": 2 + number, "ce_id": f"e-{number}"},
        )
        batch.append(asked)
    # when
    office.take(*batch)
    # then
    assert office.row("A-1")["version"] == 3
    assert office.rows(payload)[2]["data"]["fields"] == {"motivo": "Decisao", "sintese_decisao": "Inventada"}
    assert office.row("A-1")["gaps"] == []


def test_no_command_makes_a_document_another_partys(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1", unit=None))
    office.issue(paper("MANDADO", "M-2"))
    party = {"party_id": "another", "rji": RJI}
    # when
    office.take(office.command("document.data-supplied", document_id="M-2", party=party))
    # then
    assert office.row("M-2")["version"] == 2
    assert office.rows(payload)[2]["data"]["party"]["party_id"] == PEOPLE[0].party_id
    assert [row["rji"] for row in office.rows(person)] == [RJI]


@pytest.mark.parametrize(
    ("document_id", "rji", "answer"),
    [
        ("M-1", RJI, ("applied", "APPLIED")),
        ("M-1", OTHER, ("refused", "OTHER_RJI")),
        ("M-2", RJI, ("refused", "RJI_OF_ANOTHER")),
        ("M-2", OTHER, ("applied", "APPLIED")),
        ("M-2", "not an RJI", ("applied", "APPLIED")),
    ],
)
def test_safety_22_data_make_nobody_one_with_another_and_a_refused_choice_takes_nothing_with_it(
    office: Office, document_id: str, rji: str, answer: tuple[str, str]
) -> None:
    # given a party whose RJI is known, as it was typed, and one whose is not
    office.issue(paper("MANDADO", "M-1"))
    office.issue(paper("MANDADO", "M-2", person=1))
    office.take(office.command("document.data-supplied", document_id="M-1", party={"rji": f"{RJI[:9]}-{RJI[9:]}"}))
    before = office.row(document_id)["version"]
    # when
    supplied: dict[str, Any] = {"party": {"rji": rji}, "fields": {"sintese_decisao": "Outra"}}
    office.take(office.command("document.data-supplied", document_id=document_id, **supplied))
    # then
    assert office.answers()[-1] == answer
    assert office.row(document_id)["version"] - before == (answer[0] == "applied")
    taken = [RJI, OTHER if answer[0] == "applied" and rji == OTHER else None]
    assert [row["rji"] for row in office.rows(person)] == taken


def test_a_refused_completion_leaves_no_version(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    office.take(office.command("document.data-supplied", "OPERADOR", document_id="M-1", fields={}))
    # then
    assert office.answers() == [("refused", "NOT_COMPETENT")]
    assert len(office.rows(payload)) == 1


def test_the_judge_is_asked_about_a_withdrawn_mandado_and_says_send(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    office.take(office.withdrawn("M-1"))
    # then
    assert office.standing("M-1") == NEEDS_JUDGE
    # and when
    office.take(office.command("document.statement-given", document_id="M-1", statement="SEND", text="Cumpra-se"))
    # then
    assert office.standing("M-1") == (State.READY, None)
    assert office.answers() == [("refused", "ONLY_BY_CONTRAMANDADO"), ("applied", "APPLIED")]


@pytest.mark.parametrize("flaw", [{"by": None}, {"reason": "OUTRO"}, {"by": {"role": "MAGISTRADO"}}])
def test_a_withdrawal_that_does_not_hold_decides_nothing_and_stops_the_mandado(
    office: Office, flaw: dict[str, object]
) -> None:
    # given
    office.issue(paper("MANDADO", "M-1", released_by=None), paper("ALVARA", "A-1", variant="PRISAO_FLAGRANTE"))
    # when
    office.take(office.withdrawn("M-1", **flaw), office.withdrawn("A-1", **flaw))
    # then
    assert office.standing("M-1") == NEEDS_JUDGE
    assert office.row("A-1")["withdrawal"] is None
    assert office.answers() == [("refused", "INCOMPLETE")] * 2


def test_a_signer_is_kept_with_the_document(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    assigned = {"role": "MAGISTRADO", "user": "m008", "unit": "10234"}
    office.take(office.command("document.signer-assigned", document_id="M-1", **assigned))
    office.take(office.command("document.retry-requested", "OPERADOR", document_id="M-1"))
    # then
    assert office.row("M-1")["hands"] == [["MAGISTRADO", "m008", "10234"]]
    assert office.answers() == [("applied", "APPLIED")] * 2


def test_safety_22_an_rji_is_linked_and_undone(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    named = {"party_id": PEOPLE[0].party_id, "rji": RJI}
    # when
    office.take(office.command("person.rji-linked", **named))
    office.take(office.command("person.rji-linked", party_id="nobody", rji=OTHER))
    # then
    assert office.answers() == [("applied", "APPLIED"), ("refused", "UNKNOWN_PERSON")]
    assert [row["rji"] for row in office.rows(person)] == [RJI, None]
    assert OTHER not in [row["alias"] for row in office.rows(alias)]
    linked = [one.data for one in office.said() if one.type == "bnmp.person.linked.v1"]
    assert [(one["party_id"], one["rji"]) for one in linked] == [(PEOPLE[0].party_id, RJI)]
    # and when
    office.take(office.command("person.rji-unlinked", **named))
    # then
    assert office.rows(person)[0]["rji"] is None
    assert RJI not in [row["alias"] for row in office.rows(alias)]
    assert office.standing("M-1") == (State.HELD, Reason.MISSING_DATA)


def test_custody_is_kept_once_and_a_release_stops_the_mandado(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    taken = office.take(office.custody("h-1", 144, date(2020, 1, 1)), office.custody("h-2", 999, TODAY))
    # then
    assert taken.counts == {"custody": 2}
    assert [(row["event_id"], row["event"]) for row in office.rows(custody)] == [("h-1", "PRISAO"), ("h-2", None)]
    assert office.standing("M-1") == (State.READY, None)
    # and when
    office.take(office.custody("h-3", 221, TODAY))
    # then
    assert office.standing("M-1") == NEEDS_JUDGE
    assert office.row("M-1")["missing"] == ["custody:h-3"]


def test_custody_before_the_first_document_of_the_person_counts_too_and_a_correction_replaces(office: Office) -> None:
    # given
    office.take(office.custody("h-1", 62, TODAY))
    # when
    office.issue(paper("MANDADO", "M-1"))
    # then
    assert office.standing("M-1") == NEEDS_JUDGE
    # and when
    office.take(office.custody("h-1", 62, TODAY - timedelta(days=400)))
    # then
    assert len(office.rows(custody)) == 1
    assert office.standing("M-1") == (State.READY, None)


def link_state(office: Office) -> tuple[LinkState, str]:
    with office.database.reading() as connection:
        found = load_link(connection)
    return found.state, found.cause


def test_safety_19_the_link_is_forced_with_a_cause_and_whoever_did_it_is_told(office: Office) -> None:
    # given
    said = {"state": "FORCED_DOWN", "cause": "UNAVAILABILITY_DECLARED", "notice": "12/2026"}
    # when
    office.take(office.command("link.forced", "OPERADOR", **said))
    # then
    assert link_state(office) == (LinkState.FORCED_DOWN, "UNAVAILABILITY_DECLARED")
    changed = [one for one in office.said() if one.type == "bnmp.link.changed.v1"]
    assert [(one.data["state"], one.data["by"]["role"]) for one in changed] == [("FORCED_DOWN", "OPERADOR")]
    # and when
    office.take(office.command("link.forced", "OPERADOR", state="AUTO"))
    # then
    assert link_state(office) == (LinkState.SUSPECT, "AUTO")


def test_safety_19_a_word_without_competence_or_cause_is_refused(office: Office) -> None:
    # when
    office.take(
        office.command("link.forced", "SERVIDOR", state="AUTO"),
        office.command("link.forced", "OPERADOR", state="FORCED_DOWN"),
    )
    # then
    assert office.answers() == [("refused", "NOT_COMPETENT"), ("refused", "NO_CAUSE")]
    assert link_state(office)[0] is LinkState.UP


def test_safety_21_a_failed_test_asks_for_our_own_probe_and_opens_nothing(office: Office) -> None:
    # when
    office.take(office.command("link.tested", "SERVIDOR", user="u1", client="ERROR", app_server="OK"))
    office.take(office.command("link.tested", "SERVIDOR", user="u1", client="OK", app_server="OK"))
    # then
    assert office.answers() == [("applied", "TEST_FAILED"), ("applied", "TEST_OK")]
    with office.database.reading() as connection:
        found = load_link(connection)
    assert (found.state, found.probe_at) == (LinkState.UP, office.hand())


def test_the_antecedents_that_the_unit_chooses_are_kept_for_the_next_decision(office: Office) -> None:
    # given an alvará that names nothing, where two mandados may be meant
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2"), paper("ALVARA", "A-1"))
    assert office.row("A-1")["missing"] == ["antecedents", "M-1", "M-2"]
    # when
    chosen = [{"document_id": "M-2"}]
    office.take(office.command("document.data-supplied", document_id="A-1", antecedents=chosen))
    # then
    assert [(row["document_id"], row["names_document"]) for row in office.rows(antecedent)] == [("A-1", "M-2")]
    lacking = office.row("A-1")["missing"]
    office.take(office.custody("h-1", 144, TODAY, 1))
    office.take(office.command("document.retry-requested", document_id="A-1"))
    assert office.row("A-1")["missing"] == lacking
