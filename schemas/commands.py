"""What people decide, on `saj.commands`. Commands are strict: one that does not hold is not half obeyed."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from schemas.gaps import Gap, UnsettledError, settle
from schemas.shapes import Identifier, Instant, Prose, Reading, RoleWord, Tribunal

ANSWERED = "saj.contingency.answered.v1"


class By(Reading):
    """Who gives the command. What was typed here is checked against the user's known access, never believed."""

    role: RoleWord
    user: Identifier
    unit: Identifier


class Command(Reading):
    """What all commands share; without `tribunal` the deployment's own is meant."""

    command_id: Identifier
    by: By
    at: Instant
    reason: Prose | None = None
    tribunal: Tribunal | None = None


class ContingencyAnswered(Command):
    """The user's answer to the question whether to issue under contingency."""

    document_id: Identifier
    answer: Literal["SIM", "NAO"]


COMMANDS: Mapping[str, type[Command]] = {ANSWERED: ContingencyAnswered}


def command_reader(model: type[Command]) -> Callable[[Mapping[str, Any]], tuple[Command, tuple[Gap, ...]]]:
    """Make the reader of a command: it raises `UnsettledError` for the first field that does not hold."""

    def read(data: Mapping[str, Any]) -> tuple[Command, tuple[Gap, ...]]:
        body, gaps = settle(model, data)
        for gap in gaps:
            raise UnsettledError(gap)
        return body, ()

    return read
