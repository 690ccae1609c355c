"""Agreement: what the plan of a day expects, held against the ledger, the topics and the registry's book.

Three witnesses must say the same. The book is the simulator's own reading of the registry's rules, so a
refused attempt in it that came before its antecedent is a violation of ours.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.listing import DocumentRow
from sandbox.saj.court import Outcomes
from sandbox.saj.day import Day, Expected, Identity
from sandbox.saj.documents import FULFILMENT_TYPES, ON_FULFILLED_TYPES

ANTECEDENT_REFUSED = "PecaAntecessoraException"
OPENED = "bnmp.document.contingency-opened.v1"
RESOLVED = "bnmp.contingency.resolved.v1"
REGISTERED = "bnmp.document.registered.v1"
IN_EFFECT = frozenset({"Pendente de Cumprimento", "Cumprido", "Revogado", "Ativo", "Ativa"})


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What was found: ledger rows and counts, outcomes heard, records on bnmp.dead-letter, the registry's book."""

    rows: Mapping[str, DocumentRow]
    counts: Mapping[str, int]
    ever_waited: frozenset[str]
    outcomes: Outcomes
    dead_letters: int
    book: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a day and every disagreement, in words that name documents and no person."""

    figures: Mapping[str, Any]
    disagreements: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether all witnesses agree with the plan."""
        return not self.disagreements


def compare(day: Day, seen: Witnesses) -> Report:
    """Hold the plan against the witnesses."""
    pieces = _pieces(seen.book)
    lost = [f"lost: {why}" for document in day.documents.values() for why in _lost(document, seen, pieces)]
    doubles = _doubles(day, pieces)
    disorder = list(_disorder(seen.book))
    figures = _figures(day, seen) | {
        "duplicates_at_registry": len(doubles),
        "order_violations": len(disorder),
        "lost": len({line.split()[1] for line in lost}),
    }
    return Report(figures, (*lost, *doubles, *disorder, *_totals(day, figures)))


def _figures(day: Day, seen: Witnesses) -> dict[str, Any]:
    states = Counter(row.state for row in seen.rows.values())
    said = [document for document in day.documents if document in seen.outcomes.by_document]
    return {
        "events_published": day.expected.events_published,
        "documents": len(seen.rows),
        "by_state": dict(sorted(states.items())),
        "registered": states["REGISTERED"],
        "contingency_opened": sum(seen.outcomes.has(document, OPENED) for document in said),
        "contingency_resolved": sum(seen.outcomes.has(document, RESOLVED) for document in said),
        "certificates": seen.counts["certificate"],
        "custody_events": seen.counts["custody"],
        "waited_for_link": len(seen.ever_waited),
        "rejected": states["REJECTED"],
        # What the ledger has and the topic too: there one may lie twice, where the relay died on its way.
        "dead_letters": min(seen.dead_letters, seen.counts["dead_letter"]),
        "open": sum(states[state] for state in ("READY", "SENDING", "UNCERTAIN", "HELD", "CONTINGENCY")),
    }


def _totals(day: Day, figures: Mapping[str, Any]) -> Iterator[str]:
    for name in ("documents", "registered", "rejected", "contingency_opened", "contingency_resolved", "certificates"):
        yield from _equal(name, figures[name], getattr(day.expected, name))
    for name in ("waited_for_link", "dead_letters", "custody_events"):
        yield from _equal(name, figures[name], getattr(day.expected, name))
    for name in ("registered", "contingency_opened", "contingency_resolved", "waited_for_link", "dead_letters"):
        if not figures[name]:
            yield f"{name} is zero: the day shows nothing"
    yield from _equal("open", figures["open"], 0)


def _equal(name: str, found: int, expected: int) -> Iterator[str]:
    if found != expected:
        yield f"{name} is {found} where the plan expects {expected}"


def _pieces(book: Mapping[str, Any]) -> dict[Identity, list[Mapping[str, Any]]]:
    names = {person["numeroIndividuo"]: person["nome"] for person in book["persons"]}
    found: dict[Identity, list[Mapping[str, Any]]] = {}
    for piece in book["documents"]:
        if piece["status"] in ("Excluído", "Anulado"):
            continue
        number = "".join(filter(str.isdigit, piece["numeroProcesso"]))
        identity = Identity(number, type_of(piece), names.get(piece["numeroIndividuo"], ""), piece["dataExpedicao"])
        found.setdefault(identity, []).append(piece)
    return found


def type_of(piece: Mapping[str, Any]) -> int:
    """The registry's type id of a piece of the book."""
    kind = piece["tipoPeca"]
    return int(kind["id"] if isinstance(kind, Mapping) else kind)


def _lost(document: Expected, seen: Witnesses, pieces: Mapping[Identity, list[Mapping[str, Any]]]) -> Iterator[str]:
    row = seen.rows.get(document.document_id)
    if row is None:
        yield f"{document.document_id} is not in the ledger"
        return
    if row.state != document.state:
        yield f"{document.document_id} is {row.state} {row.reason or ''} in the ledger, not {document.state}"
    latest = seen.outcomes.latest(document.document_id)
    if latest is None or latest.state != document.state:
        yield f"{document.document_id} was last told as {latest.state if latest else 'nothing'} on the topics"
    if document.state == "REGISTERED":
        yield from _not_registered(document, row, seen, pieces.get(document.identity, []))


def _not_registered(
    document: Expected, row: DocumentRow, seen: Witnesses, pieces: list[Mapping[str, Any]]
) -> Iterator[str]:
    in_effect = [piece for piece in pieces if piece["status"] in IN_EFFECT]
    if not in_effect:
        yield f"{document.document_id} is not in effect in the registry's book"
        return
    if row.national_number not in [piece["numeroPeca"] for piece in in_effect]:
        yield f"{document.document_id} has another number in the ledger than in the book"
    told = {piece["status"] for piece in in_effect}
    if told != {document.status}:
        yield f"{document.document_id} is {', '.join(sorted(told))} in the book, not {document.status}"
    if not seen.outcomes.has(document.document_id, REGISTERED):
        yield f"{document.document_id} was never told as registered"
    retroactive = document.contingency or document.waited_for_link
    if any(bool(piece["justificativa"]) != retroactive for piece in in_effect):
        yield f"{document.document_id} is in the book {'without' if retroactive else 'with'} a justification"


def _doubles(day: Day, pieces: Mapping[Identity, list[Mapping[str, Any]]]) -> list[str]:
    """More pieces of one identity than one, and pieces that the plan never wanted registered."""
    wanted = {document.identity for document in day.documents.values() if document.state == "REGISTERED"}
    lines = []
    for identity, found in pieces.items():
        allowed = 1 if identity in wanted else 0
        for piece in found[allowed:]:
            what = "double" if allowed else "not to be registered"
            lines.append(f"duplicate: piece {piece['id']} of type {identity.type_id} in case {identity.case} is {what}")
    return lines


def _disorder(book: Mapping[str, Any]) -> Iterator[str]:
    """Refused attempts out of order, and pieces made before what they stand on was in effect."""
    for request in book["requests"]:
        if ANTECEDENT_REFUSED in str(request.get("error") or ""):
            yield f"order: refused out of order at {request['at']}: {request['method']} {request['path']}"
    related = _Related(book["documents"])
    for piece in book["documents"]:
        for antecedent in related.before(piece):
            if not antecedent["signed_at"] or max(antecedent["signed_at"]) > piece["created_at"]:
                yield f"order: piece {piece['id']} was made before {antecedent['id']} was in effect"


class _Related:
    """The pieces of a book, by their ids and by what they name."""

    def __init__(self, pieces: Iterable[Mapping[str, Any]]) -> None:
        self._by_id = {str(piece["id"]): piece for piece in pieces}
        self._fulfilling: dict[str, list[Mapping[str, Any]]] = {}
        for piece in self._by_id.values():
            if type_of(piece) in FULFILMENT_TYPES:
                for named in piece["outrasPecas"]:
                    self._fulfilling.setdefault(_id_of(named), []).append(piece)

    def before(self, piece: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What a piece stands on: what it names, and where that must be fulfilled the certidões that name the same."""
        for named in {_id_of(antecedent) for antecedent in piece["outrasPecas"]}:
            if named in self._by_id:
                yield self._by_id[named]
            if type_of(piece) in ON_FULFILLED_TYPES:
                yield from self._fulfilling.get(named, [])


def _id_of(antecedent: Any) -> str:
    return str(antecedent["idPecaPai"] if isinstance(antecedent, Mapping) else antecedent)
