"""One entry per role: wires the rooms, runs until TERM, gives the exit status."""

import asyncio
import os
import secrets
import signal
import sys
import threading
from collections.abc import Awaitable, Callable

import structlog

from bnmp.registry import Registry
from consumers.backlog import Backlog
from consumers.clock import Clock
from consumers.delivery import Delivery
from consumers.groups import PROCESSOR, RESOLVER, SENDER, OffsetsGoneError, StartRefusedError, check_queue, check_start
from consumers.intake import Intake
from consumers.processor import Processor, ProcessorSettings
from consumers.workbench import Workbench
from ledger.engine import Database
from ledger.migrate import check
from operations.offsets import report_gone
from producers.relay import Relay
from runtime import settings
from runtime.settings import Environment

EXIT_ERROR = 70
log = structlog.get_logger(__name__)


def run(role: str, env: Environment) -> int:
    """Run a role until TERM or INT; returns its exit status (70: left after an error that a restart may cure)."""
    database = Database(env.database_url)
    check(database, env.tribunal)
    log.info("role.starting", instance=env.instance_id)
    try:
        ROLES[role](env, database)
    except StartRefusedError as refused:
        if isinstance(refused, OffsetsGoneError):
            report_gone(database, settings.deployment(env), refused)
        log.error("role.start_refused", why=str(refused))  # noqa: TRY400 (the text says it all)
        return EXIT_ERROR
    except Exception:
        log.exception("role.failed")
        return EXIT_ERROR
    log.info("role.stopped")
    return 0


def _owner(env: Environment, role: str) -> str:
    """A name for this life of this process, like no other's."""
    return f"{env.instance_id}/{role}/{os.getpid()}/{secrets.token_hex(4)}"


def _processor(env: Environment, database: Database) -> None:
    check_start(settings.kafka(env), database, PROCESSOR)
    # Faust keeps two threads busy; at the default 5 ms the database's thread starves.
    sys.setswitchinterval(0.0005)

    async def body(stopped: asyncio.Event) -> None:
        intake = Intake(database, settings.deployment(env))
        wanted = ProcessorSettings(env.kafka_bootstrap, f"{env.instance_id}-processor")
        await Processor(intake, wanted).run(stopped)

    _until_term(body)


def _delivery(role: str, group: str, topic: str) -> Callable[[Environment, Database], None]:
    def start(env: Environment, database: Database) -> None:
        kafka = settings.kafka(env)
        check_queue(kafka, database, settings.deployment(env), group)

        async def body(stopped: asyncio.Event) -> None:
            async with Registry(settings.bnmp(env)) as registry:
                bench = Workbench(
                    database,
                    settings.deployment(env),
                    _owner(env, role),
                    registry.can_sign,
                    contingency=group == RESOLVER,
                )
                backlog = Backlog(kafka, database, group, topic, f"{env.instance_id}-{role}")
                await Delivery(bench, backlog, registry, settings.delivery(env)).run(stopped)

        _until_term(body)

    return start


def _clock(env: Environment, database: Database) -> None:
    async def body(stopped: asyncio.Event) -> None:
        async with Registry(settings.bnmp(env)) as registry:
            await Clock(database, settings.deployment(env), registry, _owner(env, "clock")).run(stopped)

    _until_term(body)


def _relay(env: Environment, database: Database) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Relay(database, settings.kafka(env), _owner(env, "relay")).run(stop.is_set, stop.wait)


def _until_term(body: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    async def main() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        await body(stopped)

    asyncio.run(main())


ROLES: dict[str, Callable[[Environment, Database], None]] = {
    "processor": _processor,
    "relay": _relay,
    "sender": _delivery("sender", SENDER, "bnmp.dispatch"),
    "resolver": _delivery("resolver", RESOLVER, "bnmp.contingency"),
    "clock": _clock,
}
