"""The data of `saj.document.issued.v1` for the kinds that SAJ issues here, and the numbers of its cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from sandbox.saj import forms
from sandbox.saj.people import Invented, Staff, User

TYPE = "saj.document.issued.v1"
TRIBUNAL = "TJMS"

# What a court issues, by the name of its model, in the causal order of a case.
KindName = Literal[
    "MANDADO",
    "MANDADO_CIVIL",
    "FLAGRANTE",
    "RECAPTURA",
    "CERTIDAO",
    "INTERNACAO",
    "CONVERSAO",
    "CERTIDAO_INTERNACAO",
    "GUIA_PROVISORIA",
    "GUIA_DEFINITIVA",
    "GUIA_ACERVO",
    "GUIA_INTERNACAO_PROVISORIA",
    "GUIA_INTERNACAO_DEFINITIVA",
    "GUIA_INTERNACAO_ACERVO",
    "ALTERACAO",
    "ARQUIVAMENTO",
    "ALVARA",
    "ALVARA_FLAGRANTE",
    "LIBERACAO",
    "DESINTERNACAO",
    "CONTRAMANDADO",
    "CONTRAMANDADO_INTERNACAO",
    "MORTE",
]
CAUSAL: tuple[KindName, ...] = get_args(KindName)


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


_JUDGE, _CLERK = True, False

KINDS: dict[KindName, KindRow] = {
    "MANDADO": KindRow("MANDADO_PRISAO_CRIMINAL", 1, None, "2367", _JUDGE, forms.mandado),
    "MANDADO_CIVIL": KindRow("MANDADO_PRISAO_CIVIL", 1, None, "2371", _JUDGE, forms.civil),
    "FLAGRANTE": KindRow("MANDADO_PRISAO_CRIMINAL", 1, "CONVERSAO_FLAGRANTE", "2372", _JUDGE, forms.flagrante),
    "RECAPTURA": KindRow("MANDADO_PRISAO_CRIMINAL", 1, "RECAPTURA", "2373", _JUDGE, forms.recapture),
    "CERTIDAO": KindRow("CERTIDAO_CUMPRIMENTO_PRISAO", 7, None, "2370", _CLERK, forms.fulfilment),
    "INTERNACAO": KindRow("MANDADO_INTERNACAO", 10, None, "2374", _JUDGE, forms.internment),
    "CONVERSAO": KindRow("MANDADO_INTERNACAO", 10, "CONVERSAO", "2375", _JUDGE, forms.conversion),
    "CERTIDAO_INTERNACAO": KindRow("CERTIDAO_CUMPRIMENTO_INTERNACAO", 9, None, "2376", _CLERK, forms.fulfilment),
    "GUIA_PROVISORIA": KindRow("GUIA_RECOLHIMENTO_PROVISORIA", 3, None, "2377", _JUDGE, forms.guia),
    "GUIA_DEFINITIVA": KindRow("GUIA_RECOLHIMENTO_DEFINITIVA", 3, None, "2378", _JUDGE, forms.guia),
    "GUIA_ACERVO": KindRow("GUIA_RECOLHIMENTO_ACERVO", 11, None, "2379", _JUDGE, forms.guia),
    "GUIA_INTERNACAO_PROVISORIA": KindRow("GUIA_INTERNACAO_PROVISORIA", 4, None, "2380", _JUDGE, forms.guia_of_measure),
    "GUIA_INTERNACAO_DEFINITIVA": KindRow("GUIA_INTERNACAO_DEFINITIVA", 4, None, "2381", _JUDGE, forms.guia_of_measure),
    "GUIA_INTERNACAO_ACERVO": KindRow("GUIA_INTERNACAO_ACERVO", 13, None, "2382", _JUDGE, forms.guia_of_measure),
    "ALTERACAO": KindRow("CERTIDAO_ALTERACAO_UNIDADE_REGIME", 14, None, "2383", _CLERK, forms.change),
    "ARQUIVAMENTO": KindRow("CERTIDAO_ARQUIVAMENTO_GUIA", 12, None, "2384", _CLERK, forms.archiving),
    "ALVARA": KindRow("ALVARA_SOLTURA", 5, "MANDADO_CUMPRIDO", "2369", _JUDGE, forms.release),
    "ALVARA_FLAGRANTE": KindRow("ALVARA_SOLTURA", 5, "PRISAO_FLAGRANTE", "2385", _JUDGE, forms.release_in_the_act),
    "LIBERACAO": KindRow("ORDEM_LIBERACAO", 5, None, "2386", _JUDGE, forms.order),
    "DESINTERNACAO": KindRow("ORDEM_DESINTERNACAO", 6, None, "2387", _JUDGE, forms.order),
    "CONTRAMANDADO": KindRow("CONTRAMANDADO_PRISAO", 2, None, "2368", _JUDGE, forms.revocation),
    "CONTRAMANDADO_INTERNACAO": KindRow("CONTRAMANDADO_INTERNACAO", 2, None, "2388", _JUDGE, forms.revocation),
    "MORTE": KindRow("CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE", 8, None, "2389", _CLERK, forms.death),
}


# The registry's type ids of a release, of what tells a fulfilment, and of what stands on a fulfilled warrant.
RELEASE_TYPE = KINDS["ALVARA"].peca
FULFILMENT_TYPES = frozenset({KINDS["CERTIDAO"].peca, KINDS["CERTIDAO_INTERNACAO"].peca})
ON_FULFILLED_TYPES = frozenset(
    KINDS[kind].peca for kind in ("GUIA_PROVISORIA", "GUIA_INTERNACAO_PROVISORIA", "ALVARA", "LIBERACAO", "CONVERSAO")
)


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
