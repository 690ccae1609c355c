"""Turns: the lanes' short transactions, as many in one as have come while the one before was written.

A lane waits for its own turn to be committed before it goes on; a group waits for nobody: whom another session has locked
is in the next one. Alone a turn is done at once.
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from consumers.lanes import Fate, Job, Outcome
from consumers.workbench import Workbench
from ledger.patience import patiently
from ledger.trouble import LedgerTroubleError

MOST = 64
# A group holds its persons' locks: when it takes longer than this the next one is smaller. Not too small: half of what a
# group costs is the same for one person as for many, and a busy machine would be kept busy by ever more of them.
LONG_SECONDS = 0.06
LEAST = 16
# Whoever was left out so often is waited for.
PASSED_OVER = 3

_Asked = tuple[Job, "asyncio.Future[Outcome]"]
_Answer = Outcome | Exception


class Turns:
    """Carries the jobs of lanes to the ledger, in one thread at a time; for one event loop."""

    def __init__(self, workbench: Workbench) -> None:
        """Begin with nothing to do."""
        self._workbench = workbench
        self._waiting: list[_Asked] = []
        self._passed: dict[Job, int] = {}
        self._most = MOST
        self._running: asyncio.Task[None] | None = None

    async def take(self, job: Job) -> Outcome:
        """Do a job in the next group; returns when it is committed. Trouble that lasts is raised, and a bug of its own."""
        asked: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, asked))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await asked

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            jobs = [job for job, _ in group]
            # Nobody is waited for while there is somebody who need not wait, but nobody is passed over for ever.
            skip = not any(self._passed.get(job, 0) >= PASSED_OVER for job in jobs)
            began = time.monotonic()
            answers = await asyncio.to_thread(self._work, jobs, skip=skip)
            self._pace(len(group), time.monotonic() - began)
            for (job, asked), answer in zip(group, answers, strict=True):
                self._tell(job, asked, answer)

    def _work(self, jobs: Sequence[Job], *, skip: bool) -> list[_Answer]:
        try:
            return list(patiently(partial(self._workbench.work, jobs, skip=skip)))
        except LedgerTroubleError as trouble:
            return [trouble] * len(jobs)
        except Exception as error:  # noqa: BLE001 (it is raised where the job that it belongs to is waited for)
            if len(jobs) == 1:
                return [error]
            middle = len(jobs) // 2
            return self._work(jobs[:middle], skip=skip) + self._work(jobs[middle:], skip=skip)

    def _pace(self, amount: int, seconds: float) -> None:
        if seconds > LONG_SECONDS:
            self._most = max(LEAST, min(amount, self._most) // 2)
        else:
            self._most = min(MOST, self._most + LEAST)

    def _tell(self, job: Job, asked: "asyncio.Future[Outcome]", answer: _Answer) -> None:
        if isinstance(answer, Outcome) and answer.fate is Fate.LATER:
            self._passed[job] = self._passed.get(job, 0) + 1
            self._waiting.append((job, asked))
            return
        self._passed.pop(job, None)
        if asked.done():
            return
        if isinstance(answer, Exception):
            asked.set_exception(answer)
        else:
            asked.set_result(answer)
