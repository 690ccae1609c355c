"""A registry that answers every call after a fixed time, and does nothing besides: `python -m bench._registry SECONDS`.

It speaks the calls of a registration in the registry's words, and keeps who was asked about what, and when: the order in
which one person's requests came can be read from it afterwards. The simulator computes more for a call than its callers do.
"""

import asyncio
import json
import sys
import time
from itertools import count
from typing import Any

from aiohttp import web

from bnmp.words import AUTHENTICATE, DUPLICATES, LIGHT_FILTER, PERSONS

BOOK = "/book"
_JUDGES = {"/api/mandado-prisaos", "/api/alvara-solturas"}


class ThinRegistry:
    """Everything in dictionaries; nothing is checked."""

    def __init__(self, seconds: float) -> None:
        """Answer each call after `seconds`."""
        self._seconds = seconds
        self._numbers = count(1)
        self._pieces: dict[str, dict[str, Any]] = {}
        self._requests: list[tuple[str, str, float, float]] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one call."""
        began, body = time.time(), await request.read()
        path = request.path
        if path == BOOK:
            # What was said is forgotten: the next run begins with an empty book.
            told, self._requests = self._requests, []
            return web.json_response(told)
        person, said, status = self._do(request.method, path, body)
        await asyncio.sleep(self._seconds)
        self._requests.append((person, path, began, time.time()))
        return web.Response(body=json.dumps(said).encode(), status=status, content_type="application/json")

    def _do(self, method: str, path: str, body: bytes) -> tuple[str, dict[str, Any], int]:
        if path == AUTHENTICATE:
            return "", {"token_jwt": "jwt", "token_csrf": "csrf"}, 200
        if path in (DUPLICATES, LIGHT_FILTER):
            return "", {"content": [], "last": True, "totalElements": 0}, 200
        if path == PERSONS:
            person = f"26{next(self._numbers):09d}"
            return person, {"id": 1, "numeroIndividuo": person}, 201
        if method == "POST":
            return self._create(path, json.loads(body))
        if path.startswith("/api/pessoas/rji/"):
            person = path.rpartition("/")[2]
            return person, {"numeroIndividuo": person, "statusPessoa": {"descricao": "Procurado"}}, 200
        piece = self._pieces[path.rpartition("/")[2]]
        if "/assinar-" in path:
            piece["signed"] += 1
        whole = piece["signed"] == (2 if piece["path"] in _JUDGES else 1)
        label = "Aguardando Assinatura"
        if whole:
            label = "Pendente de Cumprimento" if piece["path"] == "/api/mandado-prisaos" else "Ativo"
        return piece["person"], {**piece["said"], "status": {"id": 9, "descricao": label}}, 200

    def _create(self, path: str, asked: dict[str, Any]) -> tuple[str, dict[str, Any], int]:
        number, person = next(self._numbers), asked["pessoa"]["numeroIndividuo"]
        said = {"id": number, "numeroPeca": f"{asked['numeroProcesso']}01{number:06d}", "pessoa": asked["pessoa"]}
        self._pieces[str(number)] = {"said": said, "person": person, "path": path, "signed": 0}
        return person, {**said, "status": {"id": 1, "descricao": "Em Elaboração"}}, 201


async def _serve(seconds: float) -> None:
    server = web.ServerRunner(web.Server(ThinRegistry(seconds).answer))
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0, backlog=1024)
    await site.start()
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.addresses[0][1]}"}) + "\n")
    sys.stdout.flush()
    # Until whoever started it goes away.
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
