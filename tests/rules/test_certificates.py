"""Certidões of SAJ's own: who signs them, what they say, and that SAJ's release is on record (docs/law.md safety-30)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.acts import By, CertificateReleased
from rules.certificate import Certificate, document_of, of_contingency
from rules.contingency import justification
from rules.words import CertificateStatus, LinkState, Role
from tests.rules.desk import COURT, NOW, RJI, UNIT, Desk, document

CLERK = By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)


def _resolved(medium: str) -> Desk:
    desk = Desk(document("m", medium=medium))
    desk.link(LinkState.DOWN)
    desk.consent("m")
    desk.link(LinkState.UP)
    list(desk.drain(contingency=True))
    return desk


def _release(desk: Desk, certificate: Certificate | None, by: By = CLERK) -> tuple[str, str]:
    desk.tell(CertificateReleased("c-9", "m", by, desk.dossier.now, certificate, desk.dossier.now))
    said = [one for one in desk.says if one.type.startswith("bnmp.command.")][-1]
    return said.type.split(".")[2], said.data["reason"]


@pytest.mark.parametrize(("medium", "word"), [("DIGITAL", "sem nova ação"), ("FISICO", "junte-a aos autos físicos")])
def test_safety_30_the_certidao_names_number_person_instant_reason_and_signer(medium: str, word: str) -> None:
    # when
    desk = _resolved(medium)
    # then
    made = desk.certificates["m:CERTIDAO_CONTINGENCIA"]
    for part in (desk["m"].national_number, RJI, "20/11/26 - 13:05:30", justification(NOW, COURT), "u123", UNIT):
        assert str(part) in made.text
    assert (made.medium, made.status, made.signer) == (medium, CertificateStatus.PENDING_RELEASE, "u123")
    assert word in made.instruction
    assert document_of(made.id) == "m"


@pytest.mark.parametrize(
    ("opened", "failed", "shown"),
    [(0, 0, "20/11/26 - 13:05:30"), (60, 0, "20/11/26 - 13:05:30"), (0, None, "20/11/26 - 13:05:30")],
)
def test_the_certidao_has_the_instant_of_the_failed_access_or_else_of_the_opening(
    opened: int, failed: int | None, shown: str
) -> None:
    failed_at = None if failed is None else NOW + timedelta(seconds=failed)
    one = document("m", opened_at=NOW + timedelta(seconds=opened), failed_access_at=failed_at)
    assert shown in of_contingency(one, RJI, COURT, NOW + timedelta(hours=1)).text


def test_safety_30_sajs_release_is_on_record_once_and_only_of_the_unit() -> None:
    # given
    desk = _resolved("DIGITAL")
    made = desk.certificates["m:CERTIDAO_CONTINGENCIA"]
    # when another unit, nobody's certidão, and then the unit
    assert _release(desk, made, replace(CLERK, unit="99999")) == ("refused", "NOT_COMPETENT")
    assert _release(desk, None) == ("refused", "UNKNOWN_CERTIFICATE")
    assert _release(desk, made) == ("applied", "APPLIED")
    # then
    after = desk.certificates[made.id]
    assert (after.status, after.released_at, after.released_by) == ("RELEASED", desk.dossier.now, "u123")
    assert _release(desk, after) == ("refused", "RELEASED_ALREADY")
