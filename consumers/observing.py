"""Observing: what the answers of one process say of the link and of the registry's fitness, beside their documents."""

import random

from bnmp.answers import NO_ANSWER
from ledger.deployment import Deployment
from ledger.incidents import say_once
from ledger.link_tests import failed
from ledger.links import change
from ledger.record import Recorder
from rules.breaker import CallWindow, LinkEvent, observe
from rules.dossier import Link
from rules.facts import Answer
from rules.fitness import Fitness
from rules.words import AnswerClass


class Observer:
    """Counts over the answers that one process had; `kept` is given back where their transaction failed."""

    def __init__(self, deployment: Deployment) -> None:
        """Begin with no answer."""
        self._deployment = deployment
        self.kept: tuple[CallWindow, Fitness, str] = (CallWindow(), Fitness(), "")

    def observe(self, recorder: Recorder, answer: Answer) -> None:
        """Take note of an answer; the link may go, or the registry prove unfit."""
        # Doubt counts only where a time-out or a reset took the answer (docs/law.md I8).
        unanswered = answer.answer is AnswerClass.UNCERTAIN and answer.detail.startswith(NO_ANSWER)
        connected = answer.answer is not AnswerClass.CONNECTION and not unanswered
        windows = self._deployment.windows
        window, fitness, told = self.kept
        window, fitness = window.add(answer.at, connected=connected, windows=windows), fitness.seen(answer)
        self.kept = (window, fitness, self._tell(recorder, answer, fitness, told))
        if connected:
            return
        for event in [LinkEvent.CALL_FAILED] + [LinkEvent.TRIPPED] * window.tripped(windows):

            def step(link: Link, event: LinkEvent = event) -> Link:
                return observe(link, event, answer.at, windows, random.random())  # noqa: S311 (jitter)

            recorder.see(change(recorder.connection, self._deployment, recorder.now, step))
        failed(recorder.connection, answer)

    def _tell(self, recorder: Recorder, answer: Answer, fitness: Fitness, told: str) -> str:
        """Tell the operator that the registry is unfit, once an hour among all processes; gives what was told last."""
        why = fitness.unfit(answer.at, self._deployment.windows)
        if why is None:
            return told
        this = f"{why} {recorder.now:%Y-%m-%dT%H}"
        if this != told:
            detail = {"why": str(why), "hour": f"{recorder.now:%Y-%m-%dT%H}"}
            say_once(recorder.connection, self._deployment, "REGISTRY_UNFIT", "registry", where=str(why), detail=detail)
        return this
