"""Identity: who of the registry's candidates is our person (docs/law.md safety-22).

No one is taken for a namesake: only equal CPF, birth date and mother's name link by themselves; with
candidates that differ a person of the unit chooses, and nobody is created beside a candidate.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from rules.antecedents import needs
from rules.dossier import Document, Dossier, Person


@dataclass(frozen=True, slots=True)
class Traits:
    """What identifies a person; CPF is 11 digits."""

    cpf: str | None
    data_nascimento: date | None
    nome_mae: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the registry who may be ours; one who is not active was removed, and is of no use to any document."""

    rji: str
    traits: Traits
    active: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """Who it is: an RJI to link; or candidates among whom the unit chooses; or, with neither, nobody yet.

    `inactive` are those who were removed: no release waits for them (docs/law.md safety-22).
    """

    rji: str | None = None
    candidates: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()


def choose(ours: Traits, candidates: Iterable[Candidate]) -> Choice:
    """Link the one candidate who is certainly ours; otherwise name them all."""
    found = list(candidates)
    equal = certain(ours, found)
    if len(equal) == 1:
        return Choice(rji=equal[0])
    active, inactive = ({one.rji for one in found if one.active is wanted} for wanted in (True, False))
    return Choice(candidates=tuple(sorted(active)), inactive=tuple(sorted(inactive - active)))


def certain(ours: Traits, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """The RJIs of those who are certainly ours, in their order: more than one is one human under several."""
    return tuple(sorted({one.rji for one in candidates if one.active and _is_same(ours, one.traits)}))


def person_of(document: Document, dossier: Dossier) -> Person:
    """Whom a document is about at the registry: its person; a release takes the RJI of the warrant that it reaches.

    That RJI is the document's alone: it links its person to nobody.
    """
    person = dossier.persons[document.person]
    if person.rji is not None or not document.liberty:
        return person
    reached = (dossier.documents[found] for found in needs(document, dossier).reached)
    rjis = {rji for found in reached if (rji := found.rji or dossier.persons[found.person].rji)}
    return replace(person, rji=rjis.pop() if len(rjis) == 1 else document.rji)


def _is_same(ours: Traits, theirs: Traits) -> bool:
    if not (ours.cpf and ours.data_nascimento and ours.nome_mae):
        return False
    return (ours.cpf, ours.data_nascimento, _plain(ours.nome_mae)) == (
        theirs.cpf,
        theirs.data_nascimento,
        _plain(theirs.nome_mae),
    )


def _plain(name: str | None) -> str:
    """A name without accents, case and double spaces."""
    letters = unicodedata.normalize("NFKD", name or "")
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).casefold().split())
