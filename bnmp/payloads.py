"""Payloads: what is sent for each kind of document, in BNMP's words.

Every kind sends the common part and its form's fields; what a kind sends in its own way is its row of `OWN`. A new kind is
a row of `bnmp.words.PATHS`, and a row here when its form needs more than other names.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from bnmp.order import Order
from bnmp.settings import BnmpSettings
from bnmp.words import (
    CIVIL,
    CPF_TYPE,
    FIELD_NAMES,
    GUIDE_TYPES,
    JUSTIFICATION_LIMIT,
    NOT_INFORMED,
    PATHS,
    PENALTY_NAMES,
    RELEASE_TYPES,
    SECRECY,
    SEXES,
    SPECIES_OF_VARIANT,
)
from rules.kinds import GUIAS, KINDS, MANDADOS_PRISAO, VARIANTS
from rules.words import Kind, Role
from schemas.document_issued import DocumentIssued, Party, Signature


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
    return without_nothing(body | _signers(document) | _placed(_fields(document), settings))


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
        "fields.especie_prisao": _is_its_kinds_species(document),
        "justification": len(order.justification or "") <= JUSTIFICATION_LIMIT,
    }
    return tuple(name for name, value in present.items() if not value)


def marks(document: DocumentIssued) -> dict[str, str]:
    """What tells the document from others that share its type id, by BNMP's field: espécie, sort of alvará or guia."""
    own = OWN.get(document.kind)
    sent = own.make(document, _values(document)) if own else {}
    told = {name: value.get("descricao") if isinstance(value, Mapping) else value for name, value in sent.items()}
    return {name: value for name, value in told.items() if name in MARKS and value is not None}


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


def _values(document: DocumentIssued) -> dict[str, Any]:
    return document.fields.model_dump() if document.fields is not None else {}


def _placed(fields: dict[str, Any], settings: BnmpSettings) -> dict[str, Any]:
    """The form's fields with the place of custody by BNMP's own code, where the court's table has it (ANT-9)."""
    place = fields.get("localCustodia")
    if not place or place.get("code") not in settings.places:
        return fields
    return fields | {"localCustodia": place | {"code": settings.places[place["code"]]}}


def _fields(document: DocumentIssued) -> dict[str, Any]:
    values, own = _values(document), OWN.get(document.kind, _NOTHING)
    plain = _renamed((name, value) for name, value in values.items() if name not in own.fields)
    return plain | own.make(document, values)


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


def _mandado_prisao(document: DocumentIssued, values: Mapping[str, Any]) -> dict[str, Any]:
    penalty = values.get("pena") or {}
    return _species(document, "especiePrisao", values.get("especie_prisao")) | {
        PENALTY_NAMES[name]: value for name, value in penalty.items()
    }


def _mandado_internacao(document: DocumentIssued, values: Mapping[str, Any]) -> dict[str, Any]:
    return _species(document, "especieInternacao", values.get("especie_internacao"))


def _species(document: DocumentIssued, name: str, told: str | None) -> dict[str, Any]:
    species = SPECIES_OF_VARIANT.get(document.variant or "", told or "")
    return {name: {"descricao": species}} if species else {}


def _is_its_kinds_species(document: DocumentIssued) -> bool:
    """A mandado civil is of the civil species, and no criminal one is: BNMP knows them by nothing else."""
    told = _values(document).get("especie_prisao")
    return document.kind not in MANDADOS_PRISAO or (told == CIVIL) == (document.kind == Kind.MANDADO_PRISAO_CIVIL)


def _release(document: DocumentIssued, _: Mapping[str, Any]) -> dict[str, Any]:
    return without_nothing({"tipoAlvara": RELEASE_TYPES.get((document.kind, document.variant))})


def _guia(document: DocumentIssued, values: Mapping[str, Any]) -> dict[str, Any]:
    """The length is sent in three parts, zero where nothing was typed; the guia it follows BNMP does not ask for."""
    penalty = values.get("pena")
    length = {name: (penalty.get(name) or 0) for name in PENALTY_NAMES} if penalty else None
    return without_nothing({"tipoGuia": GUIDE_TYPES.get(document.kind), "pena": length})


def _nothing(_: DocumentIssued, __: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _unit(document: DocumentIssued) -> str:
    return (document.unit.code if document.unit else None) or ""


def _number(bnmp_id: str) -> int | str:
    """An id as BNMP wrote it: a number where it is one."""
    return int(bnmp_id) if bnmp_id.isascii() and bnmp_id.isdigit() else bnmp_id


@dataclass(frozen=True, slots=True)
class OwnWay:
    """How a kind sends some `fields` of its form, and what besides, otherwise than under their own names."""

    make: Callable[[DocumentIssued, Mapping[str, Any]], dict[str, Any]]
    fields: frozenset[str] = frozenset()


_NOTHING = OwnWay(_nothing)
_ARREST = OwnWay(_mandado_prisao, frozenset({"especie_prisao", "pena"}))
OWN: Mapping[str, OwnWay] = {
    **dict.fromkeys(MANDADOS_PRISAO, _ARREST),
    Kind.MANDADO_INTERNACAO: OwnWay(_mandado_internacao, frozenset({"especie_internacao"})),
    Kind.ALVARA_SOLTURA: OwnWay(_release),
    Kind.ORDEM_LIBERACAO: OwnWay(_release),
    **dict.fromkeys(GUIAS, OwnWay(_guia, frozenset({"pena", "guia_provisoria"}))),
}
MARKS = frozenset({"especiePrisao", "especieInternacao", "tipoAlvara", "tipoGuia"})
