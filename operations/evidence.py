"""A document with its way and, where it was issued under contingency or offered to be, all that it stands on."""

from collections.abc import Iterable, Sequence

from pydantic import AwareDatetime

from ledger import certificates, contingencies
from ledger.engine import Connection
from ledger.search import FoundDocument
from operations.answers import Answer, Attempt, Decision, DocumentDetail
from rules import annex
from rules.words import Reason

_ANSWER = "answer "


class Answered(Answer):
    """What a user answered to the offer, when it was taken, and who; `order`: the judge's standing order that stands for it."""

    answer: str
    by: str | None
    at: AwareDatetime
    order: str | None = None


class Confirmed(Answer):
    """Who of the unit resolved it, in which role, and when."""

    role: str
    user: str
    unit: str
    at: AwareDatetime


class Issued(Answer):
    """The certidão in the case: who signs it, and whether and by whom it was released. Its text is `certificates export`'s."""

    id: str
    kind: str
    medium: str
    national_number: str | None
    signer: str | None
    status: str
    instruction: str
    issued_at: AwareDatetime
    released_at: AwareDatetime | None
    released_by: str | None


class Evidence(Answer):
    """What a contingency stands on (docs/law.md safety-15): each part with its instant, and with who did it where somebody did.

    `offered_at` are the instants at which the question was put; `consent` is the answer that counts, null where SAJ itself
    had issued it so; `lacks` what the paper lacks of annex I, in Portuguese; `resolved_at` when its registration was read back.
    """

    failed_access_at: AwareDatetime | None
    attempts: tuple[Attempt, ...]
    offered_at: tuple[AwareDatetime, ...]
    answers: tuple[Answered, ...]
    consent: Answered | None
    text: str | None
    lacks: tuple[str, ...]
    opened_at: AwareDatetime | None
    confirmed: Confirmed | None
    resolved_at: AwareDatetime | None
    national_number: str | None
    certificates: tuple[Issued, ...]


class Shown(Answer):
    """A document and its way, oldest decision first; `contingency` where it was issued under one, or offered to be."""

    document: DocumentDetail
    history: tuple[Decision, ...]
    contingency: Evidence | None


def evidence_of(connection: Connection, found: FoundDocument, history: Sequence[Decision]) -> Evidence | None:
    """What a document's contingency stands on; None where there never was a failed access."""
    if found.failed_access_at is None and found.opened_at is None:
        return None
    kept = contingencies.stands_on(connection, found.document_id)
    made = certificates.of_document(connection, found.document_id)
    return Evidence(
        failed_access_at=found.failed_access_at,
        attempts=tuple(Attempt.model_validate(one) for one in found.attempts),
        offered_at=tuple(_offers(history)),
        answers=tuple(_answers(history)),
        consent=Answered.model_validate(kept.consent) if kept.consent else None,
        text=found.text,
        lacks=annex.lacks(found.kind, found.variant, kept.gaps, names_antecedents=kept.names_antecedents),
        opened_at=found.opened_at,
        confirmed=Confirmed.model_validate(kept.confirmed) if kept.confirmed else None,
        resolved_at=found.registered_at if found.opened_at else None,
        national_number=found.national_number,
        certificates=tuple(Issued(**{name: getattr(one, name) for name in Issued.model_fields}) for one in made),
    )


def _offers(history: Iterable[Decision]) -> Iterable[AwareDatetime]:
    """When the question was put: something was said while, or because, an answer is awaited."""
    said = 0
    for row in history:
        asked = row.reason == Reason.AWAITING_CONSENT or "offer" in row.detail.lower()
        if asked and row.sequence > said:
            yield row.at
        said = row.sequence


def _answers(history: Iterable[Decision]) -> Iterable[Answered]:
    for row in history:
        for part in row.detail.split("; "):
            if part.startswith(_ANSWER):
                answer, _, by = part.removeprefix(_ANSWER).partition(" by ")
                yield Answered(answer=answer, by=by or None, at=row.at)
