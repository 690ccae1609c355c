"""A circle while a transaction works on it: persons whose documents stand on each other's, as one dossier."""

from dataclasses import replace

from rules.decide import Decision
from rules.dossier import Document, Dossier, other


class Circle:
    """Persons whose documents stand on each other's, with their documents, as one dossier."""

    def __init__(self, dossier: Dossier) -> None:
        """Begin with one person and no documents; `mine` takes them, `close` makes the dossier."""
        self.dossier = dossier
        self.mine: dict[str, Document] = {}

    def take(self, joined: "Circle") -> None:
        """Take another circle in."""
        self.mine |= joined.mine
        self.dossier = other(self.dossier, persons={**self.dossier.persons, **joined.dossier.persons})

    def close(self) -> None:
        """Make the dossier from the documents gathered."""
        self.dossier = other(self.dossier, documents=self.mine)

    def apply(self, decision: Decision) -> None:
        """Take a decision's changes in."""
        persons = dict(self.dossier.persons)
        for number, rji in (decision.rjis or {}).items():
            persons[number] = replace(persons[number], rji=rji)
        for number, merge in (decision.merges or {}).items():
            persons[number] = replace(persons[number], merge=merge)
        for number, watch in (decision.watches or {}).items():
            persons[number] = replace(persons[number], watch=watch)
        self.mine = {**self.mine, **decision.documents}
        self.dossier = other(self.dossier, documents=self.mine, persons=persons)
