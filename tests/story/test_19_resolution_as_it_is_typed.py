"""The closed list whole, and its resolution as a clerk types it, with the file of what was missing (docs/law.md resolution)."""

import json
import re
from pathlib import Path
from typing import Any

from console.commands import TABLE
from rules.words import Reason, State
from sandbox.saj.documents import KINDS, KindName
from tests.ledger.office import PEOPLE, paper
from tests.story.court import Court
from tests.story.test_06_contingency import ASKED, OFFERED, OPENED, REGISTERED, RESOLVED, TEXT

RESOLVE = next(row for row in TABLE if (row.group, row.name) == ("contingency", "resolve"))
# The manual's seven lines, word for word in their order, with every model of SAJ's that belongs to each.
LAWFUL: dict[str, tuple[KindName, ...]] = {
    "alvarás de soltura": ("ALVARA", "ALVARA_FLAGRANTE"),
    "ordens de liberação": ("LIBERACAO",),
    "ordens de desinternação": ("DESINTERNACAO",),
    "mandados de prisão (civil e criminal)": ("MANDADO", "MANDADO_CIVIL", "FLAGRANTE", "RECAPTURA"),
    "mandados de internação": ("INTERNACAO", "CONVERSAO"),
    "contramandados de prisão": ("CONTRAMANDADO",),
    "contramandados de internação": ("CONTRAMANDADO_INTERNACAO",),
}


async def _typed(court: Court, folder: Path, *documents: str, **data: Any) -> str:
    """A clerk types `contingency resolve` for these documents, with a file of what was missing."""
    file = folder / "data.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    asked = RESOLVE.data({"document_id": list(documents), "category": None, "data": str(file)})
    assert RESOLVE.type == "saj.contingency.resolution-requested.v1"
    return await court.command("contingency.resolution-requested", "SERVIDOR", **asked)


async def test_annex_b_5_each_kind_of_the_closed_list_goes_under_contingency_and_every_other_waits(
    court: Court,
) -> None:
    # given
    lawful = {kind for kinds in LAWFUL.values() for kind in kinds}
    others = sorted(set(KINDS) - lawful)
    await court.away()
    # when each kind that communicates is issued, and somebody answers SIM to each
    for number, kind in enumerate([*sorted(lawful), *others]):
        court.publish(kind, kind, person=number % len(PEOPLE))
    await court.work()
    for kind in [*sorted(lawful), *others]:
        await court.says(kind, "SIM")
    # then
    for kind in lawful:
        assert court.office.row(kind)["state"] == State.CONTINGENCY, kind
        (opened,) = court.told(OPENED, kind)
        assert re.fullmatch(TEXT, opened.data["text"]), kind
        assert opened.data["failed_access_at"] == court.told(OFFERED, kind)[-1].data["failed_access_at"]
    for kind in others:
        assert court.standing(kind) == (State.HELD, Reason.WAITING_LINK), kind
        assert (court.told(OFFERED, kind), court.office.row(kind)["text"]) == ([], None), kind
    assert court.simulator.book["documents"] == []


async def test_what_was_missing_of_two_documents_comes_in_one_file_and_each_takes_its_own(
    court: Court, tmp_path: Path
) -> None:
    # given a release and a mandado with gaps, of two persons
    await court.away()
    await court.issue("ALVARA_FLAGRANTE", "A-1", fields={"motivo": "m", "sintese_decisao": "s"})
    await court.issue("MANDADO", "M-1", person=1, fields={"especie_prisao": "PREVENTIVA", "sintese_decisao": "s"})
    for one in ("A-1", "M-1"):
        await court.says(one, "SIM")
    await court.back()
    named = {one: court.missing(one) for one in ("A-1", "M-1")}
    assert named == {"A-1": ["fields.local_prisao"], "M-1": ["fields.data_validade"]}
    # when the file has the one, and something wrong for the other
    data = {
        "A-1": {"fields": {"local_prisao": "Delegacia de Campo Grande"}},
        "M-1": {"fields": {"data_validade": "amanhã"}},
    }
    assert await _typed(court, tmp_path, "A-1", "M-1", **data) == "RESOLVING"
    # then
    assert (court.standing("A-1"), court.standing("M-1")) == (REGISTERED, ASKED)
    assert court.missing("M-1") == ["fields.data_validade"]
    # when
    assert await _typed(court, tmp_path, "M-1", **{"M-1": {"fields": {"data_validade": "2028-11-20"}}}) == "RESOLVING"
    # then
    assert court.standing("M-1") == REGISTERED
    assert len(court.told(RESOLVED)) == 2


async def test_safety_22_an_rji_is_created_found_or_chosen_by_the_unit_with_the_resolution(
    court: Court, tmp_path: Path
) -> None:
    # given somebody whom BNMP knows, and another party of the same name of whom less is known
    await court.issue("MANDADO", "M-0")
    known = court.simulator.book["persons"][0]["numeroIndividuo"]
    namesake = paper("MANDADO", "M-1")["party"] | {"party_id": "99001", "cpf": None, "nome_mae": None}
    await court.away()
    for name, more in (("M-1", {"party": namesake}), ("M-2", {"person": 1}), ("M-3", {})):
        await court.issue("MANDADO", name, **more)
        await court.says(name, "SIM")
    # when
    await court.back()
    # then nobody is created beside a candidate; who is new is created, and who is known is found
    assert (court.standing("M-1"), court.missing("M-1")) == (ASKED, ["rji"])
    assert [court.standing(one) for one in ("M-2", "M-3")] == [REGISTERED] * 2
    assert len(court.simulator.book["persons"]) == 2
    assert court.told(RESOLVED, "M-3")[-1].data["rji"] == known
    # when the unit resolves or completes it with that RJI, which another party has
    chosen: dict[str, Any] = {"party": {"rji": f"{known[:9]}-{known[9:]}"}}
    resolved = await _typed(court, tmp_path, "M-1", **{"M-1": chosen})
    supplied = await court.command("document.data-supplied", "SERVIDOR", document_id="M-1", **chosen)
    # then nobody is made one with somebody by the way, and whoever tried reads why
    assert (resolved, supplied) == ("RJI_OF_ANOTHER", "RJI_OF_ANOTHER")
    assert "outra parte" in court.told("bnmp.command.refused.v1")[-1].data["message"]
    assert (court.standing("M-1"), court.missing("M-1")) == (ASKED, ["rji"])
    # when the unit says that the party is that person
    assert await court.command("person.rji-linked", "SERVIDOR", party_id="99001", rji=known) == "APPLIED"
    # then
    assert court.standing("M-1") == REGISTERED
    assert court.told(RESOLVED, "M-1")[-1].data["rji"] == known


async def test_what_it_stands_on_is_looked_for_anew_when_it_is_resolved(court: Court, tmp_path: Path) -> None:
    # given a contramandado that was opened although nobody knows its mandado
    await court.away()
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    await court.says("K-1", "SIM")
    await court.back()
    assert court.standing("K-1") == (State.CONTINGENCY, Reason.MISSING_ANTECEDENT)
    # when the unit resolves it before SAJ has published the mandado, and after
    assert await _typed(court, tmp_path, "K-1") == "RESOLVING"
    assert court.standing("K-1") == (State.CONTINGENCY, Reason.MISSING_ANTECEDENT)
    await court.issue("MANDADO", "M-1")
    # then both went in one run: no warrant stands against a freed person
    assert [court.standing(one) for one in ("M-1", "K-1")] == [REGISTERED] * 2
    assert court.status("M-1") == "Revogado"
