"""The list of the stock: an item is listed, regularised or taken off, and turns green or red (docs/law.md legacy).

Regularising makes documents of origin ACERVO, which travel as any other; here is only whether it is heard, and what
becomes of the item.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rules.acts import ItemAct, ItemExcluded, ItemListed, RegularisationAsked
from rules.analysis import Analysis
from rules.authority import ruling
from rules.casework import Casework, Say
from rules.certificate import Certificate, of_stock
from rules.custody import periods
from rules.dossier import Document, changed
from rules.kinds import MANDADOS
from rules.legacy import GUIAS_OF_STOCK, ITEMS, Colour, Item, StockItem
from rules.messages import ITEM_CHANGED
from rules.prerequisites import FULFILS
from rules.requests import answer
from rules.settling import decide_one
from rules.versions import is_replaceable, reissue
from rules.words import Effect, Kind, State

LISTED = "saj.legacy.item-listed.v1"
REGULARISED = "saj.legacy.regularisation-requested.v1"
TAKEN_OFF = "saj.legacy.item-excluded.v1"


def listed(work: Casework, fact: ItemListed) -> None:
    """Keep an item; what has been sent or taken off is not listed again."""
    refusal = ruling(LISTED, fact.by).refusal or _ended(fact.item)
    if refusal is None and fact.item.person != fact.new.person:
        refusal = "OTHER_PERSON"
    if refusal is None:
        work.items[fact.new.item_id] = replace(fact.new, documents=fact.item.documents)
    _answer(work, fact, refusal)


def regularised(work: Casework, fact: RegularisationAsked) -> None:
    """Issue the documents that an item makes; asked for again, it completes those that have not gone yet."""
    refusal = next((found for look in _LOOKS if (found := look(work, fact))), None)
    if refusal is None:
        made = tuple(one.document_id for one in fact.documents)
        work.items[fact.item.item_id] = replace(fact.item, documents=made)
        _issue(work, fact.documents)
    _answer(work, fact, refusal)


def _issue(work: Casework, papers: tuple[Document, ...]) -> None:
    """All are there before one is decided: a mandado that was fulfilled goes with its certidão."""
    known = {one.document_id for one in papers if one.document_id in work.documents}
    for one in papers:
        if one.document_id not in known:
            work.put(one)
    for one in papers:
        if one.document_id not in known:
            decide_one(work, one)
        elif not work.documents[one.document_id].ended:
            reissue(work, one, "regularised")


def excluded(work: Casework, fact: ItemExcluded) -> None:
    """Red: the mandado keeps its status in SAJ, and nothing is sent (docs/law.md legacy)."""
    made = [work.documents[one] for one in fact.item.documents if one in work.documents]
    refusal = ruling(TAKEN_OFF, fact.by, (fact.item.unit,)).refusal or _ended(fact.item)
    if refusal is None and any(one.state is State.REGISTERED for one in made):
        refusal = "REGISTERED_ALREADY"
    if refusal is None and any(not one.ended for one in made):
        refusal = "ON_ITS_WAY"
    if refusal is None:
        work.coloured[fact.item.item_id] = Colour.VERMELHO
        _say(work, fact.item.item_id, Colour.VERMELHO)
    _answer(work, fact, refusal)


def registered(work: Casework, document: Document, rji: str | None) -> None:
    """A document of an item is in effect: its certidão is left in the case, and with the last of them the item is green."""
    analysis = document.analysis
    if analysis is None:
        return
    issued = None
    if document.kind in MANDADOS and not analysis.fulfilled:
        issued = of_stock(document, rji, work.dossier.court, work.dossier.now)
        work.certificates.append(issued)
    same = [one for one in work.documents.values() if one.analysis and one.analysis.item_id == analysis.item_id]
    if all(one.state is State.REGISTERED for one in same):
        work.coloured[analysis.item_id] = Colour.VERDE
        _say(work, analysis.item_id, Colour.VERDE, issued, document)


def as_made(paper: Document, analysis: Analysis) -> Document:
    """A document of the stock with its unit's analysis."""
    return changed(paper, analysis=analysis, gaps=analysis.left(paper.gaps))


def kinds_of(item: Item, told: object, form: Mapping[str, object]) -> tuple[str, ...]:
    """The kinds of what an item makes, in causal order: the old document's as SAJ `told` it, or as its form shows it."""
    if item is Item.GUIA_EXECUCAO:
        return (str(told) if told in GUIAS_OF_STOCK else Kind.GUIA_RECOLHIMENTO_ACERVO,)
    prison = Kind.MANDADO_PRISAO_CIVIL if form.get("especie_prisao") == "CIVIL" else Kind.MANDADO_PRISAO_CRIMINAL
    shown = Kind.MANDADO_INTERNACAO if form.get("especie_internacao") else prison
    kind = str(told) if told in MANDADOS else shown
    return (kind, FULFILS[kind]) if item is Item.MANDADO_CUMPRIDO else (kind,)


def _ended(item: StockItem) -> str | None:
    return "ITEM_ENDED" if item.colour is not None else None


def _competent(_: Casework, fact: RegularisationAsked) -> str | None:
    makes_mandado = any(MANDADOS & kinds for kinds in ITEMS[fact.item.kind].sends)
    effect = Effect.ARREST if makes_mandado else Effect.NEUTRAL
    return ruling(REGULARISED, fact.by, (fact.item.unit,), effect).refusal


def _unfit(_: Casework, fact: RegularisationAsked) -> str | None:
    if ITEMS[fact.item.kind].decides:
        return "DECIDE_ONLY"
    if fact.analysis is None:
        return "NO_ANALYSIS"
    if not fact.necessary:
        return "NOT_NECESSARY"
    return None if fact.evidence else "NO_EVIDENCE"


def _guia(work: Casework, fact: RegularisationAsked) -> str | None:
    """A guia goes from the summing case, and by what the history tells: it shows its person in prison."""
    item = fact.item
    if item.kind is not Item.GUIA_EXECUCAO:
        return None
    if item.summing_case not in (None, item.case_number):
        return "NOT_SUMMING_CASE"
    same = sorted(work.dossier.same(item.person))
    events = [event for person in same for event in work.dossier.persons[person].custody]
    return None if any(period.end is None for period in periods(events)) else "NOT_IN_CUSTODY"


def _busy(work: Casework, fact: RegularisationAsked) -> str | None:
    known = [work.documents[one.document_id] for one in fact.documents if one.document_id in work.documents]
    if any(one.person != fact.item.person for one in known):
        return "OTHER_PERSON"
    if any(
        work.documents[one.document_id].kind != one.kind for one in fact.documents if one.document_id in work.documents
    ):
        # A release that stands under this id is never made a mandado of.
        return "OTHER_KIND"
    return "ON_ITS_WAY" if any(not one.ended and not is_replaceable(one) for one in known) else None


_LOOKS: tuple[Callable[[Casework, RegularisationAsked], str | None], ...] = (
    _competent,
    lambda _, fact: _ended(fact.item),
    _unfit,
    _guia,
    _busy,
)


def _say(
    work: Casework, item_id: str, colour: Colour, issued: Certificate | None = None, document: Document | None = None
) -> None:
    told = {"item_id": item_id, "colour": colour, "certificate": issued.told() if issued else None}
    work.says.append(Say("bnmp.legacy.item-changed.v1", told | {"message": ITEM_CHANGED[colour]}, document))


def _answer(work: Casework, fact: ItemAct, refusal: str | None) -> None:
    answer(work, fact.command_id, refusal or "APPLIED", applied=refusal is None)
