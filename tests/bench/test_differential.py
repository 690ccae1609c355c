"""The differential run in small: one day, every mood, both books compared; and the comparison sees what is wrong."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench._hostile import Hostile
from bench._reconciling import doubles, reconciled
from bench._town import Lived, Town
from bench.differential import MOODS, WINDOWS, compare
from bnmp.settings import BnmpSettings
from ledger.engine import Database
from operations.reconciling import Reconciled
from sandbox.bnmp.moods import HOSTILE
from sandbox.saj.day import Day
from sandbox.saj.documents import TRIBUNAL

PERSONS = 39
# Shorter still than the whole run's, in one proportion with what is accepted late.
# Two of these take seconds on a machine that has nothing else to do; a bound that a busy one meets too.
SECONDS = 400
pytestmark = pytest.mark.timeout(2 * SECONDS)
SHORT = replace(
    WINDOWS,
    lease_margin=10,
    answer=0.5,
    doubt_liberty=1.5,
    doubt_arrest=3,
    retry_other=2,
    reask_liberty=1,
    reask_other=1,
)
LATE: dict[str, Any] = {"accept_late_s": (0.6, 0.9), "latency_ms": (0, 10), "late_status_s": 0.5}
# A registry that asks for patience is everybody's pause: here it does so seldom, and not for long.
LATE |= {"throttle": 0.005, "retry_after_s": 0}


def test_a_day_against_every_mood_ends_alike_in_both_books(tmp_path: Path) -> None:
    # given
    day = Day.plan(PERSONS, 7)
    town = Town(
        day, PERSONS, SHORT, {**MOODS, **LATE}, tmp_path, SECONDS, publishing=2, outages=("http503",), outage_seconds=1
    )
    # when
    found = compare(town.live())
    # then
    assert found.documents == len(day.documents) >= 200
    assert (found.doubles, found.doubled_persons, found.absent, found.open, found.otherwise) == ([], [], [], [], [])
    assert found.said["bnmp.document.registered.v1"] == found.ends["REGISTERED"]
    assert found.struck["http503"] > 0


def test_what_is_accepted_after_the_window_of_doubt_is_there_twice_and_reconciliation_names_it_and_no_other(
    tmp_path: Path,
) -> None:
    # given a window that is over long before the effect comes
    windows = replace(SHORT, doubt_liberty=0.5, doubt_arrest=1)
    moods = {"accept_late": 0.15, "accept_late_s": (3, 4)}
    seen: list[Reconciled] = []

    def afterwards(database: Database, registry: Hostile, settings: BnmpSettings) -> None:
        seen.append(reconciled(database, registry, settings))

    # when
    town = Town(Day.plan(20, 11), 20, windows, moods, tmp_path, SECONDS, publishing=1, outages=())
    found = compare(town.live(afterwards))
    # then
    assert found.doubles
    assert found.absent == []
    assert (seen[0].stopped, seen[0].unread, seen[0].next_cursor) == (None, (), None)
    assert doubles(seen[0]) == {_as_named(double) for double in found.doubles}


def _as_named(double: str) -> str:
    """A double as the comparison of the books tells it, `seed document kind: [ids]`, without its seed and kind."""
    about, _, ids = double.partition(": ")
    return f"{about.split()[1]} {sorted(map(int, ids.strip('[]').split(', ')))}"


def test_the_differential_run_has_every_mood_of_the_hostile_registry() -> None:
    # then
    calm = {"handshake", "retry_after_s"}
    assert set(MOODS) == set(HOSTILE.as_json()) - calm


def lived(rows: list[dict[str, Any]], pieces: list[dict[str, Any]], persons: list[dict[str, Any]]) -> Lived:
    book = {"documents": pieces, "persons": persons, "requests": []}
    return Lived(tuple(rows), book, {}, {}, 1.0)


ROW: dict[str, Any] = {"document_id": "D-1", "kind": "ALVARA_SOLTURA", "state": "REGISTERED", "bnmp_id": "1"}
ROW |= dict.fromkeys(("reason", "missing", "step", "doing", "due_fact", "due_at"))
ROW |= {"bnmp_status": "ATIVO", "national_number": "n-1"}
PIECE = {"id": 1, "status": "Ativo", "numeroPeca": "n-1"}
PIECE |= {"idempotency_key": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{TRIBUNAL}/D-1"))}
PERSON = {"cpf": "00000000191", "nome": "Pessoa Inventada", "ativo": True}


def test_the_comparison_finds_what_is_twice_absent_open_or_otherwise() -> None:
    # when
    whole = compare(lived([ROW], [PIECE], [PERSON]))
    twice = compare(lived([ROW], [PIECE, PIECE | {"id": 2, "status": "Em Elaboração"}], [PERSON, PERSON]))
    absent = compare(lived([ROW], [PIECE | {"status": "Aguardando Assinatura"}], []))
    gone = compare(lived([ROW], [], []))
    still = compare(lived([ROW | {"state": "UNCERTAIN"}], [PIECE], []))
    other = compare(lived([ROW | {"national_number": "n-2"}], [PIECE], []))
    foreign = compare(lived([], [PIECE], []))
    # then
    assert (whole.doubles, whole.doubled_persons, whole.absent, whole.open, whole.otherwise) == ([], [], [], [], [])
    assert (len(twice.doubles), len(twice.doubled_persons)) == (1, 1)
    assert (len(absent.absent), len(gone.absent), len(still.open)) == (1, 1, 1)
    assert (len(other.otherwise), len(foreign.otherwise)) == (1, 1)
