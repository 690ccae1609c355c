"""The intake in a plain loop, as replay and catch-up drive it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bench._report import Sample, timed
from bench._servers import Server
from bench._stages import Stages
from bench._workload import BATCH, batches, warmed
from consumers.intake import Intake
from ledger.deployment import Deployment
from ledger.engine import Database
from rules.dossier import Court
from rules.windows import Windows
from sandbox.saj.documents import TRIBUNAL
from schemas.record import RawRecord


def intake(database: Database) -> Intake:
    """Make the intake with the contract's windows."""
    return Intake(database, Deployment(Court(TRIBUNAL, ZoneInfo("America/Campo_Grande")), Windows()))


def take_all(into: Intake, records: Sequence[RawRecord], size: int = BATCH) -> None:
    """Take all records; raises when one of them did not become a document, for then something else was measured."""
    for batch in batches(records, size):
        counts = into.take(batch).counts
        if counts != {"document": len(batch)}:
            raise RuntimeError(f"the workload was not taken as documents: {dict(counts)}")


def run(server: Server, name: str, records: Sequence[RawRecord]) -> Sample:
    """Take all records into a copy of the ledger `name`; the first few are taken before the clock starts."""
    first, rest = warmed(records)
    with server.copy(name) as url:
        database = Database(url)
        try:
            take_all(intake(database), first, 2)
            return timed(len(rest), lambda: take_all(intake(database), rest))
        finally:
            database.close()


def stages(server: Server, name: str, records: Sequence[RawRecord]) -> dict[str, float]:
    """Take all records under the clock of the stages; gives the microseconds a record of each."""
    first, rest = warmed(records)
    with server.copy(name) as url:
        database, clock = Database(url), Stages()
        try:
            take_all(intake(database), first, 2)
            with clock.watching(database):
                take_all(intake(database), rest)
        finally:
            database.close()
    return {stage: round(seconds / len(rest) * 1e6, 1) for stage, seconds in sorted(clock.seconds.items())}
