"""Naming: the unit says who of the registry a person is, that it was a mistake, or that two are one (safety-22, 23)."""

from rules.acts import PersonAct, RjiLinked, RjiMerged, RjiUnlinked
from rules.authority import COMMAND_OF, ruling
from rules.casework import Casework
from rules.dossier import Merge, changed
from rules.doubt import stop
from rules.merges import end
from rules.requests import answer
from rules.settling import decide_one
from rules.words import Reason, State

GAP = "rji"
_MOVING = frozenset({State.SENDING, State.UNCERTAIN})


def linked(work: Casework, fact: RjiLinked) -> None:
    """Link an RJI to a person who has none, and let go what waited for the choice."""
    known = work.dossier.persons[fact.person].rji
    refusal = _incompetent(work, fact, {fact.person}) or ("OTHER_RJI" if known not in (None, fact.rji) else None)
    if refusal is not None:
        answer(work, fact.command_id, refusal, applied=False)
        return
    work.rjis[fact.person] = fact.rji
    for document in [d for d in work.documents.values() if d.person == fact.person and GAP in d.gaps and not d.ended]:
        gaps = tuple(gap for gap in document.gaps if gap != GAP)
        named = work.put(changed(document, gaps=gaps), "person linked")
        if named.reason is Reason.MISSING_DATA:
            decide_one(work, named)
    answer(work, fact.command_id, "APPLIED")


def unlinked(work: Casework, fact: RjiUnlinked) -> None:
    """Undo a wrong link: what is not at the registry waits for another choice, a draft there is for the unit.

    A merge that BNMP has not confirmed is taken back with it; named by the other RJI, the merge alone.
    """
    person, same = work.dossier.persons[fact.person], work.dossier.same(fact.person)
    merge = work.dossier.merge_of(fact.person)
    merge_alone = merge is not None and fact.rji != person.rji and fact.rji in (merge.from_rji, merge.into_rji)
    refusal = _incompetent(work, fact, {fact.person})
    if refusal is None and person.rji != fact.rji and not merge_alone:
        refusal = "OTHER_RJI"
    # Whoever is the same person shares their claim: what is under way may be about either of them.
    busy = (d for d in work.documents.values() if d.person in same and not d.ended)
    if refusal is None and not merge_alone and any(d.state in _MOVING or d.doing is not None for d in busy):
        refusal = "ON_ITS_WAY"
    if refusal is not None:
        answer(work, fact.command_id, refusal, applied=False)
        return
    if merge is not None:
        end(work, merge)
    if not merge_alone:
        _forget(work, fact.person)
    answer(work, fact.command_id, "APPLIED")


def _forget(work: Casework, person: int) -> None:
    work.identify({person: None}, {})
    for document in [d for d in work.documents.values() if d.person == person and not d.ended]:
        # It was the registry's person that was mistaken: nobody is searched by the same traits again (safety-22).
        nameless = work.put(changed(document, gaps=(*document.gaps, GAP), step=None), "person unlinked")
        if nameless.bnmp_id is not None:
            stop(work, nameless, Reason.DIVERGENCE, "drafted under another person", missing=(GAP,))
        elif nameless.reason in (None, Reason.MISSING_DATA):
            decide_one(work, nameless)


def merged(work: Casework, fact: RjiMerged) -> None:
    """Two RJIs are said to be one: ARREST of both waits until BNMP confirms who survived (docs/law.md safety-23)."""
    persons, pair = work.dossier.persons, {fact.from_rji, fact.into_rji}
    others = [merge for one in fact.persons if (merge := work.dossier.merge_of(one)) is not None]
    refusal = "SAME_RJI" if len(pair) == 1 else _incompetent(work, fact, set(fact.persons))
    if refusal is None and any({merge.from_rji, merge.into_rji} != pair for merge in others):
        refusal = "OTHER_MERGE"
    if refusal is not None:
        answer(work, fact.command_id, refusal, applied=False)
        return
    if any(persons[one].rji != fact.into_rji for one in fact.persons):
        for merge in others:
            end(work, merge)
        work.identify({}, dict.fromkeys(fact.persons, Merge(fact.from_rji, fact.into_rji)))
    answer(work, fact.command_id, "APPLIED")


def why_not_chosen(rji: str | None, known: str | None, *, is_anothers: bool) -> str | None:
    """Why the RJI that a person's data bring is not taken; None where it is, or is theirs already (docs/law.md safety-22).

    Data complete a document: that two persons are one, or that somebody is another, is said by a command of its own.
    """
    if rji is None or rji == known:
        return None
    if known is not None:
        return "OTHER_RJI"
    return "RJI_OF_ANOTHER" if is_anothers else None


def _incompetent(work: Casework, fact: PersonAct, persons: set[int]) -> str | None:
    units = {d.unit for d in work.documents.values() if d.person in persons}
    return ruling(COMMAND_OF[type(fact)], fact.by, units).refusal
