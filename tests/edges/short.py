"""A processor with short patience and one fault, for the tests of its watch: `python -m tests.edges.short FAULT [TOPIC...]`."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from consumers.groups import PROCESSOR, TOPICS
from consumers.intake import Intake
from consumers.processor import Processor, ProcessorSettings
from ledger.arrivals import Taken
from ledger.deployment import Deployment
from ledger.engine import Database
from rules.dossier import Court
from rules.windows import Windows
from runtime.leash import hold_on_to_parent

PATIENCE_SECONDS = 3.0
POLL_SECONDS = 2.0
SESSION_SECONDS = 600.0


def _idle(processor: Processor) -> None:
    """Without a partition there is nothing to poll for. Aiokafka would let a static member stay whatever it does."""
    processor.app.conf.broker_max_poll_interval = POLL_SECONDS
    processor.app.conf.consumer_group_instance_id = None
    processor.app.conf.consumer_metadata_max_age_ms = 500


def _idle_and_deaf(processor: Processor) -> None:
    _idle(processor)
    processor._keep_alive = lambda consumer: None  # type: ignore[method-assign]  # noqa: ARG005 (its own signature)


def _full(processor: Processor) -> None:
    """Buffers for a few records: a ledger that stands still soon stops the polling. It is not the progress that is tried."""
    _idle(processor)
    processor.app.conf.stream_buffer_maxsize = 20
    processor._settings = replace(processor._settings, stalled=600.0)


def _full_and_deaf(processor: Processor) -> None:
    _full(processor)
    _idle_and_deaf(processor)


def _joining(processor: Processor) -> None:
    """One of several, each under a name of its own."""
    processor.app.conf.consumer_group_instance_id = f"test-{os.getpid()}"


def _missed_late(processor: Processor) -> None:
    """Kafka waits for a silent member for longer than any test waits."""
    processor.app.conf.broker_session_timeout = SESSION_SECONDS
    processor.app.conf.broker_request_timeout = SESSION_SECONDS + 10
    processor.app.conf.broker_rebalance_timeout = SESSION_SECONDS


def _dropping(processor: Processor) -> None:
    """Every batch gets lost in memory after it was handed over: the end of the last one shows no gap."""

    async def lost(records: Any) -> Taken:  # noqa: ARG001 (the signature of what it stands for)
        return Taken({}, {})

    processor._take = lost  # type: ignore[method-assign]


_FAULTS: dict[str, Callable[[Processor], None]] = {
    "none": lambda _: None,
    "idle": _idle,
    "idle-and-deaf": _idle_and_deaf,
    "full": _full,
    "full-and-deaf": _full_and_deaf,
    "joining": _joining,
    "missed-late": _missed_late,
    "dropping": _dropping,
}


async def _main(fault: str, topics: tuple[str, ...]) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    group = PROCESSOR
    if topics:
        group = f"group.{topics[0]}"
        TOPICS[group] = topics
    database = Database(os.environ["SAJ_BNMP_DATABASE_URL"])
    court, limit = Court("TJMS", ZoneInfo("America/Campo_Grande")), int(os.environ["SAJ_BNMP_DEAD_LETTER_LIMIT"])
    intake = Intake(database, Deployment(court, Windows(), dead_letter_limit=limit), group)
    bootstrap = os.environ["SAJ_BNMP_KAFKA_BOOTSTRAP"]
    processor = Processor(
        intake,
        ProcessorSettings(bootstrap, "test-processor", stalled=PATIENCE_SECONDS, out_of_group=PATIENCE_SECONDS / 2),
    )
    _FAULTS[fault](processor)
    await processor.run(stopped)


if __name__ == "__main__":
    hold_on_to_parent()
    asyncio.run(_main(sys.argv[1], tuple(sys.argv[2:])))
