"""What one contingency stands on, from the failed calls to the certidão released, as `documents show` prints it (docs/law.md safety-15)."""

import pytest

from console.tables import print_document
from ledger.tables import person
from operations import documents
from operations.evidence import Evidence, Shown
from rules.words import LinkState, Role
from tests.ledger.office import GIVERS, STAFF, START
from tests.story.court import Court

default = pytest.mark.parametrize("court", ["default"], indirect=True)
RESOLVE, RELEASE = "contingency.resolution-requested", "certificate.released"
USER = STAFF[0].servidor.user


def _shown(court: Court, document_id: str) -> tuple[Shown, Evidence]:
    shown = documents.show(court.office.database, document_id)
    assert shown is not None
    assert shown.contingency is not None
    return shown, shown.contingency


@default
async def test_everything_a_contingency_stands_on_is_shown_with_its_instant_and_who_did_it(
    court: Court, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a mandado that was tried, offered, answered with NÃO and then with SIM
    await court.cut()
    await court.issue("MANDADO", "M-1")
    offered_at = court.office.hand()
    court.later(10)
    await court.says("M-1", "NAO")
    court.later(10)
    await court.says("M-1", "SIM")
    opened_at = court.office.hand()
    # when it is resolved after a day
    court.later(86_400)
    await court.back()
    await court.command(RESOLVE, "SERVIDOR", document_ids=["M-1"])
    resolved_at = court.office.hand()
    _, before = _shown(court, "M-1")
    done = {"certificate_id": before.certificates[0].id, "released_at": "2026-11-21T16:00:00-04:00"}
    await court.command(RELEASE, "SERVIDOR", **done)
    # then
    shown, found = _shown(court, "M-1")
    assert found.failed_access_at in {one.at for one in found.attempts}
    assert START <= found.attempts[0].at < found.attempts[-1].at <= offered_at
    assert {(one.answer, one.op != "") for one in found.attempts} == {("CONNECTION", True)}
    assert [at for at in found.offered_at if at < opened_at] == [offered_at]
    assert [(one.answer, one.by) for one in found.answers] == [("NAO", USER), ("SIM", USER)]
    assert found.consent is not None
    assert (found.consent.answer, found.consent.by, found.consent.at) == ("SIM", USER, opened_at)
    assert (found.opened_at, found.lacks) == (opened_at, ())
    assert found.text is not None
    assert found.text.startswith("Expediente dispensado de numeração nacional")
    assert found.confirmed is not None
    assert (found.confirmed.role, found.confirmed.user) == ("SERVIDOR", GIVERS[Role.SERVIDOR])
    assert found.resolved_at is not None
    assert found.confirmed.at <= found.resolved_at <= resolved_at
    (made,) = found.certificates
    assert (made.signer, made.national_number) == (GIVERS[Role.SERVIDOR], shown.document.national_number)
    assert (before.certificates[0].status, made.status) == ("PENDING_RELEASE", "RELEASED")
    assert made.released_by == GIVERS[Role.SERVIDOR]
    assert made.released_at is not None
    # and the machine's and the human's listing have all of it
    again = Shown.model_validate_json(shown.model_dump_json(by_alias=True))
    assert again == shown
    print_document(shown, as_json=False)
    printed = capsys.readouterr().out
    for part in (
        "attempt ",
        "offered ",
        "NAO",
        "opened ",
        found.text,
        "confirmed ",
        "resolved ",
        "RELEASED",
        f"signer {GIVERS[Role.SERVIDOR]}",
    ):
        assert part in printed, part
    rji = court.office.rows(person)[0]["rji"]
    assert rji
    assert rji not in shown.model_dump_json() + printed


async def test_before_its_resolution_the_evidence_says_what_the_paper_lacks_and_what_is_to_do(court: Court) -> None:
    # given
    await court.away()
    await court.issue("ALVARA_FLAGRANTE", "A-1", fields={"motivo": "m", "sintese_decisao": "s"})
    await court.says("A-1", "SIM")
    # when
    _, found = _shown(court, "A-1")
    # then
    assert court.link() is LinkState.DOWN
    assert found.lacks == ("local da prisão em flagrante",)
    assert (found.confirmed, found.resolved_at, found.certificates) == (None, None, ())
    assert [one.answer for one in found.attempts] == ["CONNECTION"]


async def test_what_never_met_a_failed_access_has_no_such_evidence(court: Court) -> None:
    # when
    await court.issue("MANDADO", "M-1")
    # then
    shown = documents.show(court.office.database, "M-1")
    assert shown is not None
    assert shown.contingency is None
