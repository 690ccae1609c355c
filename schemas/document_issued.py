"""`saj.document.issued.v1`: a document was issued and released in a case.

Lenient: only who it is about is demanded (`tribunal`, `document_id`, `party.party_id`, `kind`). Whatever else is
missing or wrong is a gap and None, or no row, in the model: the document then waits with the list of its gaps.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import SerializeAsAny

from rules.words import Consent, Variant
from schemas.fields import FORMS, Form, KindFields
from schemas.gaps import Gap, either, required, settle
from schemas.shapes import (
    CaseNumber,
    ConsentWord,
    Cpf,
    Date,
    Identifier,
    Instant,
    Name,
    NationalNumber,
    Prose,
    Reading,
    Rji,
    RoleWord,
    Rows,
    Tribunal,
    VariantWord,
)

TYPE = "saj.document.issued.v1"

Origin = Literal["NORMAL", "CONTINGENCIA", "EXCEPCIONAL", "ACERVO"]
Secrecy = Literal["ABERTO", "RESTRITO", "SIGILOSO"]
Demand = Callable[["DocumentIssued", tuple[str, ...], tuple[Gap, ...]], tuple[Gap, ...]]


class Model(Reading):
    """The document's model in SAJ; only institutional models communicate with BNMP."""

    code: Identifier | None = None
    institutional: bool | None = None


class Case(Reading):
    """The case; `number` is masked `NNNNNNN-DD.AAAA.J.TR.OOOO` whichever way it came."""

    number: CaseNumber | None = None
    medium: Literal["DIGITAL", "FISICO"] | None = None
    owner_system: Identifier | None = None
    status: Literal["EM_ANDAMENTO", "SUSPENSO", "ARQUIVADO", "EXTINTO"] | None = None


class Unit(Reading):
    """The unit that issued the document; `code` is SAJ's."""

    code: Identifier | None = None
    name: Name | None = None


class Party(Reading):
    """The person the document is about; `rji` and `cpf` are 11 digits whichever way they came."""

    party_id: Identifier
    rji: Rji | None = None
    nome: Name | None = None
    nome_mae: Name | None = None
    nome_pai: Name | None = None
    data_nascimento: Date | None = None
    sexo: Literal["M", "F"] | None = None
    cpf: Cpf | None = None
    alcunha: Name | None = None


class Signature(Reading):
    """Who signed in SAJ, in which position and unit, and when."""

    role: RoleWord | None = None
    user: Identifier | None = None
    name: Name | None = None
    position: Name | None = None
    unit: Identifier | None = None
    signed_at: Instant | None = None


class Release(Reading):
    """Who released the document in the case file (docs/law.md safety 5)."""

    role: RoleWord | None = None
    user: Identifier | None = None
    released_at: Instant | None = None


class Antecedent(Reading):
    """A document this one stands on, by SAJ's id (of `tribunal`, else the document's own) or by national number."""

    document_id: Identifier | None = None
    tribunal: Tribunal | None = None
    national_number: NationalNumber | None = None


class Contingency(Reading):
    """The answer to the question of contingency, or, issued under it by SAJ already, the text on the paper."""

    consent: ConsentWord | None = Consent.NAO_PERGUNTADO
    asked_at: Instant | None = None
    answered_by: Identifier | None = None
    text: Prose | None = None
    failed_access_at: Instant | None = None


class Exceptional(Reading):
    """Why the document was issued outside SAJ."""

    hypothesis: Literal["A", "B", "C", "D", "SAJ_INDISPONIVEL"] | None = None
    justification: Name | None = None


class DocumentIssued(Reading):
    """The document as far as it holds. Make it with `document_issued`, which chooses the model of `fields`.

    `kind` is a `rules.words.Kind`, or any other word when the model does not communicate; then `fields` is None.
    """

    tribunal: Tribunal
    document_id: Identifier
    kind: Identifier
    variant: VariantWord | None = None
    origin: Origin | None = "NORMAL"
    model: Model | None = None
    case: Case | None = None
    unit: Unit | None = None
    party: Party
    issued_at: Instant | None = None
    signatures: Rows[Signature] = ()
    released_by: Release | None = None
    secrecy: Secrecy | None = None
    antecedents: Rows[Antecedent] = ()
    fields: SerializeAsAny[KindFields] | None = None
    contingency: Contingency | None = None
    exceptional: Exceptional | None = None


# What no document of any kind can be registered without. The birth date is BNMP's practice; a parent who is not named
# is sent as not informed, so neither parent is demanded. Without its secrecy a document might be shown to everybody.
REQUIRED = (
    "model.institutional",
    "case.number",
    "unit.code",
    "party.nome",
    "party.data_nascimento",
    "issued_at",
    "origin",
    "secrecy",
    "signatures.*.role",
    "signatures.*.user",
    "signatures.*.name",
    "signatures.*.unit",
    "released_by.role",
    "released_by.user",
)
REQUIRED_BY_ORIGIN: Mapping[str, tuple[str, ...]] = {
    "CONTINGENCIA": ("contingency.text", "contingency.failed_access_at"),
    "EXCEPCIONAL": ("exceptional.hypothesis", "exceptional.justification"),
}


def document_issued(data: Mapping[str, Any]) -> tuple[DocumentIssued, tuple[Gap, ...]]:
    """Read the data of a document with the form of its kind, and name its gaps.

    Raises `UnsettledError` when tribunal, document_id, party.party_id or kind does not have the right shape. A kind
    without a form keeps its word and is asked for nothing.
    """
    body, gaps = settle(DocumentIssued, {name: value for name, value in data.items() if name != "fields"})
    form = FORMS.get(body.kind)
    if form is None:
        return body, gaps
    body, of_fields = _with_fields(body, form, data.get("fields"))
    return body, judged(body, form, gaps + of_fields)


def judged(
    body: DocumentIssued, form: Form, gaps: tuple[Gap, ...] = (), *, demand: Demand = required
) -> tuple[Gap, ...]:
    """Give all gaps of a document whose parts were read: those found in reading, and by `demand` what is missing."""
    gaps += _variant(body, form)
    gaps += _antecedents(body, gaps)
    if form.either:
        gaps += either(body, tuple(f"fields.{name}" for name in form.either), gaps)
    return gaps + demand(body, _demanded(body.kind, body.variant, body.origin), gaps)


def _with_fields(body: DocumentIssued, form: Form, raw: Any) -> tuple[DocumentIssued, tuple[Gap, ...]]:
    is_object = isinstance(raw, dict)
    fields, gaps = settle(form.model, raw if is_object else {}, under="fields")
    if raw is not None and not is_object:
        gaps += (Gap("fields", "must be an object"),)
    return body.model_copy(update={"fields": fields}), gaps


def _variant(body: DocumentIssued, form: Form) -> tuple[Gap, ...]:
    if body.variant is None or body.variant in form.variants:
        return ()
    return (Gap("variant", "is not a variant of this kind"),)


def _antecedents(body: DocumentIssued, known: tuple[Gap, ...]) -> tuple[Gap, ...]:
    if not body.antecedents:
        return ()
    told = {gap.field.rsplit(".", 1)[0] for gap in known}
    return tuple(
        Gap(f"antecedents.{index}", "names neither a document_id nor a national_number")
        for index, row in enumerate(body.antecedents)
        if row.document_id is None and row.national_number is None and f"antecedents.{index}" not in told
    )


@cache
def _demanded(kind: str, variant: Variant | None, origin: Origin | None) -> tuple[str, ...]:
    form = FORMS[kind]
    of_variant = form.variants.get(variant, ()) if variant is not None else ()
    of_kind = tuple(f"fields.{name}" for name in form.required + of_variant)
    return REQUIRED + of_kind + REQUIRED_BY_ORIGIN.get(origin or "", ())
