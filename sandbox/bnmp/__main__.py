"""`python -m sandbox.bnmp`: the registry as a process. Prints its two addresses as one JSON line and stays."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sandbox.bnmp.link import HOST
from sandbox.bnmp.moods import CALM, HOSTILE
from sandbox.bnmp.sessions import User, read_user
from sandbox.bnmp.simulator import Simulator


def main(argv: list[str]) -> int:
    """Run until SIGTERM or SIGINT; exit code 0 after a clean stop, 2 for wrong arguments."""
    options = _options(argv)
    if options.exit_with_parent:
        threading.Thread(target=_leave_with_parent, daemon=True).start()
    asyncio.run(_serve(options))
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.bnmp", description="A simulator of BNMP 2.0 on loopback.")
    parser.add_argument("--host", default=HOST, help="address to listen on, loopback by default")
    parser.add_argument("--users", type=_users, default=(), help="a JSON file of users that are known from the start")
    parser.add_argument("--port", type=int, default=0, help="API port, 0 takes a free one")
    parser.add_argument(
        "--control-host", default=HOST, help="the control port's address, loopback whatever --host says"
    )
    parser.add_argument("--control-port", type=int, default=0, help="control port, 0 takes a free one")
    parser.add_argument("--seed", type=int, default=0, help="seed of all chance")
    parser.add_argument(
        "--calm", action="store_true", help="begin with no mood but the handshake; else with all of them"
    )
    parser.add_argument("--moods", type=_moods, default={}, help='changes, as JSON such as {"drop_after_accept": 0.02}')
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="stdin is a pipe from the parent; its end is ours"
    )
    return parser.parse_args(argv)


def _moods(wishes: str) -> dict[str, Any]:
    try:
        changes: dict[str, Any] = json.loads(wishes)
        CALM.changed(changes)
    except (ValueError, TypeError) as mistake:
        raise argparse.ArgumentTypeError(str(mistake)) from None
    return changes


def _users(file: str) -> list[User]:
    try:
        return [read_user(row) for row in json.loads(Path(file).read_bytes())]
    except (OSError, ValueError, TypeError, KeyError) as mistake:
        raise argparse.ArgumentTypeError(f"{file}: {type(mistake).__name__}: {mistake}") from None


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    moods = (CALM if options.calm else HOSTILE).changed(options.moods)
    simulator = Simulator(
        options.seed,
        host=options.host,
        port=options.port,
        control_host=options.control_host,
        control_port=options.control_port,
        moods=moods,
    )
    for user in options.users:
        simulator.world.sessions.put(user)
    async with simulator:
        sys.stdout.write(json.dumps({"url": simulator.url, "control": simulator.control}) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def _leave_with_parent() -> None:
    """Read the pipe to its end, then leave at once: a parent that was killed cannot ask for a clean stop."""
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
