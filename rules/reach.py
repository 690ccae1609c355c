"""Reach: which documents a change can move, so that a decision looks at those and at no others.

Theory of operation. What becomes of a document follows from itself, from what it stands on, from what reaches it or
waits for it, and so on from one to the next. Documents are bound to each other where one names the other; one that
names nothing and must stand on something is bound to all of its case (docs/law.md safety-24). Whoever is bound,
directly or through others, is one part, and nothing outside it has a say in it, but for three things: certidões of
death, which every part is shown (docs/law.md safety-13); the history of the person; and the link with the hour.
What stands as these were, and not as they are, is looked at with every fact (`disturbed`).
"""

from collections.abc import Collection, Iterable, Mapping

from rules.dossier import Document, Dossier
from rules.history import FREEING
from rules.kinds import CERTIDOES_CUMPRIMENTO, MANDADOS
from rules.prerequisites import ROWS, Demand
from rules.steps import is_unread
from rules.transmission import TERMINAL
from rules.words import DueFact, Kind, PecaStatus, Reason, State

DEATH = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE
_SEEKING = frozenset(row.kind for row in ROWS)
# An alvará without variant is read as of a mandado that was fulfilled (docs/law.md safety-25).
_SEEKING_AS = {(row.kind, row.variant) for row in ROWS if row.variant and row.demand is not Demand.NOTHING} | {
    (Kind.ALVARA_SOLTURA, None)
}
_SEEKING_ALWAYS = frozenset(row.kind for row in ROWS if row.variant is None)
# Between these nobody but the document itself sees a difference.
_ALIKE = (None, Reason.WAITING_ANTECEDENT, Reason.WAITING_LINK)
_WARNED = MANDADOS | CERTIDOES_CUMPRIMENTO
_UNDONE = (State.REJECTED, State.EXCLUDED)
_PASSING = frozenset({Reason.WAITING_LINK, Reason.AWAITING_CONSENT})
_ASK_AGAIN, _DEAD_LETTER_AHEAD = DueFact.ASK_AGAIN, Reason.DEAD_LETTER_AHEAD


def seeks(document: Document) -> bool:
    """Whether a document that names nothing looks in its case for what it stands on."""
    kind = document.kind
    return kind in _SEEKING_ALWAYS or (kind, document.variant) in _SEEKING_AS


def is_bound_otherwise(before: Document, after: Document) -> bool:
    """Whether a new version is bound to others than the old one was."""
    return not (
        before.antecedents == after.antecedents
        and before.kind == after.kind
        and before.variant == after.variant
        and before.case_number == after.case_number
        and before.person == after.person
    )


def stirs(before: Document, after: Document) -> bool:
    """Whether others that are bound to it see a difference."""
    if before.state is not after.state and (before.state in TERMINAL or after.state in TERMINAL):
        return True
    if before.reason != after.reason and not (before.reason in _ALIKE and after.reason in _ALIKE):
        return True
    return (
        before.gaps != after.gaps
        or before.found != after.found
        or (before.confirmed is None) is not (after.confirmed is None)
        or before.rji != after.rji
        # Of all divergences one may be lifted (rules/chain.py).
        or (before.missing != after.missing and after.reason is Reason.DIVERGENCE)
        or (
            (before.due_fact, before.due_at) != (after.due_fact, after.due_at)
            and DueFact.ASK_AGAIN in (before.due_fact, after.due_fact)
        )
        # What was signed may have moved what others stand on (rules/unread.py).
        or is_unread(before) is not is_unread(after)
        # A draft's status is nobody's business.
        or (
            before.bnmp_status != after.bnmp_status
            and (after.state in TERMINAL or PecaStatus.CUMPRIDO in (before.bnmp_status, after.bnmp_status))
        )
    )


def disturbed(dossier: Dossier, documents: Mapping[str, Document]) -> list[str]:
    """The documents that no fact names and that stand otherwise than the link, the hour and the history now say."""
    # Most have ended: the rest is asked of the others alone.
    standing = [one for one in documents.values() if one.state not in TERMINAL]
    warned, arrested = _told(dossier)
    found = [
        one.document_id
        for one in standing
        if (one.reason is not None and one.reason in _PASSING)
        or (one.due_fact is not None and one.due_fact == _ASK_AGAIN)
        or (one.reason is _DEAD_LETTER_AHEAD and one.person not in warned)
    ]
    if warned or arrested:
        found += [
            one.document_id
            for one in standing
            if (one.person in warned and one.kind in _WARNED)
            or (one.person in arrested and one.retroactive and one.kind in MANDADOS)
        ]
    valid = [one for one in standing if one.valid_until]
    if valid:
        today = dossier.now.astimezone(dossier.court.zone).date()
        found += [
            one.document_id
            for one in valid
            if one.valid_until and one.valid_until < today and one.reason is not Reason.NEEDS_JUDGE
        ]
    return found


def _told(dossier: Dossier) -> tuple[set[int], set[int]]:
    """The persons of whom a dead letter, a merge or a release is told; and those whose history has begun."""
    warned, arrested = set[int](), set[int]()
    for number, person in dossier.persons.items():
        if not (person.custody or person.dead_letters or person.merge):
            continue
        same = dossier.same(number)
        if person.dead_letters or person.merge or any(event.event in FREEING for event in person.custody):
            warned |= same
        if person.custody:
            arrested |= same
    return warned, arrested


def is_named(numbers: Collection[str | None], documents: Mapping[str, Document]) -> bool:
    """Whether one of these national numbers is named, where the bonds were not worked out: that would cost more."""
    naming = [one for one in documents.values() if one.antecedents]
    return any(named.national_number in numbers for one in naming for named in one.antecedents)


class Bonds:
    """Who is bound to whom among these documents; good as long as none comes and none is bound otherwise."""

    __slots__ = ("_deaths", "_documents", "_naming", "_seeking")

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """Read once what each names; `documents` may go on changing in all else."""
        naming: dict[str, list[str]] = {}
        seeking: dict[str, set[str]] = {}
        deaths: list[str] = []
        for document_id, one in documents.items():
            kind = one.kind
            if kind == DEATH:
                deaths.append(document_id)
            elif not one.antecedents:
                if kind in _SEEKING and seeks(one):
                    seeking.setdefault(one.case_number, set()).add(document_id)
                continue
            for named in one.antecedents:
                name = named.document_id
                if name is not None:
                    if name in naming:
                        naming[name].append(document_id)
                    else:
                        naming[name] = [document_id]
                if named.national_number is not None:
                    naming.setdefault(named.national_number, []).append(document_id)
        self._documents, self._naming, self._seeking, self._deaths = documents, naming, seeking, deaths

    def part(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """These documents and all that are bound to them, in the dossier's order; with the deaths and whoever is bound to them."""
        documents, naming, seeking = self._documents, self._naming, self._seeking
        # Shown to all, and whole: a death that is on its way is judged in each part as in its own.
        deaths = [one for one in self._deaths if documents[one].state not in _UNDONE]
        ahead, found = [*document_ids, *deaths], set[str]()
        while ahead:
            document_id = ahead.pop()
            one = documents.get(document_id)
            if one is None or document_id in found:
                continue
            found.add(document_id)
            if document_id in naming:
                ahead += naming[document_id]
            if one.national_number in naming:
                ahead += naming[one.national_number]
            for named in one.antecedents:
                if named.document_id is not None:
                    ahead.append(named.document_id)
                if named.national_number is not None:
                    ahead += [x for x, other in documents.items() if other.national_number == named.national_number]
            if one.case_number in seeking:
                its = seeking[one.case_number]
                # All of its case if it seeks there; otherwise those that may find it.
                ahead += self._of_case(one.case_number) if document_id in its else its
        in_order = found if len(found) == 1 else filter(found.__contains__, documents)
        return {document_id: documents[document_id] for document_id in in_order}

    def name(self, numbers: Collection[str | None]) -> bool:
        """Whether somebody names one of these national numbers."""
        return not self._naming.keys().isdisjoint(numbers)

    def _of_case(self, case_number: str) -> list[str]:
        return [document_id for document_id, one in self._documents.items() if one.case_number == case_number]
