"""The working copy of a decision: documents change in it, and what must be said is noted beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules import messages
from rules.certificate import Certificate
from rules.chain import View
from rules.change import maker
from rules.dossier import Document, Dossier, Merge, Person, changed, other
from rules.legacy import Colour, StockItem
from rules.outcomes import OUTCOMES
from rules.prerequisites import divergent, row_of
from rules.reach import DEATH, Bonds, is_bound_otherwise, is_named, stirs
from rules.transmission import ENTRY, TERMINAL, Event, TransitionRefusedError, advance
from rules.words import LinkState, Reason, State

_ENTERING = {
    Event.GO: State.READY,
    Event.HOLD: State.HELD,
    Event.OPEN: State.CONTINGENCY,
    # SAJ itself had issued it under contingency.
    Event.RETURN: State.CONTINGENCY,
    Event.REJECT: State.REJECTED,
    Event.EXCLUDE: State.EXCLUDED,
}


_HOLDING = (State.HELD, State.CONTINGENCY)
_NOTHING_DUE = {"due_at": None, "due_fact": None, "escalate_at": None}


@dataclass(frozen=True, slots=True)
class Say:
    """Something to be said: an event type with its own data; the ledger adds what every outcome has.

    `document` is the document as it stood when it was said, or None where none is meant.
    """

    type: str
    data: Mapping[str, Any]
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of history: which fact led a document to which final state, and why."""

    document_id: str
    fact: str
    detail: str = ""


_say = maker(Say)


@dataclass(slots=True, init=False)
class Casework:
    """A dossier being worked on. `documents` are its current values, `touched` those that changed.

    `whole` says that every document must be looked at again; otherwise settling begins with `changed`, and with
    what is bound to `stirred`: those of the changed in which others see a difference (rules/reach.py). `judged` are
    documents as a verdict left them that was given in the present view.
    """

    dossier: Dossier
    fact: str
    documents: dict[str, Document]
    touched: dict[str, str]
    says: list[Say]
    certificates: list[Certificate]
    rjis: dict[int, str | None]
    merges: dict[int, Merge | None]
    items: dict[str, StockItem]
    coloured: dict[str, Colour]
    whole: bool
    changed: set[str]
    stirred: set[str]
    judged: dict[str, Document]
    _bonds: Bonds | None
    _seen: View | None
    _part: dict[str, Document] | None

    def __init__(self, dossier: Dossier, fact: str) -> None:
        """Open a working copy. While the link is not UP everything hangs on the hour, and is looked at."""
        self.dossier, self.fact, self.documents = dossier, fact, dict(dossier.documents)
        self.whole = dossier.link.state is not LinkState.UP
        # Written out: that is faster than a factory for each field.
        self.touched, self.says, self.certificates = {}, [], []
        self.rjis, self.merges, self.items, self.coloured = {}, {}, {}, {}
        self.changed, self.stirred, self.judged = set(), set(), {}
        self._bonds = self._seen = self._part = None

    def persons(self) -> Mapping[int, Person]:
        """The persons with what was learnt so far of who they are."""
        if not (self.rjis or self.merges):
            return self.dossier.persons
        persons = dict(self.dossier.persons)
        for person, rji in self.rjis.items():
            persons[person] = replace(persons[person], rji=rji)
        for person, merge in self.merges.items():
            persons[person] = replace(persons[person], merge=merge)
        return persons

    def identify(self, rjis: Mapping[int, str | None], merges: Mapping[int, Merge | None]) -> None:
        """Learn who persons are; that is everybody's business."""
        self.rjis |= rjis
        self.merges |= merges
        self.look_at_all()
        self._forget_part()

    def now(self) -> Dossier:
        """The dossier with the changes made so far."""
        return other(self.dossier, documents=self.documents, persons=self.persons())

    def look(self, *document_ids: str) -> View:
        """See documents with all that they are bound to, or everything where the `whole` is looked at.

        A view is good until something in it stirs; its documents are always as they now are.
        """
        part = self._part
        if part is None or not (part is self.documents or all(one in part for one in document_ids)):
            self._forget_view()
            if self.whole:
                part = self._part = self.documents
            else:
                self._bonds = self._bonds or Bonds(self.documents)
                part = self._part = self._bonds.part(document_ids)
        if self._seen is None:
            self._seen = View(other(self.dossier, documents=part, persons=self.persons()))
        return self._seen

    def still(self, seen: View) -> bool:
        """Whether this view is the present one: nothing in it has stirred."""
        return seen is self._seen

    def look_at_all(self) -> None:
        """Leave nothing out from now on."""
        if not self.whole:
            self.whole, self._bonds = True, None
            self._forget_part()

    def keep(self, document: Document) -> Document:
        """Let a document stand so from now on; what others see of it is looked at again."""
        document_id = document.document_id
        before, self.documents[document_id] = self.documents.get(document_id), document
        if document is before:
            return document
        self.changed.add(document_id)
        if before is None:
            self._bonds = None
            self._forget_part()
        elif is_bound_otherwise(before, document):
            self.look_at_all()
        elif self._renumbered(before, document):
            # Whoever names the number is bound to it now.
            self._forget_part()
        elif not stirs(before, document):
            if self._part is not None and document_id in self._part:
                self._part[document_id] = document
            return document
        elif self._part is not None and document_id in self._part:
            self._part[document_id] = document
            self._forget_view()
        self.stirred.add(document_id)
        if document.kind == DEATH:
            # Everybody's business (docs/law.md safety-13).
            self.look_at_all()
        return document

    def _renumbered(self, before: Document, after: Document) -> bool:
        """Whether it has another national number, which somebody names."""
        if before.national_number == after.national_number:
            return False
        numbers = {before.national_number, after.national_number} - {None}
        return is_named(numbers, self.documents) if self._bonds is None else self._bonds.name(numbers)

    def _forget_part(self) -> None:
        self._part = None
        self._forget_view()

    def _forget_view(self) -> None:
        self._seen = None
        self.judged.clear()

    def put(self, document: Document, detail: str = "") -> Document:
        """Keep a changed document and note it for history."""
        self.keep(document)
        before = self.touched.get(document.document_id)
        self.touched[document.document_id] = f"{before}; {detail}" if before and detail else before or detail
        return document

    def move(
        self,
        document: Document,
        event: Event,
        *,
        detail: str = "",
        reason: Reason | None = None,
        missing: tuple[str, ...] = (),
        **changes: Any,
    ) -> Document:
        """Move a document by the transmission machine, with further changes, and say what follows."""
        state = _entering(event) if document.state is None else advance(document.state, event)
        moved = state != document.state or reason != document.reason
        if moved:
            changes["since"] = self.dossier.now
        if state in TERMINAL:
            changes |= _NOTHING_DUE
        elif reason is not None and state in _HOLDING and document.liberty and document.escalate_at is None:
            changes["escalate_at"] = self.dossier.after(self.dossier.windows.escalate_chefe)
            changes["escalated"] = 0
        if state in _HOLDING and not document.turn and self.dossier.link.blocked:
            # Who waited for the link comes back from it, and not as one of those who come on that day (docs/law.md I5).
            changes["turn"] = 1
        after = changed(document, state=state, reason=reason, missing=missing, **changes)
        # An offer, its text and its certidão carry one instant: another instant is another offer (safety-15).
        another = reason is Reason.AWAITING_CONSENT and after.failed_access_at != document.failed_access_at
        say = OUTCOMES.get(state)
        if say is not None and (moved or another or missing != document.missing):
            after = self.say_outcome(after, say(document, after, self.dossier.court))
        if reason is Reason.MISSING_ANTECEDENT:
            for antecedent in sorted(_divergent(after) - _divergent(document)):
                self._say_divergence(self.documents[antecedent], after)
        turned = moved or after.priority != document.priority or (is_errand(after) and not is_errand(document))
        if turned and stands_in_queue(after):
            after = self.wake(after)
        return self.put(after, detail)

    def _say_divergence(self, antecedent: Document, successor: Document) -> None:
        """SAJ lets something follow that BNMP's status does not allow (docs/law.md ANT-15)."""
        row = row_of(successor, self.dossier.court)
        data = {
            "kind": "STATUS",
            "ours": " ou ".join(sorted(row.statuses)) if row else None,
            "registry": antecedent.bnmp_status,
            "document_id": antecedent.document_id,
            "case_number": antecedent.case_number or None,
            "message": messages.DIVERGENT,
        }
        self.says.append(Say("bnmp.divergence.found.v1", data, antecedent))

    def say_outcome(self, document: Document, said: tuple[str, dict[str, Any]] | None) -> Document:
        """Say an outcome about a document; each has the next sequence number."""
        if said is None:
            return document
        document = changed(document, sequence=document.sequence + 1)
        self.says.append(_say(said[0], said[1], document))
        return document

    def wake(self, document: Document) -> Document:
        """Give a document a new turn and a record on the queue that will carry it."""
        document = changed(document, turn=document.turn + 1)
        resolved = document.opened and not is_errand(document)
        self.says.append(_say("bnmp.contingency.v1" if resolved else "bnmp.dispatch.v1", {}, document))
        return document


def _entering(event: Event) -> State:
    state = _ENTERING.get(event)
    if state not in ENTRY:
        raise TransitionRefusedError(f"a new document does not know {event}")
    return state


def stands_in_queue(document: Document) -> bool:
    """Whether the document now stands in a queue and may be taken from it at once."""
    if document.due_fact == "RETRY":
        return False
    at_rest = document.state is State.CONTINGENCY and document.reason is None
    return is_errand(document) or document.state is State.READY or at_rest


def is_asking(document: Document) -> bool:
    """Whether the sender's lane is to ask BNMP now what it waits for; it is held meanwhile (rules/lookup.py)."""
    return document.due_fact == "LOOK_UP" and document.due_at is None


def is_annulling(document: Document) -> bool:
    """Whether the sender's lane is to have its piece annulled now (rules/annulment.py)."""
    return document.due_fact == "ANNUL" and document.due_at is None


def is_errand(document: Document) -> bool:
    """Whether the sender's lane is to do something for it now that is no step of its registration."""
    return document.due_at is None and document.due_fact in ("LOOK_UP", "ANNUL")


def _divergent(document: Document) -> frozenset[str]:
    """Which antecedents are told to stand otherwise in SAJ and in BNMP: not before BNMP was asked (safety-2)."""
    return divergent(document.missing) if document.reason is Reason.MISSING_ANTECEDENT else frozenset()


def is_held(document: Document) -> bool:
    """Whether it waits, with a reason, also after it was opened under contingency."""
    return document.reason is not None and document.state in _HOLDING
