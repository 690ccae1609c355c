"""Dead letters: kept as they came, told to SAJ, and before the person's ARREST documents only."""

import pytest

from ledger.tables import dead_letter, inbox, payload
from ledger.tables import document as documents
from rules.words import Reason, State
from schemas.record import RawRecord
from tests.ledger.office import ISSUED, PEOPLE, Office, Said, key_of, paper

HELD = (State.HELD, Reason.DEAD_LETTER_AHEAD)


def told(office: Office) -> list[Said]:
    return [one for one in office.said() if one.type == "bnmp.record.unreadable.v1"]


def test_a_dead_letter_keeps_bytes_headers_and_key_and_says_where_it_came_from(office: Office) -> None:
    # given
    odd = RawRecord(ISSUED, 0, 0, 77, b"\xff\x00", b"\x00{\xfe", (("ce_id", b"\xf0"), ("ce_id", None), ("x", b"")))
    # when
    office.take(odd)
    # then
    (letter,) = office.letters()
    assert (letter.key, letter.value, letter.headers[:3]) == (odd.key, odd.value, odd.headers)
    assert dict(letter.headers[3:]) == {
        "dlq_reason": b"NO_ENVELOPE",
        "dlq_step": b"intake",
        "dlq_topic": ISSUED.encode(),
        "dlq_partition": b"0",
        "dlq_offset": b"0",
        "dlq_timestamp": b"77",
        "dlq_at": office.hand.now.isoformat().encode(),
    }


def test_a_tombstone_without_key_is_a_dead_letter_of_nobody(office: Office) -> None:
    # when
    office.take(RawRecord(ISSUED, 0, 0, 0, None, None, ()))
    # then
    (letter,) = office.letters()
    assert (letter.key, letter.value) == (None, None)
    assert [(row["reason"], row["person"]) for row in office.rows(dead_letter)] == [("EMPTY_VALUE", None)]


def test_saj_is_told_which_document_it_was_whenever_that_can_be_read(office: Office) -> None:
    # given
    record = office.issued(paper("MANDADO", "M-1") | {"kind": "MANDADO_INVENTADO"})
    # when
    office.take(record)
    # then
    (one,) = told(office)
    assert one.key == key_of(0)
    assert (one.data["document_id"], one.data["dlq_reason"], one.data["offset"]) == ("M-1", "UNKNOWN_KIND", 0)
    assert PEOPLE[0].nome not in str(one.data)


@pytest.mark.parametrize("before", [True, False])
def test_a_dead_letter_holds_the_persons_mandado_and_not_their_release(office: Office, before: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    office.issue(paper("MANDADO", "M-9"))
    letter = office.junk() if before else None
    papers = [
        paper("MANDADO", "M-1"),
        paper("ALVARA", "A-1", variant="PRISAO_FLAGRANTE"),
        paper("MANDADO", "M-2", person=1),
    ]
    papers[1]["fields"]["local_prisao"] = "Estabelecimento Inventado 4"
    records = [office.issued(data) for data in papers]
    # when
    if letter is not None:
        office.take(letter)
    office.take(*records, *([] if before else [office.junk()]))
    # then
    assert office.standing("M-1") == office.standing("M-9") == HELD
    assert office.standing("A-1") == office.standing("M-2") == (State.READY, None)


def test_a_dead_letter_of_nobodys_key_holds_nobody(office: Office) -> None:
    # when
    office.take(office.issued(paper("MANDADO", "M-1")), office.junk(None), office.junk(key=b"link"))
    # then
    assert office.standing("M-1") == (State.READY, None)


def test_a_mandado_that_a_whole_liberty_chain_needs_is_not_held_by_a_dead_letter(office: Office) -> None:
    # when
    office.take(
        office.junk(), office.issued(paper("MANDADO", "M-1")), office.issued(paper("CONTRAMANDADO", "K-1", "M-1"))
    )
    # then
    assert office.standing("M-1") == office.standing("K-1") == (State.READY, None)


def test_a_dead_letter_waits_for_the_first_document_of_a_person_never_seen(office: Office) -> None:
    # given
    office.take(office.junk(3))
    # when
    office.issue(paper("MANDADO", "M-1", person=3))
    # then
    assert office.standing("M-1") == HELD


@pytest.mark.parametrize("together", [True, False])
def test_the_same_id_with_other_content_is_a_conflicting_duplicate(office: Office, together: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    first = office.issued(paper("MANDADO", "M-1"), ce_id="e-1")
    second = office.issued(paper("CONTRAMANDADO", "K-1", "M-1"), ce_id="e-1")
    # when
    for batch in [[first, second]] if together else [[first], [second]]:
        office.take(*batch)
    # then
    assert [row["document_id"] for row in office.rows(documents)] == ["M-1"]
    assert [one.data["document_id"] for one in told(office)] == ["K-1"]
    assert office.rows(dead_letter)[0]["reason"] == "CONFLICTING_DUPLICATE"
    assert office.standing("M-1") == HELD, "what could not be taken may have been a release"


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN, State.REGISTERED, State.CONTINGENCY, State.EXCLUDED])
def test_other_content_once_it_is_on_its_way_is_a_conflicting_document(office: Office, state: State) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2"))
    with office.database.transaction() as connection:
        values = {"state": state, "opened_at": office.hand() if state is State.CONTINGENCY else None}
        connection.execute(documents.update().where(documents.c.document_id == "M-1").values(**values))
    # when
    record = office.issued(paper("MANDADO", "M-1", secrecy="SIGILOSO"), ce_id="e-2")
    taken = office.take(record)
    # then
    assert taken.counts == {"dead_letter": 1}
    assert office.row("M-1")["version"] == 1
    assert [row["outcome"] for row in office.rows(inbox) if row["ce_id"] == "e-2"] == ["DEAD"]
    assert [one.data["document_id"] for one in told(office)] == ["M-1"]
    assert office.standing("M-2") == HELD
    assert office.issue(paper("MANDADO", "M-1")).counts == {"same_content": 1}


@pytest.mark.parametrize("begun", [{"bnmp_id": "7"}, {"doing": "CREATE"}], ids=str)
def test_other_content_for_what_was_begun_is_a_conflicting_document(office: Office, begun: dict[str, str]) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    with office.database.transaction() as connection:
        connection.execute(documents.update().values(**begun))
    # when
    office.issue(paper("MANDADO", "M-1", secrecy="SIGILOSO"))
    # then
    assert office.rows(dead_letter)[0]["reason"] == "CONFLICTING_DOCUMENT"
    assert {name: office.row("M-1")[name] for name in begun} == begun


@pytest.mark.parametrize("together", [True, False])
def test_a_document_that_another_person_claims_stays_whose_it_was(office: Office, together: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    first, second = office.issued(paper("MANDADO", "M-1")), office.issued(paper("MANDADO", "M-1", person=1))
    # when
    for batch in [[first, second]] if together else [[first], [second]]:
        office.take(*batch)
    # then
    assert office.rows(dead_letter)[0]["reason"] == "CONFLICTING_DOCUMENT"
    (letter,) = office.letters()
    assert letter.value == second.value
    assert [row["data"]["party"]["party_id"] for row in office.rows(payload)] == [PEOPLE[0].party_id]


def test_a_dead_record_taken_twice_is_told_once(office: Office) -> None:
    # given
    record = office.junk()
    # when
    taken = office.take(record, record)
    # then
    assert taken.counts == {"dead_letter": 1, "duplicate": 1}
    assert len(told(office)) == len(office.letters()) == 1
