"""A user's access to BNMP: what it stops, what it never does, and how it is mended (docs/law.md access, safety-5)."""

from datetime import timedelta
from typing import Any

from rules.words import Reason, State
from tests.ledger.office import START
from tests.story.court import MAGISTRADO, SERVIDOR, Court

HELD, ACCESS = "bnmp.document.held.v1", (State.HELD, Reason.ACCESS)
REGISTERED = (State.REGISTERED, None)
REGION = "90900"
UNIT = MAGISTRADO.units[0]


async def tell(court: Court, **more: Any) -> None:
    """SAJ tells of the judge."""
    court.later(1)
    court.office.take(court.office.access(MAGISTRADO.user, "MAGISTRADO", **more))
    await court.work()


async def test_safety_5_a_stale_row_holds_a_mandado_until_it_is_mended_and_names_the_unit(court: Court) -> None:
    # given our copy says that the judge is of another unit
    await tell(court, units=["90103"])
    # when
    await court.issue("MANDADO", "M-1")
    # then nothing of it is at the registry, and the unit is told what to ask for and where
    assert (court.standing("M-1"), court.missing("M-1")) == (ACCESS, [f"access.MAGISTRADO.unit:{UNIT}"])
    assert court.piece("M-1") is None
    told = court.told(HELD, "M-1")[-1].data
    assert f"unidade {UNIT}" in told["remedy"]
    assert "o magistrado ou o chefe de cartório o solicita em Intranet" in told["remedy"]
    # when
    await tell(court)
    # then it goes by itself
    assert court.standing("M-1") == REGISTERED


async def test_safety_5_a_stale_row_never_holds_a_release_nor_what_it_waits_for(court: Court) -> None:
    # given
    await tell(court, units=["90103"])
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # then
    assert court.standing("A-1") == REGISTERED
    (told,) = [one.data for one in court.told("bnmp.incident.v1")]
    assert (told["kind"], UNIT in told["what"]) == ("ACCESS_UNKNOWN", True)
    # given a mandado that is held by it
    await court.issue("MANDADO", "M-1", person=1)
    assert court.standing("M-1") == ACCESS
    # when its contramandado comes
    await court.issue("CONTRAMANDADO", "K-1", "M-1", person=1)
    # then both go in one chain
    assert (court.standing("M-1"), court.standing("K-1")) == (REGISTERED, REGISTERED)
    assert court.status("M-1") == "Revogado"


async def test_safety_5_a_refused_release_goes_by_itself_when_its_signers_access_is_given(court: Court) -> None:
    # given
    court.forbid(MAGISTRADO)
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    await court.issue("MANDADO", "M-1", person=1)
    assert (court.standing("A-1"), court.standing("M-1")) == (ACCESS, ACCESS)
    assert court.missing("A-1") == [f"signatures.MAGISTRADO.refused:{UNIT}"]
    # when somebody else's access changes
    court.later(1)
    court.office.take(court.office.access(SERVIDOR.user))
    await court.work()
    assert court.standing("A-1") == ACCESS
    # when
    court.allow(MAGISTRADO)
    await tell(court)
    # then
    assert (court.standing("A-1"), court.standing("M-1")) == (REGISTERED, REGISTERED)


async def test_safety_5_no_credentials_name_whose_and_of_which_unit(court: Court) -> None:
    # given
    hands = [
        {"role": "SERVIDOR", "user": SERVIDOR.user, "unit": UNIT},
        {"role": "MAGISTRADO", "user": MAGISTRADO.user, "unit": "90102"},
    ]
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1", signatures=[{**hand, "name": "Inventado"} for hand in hands])
    # then
    assert (court.standing("A-1"), court.missing("A-1")) == (ACCESS, ["signatures.MAGISTRADO.credentials:90102"])
    assert court.office.row("A-1")["awaits"] == MAGISTRADO.user


async def test_a_user_of_several_courts_signs_and_decides_in_each_that_was_asked_for(court: Court) -> None:
    # given
    await tell(court, units=["90102", UNIT])
    # when
    await court.issue("MANDADO", "M-1")
    # then
    assert court.standing("M-1") == REGISTERED
    # and decides nothing in a third
    await court.issue("ALVARA", "A-1", "M-9")
    by = {"by_user": MAGISTRADO.user, "document_id": "A-1"}
    assert await court.command("document.excluded", by_unit="90102", **by) == "NOT_COMPETENT"
    assert await court.command("document.excluded", by_unit=UNIT, **by) == "APPLIED"


async def test_who_was_on_duty_at_the_issue_wrote_a_valid_order_and_another_of_the_unit_signs_it_afterwards(
    court: Court,
) -> None:
    # given a duty that was going on at the issue and is over now
    begins, ends = (START - timedelta(hours=2)).isoformat(), (START + timedelta(minutes=30)).isoformat()
    duty = {"unit": UNIT, "from": begins, "to": ends}
    court.publish("MANDADO", "M-1")
    court.later(3600)
    # when
    await tell(court, units=["90103"], duty_units=[duty])
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == (ACCESS, [f"access.MAGISTRADO.on_duty:{UNIT}"])
    assert "indique outro assinante" in court.told(HELD, "M-1")[-1].data["remedy"]
    # when the unit assigns another, who is of it
    court.lend("m007", MAGISTRADO)
    other = {"role": "MAGISTRADO", "user": "m007", "unit": UNIT}
    court.office.take(court.office.command("document.signer-assigned", "SERVIDOR", document_id="M-1", **other))
    await court.work()
    # then the author stays on record
    assert (court.standing("M-1"), court.office.row("M-1")["signer"]) == (REGISTERED, MAGISTRADO.user)


async def test_the_region_of_a_duty_is_a_unit_of_its_own(court: Court) -> None:
    # given
    begins, ends = (START - timedelta(hours=2)).isoformat(), (START + timedelta(hours=9)).isoformat()
    await tell(court, units=["90103"], duty_units=[{"unit": REGION, "from": begins, "to": ends}])
    # when
    await court.issue("MANDADO", "M-1", unit={"code": REGION, "name": "Plantao da Regiao"}, signatures=in_region())
    # then our copy has nothing against the judge; that the credentials lack the region is another matter
    assert court.missing("M-1") == [f"signatures.{role}.credentials:{REGION}" for role in ("SERVIDOR", "MAGISTRADO")]
    by = {"by_user": MAGISTRADO.user, "document_id": "M-1"}
    assert await court.command("document.retry-requested", by_unit=REGION, **by) == "APPLIED"
    court.later(10 * 3600)
    assert await court.command("document.retry-requested", by_unit=REGION, **by) == "NOT_COMPETENT"


def in_region() -> list[dict[str, str]]:
    """The signatures of the unit's two people as officers on duty."""
    return [
        {"role": role, "user": user.user, "name": "Inventado", "unit": REGION}
        for role, user in (("SERVIDOR", SERVIDOR), ("MAGISTRADO", MAGISTRADO))
    ]


async def test_safety_16_a_judges_standing_order_opens_releases_at_night_and_no_mandado(court: Court) -> None:
    # given
    begins, ends = START.isoformat(), (START + timedelta(hours=24)).isoformat()
    order: dict[str, Any] = {"unit": UNIT, "kinds": ["ALVARA_SOLTURA"], "from": begins}
    longer = (START + timedelta(hours=25)).isoformat()
    assert await court.command("unit.contingency-standing-order", **order, to=longer) == "TOO_LONG"
    assert await court.command("unit.contingency-standing-order", "SERVIDOR", **order, to=ends) == "JUDGE_ONLY"
    await court.cut()
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    await court.issue("MANDADO", "M-1", person=1)
    asked = (State.HELD, Reason.AWAITING_CONSENT)
    assert (court.standing("A-1"), court.standing("M-1")) == (asked, asked)
    # when nobody is there to answer, and the judge orders
    assert await court.command("unit.contingency-standing-order", **order, to=ends) == "APPLIED"
    # then
    assert (court.standing("A-1"), court.standing("M-1")) == ((State.CONTINGENCY, None), asked)
    # when
    await court.back()
    # then the certidão names the judge who ordered it
    assert court.standing("A-1") == REGISTERED
    resolved = court.told("bnmp.contingency.resolved.v1", "A-1")[0].data
    assert resolved["certificate"]["signer"] == "m007"
