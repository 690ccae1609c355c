"""A row is the document it was made of, whichever driver carried it; many rows are one statement."""

import gc
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from ledger.bulk import claim, insert, upsert
from ledger.document_rows import row_of
from ledger.dossiers import load
from ledger.tables import custody, document, inbox
from rules.analysis import Analysis
from rules.confirmation import Confirmation
from rules.dossier import Attempt, ConsentGiven, Document, Found, Hand, Withdrawal
from rules.words import AnswerClass, Consent, Reason, Role, State, Step
from tests.ledger.office import START, Office, paper

AT = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
LEAST = Document("least", 1, "MANDADO_PRISAO_CRIMINAL", "", "", None, state=State.READY)
# Every field otherwise than it is by itself; text that JSON and COPY would have to escape.
FULL = Document(
    document_id='full "\\ \t\n é 中 \U0001f600',
    person=1,
    kind="ALVARA_SOLTURA",
    case_number="0800001-11.2026.8.12.0001",
    unit="90101",
    issued_at=AT,
    variant="MANDADO_CUMPRIDO",
    medium="DIGITAL",
    gaps=("fields.motivo", "party.name"),
    institutional=False,
    owner_system="EPROC",
    released_by_judge=False,
    released=True,
    valid_until=date(2027, 1, 31),
    term_days=60,
    fulfilled_on=date(2026, 11, 3),
    signer="m901",
    version=3,
    state=State.HELD,
    reason=Reason.NEEDS_JUDGE,
    missing=("a", "b"),
    since=AT,
    priority=1,
    sequence=4,
    turn=5,
    step=Step.CREATE,
    doing=Step.READ_BACK,
    reads=2,
    attempts=(Attempt(AT, "POST", AnswerClass.CONNECTION, "refused"), Attempt(AT, "GET", AnswerClass.FAULT)),
    consent=ConsentGiven(Consent.SIM, "u1", AT),
    confirmed=Confirmation(Role.SERVIDOR, "u1", "10234", AT),
    failed_access_at=AT,
    text="Certifico que…",
    opened_at=AT,
    retroactive=True,
    bnmp_id="b-1",
    analysis=Analysis("item-1", "u1", loose=True, fulfilled=True, creates=True),
    national_number="0" * 28,
    bnmp_status="ATIVO",
    registered_at=AT,
    due_at=AT,
    due_fact="ASK_AGAIN",
    withdrawal=Withdrawal("CANCELADO", "c-1", Role.MAGISTRADO, "m007", "90101", AT),
    hands=(Hand(Role.SERVIDOR, "s1", "90101"),),
    cleared=("fields.data_validade",),
    escalate_at=AT,
    escalated=2,
    found=(Found("M-0", "b-0", "1" * 28, "CUMPRIDO", 1, "98765432109"), Found("M-7")),
    looked_up_at=AT,
    rji="98765432109",
    party_id="8841",
    awaits="s1",
)


def _person(office: Office) -> int:
    office.issue(paper("MANDADO", "M-1"))
    return int(office.row("M-1")["person"])


def _kept(office: Office, *kept: Document) -> dict[str, Document]:
    person = _person(office)
    with office.database.transaction() as connection:
        upsert(connection, document, ("document_id",), [row_of(replace(one, person=person)) for one in kept])
    with office.database.reading() as connection:
        court, windows = office.deployment.court, office.deployment.windows
        found = load(connection, [person], now=START, court=court, windows=windows).documents
    return {one.document_id: replace(found[one.document_id], person=one.person) for one in kept}


def test_a_document_comes_back_as_it_was_written_in_every_field(office: Office) -> None:
    # given a document of which no field is as it is by itself
    plain = [field.name for field in fields(Document) if getattr(FULL, field.name) == getattr(LEAST, field.name)]
    assert set(plain) <= {"person", "antecedents"}
    # when
    kept = _kept(office, FULL, LEAST)
    # then
    assert kept == {FULL.document_id: FULL, LEAST.document_id: LEAST}
    assert type(kept["least"]) is Document
    assert hash(kept["least"]) == hash(LEAST)


def test_an_instant_is_kept_in_utc_whatever_its_zone_and_one_without_zone_is_refused(office: Office) -> None:
    # given
    west = timezone(timedelta(hours=-4))
    # when
    kept = _kept(office, replace(LEAST, issued_at=AT.astimezone(west)))
    # then
    assert kept["least"].issued_at == AT
    assert kept["least"].issued_at.tzinfo is not None
    assert kept["least"].issued_at.utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="naive"), office.database.transaction() as connection:
        insert(connection, document, [row_of(replace(LEAST, document_id="n", issued_at=AT.replace(tzinfo=None)))])


def test_a_claim_gives_the_keys_that_were_free_and_leaves_the_others_as_they_were(office: Office) -> None:
    # given
    def rows(digest: str, *ids: str) -> list[dict[str, Any]]:
        same = {"source": "s", "type": "t", "digest": digest, "outcome": "APPLIED", "received_at": AT}
        return [same | {"ce_id": one} for one in ids]

    with office.database.transaction() as connection:
        assert claim(connection, inbox, ("source", "ce_id"), rows("first", "b")) == {("s", "b")}
        # when
        claimed = claim(connection, inbox, ("source", "ce_id"), rows("later", "c", "b", "a"))
    # then
    assert claimed == {("s", "a"), ("s", "c")}
    kept = {row["ce_id"]: (row["digest"], row["received_at"]) for row in office.rows(inbox)}
    assert kept == {"a": ("later", AT), "b": ("first", AT), "c": ("later", AT)}


def test_what_is_not_there_is_null_and_not_a_word_of_json(office: Office) -> None:
    # when
    office.take(office.custody("e-1", 7, START.date()))
    # then
    with office.database.reading() as connection:
        found = connection.scalar(
            custody.select().with_only_columns(custody.c.event_id).where(custody.c.place.is_(None))
        )
    assert found == "e-1"


def test_the_collector_works_again_after_a_batch_also_after_one_that_failed(office: Office) -> None:
    # given
    late = replace_offset(office)
    # when
    with pytest.raises(Exception, match="before the batch"):
        office.take(late)
    # then
    assert gc.isenabled()


def replace_offset(office: Office) -> Any:
    """A record before which others are missing."""
    record = office.issued(paper("MANDADO", "M-9"))
    return replace(record, offset=record.offset + 5)
