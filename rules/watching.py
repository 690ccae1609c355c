"""Watching a person's custody: after a decision the banners and divergences are worked out anew, and changes are said.

What was said is kept beside the person (`Watch`), so that replaying a fact says nothing twice.
"""

from collections.abc import Iterator
from datetime import timedelta

from rules.banners import CLOSING, DEATH, says, standing
from rules.casework import Casework
from rules.divergences import RELEASING, findings
from rules.dossier import Document
from rules.facts import Fact, PersonReviewed
from rules.history import Watch
from rules.kinds import CERTIDOES_CUMPRIMENTO, GUIAS, MANDADOS
from rules.words import Variant

# Documents from which a banner or a divergence may follow where no history of the person is known; and what was born
# fulfilled.
_TELLING = frozenset({"MANDADO_PRISAO_CIVIL", *CERTIDOES_CUMPRIMENTO})
_BORN_FULFILLED = Variant.CONVERSAO_FLAGRANTE
_MATTERS = frozenset({*MANDADOS, *CERTIDOES_CUMPRIMENTO, *RELEASING, *CLOSING, *GUIAS, DEATH})


def watch(work: Casework, fact: Fact) -> dict[int, Watch]:
    """Say what has changed in the banners and divergences of those concerned; gives how each is watched from now on."""
    watches: dict[int, Watch] = {}
    for number in sorted(set(_concerned(work, fact))):
        before = work.dossier.persons[number].watch
        after = _watched(work, number, before)
        if after != before:
            watches[number] = after
    return watches


def _concerned(work: Casework, fact: Fact) -> Iterator[int]:
    if isinstance(fact, PersonReviewed):
        yield fact.person
    for document_id in work.touched:
        one, before = work.documents[document_id], work.dossier.documents.get(document_id)
        if one.kind not in _MATTERS or not _has_moved(before, one):
            continue
        person = work.dossier.persons[one.person]
        if person.custody or person.watch.banners or person.watch.due_at or _is_told(work, one.person):
            yield one.person
        # An order may close a mandado that stands in the name of another party of the ledger.
        yield from (work.documents[a.document_id].person for a in one.antecedents if a.document_id in work.documents)


def _is_told(work: Casework, person: int) -> bool:
    """Whether a document of the person tells of a custody, or of an open mandado, by itself."""
    for one in work.documents.values():
        if (one.kind in _TELLING or one.variant == _BORN_FULFILLED) and one.person == person:
            return True
    return False


def _has_moved(before: Document | None, after: Document) -> bool:
    """Whether it came, came anew, has ended, or was annulled."""
    ended = (after.ended, after.gone)
    return before is None or before.version != after.version or (before.ended, before.gone) != ended


def _watched(work: Casework, number: int, before: Watch) -> Watch:
    now, zone, events = work.dossier.now, work.dossier.court.zone, work.dossier.persons[number].custody
    banners, changes_at = standing(number, work.documents, events, now, zone)
    if banners != before.banners:
        work.says.extend(says(before.banners, banners))
    grace = timedelta(seconds=work.dossier.windows.custody_alarm)
    found = findings(number, work.documents, events, zone)
    due = {one.name: one for one in found if one.due(grace) <= now}
    work.says.extend(one.say() for name, one in due.items() if name not in before.divergences)
    ahead = [one.due(grace) for one in found if one.name not in due] + ([changes_at] if changes_at else [])
    return Watch(banners, frozenset(due), min(ahead, default=None))
