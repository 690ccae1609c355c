"""Nobody is taken for a namesake, nobody waits for somebody removed, and nothing is sent twice (docs/law.md safety-22, 23, 26, 27)."""

import pytest

from consumers.lanes import Task
from rules.facts import Answer
from rules.words import AnswerClass, Reason, State
from sandbox.bnmp.labels import PENDING, REVOKED
from tests.ledger.office import PEOPLE
from tests.story.comparing import DAY, twin
from tests.story.court import Court

HELD, REGISTERED = State.HELD, (State.REGISTERED, None)
MERGED = "person.rji-merged"


def known(court: Court, person: int, *, active: bool = True) -> str:
    """BNMP has somebody of this name, without any document to tell them by; gives their RJI."""
    one = PEOPLE[person]
    named = {"nome": one.nome, "nomeMae": one.nome_mae, "dataNascimento": "01/01/1960"}
    made = court.simulator.world.book.add_person({"dadosGeraisPessoa": named, "documentos": []}, 2026)
    made.active = active
    return made.rji


def never_comes(court: Court, monkeypatch: pytest.MonkeyPatch, document_id: str) -> None:
    """The first creation of a document never reaches BNMP, and nobody can know."""
    ask, lost = court._registry.ask, set[str]()

    async def losing(task: Task) -> Answer:
        if (task.document_id, task.step, task.doubt) == (document_id, "CREATE", False) and not lost:
            lost.add(document_id)
            return Answer(AnswerClass.UNCERTAIN, court.office.hand.now, "CREATE", "no answer")
        return await ask(task)

    monkeypatch.setattr(court._registry, "ask", losing)


def readings(court: Court, document_id: str) -> int:
    """How often BNMP was asked about a creation, be it to create or to read."""
    return court.order.count(f"{document_id} CREATE")


def pieces(court: Court) -> list[str]:
    return [row["status"] for row in court.simulator.book["documents"]]


async def test_safety_22_beside_a_namesake_nobody_is_created_and_the_unit_chooses(court: Court) -> None:
    # given
    namesake = known(court, 0)
    # when
    await court.issue("MANDADO", "M-1")
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == ((HELD, Reason.MISSING_DATA), ["rji"])
    assert len(court.simulator.book["persons"]) == 1
    # when
    asked = {"party_id": PEOPLE[0].party_id, "rji": namesake}
    assert await court.command("person.rji-linked", "SERVIDOR", **asked) == "APPLIED"
    # then
    assert court.standing("M-1") == REGISTERED


async def test_safety_22_a_release_goes_under_the_rji_of_the_warrant_that_it_reaches_whoever_has_the_name(
    court: Court,
) -> None:
    # given a warrant, and a contramandado that SAJ issues to another party of its, who has a namesake
    await court.issue("MANDADO", "M-1")
    known(court, 1)
    # when
    await court.issue("CONTRAMANDADO", "K-1", "M-1", party=PEOPLE[1].as_party())
    # then
    assert (court.standing("K-1"), court.status("M-1")) == (REGISTERED, REVOKED)


async def test_safety_22_no_release_waits_for_somebody_whom_bnmp_has_removed(court: Court) -> None:
    # given two people whom BNMP has deactivated, and merged with nobody
    for person in (0, 1):
        known(court, person, active=False)
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    await court.issue("MANDADO", "M-1", person=1)
    # then the release goes under an RJI of its own, and of the mandado the unit is asked
    assert court.standing("A-1") == REGISTERED
    assert (court.standing("M-1"), court.missing("M-1")) == ((HELD, Reason.MISSING_DATA), ["rji"])
    assert [row["ativo"] for row in court.simulator.book["persons"]] == [False, False, True]


async def test_safety_23_an_rji_that_bnmp_has_removed_is_unlinked_and_the_release_goes_on(court: Court) -> None:
    # given
    await court.issue("MANDADO_CIVIL", "M-0")
    book = court.simulator.world.book
    own = book.persons[court.piece("M-0")["numeroIndividuo"]]  # type: ignore[index]  # it is registered
    own.active = False
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # then
    assert court.standing("A-1") == REGISTERED
    piece = court.piece("A-1")
    assert piece is not None
    assert piece["numeroIndividuo"] != own.rji


async def test_safety_23_a_merge_holds_the_mandados_of_both_until_bnmp_confirms_it_and_no_release(court: Court) -> None:
    # given
    await court.issue("MANDADO_CIVIL", "M-0")
    await court.issue("MANDADO_CIVIL", "N-0", person=1)
    newer, older = (row["numeroIndividuo"] for row in court.simulator.book["persons"])
    assert await court.command(MERGED, "SERVIDOR", from_rji=newer, into_rji=older) == "APPLIED"
    # when
    await court.issue("MANDADO", "M-1")
    await court.issue("MANDADO", "N-1", person=1)
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # then
    assert {court.standing("M-1"), court.standing("N-1")} == {(HELD, Reason.DIVERGENCE)}
    assert court.standing("A-1") == REGISTERED
    # when
    court.simulator.world.book.merge(newer, older)
    await court.wait(3700)
    # then
    assert {court.standing("M-1"), court.standing("N-1")} == {REGISTERED}
    made = [court.piece(name) for name in ("M-1", "N-1")]
    assert [piece["numeroIndividuo"] for piece in made if piece is not None] == [older, older]


async def test_safety_26_exists_already_is_a_success_only_after_the_comparison(court: Court) -> None:
    # given a person whom BNMP knows, and a gateway that sends every creation twice
    await court.issue("MANDADO_CIVIL", "M-0")
    court.moods(duplicate_409=1.0)
    # when
    court.publish("MANDADO", "M-1")
    await court.work()
    court.moods(duplicate_409=0.0)
    await court.wait(700)
    # then
    assert court.standing("M-1") == REGISTERED
    assert pieces(court) == [PENDING, PENDING]


async def test_safety_26_and_27_a_mandado_is_sent_again_after_three_readings_and_takes_nobody_elses_piece(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given another mandado of the same case and day
    await court.issue("MANDADO", "M-0")
    never_comes(court, monkeypatch, "M-1")
    # when
    court.publish("MANDADO", "M-1")
    await court.work()
    # then it is read at once, and not sent before ten minutes are over
    assert (court.standing("M-1"), readings(court, "M-1")) == ((State.UNCERTAIN, None), 2)
    await court.wait(299)
    assert (court.standing("M-1"), pieces(court)) == ((State.UNCERTAIN, None), [PENDING])
    await court.wait(302)
    # then
    assert (court.standing("M-1"), readings(court, "M-1")) == (REGISTERED, 5)
    assert court.office.row("M-1")["bnmp_id"] != court.office.row("M-0")["bnmp_id"]
    assert pieces(court) == [PENDING, PENDING]


@pytest.mark.parametrize(("seconds", "told"), [(0, 1), (2 * 3600, 1), (25 * 3600, 0)])
async def test_safety_27_of_a_mandado_that_was_sent_again_a_twin_is_searched_for_an_hour_and_a_day_later(
    court: Court, monkeypatch: pytest.MonkeyPatch, seconds: float, told: int
) -> None:
    # given
    await court.issue("MANDADO", "M-0")
    never_comes(court, monkeypatch, "M-1")
    court.publish("MANDADO", "M-1")
    for _ in range(4):
        await court.wait(302)
    assert court.standing("M-1") == REGISTERED
    # when what was lost comes to light
    await court.wait(seconds)
    twin(court, "M-1")
    await court.wait(3700)
    await court.wait(DAY)
    # then
    kinds = [one.data["kind"] for one in court.told("bnmp.incident.v1")]
    assert kinds.count("TWIN_FOUND") == told


async def test_safety_27_a_release_is_sent_again_after_two_readings_in_ten_seconds(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    await court.issue("MANDADO_CIVIL", "M-0")
    never_comes(court, monkeypatch, "A-1")
    began = court.office.hand.now
    # when
    court.publish("ALVARA_FLAGRANTE", "A-1")
    await court.work()
    # then
    assert (court.standing("A-1"), readings(court, "A-1")) == (REGISTERED, 4)
    assert (court.office.hand.now - began).total_seconds() < 30
    assert len(pieces(court)) == 2
