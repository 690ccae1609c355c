"""Joint transitions: what registering a document does to itself, to those it reaches, and to the person.

One row for each kind and variant (docs/law.md effects). `own` is the event of its last signature, `reached` that of
each mandado it reaches, `person` that of the person, told only where the `proviso` holds once the document is in effect:
an alvará frees nobody whom another mandado holds, a contramandado leaves whoever is still sought sought (FAIL-17).

`expected` folds the rows over a person's registered documents in the order in which they came into effect. It is what
BNMP should say of the person; where BNMP says otherwise BNMP is right, and somebody must look.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto

from rules import situation
from rules.dossier import Document
from rules.kinds import MANDADOS_INTERNACAO
from rules.pieces import PieceEvent
from rules.situation import PersonEvent
from rules.words import Kind, PecaStatus, State, Variant


class Proviso(Enum):
    """When an effect on the person holds."""

    ALWAYS = auto()
    NOBODY_SEEKS = auto()
    NOBODY_HOLDS = auto()


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What registering `kind` of `variant` does."""

    kind: Kind
    variant: Variant | None
    own: PieceEvent
    reached: PieceEvent | None = None
    person: PersonEvent | None = None
    proviso: Proviso = Proviso.ALWAYS


_K, _V, _P, _E = Kind, Variant, PieceEvent, PersonEvent
_ROW = EffectRow
_FREE = Proviso.NOBODY_HOLDS
_TABLE = (
    _ROW(_K.MANDADO_PRISAO_CRIMINAL, None, _P.PUT_IN_FORCE, None, _E.WANTED),
    _ROW(_K.MANDADO_PRISAO_CRIMINAL, _V.RECAPTURA, _P.PUT_IN_FORCE, None, _E.WANTED_AGAIN),
    _ROW(_K.MANDADO_PRISAO_CRIMINAL, _V.CONVERSAO_FLAGRANTE, _P.BORN_FULFILLED, None, _E.ARRESTED),
    _ROW(_K.MANDADO_PRISAO_CIVIL, None, _P.PUT_IN_FORCE, None, _E.WANTED),
    _ROW(_K.MANDADO_INTERNACAO, None, _P.PUT_IN_FORCE, None, _E.WANTED),
    _ROW(_K.MANDADO_INTERNACAO, _V.CONVERSAO, _P.PUT_IN_FORCE, None, _E.WANTED),
    _ROW(_K.CONTRAMANDADO_PRISAO, None, _P.ACTIVATED, _P.REVOKED, _E.NO_LONGER_WANTED, Proviso.NOBODY_SEEKS),
    _ROW(_K.CONTRAMANDADO_INTERNACAO, None, _P.ACTIVATED, _P.REVOKED, _E.NO_LONGER_WANTED, Proviso.NOBODY_SEEKS),
    _ROW(_K.ALVARA_SOLTURA, None, _P.ACTIVATED, None, _E.FREED, _FREE),
    _ROW(_K.ALVARA_SOLTURA, _V.MANDADO_CUMPRIDO, _P.ACTIVATED, None, _E.FREED, _FREE),
    _ROW(_K.ALVARA_SOLTURA, _V.PRISAO_FLAGRANTE, _P.ACTIVATED, None, _E.FREED, _FREE),
    _ROW(_K.ORDEM_LIBERACAO, None, _P.ACTIVATED, None, _E.FREED, _FREE),
    # It leaves its mandado fulfilled, so that no certidão that comes late shows a free person interned.
    _ROW(_K.ORDEM_DESINTERNACAO, None, _P.ACTIVATED, _P.FULFILLED, _E.FREED, _FREE),
    _ROW(_K.GUIA_RECOLHIMENTO_PROVISORIA, None, _P.ACTIVATED, None, _E.SENTENCED_PROVISIONALLY),
    _ROW(_K.GUIA_RECOLHIMENTO_DEFINITIVA, None, _P.ACTIVATED, None, _E.SENTENCED),
    _ROW(_K.GUIA_RECOLHIMENTO_ACERVO, None, _P.ACTIVATED, None, _E.SENTENCED),
    _ROW(_K.GUIA_INTERNACAO_PROVISORIA, None, _P.ACTIVATED, None, _E.MEASURE_BEGUN),
    _ROW(_K.GUIA_INTERNACAO_DEFINITIVA, None, _P.ACTIVATED, None, _E.MEASURE_BEGUN),
    _ROW(_K.GUIA_INTERNACAO_ACERVO, None, _P.ACTIVATED, None, _E.MEASURE_BEGUN),
    _ROW(_K.CERTIDAO_CUMPRIMENTO_PRISAO, None, _P.ACTIVATED, _P.FULFILLED, _E.ARRESTED),
    _ROW(_K.CERTIDAO_CUMPRIMENTO_INTERNACAO, None, _P.ACTIVATED, _P.FULFILLED, _E.INTERNED),
    _ROW(_K.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE, None, _P.ACTIVATED, None, _E.DIED),
    # What an archived guia is called in BNMP no source says; the person stays as they are.
    _ROW(_K.CERTIDAO_ARQUIVAMENTO_GUIA, None, _P.ACTIVATED),
    _ROW(_K.CERTIDAO_ALTERACAO_UNIDADE_REGIME, None, _P.ACTIVATED),
)
EFFECTS: dict[tuple[str, str | None], EffectRow] = {(row.kind, row.variant): row for row in _TABLE}

_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_HOLDS = frozenset({PersonEvent.ARRESTED, PersonEvent.INTERNED})
_ENDS = frozenset({PersonEvent.FREED, PersonEvent.NO_LONGER_WANTED})
_RANKS: dict[PersonEvent | None, int] = {**dict.fromkeys(_HOLDS, 0), **dict.fromkeys(_ENDS, 2)}


def effect_of(document: Document) -> EffectRow | None:
    """The row of a document; None for what no table knows. An unknown variant has the effects of its kind alone."""
    row = EFFECTS.get((document.kind, document.variant))
    return row or EFFECTS.get((document.kind, None))


def expected(documents: Iterable[Document], reached: Callable[[str], Iterable[str]]) -> str:
    """What BNMP should say of the person of these documents; `reached` gives the ids that one of them reaches."""
    done = [one for one in documents if one.state is State.REGISTERED and not one.gone]
    told = [(one, row, tuple(reached(one.document_id))) for one in done if (row := effect_of(one)) is not None]
    stands_on = {one.document_id: its for one, _, its in told}
    told.sort(key=lambda each: _in_effect(each[0], each[1], stands_on))
    fold = _Fold({mandado for _, row, its in told if row.reached is not None for mandado in its})
    for document, row, its in told:
        fold.take(document, row, its)
    return fold.status


def _in_effect(
    one: Document, row: EffectRow, stands_on: Mapping[str, tuple[str, ...]]
) -> tuple[datetime, int, int, str]:
    """When it came into effect; of one instant what stands on another comes after it, and who is freed was held before."""
    return one.registered_at or _FIRST, _depth(one.document_id, stands_on), _RANKS.get(row.person, 1), one.document_id


def _depth(document_id: str, stands_on: Mapping[str, tuple[str, ...]]) -> int:
    """How many documents are below it, one on the other; what stands on itself in the end stands on nothing."""
    depth, level, known = 0, {document_id}, {document_id}
    while level := {on for one in level for on in stands_on.get(one, ()) if on in stands_on} - known:
        depth, known = depth + 1, known | level
    return depth


@dataclass(slots=True)
class _Fold:
    """A person as the documents so far leave them: the mandados that seek and hold them, what each converts.

    `moved` are the mandados that a document of ours moves; another that BNMP shows moved was moved by others.
    """

    moved: set[str]
    status: str = situation.BEGINS
    seeking: dict[str, PersonEvent] = field(default_factory=dict)
    holding: set[str] = field(default_factory=set)
    converts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, document: Document, row: EffectRow, reached: tuple[str, ...]) -> None:
        """Let a document take effect."""
        if row.own is PieceEvent.PUT_IN_FORCE:
            self._seek(document, row, reached)
        elif row.own is PieceEvent.BORN_FULFILLED:
            self.holding.add(document.document_id)
        elif row.person in _HOLDS:
            for mandado in reached:
                self._hold(mandado)
        elif row.person in _ENDS:
            for mandado in reached:
                self.seeking.pop(mandado, None)
                self.holding.discard(mandado)
        free = {Proviso.NOBODY_SEEKS: not self.seeking, Proviso.NOBODY_HOLDS: not self.holding}
        if row.person is not None and free.get(row.proviso, True):
            self._tell(row.person)
        self._moved_by_others(document, row)
        if row.person is PersonEvent.FREED:
            # Who is let go and still sought is sought again.
            for wanted in self.seeking.values():
                self._tell(wanted)

    def _seek(self, document: Document, row: EffectRow, reached: tuple[str, ...]) -> None:
        self.seeking[document.document_id] = row.person or PersonEvent.WANTED
        self.converts[document.document_id] = reached

    def _hold(self, mandado: str) -> None:
        """A fulfilled mandado holds the person, and the arrest that it converts no longer does."""
        self.seeking.pop(mandado, None)
        self.holding.add(mandado)
        self.holding.difference_update(self.converts.get(mandado, ()))

    def _moved_by_others(self, document: Document, row: EffectRow) -> None:
        in_force = document.bnmp_status == PecaStatus.PENDENTE_CUMPRIMENTO
        if row.own is not PieceEvent.PUT_IN_FORCE or in_force or document.document_id in self.moved:
            return
        if document.bnmp_status == PecaStatus.CUMPRIDO:
            self._hold(document.document_id)
            self._tell(PersonEvent.INTERNED if document.kind in MANDADOS_INTERNACAO else PersonEvent.ARRESTED)
            return
        self.seeking.pop(document.document_id, None)
        if not self.seeking:
            self._tell(PersonEvent.NO_LONGER_WANTED)

    def _tell(self, event: PersonEvent) -> None:
        self.status = situation.after(self.status, event)
