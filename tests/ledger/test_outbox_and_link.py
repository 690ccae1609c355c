"""The outbox, the link in the ledger, and what listings show."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from ledger import due, links, listing, outbox
from ledger.payloads import latest, owned_pieces
from ledger.tables import document
from rules.dossier import Link
from rules.words import LinkState, Reason, State
from tests.ledger.office import Office, paper


def ids(office: Office) -> list[int]:
    with office.database.reading() as connection:
        return [number for number, _, _ in outbox.waiting(connection, 0, 100)]


def change(office: Office, link: Link) -> None:
    with office.database.transaction() as connection:
        links.change(connection, office.deployment, office.hand(), lambda _: link)


def test_exactly_the_answered_rows_leave_the_outbox(office: Office) -> None:
    # given
    office.issue(*(paper("MANDADO", f"M-{n}", person=n) for n in range(4)))
    one, two, three, four = ids(office)
    # when
    with office.database.transaction() as connection:
        outbox.delete(connection, [two, four, 4711])
    # then
    assert ids(office) == [one, three]
    with office.database.reading() as connection:
        assert [number for number, _, _ in outbox.waiting(connection, one, 100)] == [three]
        assert [number for number, _, _ in outbox.waiting(connection, 0, 1)] == [one]


def test_an_id_is_never_used_again(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    (first,) = ids(office)
    with office.database.transaction() as connection:
        outbox.delete(connection, [first])
    # when
    office.issue(paper("MANDADO", "M-2"))
    # then
    assert ids(office)[0] > first


def test_a_row_of_the_outbox_knows_its_person_and_a_dead_letter_none(office: Office) -> None:
    # when
    office.take(office.issued(paper("MANDADO", "M-1")))
    office.take(office.junk())
    # then
    with office.database.reading() as connection:
        rows = [(record.topic, person) for _, person, record in outbox.waiting(connection, 0, 100)]
    assert {topic for topic, person in rows if person is None} == {"bnmp.dead-letter", "saj.outcomes"}
    assert {topic for topic, person in rows if person is not None} == {"bnmp.dispatch", "saj.outcomes"}


def test_a_change_of_the_link_is_said_once_with_its_evidence(office: Office) -> None:
    # given
    now = office.hand()
    down = Link(LinkState.DOWN, now, "TRIPPED", now - timedelta(seconds=9), now, now + timedelta(seconds=5), 1)
    # when
    change(office, down)
    change(office, down)
    change(office, replace(down, last_failed_at=now + timedelta(seconds=1)))
    # then
    (said,) = office.said()
    assert (said.topic, said.key, said.type) == ("bnmp.link", b"link", "bnmp.link.changed.v1")
    assert (said.data["state"], said.data["cause"]) == ("DOWN", "TRIPPED")
    with office.database.reading() as connection:
        assert links.load_link(connection) == replace(down, last_failed_at=now + timedelta(seconds=1))


def test_what_is_due_comes_most_urgent_first_and_not_before_its_hour(office: Office) -> None:
    # given
    office.issue(*(paper("MANDADO", f"M-{n}", person=n) for n in range(3)))
    office.issue(paper("CONTRAMANDADO", "K-1", "M-2", person=2))
    now = office.hand()
    for document_id, seconds in (("M-0", -5), ("M-1", 5), ("M-2", -1)):
        at = now + timedelta(seconds=seconds)
        with office.database.transaction() as connection:
            connection.execute(document.update().where(document.c.document_id == document_id).values(due_at=at))
    # when
    with office.database.reading() as connection:
        found = [document_id for document_id, _ in due.due(connection, now, 10)]
    # then
    assert found == ["M-2", "M-0"]


def test_what_waits_for_the_link_is_listed_liberty_first(office: Office) -> None:
    # given
    office.issue(
        paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1), paper("CONTRAMANDADO", "K-2", "M-2", person=1)
    )
    with office.database.transaction() as connection:
        connection.execute(document.update().values(state=State.HELD, reason=Reason.WAITING_LINK))
        # What waited longest is a mandado.
        older = document.update().where(document.c.document_id == "M-1")
        connection.execute(older.values(since=document.c.issued_at))
    # when
    with office.database.reading() as connection:
        found = [document_id for document_id, _ in due.waiting_for_link(connection, 10)]
        first = due.waiting_for_link(connection, 1)
    # then
    assert set(found[:2]) == {"M-2", "K-2"}
    assert found[2] == "M-1"
    assert [document_id for document_id, _ in first] == found[:1]


def test_a_listing_shows_documents_in_their_order_page_by_page(office: Office) -> None:
    # given
    office.issue(*(paper("MANDADO", f"M-{n}", person=n) for n in range(3)))
    office.take(office.junk(4))
    # when
    with office.database.reading() as connection:
        first = listing.documents(connection, limit=2)
        rest = listing.documents(connection, limit=2, after=first[-1].document_id)
        # then
        assert [row.document_id for row in (*first, *rest)] == ["M-0", "M-1", "M-2"]
        assert listing.document_row(connection, "M-1") == first[1]
        assert listing.document_row(connection, "nobody") is None
        assert [row.state for row in listing.history_of(connection, "M-1")] == ["READY"]
        assert listing.counts(connection) == {"dead_letter": 1, "certificate": 0, "custody": 0, "outbox": 5}


def test_a_listing_knows_what_ever_stood_under_a_reason(office: Office) -> None:
    # given
    office.issue(paper("CERTIDAO", "C-1", "M-1"))
    # when
    office.issue(paper("MANDADO", "M-1"))
    # then
    with office.database.reading() as connection:
        assert listing.reasons_ever(connection, Reason.WAITING_ANTECEDENT) == {"C-1"}


def test_the_latest_version_is_read_and_other_documents_pieces_are_known(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2"), paper("MANDADO", "M-3", person=1))
    office.issue(paper("MANDADO", "M-1", secrecy="SIGILOSO"))
    with office.database.transaction() as connection:
        connection.execute(document.update().values(bnmp_id=sa.literal("b-") + document.c.document_id))
    # when
    with office.database.reading() as connection:
        data, owned = latest(connection, "M-1"), owned_pieces(connection, office.row("M-1")["case_number"], "M-1")
    # then
    assert data["secrecy"] == "SIGILOSO"
    assert owned == {"b-M-2"}
