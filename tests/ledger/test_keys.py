"""A record whose key is not its person's is taken and counted: the key costs speed, never order."""

import pytest

from tests.ledger.office import PEOPLE, Office, key_of, paper

RJI = "20000000001"


@pytest.mark.parametrize("key", [b"TJMS:nobody", key_of(1), b"", b"link"])
def test_a_document_under_another_key_is_taken_and_counted(office: Office, key: bytes) -> None:
    # given
    office.issue(paper("MANDADO", "M-1", person=1))
    # when
    taken = office.take(office.issued(paper("MANDADO", "M-2"), key=key))
    # then
    assert taken.counts == {"document": 1, "key_mismatch": 1}


def test_whatever_names_the_person_is_their_key(office: Office) -> None:
    # given a party who was linked to an RJI, and whom SAJ then keys by it
    office.issue(paper("MANDADO", "M-1"))
    office.take(office.command("person.rji-linked", party_id=PEOPLE[0].party_id, rji=RJI))
    # when
    counts = [
        office.take(office.issued(paper("MANDADO", "M-2"), key=RJI.encode())).counts,
        office.take(office.answer("M-2", "SIM")).counts,
        office.take(office.custody("h-1", 144, office.hand().date())).counts,
    ]
    # then
    assert counts == [{"document": 1}, {"command": 1}, {"custody": 1}]


def test_a_command_under_another_persons_key_is_counted(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    # when
    taken = office.take(office.command("document.retry-requested", document_id="M-1", more={"key": key_of(1)}))
    # then
    assert taken.counts == {"command": 1, "key_mismatch": 1}
