"""The machine of a document's status in BNMP, the registry's own word about a piece.

Theory of operation. A piece is created as a draft (EM_ELABORACAO). Where a judge must sign too, the clerk's signature
leads to AGUARDANDO_ASSINATURA: for nobody in effect. The last signature puts a mandado in force (PENDENTE_CUMPRIMENTO),
makes one by conversion of a flagrante fulfilled at once (CUMPRIDO), and anything else ATIVO. From there on a mandado
moves by what others do to it: a certidão fulfils it, a contramandado revokes it, its validity ends; and by the unit,
which may force its fulfilment at BNMP. Undoing a certidão or a contramandado brings it back. What is not signed by all is
deleted, by its clerk or by CNJ after 30 days, or cancelled; what is signed is annulled, if CNJ allows it, and a mandado
only while it was not released in the case (docs/law.md effects, safety-29, FAIL-2).

BNMP has the last word: what is read back is kept, whatever this table expects. A status that the table does not know
is kept verbatim and nothing of ours moves it; a pair without an arrow changes nothing, and REFUSALS names why.
"""

from enum import auto

from rules.machine import Machine
from rules.words import GONE, PecaStatus, _Name


class PieceEvent(_Name):
    """What happens to a piece."""

    SIGNED_BY_CLERK = auto()
    PUT_IN_FORCE = auto()
    BORN_FULFILLED = auto()
    ACTIVATED = auto()
    FULFILLED = auto()
    FORCED = auto()
    REVOKED = auto()
    LAPSED = auto()
    UNDONE = auto()
    ANNULLED = auto()
    DELETED = auto()


_S, _E = PecaStatus, PieceEvent

TRANSITIONS: dict[PecaStatus, dict[PieceEvent, PecaStatus]] = {
    _S.EM_ELABORACAO: {
        _E.SIGNED_BY_CLERK: _S.AGUARDANDO_ASSINATURA,
        _E.ACTIVATED: _S.ATIVO,
        _E.ANNULLED: _S.ANULADO,
        _E.DELETED: _S.EXCLUIDO,
    },
    _S.AGUARDANDO_ASSINATURA: {
        _E.PUT_IN_FORCE: _S.PENDENTE_CUMPRIMENTO,
        _E.BORN_FULFILLED: _S.CUMPRIDO,
        _E.ACTIVATED: _S.ATIVO,
        _E.ANNULLED: _S.ANULADO,
        _E.DELETED: _S.EXCLUIDO,
    },
    _S.PENDENTE_CUMPRIMENTO: {
        _E.FULFILLED: _S.CUMPRIDO,
        _E.FORCED: _S.CUMPRIDO,
        _E.REVOKED: _S.REVOGADO,
        _E.LAPSED: _S.EXPIRADO,
        _E.ANNULLED: _S.ANULADO,
    },
    _S.CUMPRIDO: {_E.UNDONE: _S.PENDENTE_CUMPRIMENTO},
    # An expired mandado may still be countermanded, or cancelled (docs/law.md safety-2).
    _S.EXPIRADO: {_E.REVOKED: _S.REVOGADO, _E.ANNULLED: _S.ANULADO},
    _S.REVOGADO: {_E.UNDONE: _S.PENDENTE_CUMPRIMENTO},
    _S.ATIVO: {_E.ANNULLED: _S.ANULADO},
    _S.EXCLUIDO: {},
    _S.ANULADO: {},
}
TERMINAL = frozenset(status for status, row in TRANSITIONS.items() if not row)
# What moves nobody.
IDLE = GONE | {_S.EM_ELABORACAO, _S.AGUARDANDO_ASSINATURA}

REFUSALS: dict[PecaStatus, str] = {
    _S.EM_ELABORACAO: "UNSIGNED",
    _S.AGUARDANDO_ASSINATURA: "UNSIGNED",
    _S.PENDENTE_CUMPRIMENTO: "IN_FORCE",
    _S.CUMPRIDO: "FULFILLED_ALREADY",
    _S.EXPIRADO: "EXPIRED",
    _S.REVOGADO: "REVOKED_ALREADY",
    _S.ATIVO: "NOT_A_MANDADO",
    _S.EXCLUIDO: "GONE",
    _S.ANULADO: "GONE",
}
MACHINE = Machine(TRANSITIONS, REFUSALS)
why_not, after = MACHINE.why_not, MACHINE.after
