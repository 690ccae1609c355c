"""Staleness: what has passed since a mandado was issued, so that it is not sent by itself any more (docs/law.md safety-13)."""

from collections.abc import Iterator
from datetime import timedelta

from rules.custody import EVENTS
from rules.dossier import Document, Dossier
from rules.history import FREEING, Custody

VALIDITY, TERM, LOOSE = "fields.data_validade", "fields.prazo_prisao_dias", "analysis.reu"


def passed(document: Document, dossier: Dossier) -> Iterator[str]:
    """Its validity, or the term of an arrest that the history shows in its case: it was served meanwhile.

    And the unit's analysis of an item of the stock, which says that the person is free.
    """
    if document.analysis is not None and document.analysis.loose:
        yield LOOSE
    today = dossier.now.astimezone(dossier.court.zone).date()
    if document.valid_until is not None and document.valid_until < today:
        yield VALIDITY
    term = timedelta(days=document.term_days or 0)
    if term and any(_is_its_arrest(one, document) and today - one.on >= term for one in _since(document, dossier)):
        yield TERM


def _is_its_arrest(event: Custody, document: Document) -> bool:
    row = EVENTS[event.event]
    here = event.case_number == document.case_number and not event.other_court
    return here and row.begins and document.kind in row.mandados


def freed(document: Document, dossier: Dossier) -> Iterator[str]:
    """Releases in the history of its person since it was issued, whatever their case."""
    return (f"custody:{event.event_id}" for event in _since(document, dossier) if event.event in FREEING)


def _since(document: Document, dossier: Dossier) -> Iterator[Custody]:
    """The history of all who are this person (docs/law.md safety-23), on the day of its issue and later."""
    issued = document.issued_at.astimezone(dossier.court.zone).date() if document.issued_at else None
    for person in sorted(dossier.same(document.person)):
        yield from (one for one in dossier.persons[person].custody if issued is None or one.on >= issued)
