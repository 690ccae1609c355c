"""Whether the registry is fit for work: up, and yet of no use to anybody (docs/law.md safety-20).

Refusals of everybody, or nothing but faults, are no outage and open no contingency: an operator is told, and a named
authority may declare the registry unavailable. Whatever the registry does for anybody proves it fit.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.facts import Answer
from rules.windows import Windows
from rules.words import AnswerClass

EVERYBODY = 3
# What says nothing of the registry's fitness: it was not reached, or asked for patience.
_SAYS_NOTHING = frozenset({AnswerClass.CONNECTION, AnswerClass.UNCERTAIN, AnswerClass.THROTTLED})


@dataclass(frozen=True, slots=True)
class Fitness:
    """Who was refused, and since when it faults, with nothing done for anybody since; three are everybody."""

    refused: frozenset[str] = frozenset()
    faulting_since: datetime | None = None

    def seen(self, answer: Answer) -> "Fitness":
        """What one more answer makes of it; refusals count where the registry said them to a known user."""
        said = answer.answer
        if said in _SAYS_NOTHING:
            return self
        if said is AnswerClass.FAULT:
            return replace(self, faulting_since=self.faulting_since or answer.at)
        if said is not AnswerClass.ACCESS:
            return Fitness()
        if answer.user is None or len(self.refused) >= EVERYBODY:
            return self
        return replace(self, refused=self.refused | {answer.user})

    def unfit(self, now: datetime, windows: Windows) -> AnswerClass | None:
        """Why it is unfit, or None: everybody is refused, or it has faulted for a whole window."""
        if len(self.refused) >= EVERYBODY:
            return AnswerClass.ACCESS
        faults = self.faulting_since is not None and now - self.faulting_since >= timedelta(seconds=windows.unfit)
        return AnswerClass.FAULT if faults else None
