"""The doctor: every check is made, whatever the others find, side by side and each within a bound of time."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consumers.groups import StartRefusedError
from ledger.engine import LedgerError, LedgerTroubleError
from operations.answers import Checked, Diagnosis
from producers.topics import KafkaUnreachableError

SECONDS = 15.0

_AWAY = (KafkaUnreachableError, LedgerTroubleError, TimeoutError, ConnectionError)


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its name. What `look` raises is a finding too; `away` is what to do when a server did not answer."""

    name: str
    look: Callable[[], Iterable[Checked]]
    away: str = "see whether it runs, and whether this host may reach it"


def examine(checks: Sequence[Check], now: datetime, seconds: float = SECONDS) -> Diagnosis:
    """Make every check, none for longer than `seconds`; findings stand in the order of the checks."""
    found: dict[str, list[Checked]] = {}

    def make(check: Check) -> None:
        found[check.name] = _found(check)

    threads = [
        threading.Thread(target=make, args=(check,), name=f"check {check.name}", daemon=True) for check in checks
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    silent = f"did not answer within {seconds:g} s"
    lines = [
        line
        for check in checks
        for line in found.get(check.name)
        or [Checked(name=check.name, verdict="UNREACHABLE", what=silent, remedy=check.away)]
    ]
    holds = all(line.verdict in ("OK", "WARNING") for line in lines)
    return Diagnosis(at=now, holds=holds, checks=tuple(lines))


def status(diagnosis: Diagnosis) -> int:
    """The exit status: 3 where a server was not reached, 1 where something does not hold, else 0."""
    if any(line.verdict == "UNREACHABLE" for line in diagnosis.checks):
        return 3
    return 0 if diagnosis.holds else 1


def _found(check: Check) -> list[Checked]:
    try:
        return list(check.look())
    except _AWAY as error:
        # A database's own text may show its address.
        ours = isinstance(error, KafkaUnreachableError | ConnectionError)
        what = str(error) if ours else f"no answer: {type(error).__name__}"
        return [Checked(name=check.name, verdict="UNREACHABLE", what=what, remedy=check.away)]
    except (StartRefusedError, LedgerError) as error:
        what, _, remedy = str(error).partition(": ")
        return [Checked(name=check.name, verdict="FAILED", what=what, remedy=remedy or check.away)]
    except Exception as error:  # noqa: BLE001 (whatever it is, the other checks are made)
        return [Checked(name=check.name, verdict="FAILED", what=f"the check itself failed: {type(error).__name__}")]
