"""The data of `saj.document.issued.v1` for the kinds that SAJ issues here, and the numbers of its cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sandbox.saj.people import Invented, Staff, User

TYPE = "saj.document.issued.v1"
TRIBUNAL = "TJMS"

KindName = Literal["MANDADO", "CERTIDAO", "ALVARA", "CONTRAMANDADO"]
# Years that a mandado of the day stays valid.
_VALID_DAYS = 730


@dataclass(frozen=True, slots=True)
class Case:
    """A case about one person in one unit; `number` is masked. Another `owner_system` than SAJ registers its own."""

    number: str
    person: Invented
    staff: Staff
    owner_system: str = "SAJ"
    institutional: bool = True

    @property
    def digits(self) -> str:
        """The case number as the registry writes it: 20 digits."""
        return "".join(char for char in self.number if char.isdigit())


@dataclass(frozen=True, slots=True)
class KindRow:
    """What is particular to a kind: its word in the contract, the registry's type id, who releases it, its fields."""

    word: str
    peca: int
    variant: str | None
    model: str
    judge_signs: bool
    fields: Callable[[date], dict[str, Any]]


def _mandado(today: date) -> dict[str, Any]:
    return {
        "data_validade": (today + timedelta(days=_VALID_DAYS)).isoformat(),
        "especie_prisao": "PREVENTIVA",
        "sintese_decisao": "Decisão inventada: decreta-se a prisão preventiva.",
        "prazo_prisao_dias": 90,
        "local_ocorrencia": "Rua Inventada, 17",
        "tipificacoes": ["Tipificação inventada"],
    }


def _certidao(today: date) -> dict[str, Any]:
    return {
        "data_cumprimento": today.isoformat(),
        "local_prisao": "Estabelecimento Inventado 4",
        "responsavel_prisao": "Agente Inventado 9",
        "comunicado_por": "POLINTER",
        "data_comunicacao": today.isoformat(),
    }


def _alvara(_: date) -> dict[str, Any]:
    return {
        "motivo": "Revogação da prisão preventiva",
        "sintese_decisao": "Decisão inventada: expeça-se alvará de soltura.",
        "medidas_cautelares": ["Comparecimento periódico em juízo"],
    }


def _contramandado(_: date) -> dict[str, Any]:
    return {
        "motivo": "Revogação do mandado",
        "sintese_decisao": "Decisão inventada: recolha-se o mandado.",
        "prisao_domiciliar": False,
    }


KINDS: dict[KindName, KindRow] = {
    "MANDADO": KindRow("MANDADO_PRISAO_CRIMINAL", 1, None, "2367", True, _mandado),
    "CONTRAMANDADO": KindRow("CONTRAMANDADO_PRISAO", 2, None, "2368", True, _contramandado),
    "ALVARA": KindRow("ALVARA_SOLTURA", 5, "MANDADO_CUMPRIDO", "2369", True, _alvara),
    "CERTIDAO": KindRow("CERTIDAO_CUMPRIMENTO_PRISAO", 7, None, "2370", False, _certidao),
}


def case_number(sequence: int, year: int) -> str:
    """Give a CNJ case number of the state court with right check digits (Res. CNJ 65/2008, annex VIII)."""
    head, tail = f"{sequence % 10**7:07d}", f"{year:04d}8120001"
    check = 98 - int(f"{head}{tail}00") % 97
    return f"{head}-{check:02d}.{year:04d}.8.12.0001"


def document(
    kind: KindName, case: Case, *, document_id: str, antecedents: tuple[str, ...], issued_at: datetime
) -> dict[str, Any]:
    """Give the event's data of a document; `issued_at` is zoned, signed by the unit's people minutes before."""
    row, staff = KINDS[kind], case.staff
    signers = (staff.servidor, staff.magistrado) if row.judge_signs else (staff.servidor,)
    releaser = signers[-1]
    return {
        "document_id": document_id,
        "tribunal": TRIBUNAL,
        "kind": row.word,
        "variant": row.variant,
        "origin": "NORMAL",
        "model": {"code": row.model, "institutional": case.institutional},
        "case": {
            "number": case.number,
            "medium": "DIGITAL",
            "owner_system": case.owner_system,
            "status": "EM_ANDAMENTO",
        },
        "unit": {"code": staff.unit.code, "name": staff.unit.name},
        "party": case.person.as_party(),
        "issued_at": issued_at.isoformat(),
        "signatures": [_signature(user, staff, issued_at - timedelta(minutes=1)) for user in signers],
        "released_by": {"role": releaser.position, "user": releaser.user, "released_at": issued_at.isoformat()},
        "secrecy": "ABERTO",
        "antecedents": [{"document_id": antecedent} for antecedent in antecedents],
        "fields": row.fields(issued_at.date()),
    }


def _signature(user: User, staff: Staff, at: datetime) -> dict[str, Any]:
    return {
        "role": user.position,
        "user": user.user,
        "name": user.name,
        "position": user.title,
        "unit": staff.unit.code,
        "signed_at": at.isoformat(),
    }
