"""Supplies: documents completed by their unit, by themselves or with the resolution of a contingency."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.batches import Batch
from ledger.chains import payload_code
from ledger.papers import completed, paper_of
from ledger.payloads import latest
from ledger.persons import find
from ledger.requests import by_of
from rules import identifiers
from rules.acts import DataSupplied, ResolutionAsked
from rules.dossier import Document
from rules.naming import why_not_chosen
from schemas import commands
from schemas.reading import Event


def supply(batch: Batch, event: Event, body: commands.DataSupplied, key: bytes | None) -> None:
    """Complete a document: read again whole, as SAJ would have published it (contract: data-supplied)."""
    before = batch.recorder.document(body.document_id)
    if before is None or event.digest in batch.digests.setdefault(body.document_id, set()):
        batch.count("same_content")
        return
    data = completed(_current(batch, body.document_id), event.data)
    new = replace(paper_of(data, batch.deployment.court), person=before.person, version=before.version + 1)
    chosen, known = rji_in(event.data), batch.recorder.of(before.person).persons[before.person].rji
    is_anothers = chosen is not None and owner(batch, chosen) not in (None, before.person)
    refused = why_not_chosen(chosen, known, is_anothers=is_anothers)
    rji = _free_rji(batch, data, before)
    fact = DataSupplied(body.command_id, body.document_id, by_of(body, batch.users), body.at, new, rji, refused)
    decision = batch.recorder.decide(fact, saj_key=key)
    after = decision.documents.get(body.document_id)
    if after is not None and after.version == new.version:
        version(batch, event, new, data)
        batch.digests[body.document_id].add(event.digest)


def resolve(batch: Batch, event: Event, body: commands.ResolutionRequested, key: bytes | None) -> None:
    """Resolve one contingency, with the data that came for it (docs/law.md resolution)."""
    document_id = body.document_ids[0]
    before = batch.recorder.document(document_id)
    supplied = event.data.get("data", {}).get(document_id)
    if before is None:
        return
    data = completed(_current(batch, document_id), supplied) if supplied else None
    new = (
        replace(paper_of(data, batch.deployment.court), person=before.person, version=before.version + 1)
        if data
        else None
    )
    rji = _free_rji(batch, data, before) if data else None
    fact = ResolutionAsked(body.command_id, document_id, by_of(body, batch.users), body.at, new, rji)
    after = batch.recorder.decide(fact, saj_key=key).documents.get(document_id)
    if new is not None and data is not None and after is not None and after.version == new.version:
        version(batch, event, new, data)


def version(batch: Batch, event: Event, document: Document, data: Mapping[str, Any]) -> None:
    """Keep a version of a document as it was published or completed; the entry of its decision vouches for it."""
    row = {
        "source": event.source,
        "ce_id": event.ce_id,
        "document_id": document.document_id,
        "version": document.version,
        "digest": event.digest,
        "received_at": batch.now,
        "data": dict(data),
    }
    batch.payloads.append(row)
    batch.recorder.vouch(document.document_id, payload_code(row))


def _current(batch: Batch, document_id: str) -> dict[str, Any]:
    mine = [row["data"] for row in batch.payloads if row["document_id"] == document_id]
    return mine[-1] if mine else latest(batch.connection, document_id)


def rji_in(data: Mapping[str, Any]) -> str | None:
    """The RJI of the party in a document's data or in what completes them, 11 digits; None where none can be read."""
    party = data.get("party")
    rji = party.get("rji") if isinstance(party, dict) else None
    return identifiers.rji(rji) if isinstance(rji, str) else None


def _free_rji(batch: Batch, data: Mapping[str, Any], document: Document) -> str | None:
    """The RJI that the data choose, unless it names another person: two are one only when a merge says so."""
    rji = rji_in(data)
    return rji if rji is not None and owner(batch, rji) in (None, document.person) else None


def owner(batch: Batch, alias: str) -> int | None:
    """The person whom an alias names, or None."""
    return find(batch.connection, [alias]).get(alias)
