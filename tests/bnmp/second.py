"""A second registry, written by hand after the registry's page to the letter, which answers in unusual yet legal ways.

It shares nothing with the simulator. What a request lacks that the page asks for is noted in `faults`.
"""

import asyncio
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.bnmp.court import http

BOTH = ("assinar-servidor", "assinar-magistrado")
WAYS: Final = ("%d/%m/%Y", "%Y-%m-%d", "%Y-%m-%dT00:00:00", "%Y-%m-%dT03:00:00.000Z", "%Y-%m-%dT03:00:00.000+0000")
COMMON: Final = {
    "numeroProcesso": r"[0-9]{20}",
    "dataExpedicao": r"[0-9]{2}/[0-9]{2}/[0-9]{4}",
    "nomeServidor": r".{1,150}",
    "cargoServidor": r".{1,150}",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How it speaks: `written` is the format of its dates; `size` the rows of a page at most."""

    ids_as_text: bool = False
    masked: bool = False
    written: str = WAYS[0]
    size: int = 50
    unstable: bool = False
    extra: bool = False
    backwards: bool = False


class Second:
    """Persons and pieces in dictionaries; `respond` is for tests.bnmp.court.door."""

    def __init__(self, manner: Manner) -> None:
        """Begin empty."""
        self.manner = manner
        self.persons: dict[str, dict[str, Any]] = {}
        self.pieces: dict[int, dict[str, Any]] = {}
        self.faults: list[str] = []
        self.merged: dict[str, str] = {}
        self.drop: frozenset[str] = frozenset()
        self._chance = random.Random(11)

    async def respond(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """Answer one request, or accept it and hang up."""
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, target, _ = first.split()
        where, headers = urlsplit(target), {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        status, said = self._answer(method, where.path, parse_qs(where.query), headers, body)
        if not any(part in where.path for part in self.drop) or method + where.path == "POST/api/pecas/light-filter":
            writer.write(http(status, self._in_its_manner(said), "X-Unusual: yes"))

    def _answer(
        self, method: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Any]:
        if path == "/api/public/authenticate":
            asked = json.loads(body)
            self._ask(set(asked) == {"clientId", "username", "password", "codigoOrgao"}, "login")
            return 200, {"token_jwt": "jwt", "token_csrf": "csrf", "expires": None}
        self._ask(headers.get("authorization") == "Bearer jwt" and headers.get("x-xsrf-token") == "csrf", "tokens")
        if path == "/api/pessoas":
            return 201, self._create_person(headers, body)
        if path == "/api/pessoas/duplicidades":
            return 200, self._page(list(self.persons.values()), query)
        if path.startswith("/api/pessoas/rji/"):
            rji = path.rpartition("/")[2]
            return 200, self.persons[rji] | ({"rjiPrincipal": self.merged[rji]} if rji in self.merged else {})
        if path == "/api/pecas/light-filter":
            asked = json.loads(body)
            return 200, self._page([row for row in self.pieces.values() if _fits(row, asked)], query)
        return self._piece(method, path, headers, body)

    def _piece(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        if method == "POST":
            return self._create(headers, json.loads(body))
        piece = self.pieces[int(path.rpartition("/")[2])]
        if "/assinar-" in path:
            hand = path.split("/")[3]
            self._ask(bool(headers.get("login") and headers.get("senha")), "hand")
            self._ask(parsedate_to_datetime(headers.get("datazonelocal", "")).utcoffset() is not None, "hour")
            if hand in piece["signed"]:
                return 409, {"status": 409, "exception": "AssinaturaException"}
            piece["signed"].append(hand)
            whole = len(piece["signed"]) == (2 if piece["magistrado"] else 1)
            in_force = "Pendente de Cumprimento" if piece["tipoPeca"]["id"] in (1, 10) else "Ativa"
            piece["status"] = {"id": 97, "descricao": in_force if whole else "AGUARDANDO ASSINATURA"}
        return 200, {name: value for name, value in piece.items() if name != "signed"}

    def _create(self, headers: Mapping[str, str], asked: dict[str, Any]) -> tuple[int, Any]:
        rji = asked["pessoa"]["numeroIndividuo"]
        if rji in self.merged:
            return 409, {"status": 409, "exception": "PessoaInativaException", "rjiPrincipal": self.merged[rji]}
        for name, shape in COMMON.items():
            self._ask(re.fullmatch(shape, asked.get(name, "")) is not None, name)
        self._ask("idempotency-key" in headers and rji in self.persons, "key or person")
        self._ask(all(set(row) == {"idPecaPai"} for row in asked["outrasPecas"]), "outrasPecas")
        number, kind = len(self.pieces) + 17, asked["tipoPeca"]["id"]
        self.pieces[number] = piece = {
            "id": number,
            "numeroPeca": f"{asked['numeroProcesso']}{kind:02d}{number:04d}07",
            "status": {"id": 1, "descricao": "Em Elaboração"},
            "dataCriacao": "2026-11-21T10:00:00Z",
            "signed": [],
            "magistrado": None,
            **asked,
            "dataExpedicao": datetime.strptime(asked["dataExpedicao"], "%d/%m/%Y").date(),  # noqa: DTZ007 (a day)
        }
        return 201, {name: piece[name] for name in ("id", "numeroPeca", "status", "dataCriacao", "pessoa")}

    def _create_person(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        boundary = re.fullmatch(r"multipart/form-data; boundary=([!-~]{1,70})", headers["content-type"])
        self._ask(boundary is not None and body.startswith(b"--") and b'name="pessoa"' in body, "multipart")
        asked = json.loads(body.partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0])
        rji = f"26{len(self.persons) + 1:07d}04"
        born = asked["dadosGeraisPessoa"]["dataNascimento"]
        general = asked["dadosGeraisPessoa"] | {
            "dataNascimento": datetime.strptime(born, "%d/%m/%Y").date()  # noqa: DTZ007 (a day)
        }
        self.persons[rji] = {"id": len(self.persons) + 1, "numeroIndividuo": rji, "ativo": True} | asked
        self.persons[rji]["dadosGeraisPessoa"] = general
        return self.persons[rji]

    def _page(self, rows: list[Any], query: Mapping[str, list[str]]) -> dict[str, Any]:
        size, number = min(int(query["size"][0]), self.manner.size), int(query["page"][0])
        rows = self._chance.sample(rows, len(rows)) if self.manner.unstable else rows
        content = rows[number * size : (number + 1) * size]
        last = (number + 1) * size >= len(rows)
        return {
            "content": [{k: v for k, v in row.items() if k != "signed"} for row in content],
            "first": number == 0,
            "last": last,
            "number": number,
            "numberOfElements": len(content),
            "size": size,
            "totalElements": len(rows),
            "totalPages": max(1, -(-len(rows) // size)),
        }

    def _in_its_manner(self, said: Any, name: str = "") -> Any:
        manner = self.manner
        if isinstance(said, dict):
            rows = [(key, self._in_its_manner(value, key)) for key, value in said.items()]
            rows += [("campoNovo", {"id": None, "descricao": "?"}), ("links", [])] if manner.extra else []
            return dict(reversed(rows) if manner.backwards else rows)
        if isinstance(said, list):
            return [self._in_its_manner(one) for one in said]
        if isinstance(said, date):
            return said.strftime(manner.written)
        if manner.ids_as_text and (name == "id" or name.startswith("idPeca")) and isinstance(said, int):
            return str(said)
        mask = _MASKS.get(name) if manner.masked else None
        return re.sub(*mask, said) if mask and isinstance(said, str) else said

    def _ask(self, there: bool, what: str) -> None:  # noqa: FBT001 (a condition, and what it is about)
        if not there:
            self.faults.append(what)


_MASKS: Final = {
    "numeroPeca": (r"^(.{7})(..)(....)(.)(..)(....)(..)(....)(..)$", r"\1-\2.\3.\4.\5.\6.\7.\8-\9"),
    "numeroProcesso": (r"^(.{7})(..)(....)(.)(..)(....)$", r"\1-\2.\3.\4.\5.\6"),
    "numeroIndividuo": (r"^(.{9})(..)$", r"\1-\2"),
    "numero": (r"^(...)(...)(...)(..)$", r"\1.\2.\3-\4"),
}


def _fits(row: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """A filter that it does not know is ignored."""
    known = {
        "numeroProcesso": row["numeroProcesso"],
        "numeroIndividuo": row["pessoa"]["numeroIndividuo"],
        "tipoPeca": row["tipoPeca"],
        "status": {"id": row["status"]["id"]},
        "orgaoExpeditor": row["orgao"],
    }
    return all(known.get(name, value) == value for name, value in asked.items())
