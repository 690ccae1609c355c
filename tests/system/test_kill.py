"""Two of each role, killed with -9 at named points of their work: nothing is lost, doubled or disordered.

Here a few points of each role; `make chaos` goes through all of them (tests/system/lives.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from runtime.agreement import ANTECEDENT_REFUSED, Report, compare, type_of
from runtime.stack import StackSettings
from sandbox.saj.documents import KINDS, RELEASE_TYPE
from tests.system.lives import POINTS, Aftermath, days_of_death

PERSONS = 20
SEEDS = range(11, 15)
SOME: Mapping[str, Sequence[str]] = {
    "processor": ("before-commit", "before-acknowledgement"),
    "relay": ("published", "before-commit"),
    "sender": ("after-creation", "before-signature"),
    "resolver": ("after-creation",),
    "clock": ("before-commit",),
}


@pytest.fixture(scope="module")
def aftermath() -> Aftermath:
    """Days with their outages, during which every role died at each of its points."""
    settings = StackSettings(replicas=2, moods={"latency_ms": [10, 40]})
    return days_of_death(SOME, settings, persons=PERSONS, seeds=SEEDS)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", SOME)
def test_each_role_died_at_its_points_with_work_in_hand_and_its_next_life_went_on(
    aftermath: Aftermath, role: str
) -> None:
    """Otherwise the zeros below would prove nothing."""
    deaths = aftermath.deaths[role]
    replicas = [f"{role}-1", f"{role}-2"]
    assert {death.point for death in deaths} == set(SOME[role])
    assert all(death.hand for death in deaths)
    assert all(death.successor is not None for death in deaths)
    assert sum(aftermath.restarts[name] for name in replicas) == len(deaths)
    assert any("SIGKILL" in (aftermath.reasons[name] or "") for name in replicas)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ["processor", "sender", "resolver"])
def test_both_of_two_share_the_work(aftermath: Aftermath, role: str) -> None:
    """Given two replicas and three partitions, then neither was only there."""
    assert {f"{role}.local-1", f"{role}.local-2"} <= aftermath.worked


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["lost", "duplicate", "order"])
def test_nothing_is_lost_doubled_or_disordered(aftermath: Aftermath, kind: str) -> None:
    """The registry's own book, the ledger and the topics agree with the plan."""
    assert aftermath.end.count(kind) == 0


@pytest.mark.timeout(900)
def test_everything_ended_as_planned(aftermath: Aftermath) -> None:
    """Every total is the plan's, the contingencies of the outages included, and nothing is left open."""
    assert aftermath.end.disagreements == set()
    assert aftermath.end.report.figures["open"] == 0


@pytest.mark.timeout(900)
def test_a_write_whose_answer_was_lost_is_read_back_and_never_simply_sent_again(aftermath: Aftermath) -> None:
    """Given a creation that was answered to a dead process, then its successor looks for the piece (safety-27)."""
    in_doubt = [
        way
        for way in aftermath.ways.values()
        if any((row.fact, row.state, row.doing) == ("LeaseTakenOver", "UNCERTAIN", "CREATE") for row in way)
    ]
    assert in_doubt
    assert all("DoubtRead" in {row.fact for row in way} for way in in_doubt)


@pytest.mark.timeout(900)
def test_a_restart_between_creation_and_signature_continues_and_does_not_create_again(aftermath: Aftermath) -> None:
    """Given a piece that was created and not signed by a life, then no later life begins its creation again."""
    created = [
        [row.detail for row in way]
        for way in aftermath.ways.values()
        if any(row.fact == "LeaseTakenOver" and (row.doing or "").startswith("SIGN") for row in way)
    ]
    assert created
    assert [details.count("CREATE begun") for details in created] == [1] * len(created)


@pytest.mark.timeout(900)
def test_nobody_is_named_in_a_log(aftermath: Aftermath) -> None:
    """Given days with kills, outages and unreadable records, when the logs are read, then they name no person."""
    parties = [publication.data["party"] for publication in aftermath.end.day.publications if publication.data]
    words = {str(party[name]) for party in parties for name in ("nome", "nome_mae", "cpf") if party.get(name)}
    rjis = {person["numeroIndividuo"] for person in aftermath.end.seen.book["persons"]}
    assert len(words) > PERSONS
    assert len(rjis) > PERSONS / 2
    assert "processor.batch" in aftermath.logs
    assert [word for word in words | rjis if word in aftermath.logs] == []


def test_every_role_has_points_and_those_tried_here_are_among_them() -> None:
    """The table has a row for each role; a subset that names a point it does not have would never be reached."""
    assert {role: set(points) - set(POINTS[role]) for role, points in SOME.items()} == {role: set() for role in POINTS}


def _registered(aftermath: Aftermath, type_id: int) -> dict[str, Any]:
    """A piece of the book that the plan expects."""
    return next(piece for piece in aftermath.end.seen.book["documents"] if type_of(piece) == type_id)


def _with_book(aftermath: Aftermath, **changes: list[dict[str, Any]]) -> Report:
    seen = aftermath.end.seen
    return compare(aftermath.end.day, replace(seen, book={**seen.book, **changes}))


@pytest.mark.timeout(900)
def test_a_planted_loss_is_found(aftermath: Aftermath) -> None:
    """Given a release that vanished from the registry, when the witnesses are compared, then it is lost."""
    gone, before = _registered(aftermath, RELEASE_TYPE), aftermath.end.report.figures["lost"]
    left = [piece for piece in aftermath.end.seen.book["documents"] if piece is not gone]
    report = _with_book(aftermath, documents=left)
    assert report.figures["lost"] == before + 1
    assert not report.agrees


@pytest.mark.timeout(900)
def test_a_document_that_the_ledger_lost_is_found(aftermath: Aftermath) -> None:
    """Given a document that the ledger does not know, when the witnesses are compared, then it is lost."""
    document_id, before = next(iter(aftermath.end.day.documents)), aftermath.end.report.figures["lost"]
    rows = {each: row for each, row in aftermath.end.seen.rows.items() if each != document_id}
    report = compare(aftermath.end.day, replace(aftermath.end.seen, rows=rows))
    assert report.figures["lost"] == before + 1


@pytest.mark.timeout(900)
def test_a_piece_that_is_not_what_the_plan_says_is_found(aftermath: Aftermath) -> None:
    """Given a pending mandado that the registry holds as fulfilled, when the witnesses are compared, then it shows."""
    end = aftermath.end
    pending = next(each for each in end.day.documents.values() if each.status == "Pendente de Cumprimento")
    number, before = end.seen.rows[pending.document_id].national_number, end.report.figures["lost"]
    pieces = [
        {**piece, "status": "Cumprido"} if piece["numeroPeca"] == number else piece
        for piece in end.seen.book["documents"]
    ]
    assert _with_book(aftermath, documents=pieces).figures["lost"] == before + 1


@pytest.mark.timeout(900)
def test_a_planted_double_is_found(aftermath: Aftermath) -> None:
    """Given the same mandado twice in the registry, when the witnesses are compared, then one is a double."""
    double = {**_registered(aftermath, 1), "id": "planted"}
    report = _with_book(aftermath, documents=[*aftermath.end.seen.book["documents"], double])
    assert report.figures["duplicates_at_registry"] == 1
    assert not report.agrees


@pytest.mark.timeout(900)
def test_a_planted_disorder_is_found(aftermath: Aftermath) -> None:
    """Given a certidão made before its mandado was in effect, or refused for it, then the order was violated."""
    book = aftermath.end.seen.book
    early = _registered(aftermath, KINDS["CERTIDAO"].peca)
    others = [piece for piece in book["documents"] if piece is not early]
    made = _with_book(aftermath, documents=[*others, {**early, "created_at": "2000-01-01T00:00:00+00:00"}])
    refused = {**book["requests"][0], "error": ANTECEDENT_REFUSED}
    tried = _with_book(aftermath, requests=[*book["requests"], refused])
    # An alvará of the same case stands on the certidão too, and is still in order.
    assert (made.figures["order_violations"], tried.figures["order_violations"]) == (1, 1)
    assert not made.agrees
    assert not tried.agrees
