"""The simulator as a process: its first line, its clean stop, and its end with its parent."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.bnmp.moods import CALM, HOSTILE

ROOT = Path(__file__).resolve().parents[2]


@contextlib.asynccontextmanager
async def ended(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """See to it that nothing is left behind by a test that fails."""
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def started(*options: str, **more: Any) -> tuple[asyncio.subprocess.Process, dict[str, str]]:
    """The simulator as a process, and its two addresses."""
    command = [sys.executable, "-m", "sandbox.bnmp", *options]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT, **more)
    assert process.stdout is not None
    return process, json.loads(await process.stdout.readline())


async def test_the_process_prints_its_addresses_and_stops_cleanly_even_with_a_call_in_the_blackhole() -> None:
    # given a process with a call that hangs
    process, addresses = await started("--calm", "--seed", "3", "--moods", '{"handshake": false}')
    async with ended(process), aiohttp.ClientSession() as http:
        async with http.post(f"{addresses['control']}/control/link", json={"mode": "blackhole"}) as answer:
            assert answer.status == 200
        hanging = asyncio.create_task(http.post(f"{addresses['url']}/api/public/authenticate", json={}))
        while not (await (await http.get(f"{addresses['control']}/control/book")).json())["requests"]:
            pass
        # when it is told to stop, then it is gone within two seconds, with code 0
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(2):
            assert await process.wait() == 0
        with pytest.raises(aiohttp.ClientError):
            await hanging


async def test_the_process_goes_when_its_parent_is_killed() -> None:
    # given a parent that starts the simulator with a pipe, hands its address and pid on, and stays
    parent = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'sandbox.bnmp', '--exit-with-parent'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "print(child.pid, child.stdout.readline().decode(), flush=True)\n"
        "child.wait()\n"
    )
    alive_read, alive_write = os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent, stdout=asyncio.subprocess.PIPE, stderr=alive_write, cwd=ROOT
    )
    os.close(alive_write)
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(alive_read, gone.set)
    assert process.stdout is not None
    child = int((await process.stdout.readline()).split()[0])
    try:
        # when the parent is killed
        assert not gone.is_set()
        process.kill()
        await process.wait()
        # then the child goes too: the pipe that both held open as stderr comes to its end, with nothing said
        async with asyncio.timeout(5):
            await gone.wait()
        assert os.read(alive_read, 1) == b""
    finally:
        asyncio.get_running_loop().remove_reader(alive_read)
        os.close(alive_read)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


async def test_users_of_a_file_are_known_from_the_start_on_the_address_that_was_asked_for(tmp_path: Path) -> None:
    # given
    users = tmp_path / "users.json"
    users.write_text(json.dumps([{"username": "invented", "password": "p", "position": "SERVIDOR", "units": ["1"]}]))
    # when
    calm = ("--calm", "--moods", '{"handshake": false}')
    process, addresses = await started("--host", "127.0.0.2", "--users", str(users), *calm)
    # then, and the control port asks nobody who they are: it stays on loopback's own address
    assert "//127.0.0.1:" in addresses["control"]
    async with ended(process), aiohttp.ClientSession() as http:
        assert "//127.0.0.2:" in addresses["url"]
        login = {"clientId": "saj", "username": "invented", "password": "p", "codigoOrgao": "1"}
        async with http.post(f"{addresses['url']}/api/public/authenticate", json=login) as answer:
            assert answer.status == 200


async def test_alone_the_registry_is_hostile_unless_it_is_asked_to_be_calm() -> None:
    for options, merge in (((), HOSTILE.merge), (("--calm",), CALM.merge), (("--moods", '{"merge": 0.5}'), 0.5)):
        # given
        process, addresses = await started("--exit-with-parent", *options, stdin=asyncio.subprocess.PIPE)
        # when
        async with (
            ended(process),
            aiohttp.ClientSession() as http,
            http.post(f"{addresses['control']}/control/moods", json={}) as answer,
        ):
            # then
            assert (await answer.json())["merge"] == merge
