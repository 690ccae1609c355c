"""A lane's transactions one by one, as a test that steps between them wants them."""

from consumers.lanes import Fate, Lane, Leave, Task, Turn
from consumers.workbench import Workbench
from rules.facts import Answer


class LostError(Exception):
    """The claim is somebody else's by now."""


class Alone(Workbench):
    """A workbench at which every group is of one."""

    def open(self, person: int) -> Lane | None:
        """Claim a person and begin nothing; None while somebody else may be at work on them."""
        lane = Lane(person)
        (outcome,) = self.work([Turn(lane, begin=False)])
        return lane if outcome.fate is Fate.DONE else None

    def advance(self, lane: Lane, done: Task | None, answer: Answer | None, *, go_on: bool = True) -> Task | None:
        """Record and begin; raises LostError, with the answer noted as evidence, when the claim was lost."""
        (outcome,) = self.work([Turn(lane, done, answer, begin=go_on)])
        if outcome.fate is Fate.LOST:
            raise LostError
        assert outcome.fate is Fate.DONE
        return outcome.task

    def close(self, lane: Lane) -> None:
        """Let the person go."""
        self.work([Leave(lane, frozenset())])
