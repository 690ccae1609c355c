"""Arrivals: a batch of records is one transaction, and nothing is done twice."""

from dataclasses import replace

import pytest

from consumers.intake import GROUP, Intake
from ledger import cursors
from ledger.arrivals import GapError
from ledger.tables import document, history, inbox, payload
from rules.words import Reason, State
from tests.ledger.office import COMMANDS, ISSUED, Office, key_of, paper


def next_offsets(office: Office) -> dict[tuple[str, int], int]:
    with office.database.reading() as connection:
        known = cursors.cursors(connection, GROUP)
    return {place: cursor.next_offset for place, cursor in known.items() if cursor.next_offset}


def changed(document_id: str = "M-1") -> dict[str, object]:
    return paper("MANDADO", document_id, secrecy="SIGILOSO")


def test_a_batch_moves_its_cursors_and_says_what_became_of_it(office: Office) -> None:
    # given
    batch = [
        office.issued(paper("MANDADO", "M-1")),
        office.issued(paper("MANDADO", "M-2", person=1), partition=1),
        office.answer("M-1", "SIM"),
        office.junk(None),
    ]
    # when
    taken = office.take(*batch)
    # then
    assert taken.counts == {"document": 2, "command": 1, "dead_letter": 1}
    assert taken.next_offsets == {(ISSUED, 0): 2, (ISSUED, 1): 1, (COMMANDS, 0): 1}
    assert next_offsets(office) == taken.next_offsets


def test_a_partition_without_cursor_is_refused_and_nothing_is_written(office: Office) -> None:
    # given records of which one lies where nobody said that reading begins
    records = [
        office.issued(paper("MANDADO", f"M-{n}", person=n), partition=partition) for n, partition in ((0, 0), (1, 9))
    ]
    before = office.dump()
    # when / then
    with pytest.raises(cursors.NoCursorError, match=r"\[9\]: run saj-bnmp offsets init"):
        office.take(*records)
    assert office.dump() == before


def test_a_gap_before_or_within_a_batch_writes_nothing(office: Office) -> None:
    # given
    records = [office.issued(paper("MANDADO", f"M-{n}", person=n)) for n in range(5)]
    office.take(records[0])
    before = office.dump()
    # when
    with pytest.raises(GapError) as gap:
        office.take(records[2], records[4])
    # then
    assert gap.value.gaps == (((ISSUED, 0), 1, 2), ((ISSUED, 0), 3, 4))
    assert office.dump() == before
    assert office.take(records[2], records[4], gaps=False).next_offsets == {(ISSUED, 0): 5}


def test_records_behind_the_cursor_are_dropped_and_the_rest_is_taken(office: Office) -> None:
    # given
    first, second = office.issued(paper("MANDADO", "M-1")), office.issued(paper("MANDADO", "M-2", person=1))
    office.take(first)
    # when
    taken = office.take(second, first, second)
    # then
    assert taken.counts == {"already_consumed": 1, "document": 1, "duplicate": 1}
    assert office.take(first, second).counts == {"already_consumed": 2}
    assert next_offsets(office) == {(ISSUED, 0): 2}


def test_a_batch_that_fails_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    before = office.dump()
    records = [office.issued(paper("MANDADO", "M-1")), office.junk()]

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(cursors, "advance", fail)
    # when
    with pytest.raises(OSError):  # noqa: PT011 (the one raised above)
        office.take(*records)
    # then
    assert office.dump() == before


@pytest.mark.parametrize("together", [True, False])
def test_the_same_event_again_is_counted_and_dropped(office: Office, together: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    records = [office.issued(paper("MANDADO", "M-1"), ce_id="e-1") for _ in range(2)]
    # when
    counts = [office.take(*records).counts] if together else [office.take(one).counts for one in records]
    # then
    assert sum(one.get("duplicate", 0) for one in counts) == 1
    assert len(office.rows(history)) == len(office.rows(inbox)) == len(office.rows(payload)) == len(office.said()) == 1


@pytest.mark.parametrize("together", [True, False])
def test_the_same_content_under_another_id_has_no_effect(office: Office, together: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    records = [office.issued(paper("MANDADO", "M-1"), ce_id=f"e-{n}") for n in range(2)]
    # when
    counts = [office.take(*records).counts] if together else [office.take(one).counts for one in records]
    # then
    assert sum(one.get("same_content", 0) for one in counts) == 1
    assert len(office.rows(history)) == len(office.rows(payload)) == len(office.said()) == 1
    assert [row["ce_id"] for row in office.rows(inbox)] == ["e-0", "e-1"]


@pytest.mark.parametrize("together", [True, False])
def test_other_content_before_sending_is_a_new_version(office: Office, together: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    records = [office.issued(paper("MANDADO", "M-1", unit=None)), office.issued(changed()), office.issued(changed())]
    # when
    for batch in [records] if together else [[one] for one in records]:
        office.take(*batch)
    # then
    assert office.standing("M-1") == (State.READY, None)
    assert sorted((row["version"], row["data"]["secrecy"]) for row in office.rows(payload)) == [
        (1, "ABERTO"),
        (2, "SIGILOSO"),
    ]
    assert office.row("M-1")["version"] == 2


def test_a_version_seen_before_is_dropped_whatever_version_is_current(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    office.issue(changed())
    # when
    taken = office.issue(paper("MANDADO", "M-1"))
    # then
    assert taken.counts == {"same_content": 1}
    assert office.row("M-1")["version"] == 2


def test_a_partitions_order_stands_although_its_producers_clock_went_back(office: Office) -> None:
    # given
    first = office.issued(paper("MANDADO", "M-1"), stamp=9_000)
    second = office.issued(changed(), stamp=8_000)
    # when
    office.take(first, second)
    # then
    assert sorted((row["version"], row["data"]["secrecy"]) for row in office.rows(payload)) == [
        (1, "ABERTO"),
        (2, "SIGILOSO"),
    ]


def test_over_topics_and_partitions_the_earlier_stamp_comes_first(office: Office) -> None:
    # given
    answered = office.answer("M-1", "NAO", stamp=1)
    later = office.issued(paper("MANDADO", "M-1"), partition=2, stamp=5)
    sooner = office.issued(paper("MANDADO", "M-2"), partition=0, stamp=4)
    # when
    office.take(answered, later, sooner)
    # then
    assert [row["document_id"] for row in office.rows(history)] == ["M-2", "M-1", "M-1"]
    assert [one.data["reason"] for one in office.said() if one.type == "bnmp.command.applied.v1"] == ["OFFER_LAPSED"]


def test_a_command_in_the_batch_of_its_document_finds_it(office: Office) -> None:
    # given
    batch = [office.issued(paper("MANDADO", "M-1"), stamp=1), office.answer("M-1", "NAO", stamp=2)]
    # when
    office.take(*batch)
    # then
    applied = [one for one in office.said() if one.type == "bnmp.command.applied.v1"]
    assert [(one.data["reason"], one.key) for one in applied] == [("OFFER_LAPSED", key_of(0))]
    assert office.row("M-1")["consent"]["answer"] == "NAO"


def test_a_batch_holds_every_person_of_its_documents_once(office: Office) -> None:
    # given
    papers = [paper("MANDADO", "M-1"), paper("CERTIDAO", "C-1", "M-1"), paper("ALVARA", "A-1", "M-1")]
    # when
    office.take(*(office.issued(data, partition=n) for n, data in enumerate(reversed(papers))))
    # then
    assert {row["document_id"]: row["state"] for row in office.rows(document)} == dict.fromkeys(
        ("M-1", "C-1", "A-1"), State.READY
    )
    assert len({row["person"] for row in office.rows(document)}) == 1
    assert {row["priority"] for row in office.rows(document)} == {0}


def test_another_group_that_takes_everything_again_changes_nothing(office: Office) -> None:
    # given
    batch = [
        office.issued(paper("CERTIDAO", "C-1", "M-1")),
        office.issued(paper("MANDADO", "M-1"), ce_id="e-1"),
        office.issued(changed(), ce_id="e-1"),
        office.junk(),
        office.junk(None),
        office.answer("M-1", "SIM"),
    ]
    office.take(*batch)
    before = office.dump()
    again = Intake(office.database, office.deployment, "saj-bnmp.replay")
    # when
    for slice_of in (batch[1:4], batch, [replace(one) for one in reversed(batch)]):
        again.take(slice_of, gaps=False)
    # then
    assert office.dump() == before
    assert office.standing("C-1") == (State.HELD, Reason.WAITING_ANTECEDENT)


def test_what_was_issued_before_bnmp_is_held_until_a_person_can_confirm_it(office: Office) -> None:
    # when
    office.issue(paper("MANDADO", "M-1", origin="ACERVO"))
    # then
    assert office.standing("M-1") == (State.HELD, Reason.MISSING_DATA)
    assert office.row("M-1")["missing"] == ["analysis", "rji"]


def test_a_document_with_text_that_no_database_can_keep_is_held_for_that_field(office: Office) -> None:
    # given
    spoiled = paper("MANDADO", "M-1")
    spoiled["party"]["nome_mae"] = "Mae \x00"
    spoiled["fields"]["sintese_decisao"] = "Cortada \ud83d"
    # when
    office.issue(spoiled | {"novo": "\x00"})
    # then
    assert office.standing("M-1") == (State.HELD, Reason.MISSING_DATA)
    assert office.row("M-1")["missing"] == ["party.nome_mae", "fields.sintese_decisao"]
    assert office.rows(payload)[0]["data"] == spoiled | {
        "novo": None,
        "party": spoiled["party"] | {"nome_mae": None},
        "fields": spoiled["fields"] | {"sintese_decisao": None},
    }
