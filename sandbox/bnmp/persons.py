"""The persons' part of the API: search, create, read by RJI."""

from collections.abc import Mapping
from email import message_from_bytes, policy
from typing import Any

from sandbox.bnmp.fields import check_day, document_numbers, require, text
from sandbox.bnmp.refusals import NOT_FOUND, Refusal, malformed
from sandbox.bnmp.world import Answer, Call, World, json_object, page_of

_REQUIRED = ("nome", "nomeMae", "nomePai", "sexo.id", "dataNascimento")


def search(world: World, call: Call) -> Answer:
    """Answer `POST /api/pessoas/duplicidades`: persons of the same CPF or of the same name, namesakes included."""
    wanted = call.json()
    found = world.book.resembling(text(wanted, "nome"), document_numbers(wanted))
    page = page_of(world.in_some_order(found), call.number("page", 0), call.number("size", 20))
    return Answer(200, page | {"content": [person.as_json(world.noticed()) for person in page["content"]]})


def create(world: World, call: Call) -> Answer:
    """Answer `POST /api/pessoas` (multipart, part `pessoa`): a new person with a new RJI, never compared with others."""
    data = json_object(_part(call.headers, call.body, "pessoa"))
    require(data, (f"dadosGeraisPessoa.{field}" for field in _REQUIRED))
    check_day(data, "dadosGeraisPessoa.dataNascimento")
    for document in data.get("documentos") or []:
        require(document, ("numero", "tipoDocumento.id"))
    person = world.book.add_person(data, world.clock.today().year)
    return Answer(201, person.as_json(world.noticed()))


def read(world: World, call: Call) -> Answer:
    """Answer `GET /api/pessoas/rji/{rji}`: the person, merged or inactive ones included."""
    person = world.book.persons.get(call.ids["rji"])
    if person is None:
        raise Refusal(404, NOT_FOUND, "Pessoa não encontrada")
    return Answer(200, person.as_json(world.noticed()))


def _part(headers: Mapping[str, str], body: bytes, name: str) -> bytes:
    content_type = headers.get("Content-Type", "")
    if not content_type.startswith("multipart/form-data"):
        raise malformed("Esperado multipart/form-data")
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=policy.HTTP)
    parts: list[Any] = list(message.iter_parts()) if message.is_multipart() else []
    for part in parts:
        if part.get_param("name", header="content-disposition") == name:
            return bytes(part.get_payload(decode=True))
    raise malformed(f"Parte ausente: {name}")
