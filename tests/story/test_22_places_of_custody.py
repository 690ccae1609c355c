"""Which place of custody of SAJ's is which of BNMP's is the court's table (docs/law.md ANT-9, FAIL-5)."""

from dataclasses import replace
from typing import Any

from consumers.intake import Intake
from rules.custody import UNMAPPED
from rules.words import Reason, State
from tests.ledger.office import paper
from tests.story.court import Court


def keeping(court: Court, *places: str) -> None:
    """The court keeps a table of places."""
    kept = replace(court.office.deployment.court, places=frozenset(places))
    court.office.deployment = replace(court.office.deployment, court=kept)
    court.office.intake = Intake(court.office.database, court.office.deployment)


async def test_fail_5_a_guia_waits_for_its_place_and_the_history_names_it_before(court: Court) -> None:
    # given
    keeping(court)
    place: dict[str, Any] = paper("GUIA_DEFINITIVA", "G-1")["fields"]["local_custodia"]
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    # when the arrest is typed
    await court.recorded(144, court.office.hand().date(), custody={"kind_code": 1, "place": place})
    # then its place is named
    assert {"field": "custody.place.code", "rule": UNMAPPED} in court.told("bnmp.custody.held.v1")[0].data["wrong"]
    # when the guia comes all the same
    await court.issue("GUIA_DEFINITIVA", "G-1", "M-1")
    # then
    assert (court.standing("G-1"), court.missing("G-1")) == ((State.HELD, Reason.MISSING_DATA), ["custody.place"])
    assert "Local de Custódia não está configurado" in court.told("bnmp.document.held.v1", "G-1")[0].data["remedy"]
    # when it is in the table, and the unit completes the guia
    keeping(court, place["code"])
    assert await court.command("document.data-supplied", "SERVIDOR", document_id="G-1", fields={}) == "APPLIED"
    # then
    assert court.standing("G-1") == (State.REGISTERED, None)
