"""The machine of a person's status in BNMP (situação da pessoa).

Theory of operation. A person is created EM_LIBERDADE. A mandado in force makes them PROCURADO, one of recapture
FORAGIDO, from custody too. An arrest that is fulfilled, or a mandado born fulfilled, makes a prisoner; an internment an
internee; a conversion takes a prisoner to internment. Guias tell provisional from definitive execution. Who is no
longer wanted by any mandado, or held by none, is EM_LIBERDADE, at the end of a civil or temporary term too, which BNMP
does by itself. Death ends it. Whether a release was the last that the person needed is a proviso of the row that brings
the event (rules/effects.py); here is only where it leads.

The status is the registry's and is never written by us: what is expected is folded from the documents, and a
difference is for a human to see. A status without a name here is kept verbatim, and nothing of ours moves it; so does
a pair without an arrow: REFUSALS names why (docs/law.md effects).
"""

from enum import auto

from rules.machine import Machine
from rules.words import _Name


class Situation(_Name):
    """A person's status in BNMP; an unknown label is kept verbatim as a plain string beside these."""

    EM_LIBERDADE = auto()
    PROCURADO = auto()
    FORAGIDO = auto()
    PRESO_PROVISORIO = auto()
    PRESO_EXECUCAO_PROVISORIA = auto()
    PRESO_EXECUCAO_DEFINITIVA = auto()
    INTERNADO_PROVISORIO = auto()
    INTERNADO_EXECUCAO = auto()
    FALECIDO = auto()


class PersonEvent(_Name):
    """What happens to a person."""

    WANTED = auto()
    WANTED_AGAIN = auto()
    ARRESTED = auto()
    INTERNED = auto()
    SENTENCED_PROVISIONALLY = auto()
    SENTENCED = auto()
    MEASURE_BEGUN = auto()
    NO_LONGER_WANTED = auto()
    FREED = auto()
    TERM_ENDED = auto()
    DIED = auto()


_S, _E = Situation, PersonEvent
_DIES = {_E.DIED: _S.FALECIDO}
_LOOSE = {
    _E.WANTED: _S.PROCURADO,
    _E.WANTED_AGAIN: _S.FORAGIDO,
    _E.ARRESTED: _S.PRESO_PROVISORIO,
    _E.INTERNED: _S.INTERNADO_PROVISORIO,
} | _DIES
_SOUGHT = _LOOSE | dict.fromkeys((_E.NO_LONGER_WANTED, _E.FREED), _S.EM_LIBERDADE)
_FREED = {_E.WANTED_AGAIN: _S.FORAGIDO, _E.FREED: _S.EM_LIBERDADE} | _DIES
_TO_INTERNMENT = {_E.INTERNED: _S.INTERNADO_PROVISORIO}
_TERM = {_E.TERM_ENDED: _S.EM_LIBERDADE}

TRANSITIONS: dict[Situation, dict[PersonEvent, Situation]] = {
    # A guia of the stock is the first that BNMP hears of somebody who serves a sentence already.
    _S.EM_LIBERDADE: _LOOSE | {_E.SENTENCED: _S.PRESO_EXECUCAO_DEFINITIVA, _E.MEASURE_BEGUN: _S.INTERNADO_EXECUCAO},
    _S.PROCURADO: _SOUGHT,
    # Once a fugitive, another mandado does not make them less of one.
    _S.FORAGIDO: _SOUGHT | {_E.WANTED: _S.FORAGIDO},
    _S.PRESO_PROVISORIO: _FREED
    | _TERM
    | _TO_INTERNMENT
    | {
        _E.SENTENCED_PROVISIONALLY: _S.PRESO_EXECUCAO_PROVISORIA,
        _E.SENTENCED: _S.PRESO_EXECUCAO_DEFINITIVA,
    },
    _S.PRESO_EXECUCAO_PROVISORIA: _FREED | _TO_INTERNMENT | {_E.SENTENCED: _S.PRESO_EXECUCAO_DEFINITIVA},
    _S.PRESO_EXECUCAO_DEFINITIVA: _FREED | _TO_INTERNMENT,
    _S.INTERNADO_PROVISORIO: _FREED | _TERM | {_E.MEASURE_BEGUN: _S.INTERNADO_EXECUCAO},
    _S.INTERNADO_EXECUCAO: _FREED,
    _S.FALECIDO: {},
}
TERMINAL = frozenset(status for status, row in TRANSITIONS.items() if not row)
BEGINS = Situation.EM_LIBERDADE

REFUSALS: dict[Situation, str] = {
    _S.EM_LIBERDADE: "AT_LIBERTY",
    _S.PROCURADO: "NOT_HELD",
    _S.FORAGIDO: "NOT_HELD",
    **dict.fromkeys((_S.PRESO_PROVISORIO, _S.PRESO_EXECUCAO_PROVISORIA, _S.PRESO_EXECUCAO_DEFINITIVA), "HELD_ALREADY"),
    **dict.fromkeys((_S.INTERNADO_PROVISORIO, _S.INTERNADO_EXECUCAO), "INTERNED_ALREADY"),
    _S.FALECIDO: "DEAD",
}
MACHINE = Machine(TRANSITIONS, REFUSALS)
why_not, after = MACHINE.why_not, MACHINE.after
