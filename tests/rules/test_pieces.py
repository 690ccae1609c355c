"""The machines of BNMP's own statuses: of a piece, and of a person. Whole, reachable, and never in the registry's way."""

import itertools
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import pytest

from rules import pieces, situation
from rules.pieces import PieceEvent
from rules.situation import PersonEvent, Situation
from rules.words import PecaStatus


class Machine(NamedTuple):
    """One of the two: its table, where a thing begins, its states and events, and its functions."""

    table: Mapping[Any, Mapping[Any, Any]]
    refusals: Mapping[Any, str]
    begins: StrEnum
    states: type[StrEnum]
    events: type[StrEnum]
    after: Callable[[str, Any], str]
    why_not: Callable[[str, Any], str | None]


PIECE = Machine(
    pieces.TRANSITIONS,
    pieces.REFUSALS,
    PecaStatus.EM_ELABORACAO,
    PecaStatus,
    PieceEvent,
    pieces.after,
    pieces.why_not,
)
PERSON = Machine(
    situation.TRANSITIONS,
    situation.REFUSALS,
    situation.BEGINS,
    Situation,
    PersonEvent,
    situation.after,
    situation.why_not,
)
MACHINES = [pytest.param(PIECE, id="piece"), pytest.param(PERSON, id="person")]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_status_and_event_has_an_arrow_or_a_named_refusal_that_changes_nothing(machine: Machine) -> None:
    # given
    pairs = list(itertools.product(machine.states, machine.events))
    for status, event in pairs:
        # when
        after, why = machine.after(status, event), machine.why_not(status, event)
        # then
        if event in machine.table[status]:
            assert (after, why) == (machine.table[status][event], None)
        else:
            assert (after, why) == (status, machine.refusals[status])
            assert why, (status, event)
    assert set(machine.table) == set(machine.refusals) == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_status_can_be_reached_and_every_event_leads_somewhere(machine: Machine) -> None:
    # given
    reached = {machine.begins}
    # when
    while more := {target for status in reached for target in machine.table[status].values()} - reached:
        reached |= more
    # then
    assert reached == set(machine.states)
    assert {event for row in machine.table.values() for event in row} == set(machine.events)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("label", ["Outra Coisa", "", "Em acompanhamento de medidas diversas da prisão"])
def test_a_status_that_nobody_here_knows_is_kept_letter_by_letter(machine: Machine, label: str) -> None:
    for event in machine.events:
        assert machine.after(label, event) == label
        assert machine.why_not(label, event) == "UNKNOWN_STATUS"


def test_safety_1_only_the_last_signature_puts_a_piece_in_effect() -> None:
    # given
    in_effect = {PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.CUMPRIDO, PecaStatus.ATIVO}
    last = {PieceEvent.PUT_IN_FORCE, PieceEvent.BORN_FULFILLED, PieceEvent.ACTIVATED}
    for draft in (PecaStatus.EM_ELABORACAO, PecaStatus.AGUARDANDO_ASSINATURA):
        for event in PieceEvent:
            # then
            assert (pieces.after(draft, event) in in_effect) == (event in pieces.TRANSITIONS[draft] and event in last)


def test_safety_29_a_mandado_in_force_ends_by_contramandado_and_what_is_fulfilled_is_not_revoked() -> None:
    assert pieces.after(PecaStatus.PENDENTE_CUMPRIMENTO, PieceEvent.REVOKED) == PecaStatus.REVOGADO
    assert pieces.after(PecaStatus.EXPIRADO, PieceEvent.REVOKED) == PecaStatus.REVOGADO
    assert pieces.why_not(PecaStatus.CUMPRIDO, PieceEvent.REVOKED) == "FULFILLED_ALREADY"
    assert pieces.why_not(PecaStatus.CUMPRIDO, PieceEvent.ANNULLED) == "FULFILLED_ALREADY"


def test_effects_undoing_a_certidao_or_a_contramandado_brings_its_mandado_back() -> None:
    for event in (PieceEvent.FULFILLED, PieceEvent.REVOKED):
        moved = pieces.after(PecaStatus.PENDENTE_CUMPRIMENTO, event)
        assert pieces.after(moved, PieceEvent.UNDONE) == PecaStatus.PENDENTE_CUMPRIMENTO


def test_effects_nothing_moves_the_dead() -> None:
    assert {situation.after(Situation.FALECIDO, event) for event in PersonEvent} == {Situation.FALECIDO}
    everybody = set(Situation) - {Situation.FALECIDO}
    assert {situation.after(status, PersonEvent.DIED) for status in everybody} == {Situation.FALECIDO}
