"""One entry per role: wires the rooms, runs until TERM, gives the exit status."""

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bnmp.registry import Registry
from bnmp.survey import Survey
from consumers.backlog import Backlog
from consumers.clock import Clock
from consumers.delivery import Delivery
from consumers.groups import PROCESSOR, RESOLVER, SENDER, OffsetsGoneError, StartRefusedError, check_queue, check_start
from consumers.intake import Intake
from consumers.processor import Processor, ProcessorSettings
from consumers.workbench import Workbench
from ledger.engine import Database
from ledger.migrate import check
from operations.comparing import Comparing
from operations.monitor import Monitor
from operations.offsets import report_gone
from operations.patrol import patrol
from producers.relay import Relay
from runtime import settings
from runtime.logs import Logs
from runtime.settings import Environment
from runtime.stopping import stop_event, until_term
from runtime.telemetry import Identity, Telemetry
from runtime.web import serving

EXIT_ERROR = 70
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a role is wired from."""

    env: Environment
    database: Database
    telemetry: Telemetry


def run(role: str, env: Environment, logs: Logs) -> int:
    """Run a role until TERM or INT; returns its exit status (70: left after an error that a restart may cure)."""
    database = Database(env.database_url, audit_key=settings.audit_key(env))
    identity = Identity(role, env.instance_id, env.tribunal, datetime.now(UTC))
    telemetry = Telemetry(identity, database, logs.last_error)
    logs.tell = database.tell = telemetry.tell
    try:
        with serving(telemetry, env.metrics_host, env.metrics_port):
            return _run(role, Wiring(env, database, telemetry))
    except OSError as error:
        # Of a role's own work nothing comes up to here.
        log.error("role.port_refused", port=env.metrics_port, why=error)  # noqa: TRY400 (the class says it all)
        return EXIT_ERROR


def _run(role: str, wiring: Wiring) -> int:
    env, database = wiring.env, wiring.database
    check(database, env.tribunal)
    log.info("role.starting")
    try:
        ROLES[role](wiring)
    except StartRefusedError as refused:
        if isinstance(refused, OffsetsGoneError):
            report_gone(database, settings.deployment(env), refused)
        log.error("role.start_refused", why=refused)  # noqa: TRY400 (the text says it all)
        return EXIT_ERROR
    except Exception:
        log.exception("role.failed")
        return EXIT_ERROR
    log.info("role.stopped")
    return 0


def _owner(env: Environment, role: str) -> str:
    """A name for this life of this process, like no other's."""
    return f"{env.instance_id}/{role}/{os.getpid()}/{secrets.token_hex(4)}"


def _processor(wiring: Wiring) -> None:
    env, database, telemetry = wiring.env, wiring.database, wiring.telemetry
    check_start(settings.kafka(env), database, PROCESSOR)
    # Faust keeps two threads busy; at the default 5 ms the database's thread starves.
    sys.setswitchinterval(0.0005)

    async def body(stopped: asyncio.Event) -> None:
        intake = Intake(database, settings.deployment(env), tell=telemetry.tell)
        processor = Processor(intake, ProcessorSettings(env.kafka_bootstrap, f"{env.instance_id}-processor"))
        telemetry.watch(processor.standing)
        await processor.run(stopped)

    until_term(body, settings.windows().drain_on_term)


def _delivery(role: str, group: str, topic: str) -> Callable[[Wiring], None]:
    def start(wiring: Wiring) -> None:
        env, database, tell = wiring.env, wiring.database, wiring.telemetry.tell
        kafka = settings.kafka(env)
        check_queue(kafka, database, settings.deployment(env), group)

        async def body(stopped: asyncio.Event) -> None:
            async with Registry(settings.bnmp(env), tell) as registry:
                bench = Workbench(
                    database,
                    settings.deployment(env),
                    _owner(env, role),
                    registry.can_sign,
                    contingency=group == RESOLVER,
                )
                backlog = Backlog(kafka, database, group, topic, f"{env.instance_id}-{role}", tell=tell)
                wiring.telemetry.watch(backlog.standing)
                await Delivery(bench, backlog, registry, settings.delivery(env), tell).run(stopped)

        until_term(body, settings.windows().drain_on_term)

    return start


def _clock(wiring: Wiring) -> None:
    env, tell = wiring.env, wiring.telemetry.tell

    async def body(stopped: asyncio.Event) -> None:
        async with Registry(settings.bnmp(env), tell) as registry:
            owner = _owner(env, "clock")
            await Clock(wiring.database, settings.deployment(env), registry, owner, tell).run(stopped)

    until_term(body, settings.windows().drain_on_term)


def _relay(wiring: Wiring) -> None:
    env = wiring.env
    stop = stop_event(settings.windows().drain_on_term)
    relay = Relay(wiring.database, settings.kafka(env), _owner(env, "relay"), wiring.telemetry.tell)
    relay.run(stop.is_set, stop.wait)


def _monitor(wiring: Wiring) -> None:
    env, kafka = wiring.env, settings.kafka(wiring.env)
    round_about = patrol(kafka, wiring.database, settings.deployment(env))
    compares = bool(env.bnmp_url and env.compare_persons_per_hour)
    monitor = Monitor(kafka, wiring.database, wiring.telemetry.tell, patrol=round_about, compares=compares)
    wiring.telemetry.ask(monitor.samples)
    halted = threading.Event()

    async def compare(stopped: asyncio.Event) -> None:
        try:
            async with Survey(settings.bnmp(env), env.compare_rate, tell=wiring.telemetry.tell) as survey:
                owner = _owner(env, "monitor")
                await Comparing(wiring.database, settings.deployment(env), survey, settings.comparing(env), owner).run(
                    stopped
                )
        finally:
            # Whichever ends, ends the other.
            halted.set()

    async def wait(stopped: asyncio.Event) -> None:
        await stopped.wait()
        halted.set()

    async def body(stopped: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.to_thread(monitor.run, halted.is_set, halted.wait))
            tasks.create_task(compare(stopped) if env.bnmp_url else wait(stopped))

    until_term(body, settings.windows().drain_on_term)


ROLES: dict[str, Callable[[Wiring], None]] = {
    "processor": _processor,
    "relay": _relay,
    "sender": _delivery("sender", SENDER, "bnmp.dispatch"),
    "resolver": _delivery("resolver", RESOLVER, "bnmp.contingency"),
    "clock": _clock,
    "monitor": _monitor,
}
