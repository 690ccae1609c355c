"""Merges: two RJIs that are said to be one person, until BNMP confirms who survived (docs/law.md safety-23).

Until then the ARREST documents of both are held and LIBERTY goes on. Once confirmed all persons of the ledger who had
either RJI have the survivor's, and are one from then on: one claim, one chain (rules/dossier.py `same`).
"""

from dataclasses import replace

from rules import messages
from rules.casework import Casework, Say
from rules.dossier import Document, Merge


def follow(work: Casework, document: Document, survivor: str | None) -> None:
    """BNMP says, about a document, who its person is now: another RJI since a merge, or with None still the same."""
    now = work.now()
    merge = now.merge_of(document.person)
    if merge is not None:
        _confirm(work, document, merge, survivor)
    elif survivor is not None and now.persons[document.person].rji != survivor:
        work.identify(dict.fromkeys(now.same(document.person), survivor), {})


def end(work: Casework, merge: Merge) -> None:
    """Take a merge back, for all whom it is about."""
    work.identify({}, dict.fromkeys(_about(work, merge)))


def _about(work: Casework, merge: Merge) -> list[int]:
    return [number for number, person in work.persons().items() if person.merge == merge]


def _confirm(work: Casework, document: Document, merge: Merge, survivor: str | None) -> None:
    """The survivor that was told makes them one; any other is a divergence that a human sees, told once."""
    if survivor == merge.into_rji:
        end(work, merge)
        merged = [number for number, person in work.persons().items() if person.rji == merge.from_rji]
        work.identify(dict.fromkeys(merged, merge.into_rji), {})
        return
    told = survivor or merge.from_rji
    if told == merge.told:
        return
    work.identify({}, dict.fromkeys(_about(work, merge), replace(merge, told=told)))
    data = {"kind": "RJI", "ours": merge.into_rji, "registry": told, "message": messages.OTHER_SURVIVOR}
    about = {"document_id": document.document_id, "case_number": document.case_number or None}
    work.says.append(Say("bnmp.divergence.found.v1", data | about, document))
