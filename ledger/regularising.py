"""Regularising: what an item of the stock makes, as SAJ would have published it, and the commands about items.

The item brings what SAJ knows of the old document (`origin_data`, in the words of `saj.document.issued.v1`), the unit
completes its fields, and the history of parties fills in the arrest (docs/law.md legacy).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from ledger import custody, stock
from ledger.batches import Batch
from ledger.papers import paper_of
from ledger.requests import by_of
from ledger.supplies import version
from rules.acts import ItemExcluded, ItemListed, RegularisationAsked
from rules.analysis import Analysis
from rules.dossier import Document
from rules.legacy import Item, Prefilled, StockItem, prefilled
from rules.stock import as_made, kinds_of
from rules.words import Role
from schemas import legacy
from schemas.command import OfLegacyItem
from schemas.fields import FORMS
from schemas.reading import Event

_OF_THE_OLD = ("variant", "issued_at", "signatures", "released_by", "secrecy", "antecedents")
NOON = time(12)


def items_of(event: Event) -> tuple[set[str], set[str]]:
    """The items that a command is about, and the ids of the documents of one that it lists."""
    body = event.body
    if isinstance(body, legacy.ItemListed):
        return {body.item_id}, set(stock.documents_of(body.item_id, event.data))
    return ({body.item_id}, set()) if isinstance(body, OfLegacyItem) else (set(), set())


def heard(batch: Batch, event: Event, key: bytes | None, person: int | None) -> bool:
    """Hear a command about an item; False where the ledger does not know the item."""
    body = event.body
    if isinstance(body, legacy.ItemListed) and person is not None:
        _list(batch, event, body, person, key)
        return True
    known = batch.recorder.shelf.of(body.item_id)  # type: ignore[attr-defined]  # every command about an item names one
    if known is None or not batch.recorder.holds(known[0].person):
        return False
    if isinstance(body, legacy.ItemExcluded):
        fact = ItemExcluded(body.command_id, known[0], by_of(body, batch.users))
        batch.recorder.decide(fact, saj_key=key)
    elif isinstance(body, legacy.RegularisationRequested):
        _regularise(batch, event, body, known, key)
    return True


def _list(batch: Batch, event: Event, body: legacy.ItemListed, person: int, key: bytes | None) -> None:
    summing = body.sum.summing_case if body.sum else None
    case = body.case.number if body.case else None
    new = StockItem(body.item_id, person, Item(body.kind), body.unit or "", case, summing)
    before = batch.recorder.shelf.of(body.item_id)
    told = {
        "case_status": body.case.status if body.case else None,
        "custody_status": body.custody_status,
        "issued_on": body.issued_on,
        "gaps": [gap.field for gap in event.gaps],
        "data": dict(event.data),
    }
    batch.recorder.shelf.lists(stock.row_of(new, told, batch.now))
    fact = ItemListed(body.command_id, before[0] if before else new, by_of(body, batch.users), new)
    batch.recorder.decide(fact, saj_key=key)


def _regularise(
    batch: Batch,
    event: Event,
    body: legacy.RegularisationRequested,
    known: tuple[StockItem, dict[str, Any]],
    key: bytes | None,
) -> None:
    item, data = known
    found = body.analysis
    by = by_of(body, batch.users)
    analysis = None
    if found is not None:
        fulfilled, loose = item.kind is Item.MANDADO_CUMPRIDO, found.reu == "SOLTO"
        analysis = Analysis(item.item_id, by.user, loose, fulfilled, bool(body.new_person))
    papers = _papers(batch, body, item, data) if analysis else []
    fact = RegularisationAsked(
        body.command_id,
        item,
        by,
        analysis,
        necessary=found is not None and found.necessary,
        evidence=body.certificate_evidence is not None,
        documents=tuple(_next(batch, one, item, analysis) for one in papers if analysis),
    )
    after = batch.recorder.decide(fact, saj_key=key).documents
    for raw, new in zip(papers, fact.documents, strict=True):
        kept = after.get(new.document_id)
        if kept is not None and kept.version == new.version:
            # Each document of an item has a version of its own, known by its event.
            version(batch, replace(event, ce_id=f"{event.ce_id}/{new.document_id}"), new, raw)


def _next(batch: Batch, data: dict[str, Any], item: StockItem, analysis: Analysis) -> Document:
    """The next version of a document that an item makes."""
    new = as_made(paper_of(data, batch.deployment.court), analysis)
    before = batch.recorder.document(new.document_id)
    return replace(new, person=item.person, version=before.version + 1 if before else 1)


def _papers(
    batch: Batch, body: legacy.RegularisationRequested, item: StockItem, data: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What an item makes: its mandado or guia, and of one that was fulfilled its certidão."""
    origin = _object(data.get("origin_data"))
    typed = {**_object(data.get("fields")), **{name: value for name, value in body.fields.items() if value is not None}}
    kind, *fulfils = kinds_of(item.kind, origin.get("kind"), typed)
    own, certidao = stock.documents_of(item.item_id, data)
    rji = batch.recorder.of(item.person).persons[item.person].rji
    party = _object(data.get("party"))
    common = {
        "tribunal": batch.deployment.court.tribunal,
        "origin": "ACERVO",
        "model": {"institutional": True},
        "case": data.get("case"),
        "unit": {"code": item.unit},
        "party": party | {"rji": party.get("rji") or rji},
    }
    old = {name: origin[name] for name in _OF_THE_OLD if origin.get(name) is not None}
    hand = _hand(body, typed)
    others = [one for one in _rows(old.get("signatures")) if one.get("role") != hand["role"]]
    signatures = [hand, *others]
    judge = next((one.get("user") for one in signatures if one.get("role") == Role.MAGISTRADO), None)
    released = {"role": Role.MAGISTRADO, "user": judge} if judge else None
    issued_at = _noon(data.get("issued_on"), batch) if "issued_at" not in old else old["issued_at"]
    first = common | {"released_by": released} | old
    first |= {"document_id": own, "kind": kind, "issued_at": issued_at, "signatures": signatures}
    made = [first | {"fields": _of_form(kind, typed)}]
    for kind_of_certidao in fulfils:
        arrest = _arrest(batch, item) | {name: value for name, value in typed.items() if value}
        second = common | {"secrecy": old.get("secrecy"), "antecedents": [{"document_id": own}]}
        second |= {"document_id": certidao, "kind": kind_of_certidao, "issued_at": body.at.isoformat()}
        second |= {"signatures": signatures, "released_by": {"role": hand["role"], "user": hand["user"]}}
        made.append(second | {"fields": _of_form(kind_of_certidao, arrest)})
    return made


def _hand(body: legacy.RegularisationRequested, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Who sends signs, with the certificate that the command gives evidence of; the name is the form's `escrivao`."""
    role = Role.MAGISTRADO if body.by.role == Role.MAGISTRADO else Role.SERVIDOR
    return {
        "role": role,
        "user": body.by.user,
        "name": typed.get("escrivao"),
        "unit": body.by.unit,
        "signed_at": body.at.isoformat(),
    }


def _arrest(batch: Batch, item: StockItem) -> dict[str, Any]:
    """The fulfilment as the history of parties has it."""
    shown: Prefilled = prefilled(item.case_number or "", batch.recorder.of(item.person).persons[item.person].custody)
    place = custody.place_of(batch.connection, shown.event_id) if shown.event_id else None
    day = shown.on.isoformat() if shown.on else None
    return {"data_cumprimento": day, "local_prisao": place, "responsavel_prisao": shown.responsible}


def _of_form(kind: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: typed[name] for name in FORMS[kind].model.model_fields if name in typed}


def _noon(day: Any, batch: Batch) -> str | None:
    """The instant of a day without an hour: its noon, which is of that day in every zone of the country."""
    try:
        return datetime.combine(date.fromisoformat(day), NOON, batch.deployment.court.zone).isoformat()
    except (TypeError, ValueError):
        return None


def _object(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def _rows(part: Any) -> list[dict[str, Any]]:
    return [row for row in part if isinstance(row, dict)] if isinstance(part, list) else []
