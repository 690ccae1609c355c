"""Papers: what SAJ published of a document, in the form in which the rules look at it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.persons import Names
from rules import exceptional
from rules.custody import is_unmapped
from rules.dossier import Antecedent, ConsentGiven, Court, Document, changed
from rules.kinds import is_eligible, is_liberty
from rules.words import Consent, Role
from schemas.document_issued import Contingency, DocumentIssued, document_issued
from schemas.gaps import Gap

# A copy with its fields set costs a third of what the constructor of a frozen class does (rules/change.py).
_BLANK = Document("", 0, "", "", "", None)


def names_of(body: DocumentIssued) -> Names:
    """Who a document is about."""
    return Names(f"{body.tribunal}:{body.party.party_id}", body.party.rji)


def completed(data: Mapping[str, Any], supplied: Mapping[str, Any]) -> dict[str, Any]:
    """A document's data with what a `data-supplied` command brought: parts are completed, a choice replaces."""
    more = {part: {**_object(data.get(part)), **_object(supplied.get(part))} for part in ("fields", "party")}
    # Whose document it is, and in which tribunal, no command changes.
    more["party"]["party_id"] = _object(data.get("party")).get("party_id")
    chosen = {name: supplied[name] for name in ("variant", "antecedents") if supplied.get(name)}
    return {**data, **more, **chosen}


def _object(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def paper_of(data: Mapping[str, Any], court: Court) -> Document:
    """The rules' form of a document's data, which was read before and can be read again."""
    body, gaps = document_issued(data)
    return paper(body, gaps, court)


def paper(body: DocumentIssued, gaps: Iterable[Gap], court: Court) -> Document:
    """The rules' form of a document; the person and the version are found in the transaction."""
    case, unit, issued_so = body.case, body.unit, _issued_so(body)
    failed_at = issued_so.failed_access_at or body.issued_at if issued_so else None
    judge = next((s.user for s in body.signatures if s.role == Role.MAGISTRADO), None)
    released = body.released_by
    # Asked of the model, one that it does not have would cost more than all the rest.
    fields: Mapping[str, Any] = vars(body.fields) if body.fields else {}
    return changed(
        _BLANK,
        document_id=body.document_id,
        kind=body.kind,
        variant=body.variant,
        case_number=(case.number if case else None) or "",
        medium=case.medium if case else None,
        unit=(unit.code if unit else None) or "",
        issued_at=body.issued_at,
        antecedents=tuple(
            Antecedent(a.document_id, a.national_number) for a in body.antecedents if a.document_id or a.national_number
        ),
        gaps=(*(gap.field for gap in gaps if not (issued_so and _is_of_the_text(gap))), *_not_lawful(body, court)),
        institutional=body.model is None or body.model.institutional is not False,
        owner_system=(case.owner_system if case else None) or "SAJ",
        released_by_judge=released is None or released.role in (None, Role.MAGISTRADO),
        released=released is not None and (released.released_at is not None or released.role is not None),
        valid_until=fields.get("data_validade"),
        term_days=fields.get("prazo_prisao_dias"),
        fulfilled_on=fields.get("data_cumprimento"),
        signer=judge or next((s.user for s in body.signatures if s.user), None),
        consent=_consent(body),
        text=issued_so.text or "" if issued_so else None,
        failed_access_at=failed_at,
        opened_at=failed_at,
        retroactive=body.origin not in (None, "NORMAL"),
        party_id=body.party.party_id,
    )


def _issued_so(body: DocumentIssued) -> Contingency | None:
    """What SAJ says of a paper that it issued under contingency itself, where its kind may be (docs/law.md contingency).

    A release is opened also where the text or its instant is missing, for that never stops it.
    """
    if body.origin != "CONTINGENCIA" or not is_eligible(body.kind):
        return None
    said = body.contingency or Contingency()
    whole = said.text is not None and said.failed_access_at is not None
    return said if whole or is_liberty(body.kind) else None


def _is_of_the_text(gap: Gap) -> bool:
    return gap.field.split(".")[0] == "contingency"


def _not_lawful(body: DocumentIssued, court: Court) -> tuple[str, ...]:
    """A place that BNMP would not know (docs/law.md ANT-9), or what keeps it from being registered after the fact."""
    place = getattr(body.fields, "local_custodia", None)
    if place is not None and is_unmapped(place.code, court.places):
        return (exceptional.PLACE,)
    if body.origin not in (exceptional.EXCEPCIONAL, exceptional.ACERVO):
        return ()
    hypothesis = body.exceptional.hypothesis if body.exceptional else None
    issued = exceptional.Issued(body.origin, body.kind, hypothesis, body.issued_at, body.party.rji)
    return exceptional.wrongs(issued, court.cutover, court.zone)


def _consent(body: DocumentIssued) -> ConsentGiven | None:
    """The answer that SAJ asked for before it published, if it did (docs/law.md safety-16)."""
    given = body.contingency
    if given is None or given.consent not in (Consent.SIM, Consent.NAO):
        return None
    if given.asked_at is None or given.answered_by is None:
        return None
    return ConsentGiven(Consent(given.consent), given.answered_by, given.asked_at)
