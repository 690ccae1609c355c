"""The machine of a document's transmission to BNMP.

Theory of operation. A document that arrives is decided at once: it may go (READY), it is held with a
reason and somebody who must act (HELD), it waits under contingency (CONTINGENCY), or it ends (REJECTED,
EXCLUDED). RECEIVED exists only in history. A lane takes what is READY, or what is in CONTINGENCY once
the link is back, through SENDING; the registry's answer makes it REGISTERED, sends it back, or leaves
doubt (UNCERTAIN), from which only reading the registry leads out. What SAJ takes back is EXCLUDED, from
SENDING too as long as nothing of it is at the registry; a hold over several matches goes back to
UNCERTAIN when somebody asks for another reading. Once opened under contingency a
document is never READY or HELD again: it is CONTINGENCY, SENDING, UNCERTAIN or REGISTERED.

Every change of a document's state goes through `advance`; a pair that is not in the table is refused
and changes nothing. Both facts are tested, and docs/states.md draws this table.
"""

from enum import auto

from rules.words import State, _Name


class Event(_Name):
    """What moves a document from one state to another."""

    GO = auto()
    HOLD = auto()
    OPEN = auto()
    BEGIN = auto()
    REGISTER = auto()
    DOUBT = auto()
    RETURN = auto()
    REJECT = auto()
    EXCLUDE = auto()


class TransitionRefusedError(Exception):
    """A document was asked to move in a way that the transmission machine does not know."""


_S, _E = State, Event

TRANSITIONS: dict[State, dict[Event, State]] = {
    _S.READY: {
        _E.GO: _S.READY,
        _E.HOLD: _S.HELD,
        _E.OPEN: _S.CONTINGENCY,
        _E.BEGIN: _S.SENDING,
        _E.REJECT: _S.REJECTED,
        _E.EXCLUDE: _S.EXCLUDED,
    },
    _S.HELD: {
        _E.GO: _S.READY,
        _E.HOLD: _S.HELD,
        _E.DOUBT: _S.UNCERTAIN,
        _E.OPEN: _S.CONTINGENCY,
        _E.REJECT: _S.REJECTED,
        _E.EXCLUDE: _S.EXCLUDED,
    },
    _S.SENDING: {
        _E.GO: _S.READY,
        _E.HOLD: _S.HELD,
        _E.BEGIN: _S.SENDING,
        _E.OPEN: _S.CONTINGENCY,
        _E.RETURN: _S.CONTINGENCY,
        _E.REGISTER: _S.REGISTERED,
        _E.DOUBT: _S.UNCERTAIN,
        _E.EXCLUDE: _S.EXCLUDED,
    },
    _S.UNCERTAIN: {
        _E.GO: _S.READY,
        _E.HOLD: _S.HELD,
        _E.DOUBT: _S.UNCERTAIN,
        _E.OPEN: _S.CONTINGENCY,
        _E.RETURN: _S.CONTINGENCY,
        _E.REGISTER: _S.REGISTERED,
    },
    _S.CONTINGENCY: {
        _E.BEGIN: _S.SENDING,
        _E.RETURN: _S.CONTINGENCY,
        _E.EXCLUDE: _S.EXCLUDED,
    },
    _S.REGISTERED: {},
    _S.REJECTED: {},
    _S.EXCLUDED: {},
}

TERMINAL = frozenset(state for state, row in TRANSITIONS.items() if not row)

# A document that was never decided yet may enter these, and no others.
ENTRY = frozenset({_S.READY, _S.HELD, _S.CONTINGENCY, _S.REJECTED, _S.EXCLUDED})


def advance(state: State, event: Event) -> State:
    """Return the state after `event`; raises TransitionRefusedError where the table has no entry."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise TransitionRefusedError(f"{state} does not know {event}") from None
