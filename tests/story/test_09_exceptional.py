"""What was issued outside SAJ is registered with its own day and reason, and with what undid it (docs/law.md exceptional)."""

from datetime import date
from typing import Any

from rules.words import Reason, State
from tests.ledger.office import paper
from tests.story.court import Court

REGISTERED = (State.REGISTERED, None)
SPLIT: dict[str, Any] = {
    "origin": "EXCEPCIONAL",
    "exceptional": {"hypothesis": "A", "justification": "Desmembramento do processo principal"},
}
OLD: dict[str, Any] = {
    "origin": "EXCEPCIONAL",
    "exceptional": {"hypothesis": "D", "justification": "Regularização de acervo"},
}


async def test_annex_b_19_a_divided_case_has_the_mandado_of_the_old_one_with_its_original_day(court: Court) -> None:
    # when
    await court.issue("MANDADO", "M-1", issued_at="2026-03-02T10:00:00-04:00", **SPLIT)
    # then
    assert (court.standing("M-1"), court.status("M-1")) == (REGISTERED, "Pendente de Cumprimento")
    piece = court.piece("M-1")
    assert piece is not None
    assert (piece["dataExpedicao"], piece["justificativa"]) == ("02/03/2026", "Desmembramento do processo principal")
    assert court.told("bnmp.document.registered.v1", "M-1")[0].data["retroactive"] is True


async def test_a_kind_that_is_not_on_the_list_is_held_with_the_way_out(court: Court) -> None:
    # when
    await court.issue("MORTE", "X-1", **SPLIT)
    # then
    assert (court.standing("X-1"), court.missing("X-1")) == ((State.HELD, Reason.MISSING_DATA), ["exceptional.kind"])
    assert "não admite cadastro excepcional" in court.told("bnmp.document.held.v1", "X-1")[0].data["remedy"]
    # and what says no hypothesis lacks it
    await court.issue("MANDADO", "M-2", origin="EXCEPCIONAL", person=1)
    assert court.missing("M-2") == ["exceptional"]


async def test_fail_11_an_old_mandado_is_not_set_to_fulfilled_without_the_alvara_that_freed_its_person(
    court: Court,
) -> None:
    # given somebody who was arrested and freed before BNMP, and whom BNMP knows
    await court.issue("MANDADO", "M-0")
    await court.issue("CONTRAMANDADO", "K-0", "M-0")
    await court.recorded(62, date(2017, 6, 1))
    rji = court.simulator.book["persons"][0]["numeroIndividuo"]
    party = paper("MANDADO", "M-1")["party"]
    march: dict[str, Any] = {"issued_at": "2017-03-01T10:00:00-04:00"}
    june: dict[str, Any] = {"issued_at": "2017-06-01T10:00:00-04:00"}
    # when the old mandado is registered without a choice of who they are
    await court.issue("MANDADO", "M-1", **OLD, **march)
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.MISSING_DATA), ["rji"])
    # when the unit has chosen, and tells the arrest of then
    known: dict[str, Any] = {"party": party | {"rji": rji}}
    await court.issue("MANDADO", "M-1", **OLD, **march, **known)
    await court.issue("CERTIDAO", "C-1", "M-1", origin="ACERVO", **march, **known)
    # then nobody is sought or held by it: the history shows them free
    assert court.standing("M-1") == (State.HELD, Reason.NEEDS_JUDGE)
    assert court.situation() == "Em Liberdade"
    # when the alvará of then is registered too
    await court.issue("ALVARA", "A-1", "M-1", **OLD, **june)
    # then all three have gone, in one unbroken row
    assert [court.standing(one) for one in ("M-1", "C-1", "A-1")] == [REGISTERED] * 3
    assert court.situation() == "Em Liberdade"
    made = [court.piece(one) for one in ("M-1", "C-1", "A-1")]
    assert [one["justificativa"] for one in made if one] == [
        "Regularização de acervo",
        "Regularização do acervo",
        "Regularização de acervo",
    ]
