"""Payloads: what is sent for each kind of document, in BNMP's words.

Every kind sends the common part and its form's fields; what a kind has besides is its row of `OWN`. A new kind is a
row of `bnmp.words.PATHS`, and a row here when its form needs more than other names.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, tzinfo
from typing import Any

from bnmp.order import Order
from bnmp.settings import BnmpSettings
from bnmp.words import (
    CPF_TYPE,
    FIELD_NAMES,
    JUSTIFICATION_LIMIT,
    NOT_INFORMED,
    PATHS,
    PENALTY_NAMES,
    RELEASE_TYPES,
    SECRECY,
    SEXES,
    SPECIES_OF_VARIANT,
)
from rules.kinds import KINDS, VARIANTS
from rules.words import Kind, Role
from schemas.document_issued import DocumentIssued, Party, Signature
from schemas.fields import MandadoPrisaoFields


def piece(order: Order, rji: str, settings: BnmpSettings) -> dict[str, Any]:
    """The JSON that creates a piece about `rji`; the order must be whole (see `lacks`)."""
    document = order.document
    row = KINDS[document.kind]
    body = {
        "numeroProcesso": case_digits(document),
        "dataExpedicao": written(issued_on(document, settings.zone)),
        "tipoPeca": {"id": row.peca},
        "pessoa": {"numeroIndividuo": rji},
        "orgao": {"id": settings.organ(_unit(document))},
        "assinarDigitalmenteServidor": Role.SERVIDOR in row.signers,
        "assinarDigitalmenteMagistrado": Role.MAGISTRADO in row.signers,
        "sigilo": {"id": SECRECY[document.secrecy or ""]},
        "outrasPecas": [{"idPecaPai": _number(antecedent)} for antecedent in order.antecedents],
        "justificativa": order.justification,
    }
    return without_nothing(body | _signers(document) | _fields(document) | OWN.get(document.kind, _nothing)(document))


def lacks(order: Order) -> tuple[str, ...]:
    """What an order lacks that no piece can be created without; fields of the form are BNMP's to judge."""
    document = order.document
    present = {
        "kind": document.kind in KINDS and document.kind in PATHS,
        "variant": document.variant in VARIANTS.get(document.kind, frozenset()),
        "rji": order.rji,
        "case.number": document.case and document.case.number,
        "unit.code": document.unit and document.unit.code,
        "issued_at": document.issued_at,
        "secrecy": document.secrecy,
        "justification": len(order.justification or "") <= JUSTIFICATION_LIMIT,
    }
    return tuple(name for name, value in present.items() if not value)


def person(party: Party) -> dict[str, Any]:
    """The part `pessoa` that creates a person."""
    general = {
        "nome": party.nome,
        "alcunha": party.alcunha,
        "nomePai": party.nome_pai or NOT_INFORMED,
        "nomeMae": party.nome_mae or NOT_INFORMED,
        "sexo": None if party.sexo is None else {"id": SEXES[party.sexo]},
        "dataNascimento": written(party.data_nascimento),
    }
    return {"dadosGeraisPessoa": without_nothing(general), "documentos": _documents(party)}


def likeness(party: Party) -> dict[str, Any]:
    """The question whether a person is there already; what is not known is not asked."""
    known = {"nome": party.nome, "nomeMae": party.nome_mae, "dataNascimento": written(party.data_nascimento)}
    return without_nothing(known) | {"documentos": _documents(party)}


def signer(document: DocumentIssued, role: Role) -> Signature | None:
    """Who signed the document in that role."""
    return next((one for one in document.signatures if one.role is role), None)


def case_digits(document: DocumentIssued) -> str:
    """The case number's 20 digits."""
    number = document.case.number if document.case else None
    return "".join(c for c in number or "" if c.isdigit())


def issued_on(document: DocumentIssued, zone: tzinfo) -> date | None:
    """The day of issue in the court's legal time, whatever zone it was written in."""
    return document.issued_at.astimezone(zone).date() if document.issued_at else None


def written(value: date | None) -> str | None:
    """A date as BNMP wants it."""
    return value.strftime("%d/%m/%Y") if value else None


def without_nothing(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same without what was not said."""
    return {name: value for name, value in body.items() if value is not None}


def _signers(document: DocumentIssued) -> dict[str, Any]:
    clerk, judge = signer(document, Role.SERVIDOR), signer(document, Role.MAGISTRADO)
    names = {"nomeServidor": clerk.name, "cargoServidor": clerk.position} if clerk else {}
    needs_judge = Role.MAGISTRADO in KINDS[document.kind].signers
    return names | ({"magistrado": {"nome": judge.name}} if judge and needs_judge else {})


def _documents(party: Party) -> list[dict[str, Any]]:
    return [{"numero": party.cpf, "tipoDocumento": {"id": CPF_TYPE}}] if party.cpf else []


def _fields(document: DocumentIssued) -> dict[str, Any]:
    values = document.fields.model_dump() if document.fields is not None else {}
    own = _OWN_WAY.get(document.kind, frozenset())
    return _renamed((name, value) for name, value in values.items() if name not in own)


def _renamed(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {FIELD_NAMES.get(name, _camel(name)): _value(value) for name, value in values if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return written(value)
    if isinstance(value, Mapping):
        return _renamed(value.items())
    return [_value(one) for one in value] if isinstance(value, tuple | list) else value


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _mandado(document: DocumentIssued) -> dict[str, Any]:
    fields = document.fields
    if not isinstance(fields, MandadoPrisaoFields):
        return {}
    species = SPECIES_OF_VARIANT.get(document.variant or "", fields.especie_prisao or "")
    penalty = fields.pena.model_dump() if fields.pena else {}
    return without_nothing(
        {"especiePrisao": {"descricao": species} if species else None}
        | {PENALTY_NAMES[name]: value for name, value in penalty.items()}
    )


def _alvara(document: DocumentIssued) -> dict[str, Any]:
    return {"tipoAlvara": RELEASE_TYPES[document.variant]}


def _nothing(_: DocumentIssued) -> dict[str, Any]:
    return {}


def _unit(document: DocumentIssued) -> str:
    return (document.unit.code if document.unit else None) or ""


def _number(bnmp_id: str) -> int | str:
    """An id as BNMP wrote it: a number where it is one."""
    return int(bnmp_id) if bnmp_id.isascii() and bnmp_id.isdigit() else bnmp_id


OWN: Mapping[str, Callable[[DocumentIssued], dict[str, Any]]] = {
    Kind.MANDADO_PRISAO_CRIMINAL: _mandado,
    Kind.ALVARA_SOLTURA: _alvara,
}
_OWN_WAY: Mapping[str, frozenset[str]] = {Kind.MANDADO_PRISAO_CRIMINAL: frozenset({"especie_prisao", "pena"})}
