"""Naming: the unit says who of the registry a person is, or that it was a mistake (docs/law.md safety-22)."""

from rules.acts import PersonAct, RjiLinked, RjiUnlinked
from rules.casework import Casework
from rules.dossier import changed
from rules.doubt import stop
from rules.requests import answer, is_competent
from rules.settling import decide_one
from rules.words import Reason, State

GAP = "rji"
_MOVING = frozenset({State.SENDING, State.UNCERTAIN})


def linked(work: Casework, fact: RjiLinked) -> None:
    """Link an RJI to a person who has none, and let go what waited for the choice."""
    known = work.dossier.persons[fact.person].rji
    refusal = _incompetent(work, fact) or ("OTHER_RJI" if known not in (None, fact.rji) else None)
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
    """Undo a wrong link: what is not at the registry waits for another choice, a draft there is for the unit."""
    mine = [d for d in work.documents.values() if d.person == fact.person and not d.ended]
    refusal = _incompetent(work, fact)
    if refusal is None and work.dossier.persons[fact.person].rji != fact.rji:
        refusal = "OTHER_RJI"
    if refusal is None and any(d.state in _MOVING or d.doing is not None for d in mine):
        refusal = "ON_ITS_WAY"
    if refusal is not None:
        answer(work, fact.command_id, refusal, applied=False)
        return
    work.rjis[fact.person] = None
    for document in mine:
        # It was the registry's person that was mistaken: nobody is searched by the same traits again (safety-22).
        nameless = work.put(changed(document, gaps=(*document.gaps, GAP), step=None), "person unlinked")
        if nameless.bnmp_id is not None:
            stop(work, nameless, Reason.DIVERGENCE, "drafted under another person", missing=(GAP,))
        elif nameless.reason in (None, Reason.MISSING_DATA):
            decide_one(work, nameless)
    answer(work, fact.command_id, "APPLIED")


def _incompetent(work: Casework, fact: PersonAct) -> str | None:
    units = {d.unit for d in work.documents.values() if d.person == fact.person}
    return None if any(is_competent(fact.by, unit) for unit in units) else "NOT_COMPETENT"
