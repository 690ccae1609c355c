"""Chains: a LIBERTY document with everything it still waits for, in causal order (docs/law.md safety-10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.access import is_doubt
from rules.antecedents import Needs, needs
from rules.contingency import is_unconfirmed
from rules.dossier import FREEING_KINDS, Document, Dossier, other
from rules.steps import is_unread
from rules.transmission import TERMINAL
from rules.words import Reason

# Holds that only an act from outside ends; no re-evaluation of ours may lift them.
STICKY = frozenset(
    {Reason.ACCESS, Reason.REFUSED_BY_BNMP, Reason.REGISTRY_FAULT, Reason.UNCERTAIN_OUTCOME, Reason.DIVERGENCE}
)

# What a document lacks whose person's merge BNMP has not confirmed: the one divergence that we may lift.
MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Chain:
    """The members in causal order, the LIBERTY document last; complete when every member can go."""

    members: tuple[str, ...]
    complete: bool

    @property
    def liberty(self) -> str:
        """The LIBERTY document for whose sake the chain exists."""
        return self.members[-1]


class View:
    """A dossier with what follows from it: every document's needs, every open LIBERTY document's chain."""

    __slots__ = ("_liberties", "_of", "_open", "_unread", "chains", "dossier", "needs")

    def __init__(self, dossier: Dossier) -> None:
        """See a dossier; whoever decides may go on changing the documents in it, while needs and chains stay."""
        self.dossier = dossier
        self.needs = _Needs(dossier)
        # Most have ended: the rest is asked of the others alone.
        self._open = [d for d in dossier.documents.values() if d.state not in TERMINAL]
        self.chains = tuple([_chain(d, dossier, self.needs) for d in self._open if d.kind in FREEING_KINDS])
        self._liberties: list[str] | None = None
        self._unread: list[Document] | None = None
        self._of: dict[str, tuple[Chain, ...]] = {}
        for chain in self.chains:
            for member in chain.members:
                self._of[member] = (*self._of.get(member, ()), chain)

    def chains_of(self, document_id: str) -> tuple[Chain, ...]:
        """The chains that a document is a member of."""
        return self._of.get(document_id, ())

    def unread(self) -> list[Document]:
        """The documents that may be in effect without BNMP having been read since."""
        if self._unread is None:
            self._unread = [one for one in self._open if is_unread(one)]
        return self._unread

    def reached_by(self, document_id: str) -> tuple[Document, ...]:
        """LIBERTY documents that reach this mandado, whatever became of them, or, while open, may reach it.

        What reaches the mandado that a conversion stands on reaches the conversion too.
        """
        if self._liberties is None:
            # Those that were there when the needs were worked out.
            self._liberties = [d.document_id for d in self.needs.documents.values() if d.kind in FREEING_KINDS]
        if not self._liberties:
            return ()
        mandados = {document_id, *self.needs[document_id].reached}
        documents, found = self.dossier.documents, []
        for liberty in self._liberties:
            its = self.needs[liberty]
            if not mandados.isdisjoint(its.reached) or (
                its.candidates and not documents[liberty].ended and not mandados.isdisjoint(its.candidates)
            ):
                found.append(documents[liberty])
        return tuple(found)


class _Needs(dict[str, Needs]):
    """The needs of a dossier's `documents`, each worked out when it is first asked for: most have ended, and nobody asks."""

    def __init__(self, dossier: Dossier) -> None:
        super().__init__()
        # As it is now: whoever decides goes on changing it.
        self.documents = dict(dossier.documents)
        self._dossier = other(dossier, documents=self.documents)

    def __missing__(self, document_id: str) -> Needs:
        self[document_id] = found = needs(self.documents[document_id], self._dossier, self)
        return found


def view(dossier: Dossier) -> View:
    """See a dossier with what follows from it, worked out at most once."""
    return View(dossier)


def is_sticky(document: Document, dossier: Dossier) -> bool:
    """Whether only an act from outside, or its own clock, may move this document on."""
    if document.reason in STICKY:
        return document.missing != (MERGE,) and not is_doubt(document.missing)
    if dossier.link.blocked:
        # A missing antecedent does not stop contingency (docs/law.md safety-18).
        return False
    return document.due_fact == "ASK_AGAIN" and document.due_at is not None and document.due_at > dossier.now


def _stands(document: Document, dossier: Dossier) -> bool:
    """Whether it cannot go by itself, whatever it stands on: a gap, an act from outside, or its unit's word is awaited."""
    return bool(document.gaps) or is_sticky(document, dossier) or is_unconfirmed(document, dossier)


def _chain(liberty: Document, dossier: Dossier, all_needs: Mapping[str, Needs]) -> Chain:
    mine = all_needs[liberty.document_id]
    if not mine.waits:
        return Chain((liberty.document_id,), not (mine.missing or _stands(liberty, dossier)))
    members: list[str] = []

    def walk(document_id: str, above: tuple[str, ...]) -> bool:
        if document_id in members:
            return True
        if document_id in above:
            return False
        its, fine = all_needs[document_id], True
        for wait in its.waits:
            # To the end: an incomplete chain must still know all its members.
            fine = walk(wait, (*above, document_id)) and fine
        members.append(document_id)
        document = dossier.documents[document_id]
        return fine and not (its.missing or _stands(document, dossier))

    complete = walk(liberty.document_id, ())
    return Chain(tuple(members), complete)


def begun(liberty: Document, seen: View, here_since: datetime) -> Document | None:
    """The last link of a LIBERTY document's chain that was registered since it is here; None before there is one.

    What the document reaches, what it names, and the certidões of the mandados that it reaches are links. What was
    registered before went without anybody knowing of the release, and begins nothing of its chain.
    """
    its, documents = seen.needs[liberty.document_id], seen.dossier.documents
    mandados, named = set(its.reached), {named.document_id for named in liberty.antecedents}
    links = [
        (one.registered_at, one)
        for one in documents.values()
        if one.registered_at is not None and one.registered_at >= here_since
        if one.document_id in mandados | named or not mandados.isdisjoint(seen.needs[one.document_id].reached)
    ]
    return max(links, key=lambda link: (link[0], link[1].document_id))[1] if links else None


def is_broken(stopped: Document, last: Document, dossier: Dossier) -> bool:
    """Whether a chain whose `last` link is registered stands still at another (docs/law.md safety-10).

    What is throttled or in doubt goes on by itself, unless the link is down or it has done so for too long.
    """
    waits = stopped.reason is not None or stopped.ended or dossier.link.blocked
    since = last.registered_at
    return waits or (since is not None and since + timedelta(seconds=dossier.windows.chain_stands) <= dossier.now)
