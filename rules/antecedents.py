"""Antecedents: what of the things that a document stands on is there, on its way, or missing.

Sources: docs/law.md antecedents, whose rows are in rules/prerequisites.py; implicit antecedents docs/law.md safety-24;
a document satisfies the rule by its status in BNMP and not by being registered (docs/law.md safety-2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.change import maker
from rules.dossier import Antecedent, Document, Dossier, Found
from rules.kinds import KINDS, MANDADOS
from rules.prerequisites import DIVERGENT, EXCEPTIONAL, FULFILS, AntecedentRow, Certidao, Demand, row_of
from rules.words import PecaStatus, Reason, State, Variant

# The certidão that stands so may still go by itself or with its chain; an ordem de desinternação waits for no other.
_MAY_GO = (None, Reason.WAITING_ANTECEDENT, Reason.WAITING_LINK)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a document still needs.

    `reached` are the documents of ours it stands on, mandados or, for their archiving, guias; `waits` the documents of
    ours that must be registered first, in causal order; `missing` names what neither is nor is on its way, as REMEDIES
    has it. `candidates` are the documents among which the unit has to choose, where nothing was named. `shown` are the
    BNMP ids of pieces it stands on that are not ours, as BNMP showed them.
    """

    reached: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


_needs = maker(Needs)
_NO_NEEDS = Needs()


def needs(document: Document, dossier: Dossier, known: Mapping[str, Needs] | None = None) -> Needs:
    """What `document` still needs before BNMP may be asked to register it; `known`: those of the dossier's, where worked out."""
    row, names = row_of(document, dossier.court), document.antecedents
    if row is None or row.demand is Demand.NOTHING:
        if not (names and document.liberty):
            return _NO_NEEDS
        # Nothing is demanded of it; yet a release still stops the mandados it names (docs/law.md safety-11).
        return _needs(_ids(d for d in _named(document, row, dossier)[0] if d.kind in MANDADOS))
    if not names:
        return _unnamed(document, row, dossier, known)
    only = dossier.documents.get(names[0].document_id or "") if len(names) == 1 else None
    if only is not None and only.kind in row.on and only.document_id != document.document_id:
        # What nearly every document names: one of ours that its row may stand on.
        more, lacking = _toward(row, only, dossier, known)
        return _needs((only.document_id,), _ids(more) if more else (), tuple(lacking))
    named, missing, shown = _named(document, row, dossier)
    reached = [d for d in named if d.kind in row.on]
    beside = [d for d in named if d.kind not in row.on] if len(reached) < len(named) else []
    # A release stops also a mandado of the other sort, and says which document would be the right one.
    strange = [d for d in beside if document.liberty and d.kind in MANDADOS]
    missing.extend([f"{row.strange}:{d.document_id}" for d in strange])
    stands = _ids_of(shown, row) if shown else ()
    if not reached and not missing and not stands and row.demand is Demand.ANTECEDENTS:
        missing.append("antecedents")
    # A document named beside those (an alvará that names the certidão) must be registered, no more.
    waits = [d for d in beside if not d.ended and d not in strange]
    for antecedent in reached:
        more, lacking = _toward(row, antecedent, dossier, known)
        if more:
            waits = [wait for wait in more if wait not in waits] + waits
        missing.extend(lacking)
    return _needs(_ids(reached + strange), _ids(waits), tuple(missing), (), stands)


def _unnamed(document: Document, row: AntecedentRow, dossier: Dossier, known: Mapping[str, Needs] | None) -> Needs:
    """What a document needs that names nothing: what its case alone can mean (docs/law.md safety-24)."""
    reached = _candidates(row, document, dossier)
    if row.demand is Demand.ORDER:
        return _needs((), _ids(_on_the_way(row, reached, dossier, known)))
    if len(reached) != 1:
        return _needs((), (), ("antecedents", *_ids(reached)), _ids(reached))
    waits, lacking = _toward(row, reached[0], dossier, known)
    return _needs(_ids(reached), _ids(waits), tuple(lacking))


def to_ask(document: Document, wanted: Needs, dossier: Dossier) -> dict[str, str | None]:
    """What of the missing BNMP can be asked about: by its name, the national number; None: only by the case."""
    row, asked = row_of(document, dossier.court), dict[str, str | None]()
    numbers = {named.national_number for named in document.antecedents}
    ids = {named.document_id for named in document.antecedents}
    for name in wanted.missing if row is not None else ():
        # Of what is ours the name says what is the matter with it, and its id.
        known = dossier.documents.get(name if name in ids else name.partition(":")[2])
        if known is None and (name in numbers or name in ids):
            asked[name] = name if name in numbers else None
        elif known is not None and row is not None and known.kind in row.on and known.ended:
            asked[name] = known.national_number
    return asked


def is_in_a_ring(document: Document, dossier: Dossier, known: Mapping[str, Needs]) -> bool:
    """Whether a document waits for itself in the end.

    What another would wait for only if it may go by itself is no part of a ring: whether it may is what is asked here.
    """
    ahead, seen = list(known[document.document_id].waits), set[str]()
    while ahead:
        found = ahead.pop()
        if found not in seen:
            seen.add(found)
            ahead += [wait for wait in known[found].waits if not _may_do_without(found, wait, dossier)]
    return document.document_id in seen


def _may_do_without(document_id: str, wait: str, dossier: Dossier) -> bool:
    """Whether a document waits for this one only where it was issued and may go: a certidão that it does not name."""
    document = dossier.documents[document_id]
    row, names = row_of(document, dossier.court), {named.document_id for named in document.antecedents}
    if row is None or row.certidao is not Certidao.IF_ISSUED or wait in names:
        return False
    return dossier.documents[wait].kind in FULFILS.values()


def _ids(documents: Iterable[Document]) -> tuple[str, ...]:
    return tuple([d.document_id for d in documents])


def _ids_of(shown: list[Found], row: AntecedentRow) -> tuple[str, ...]:
    return tuple([one.bnmp_id for one in shown if one.bnmp_id and one.peca in _pecas(row.on)])


def _named(
    document: Document, row: AntecedentRow | None, dossier: Dossier
) -> tuple[list[Document], list[str], list[Found]]:
    """What a document names: those of ours, the names of what nobody knows, and what BNMP showed in its place."""
    found, missing, shown, by_number = list[Document](), list[str](), list[Found](), dict[str, Document]()
    for antecedent in document.antecedents:
        known = dossier.documents.get(antecedent.document_id or "")
        if known is None and antecedent.national_number:
            by_number = by_number or {d.national_number: d for d in dossier.documents.values() if d.national_number}
            known = by_number.get(antecedent.national_number)
        if known is not None and known.document_id != document.document_id:
            found.append(known)
        elif (piece := _stands(antecedent, document, row, dossier)) is not None:
            shown.append(piece)
        else:
            missing.append(antecedent.document_id or antecedent.national_number or "antecedents")
    return found, missing, shown


def _stands(named: Antecedent, document: Document, row: AntecedentRow | None, dossier: Dossier) -> Found | None:
    """The piece that BNMP showed under the number that was named, if the row may stand on it (docs/law.md safety-2).

    A SAJ id says nothing to BNMP: what it shows in the case instead is for the unit to name.
    """
    ours = document.rji or dossier.persons[document.person].rji
    for piece in document.found:
        if piece.bnmp_id is None or not piece.name == piece.number == named.national_number:
            continue
        on_it = row is not None and piece.peca in _pecas(row.on) and piece.status in row.statuses
        beside = piece.peca not in _pecas(MANDADOS) and piece.status == PecaStatus.ATIVO
        if (on_it or beside) and ours in (None, piece.rji):
            return piece
    return None


def _pecas(kinds: Iterable[str]) -> frozenset[int]:
    return frozenset(KINDS[kind].peca for kind in kinds)


def _candidates(row: AntecedentRow, document: Document, dossier: Dossier) -> list[Document]:
    """What the row may stand on, of the same person and case; safety-24 takes one only when it stands alone.

    What is of the kind and can no longer come to the status is one of them only where there is no other.
    """
    same = dossier.same(document.person)
    found = [
        d
        for d in dossier.documents.values()
        if d.kind in row.on
        and d.person in same
        and d.case_number == document.case_number
        and d.state not in (State.REJECTED, State.EXCLUDED)
    ]
    return [d for d in found if not d.ended or d.bnmp_status in row.statuses or _is_fulfillable(row, d)] or found


def _is_fulfillable(row: AntecedentRow, antecedent: Document) -> bool:
    """Whether a certidão de cumprimento may still bring a registered mandado to the row's status."""
    pending = antecedent.bnmp_status == PecaStatus.PENDENTE_CUMPRIMENTO
    return pending and row.certidao is not Certidao.NONE and antecedent.kind in FULFILS


def _on_the_way(
    row: AntecedentRow, found: list[Document], dossier: Dossier, known: Mapping[str, Needs] | None
) -> list[Document]:
    """What is waited for where nothing is demanded: all that is on its way, unless one stands already."""
    ways = [_toward(row, antecedent, dossier, known) for antecedent in found]
    if any(not waits and not lacking for waits, lacking in ways):
        return []
    return list({d.document_id: d for waits, _ in ways for d in waits}.values())


def _toward(
    row: AntecedentRow, antecedent: Document, dossier: Dossier, known: Mapping[str, Needs] | None
) -> tuple[list[Document], list[str]]:
    """What must still happen to one antecedent, as documents to wait for and names of what is missing."""
    registered = antecedent.state is State.REGISTERED
    stands = registered and antecedent.bnmp_status in row.statuses
    if stands and (row.certidao is not Certidao.IF_ISSUED or antecedent.bnmp_status == PecaStatus.CUMPRIDO):
        return [], []
    if antecedent.ended and not stands and not (registered and _is_fulfillable(row, antecedent)):
        return [], [_matter(row, antecedent)]
    waits = [] if antecedent.ended else [antecedent]
    born_fulfilled = antecedent.variant == Variant.CONVERSAO_FLAGRANTE
    demands = row.certidao is not Certidao.NONE and antecedent.kind in FULFILS and not born_fulfilled
    found = _fulfilling(antecedent, dossier, known) if demands or registered else []
    # Its certidão de cumprimento is registered: BNMP then says of it what SAJ does not (ANT-15).
    fulfilled_here = any(one.state is State.REGISTERED and not one.gone for one in found)
    if registered and not stands and (born_fulfilled or fulfilled_here):
        return [], [f"{DIVERGENT}:{antecedent.document_id}"]
    if not demands:
        return waits, []
    found = [d for d in found if not d.ended]
    if row.certidao is Certidao.IF_ISSUED:
        found = [d for d in found if not d.gaps and d.reason in _MAY_GO]
    elif not found:
        return waits, [f"{FULFILS[antecedent.kind]}:{antecedent.document_id}"]
    return [*waits, *found[:1]], []


def _matter(row: AntecedentRow, antecedent: Document) -> str:
    """What is the matter with an antecedent that ended and does not satisfy its row, as REMEDIES has it."""
    if antecedent.state is not State.REGISTERED or antecedent.gone:
        return f"{EXCEPTIONAL}:{antecedent.document_id}"
    fulfilled = antecedent.bnmp_status == PecaStatus.CUMPRIDO
    return f"{row.fulfilled if fulfilled and row.fulfilled else DIVERGENT}:{antecedent.document_id}"


def _fulfilling(mandado: Document, dossier: Dossier, known: Mapping[str, Needs] | None) -> list[Document]:
    """The certidões of a mandado's fulfilment, whatever became of them."""
    kind, mandado_id = FULFILS.get(mandado.kind), mandado.document_id
    return [
        one
        for one in dossier.documents.values()
        if one.kind == kind and mandado_id in (needs(one, dossier) if known is None else known[one.document_id]).reached
    ]
