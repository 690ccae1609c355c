"""Topics as queues: which document of a person a lane takes next, and when a record is finished."""

from collections.abc import Collection
from datetime import UTC, datetime

from rules.casework import is_asking, is_errand
from rules.chain import View, view
from rules.dossier import Document, Dossier
from rules.steps import only_reading_left
from rules.transmission import TERMINAL
from rules.words import State, Step

_ON_ITS_WAY = frozenset({State.READY, State.SENDING, State.UNCERTAIN})
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)


def is_finished(turn: int, standing: tuple[str, str | None, int, bool] | None, *, contingency: bool) -> bool:
    """Whether a record of a queue asks nothing more of its reader; HELD finishes it, except while BNMP is to be asked.

    `standing` is the document's (state, reason, turn, whether it asks), None where the ledger does not know it.
    """
    if standing is None or standing[2] > turn:
        return True
    state, reason = State(standing[0]), standing[1]
    if standing[3]:
        return contingency
    if contingency:
        waits_for_somebody = state is State.CONTINGENCY and reason is not None
        return state in TERMINAL or waits_for_somebody
    return state not in _ON_ITS_WAY


def next_document(dossier: Dossier, person: int, *, contingency: bool, seen: View | None = None) -> str | None:
    """The one document of `person`, or of who is the same, that goes next or asks BNMP, or None (docs/law.md safety-9).

    Liberty first; a chain's links follow each other without anything between them; what was begun goes
    on before anything is begun. Only the resolver (`contingency`) takes a chain that holds an opened
    document of the same person (docs/law.md safety-10, 17). `seen` is the dossier's view where the caller has it already.
    """
    seen = seen or view(dossier)
    same = dossier.same(person)
    mine = [d for d in dossier.documents.values() if d.person in same]
    may_go = [d for d in mine if _may_go(d, seen)]
    if not contingency:
        may_go = [d for d in may_go if not _belongs_to_resolver(d, seen, same)]
        may_go += [d for d in mine if _may_ask(d, seen)]
    if any(_holds_place(d, seen) for d in mine):
        may_go = [d for d in may_go if _is_no_break(d, seen)]
    return min(may_go, key=lambda d: _place(d, seen)).document_id if may_go else None


def _may_go(document: Document, seen: View) -> bool:
    link = seen.dossier.link
    if _rests(document, seen):
        return False
    if document.state is State.UNCERTAIN:
        return True
    if document.state is State.SENDING:
        return document.doing is None
    waits = seen.needs[document.document_id].waits and not only_reading_left(document)
    if waits or _person_in_doubt(document, seen):
        return False
    if document.state is State.CONTINGENCY:
        return document.reason is None and not link.blocked
    return document.state is State.READY


def _rests(document: Document, seen: View) -> bool:
    """Whether it was begun, and is not to be gone on with before its hour."""
    due_at = document.due_at
    return due_at is not None and due_at > seen.dossier.now and document.due_fact in ("RETRY", "READ_AGAIN")


def _holds_place(document: Document, seen: View) -> bool:
    """Whether it is a link of a chain under way, and rests."""
    return _rests(document, seen) and any(chain.complete for chain in seen.chains_of(document.document_id))


def _is_no_break(document: Document, seen: View) -> bool:
    """Between the links of a chain nothing is written but for another release: also not while a link rests (safety-10)."""
    only_read = document.state is State.UNCERTAIN or is_asking(document)
    return only_read or bool(seen.chains_of(document.document_id))


def _may_ask(document: Document, seen: View) -> bool:
    """Whether an errand of it may be done now: a look-up, or an annulment (rules/lookup.py, rules/annulment.py)."""
    return is_errand(document) and not seen.dossier.link.blocked


def _person_in_doubt(document: Document, seen: View) -> bool:
    """Whether another document may have created this person: until it is known nobody creates them (safety-22, 27)."""
    if seen.dossier.persons[document.person].rji is not None:
        return False
    same = seen.dossier.same(document.person)
    others = (d for d in seen.dossier.documents.values() if d.person in same and d is not document)
    return any(other.doing is Step.PERSON_CREATE for other in others)


def _belongs_to_resolver(document: Document, seen: View, same: Collection[int]) -> bool:
    """Whether it was opened, or its chain holds an opened document of the same person.

    What another person's opened document waits for goes as ever: the resolver has no lane of this person.
    """
    complete = [chain for chain in seen.chains_of(document.document_id) if chain.complete]
    members = [seen.dossier.documents[member] for chain in complete for member in chain.members]
    return document.opened or any(member.opened and member.person in same for member in members)


def _place(document: Document, seen: View) -> tuple[int, int, datetime, str, str]:
    begun = 0 if document.state is State.SENDING else 1
    liberty = min((chain.liberty for chain in seen.chains_of(document.document_id)), default="")
    issued = _FIRST if liberty else document.issued_at or _LAST
    return begun, document.priority, issued, liberty, document.document_id
