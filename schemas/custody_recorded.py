"""`saj.custody.recorded.v1`: an event of the party's history that begins or ends a custody.

Lenient: only which event it is and whose is demanded. Event codes are each court's own: a table says what they mean,
and an event whose code is not in it is kept and means nothing.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from rules.custody import CIVIL_KIND, EVENTS, wrongs
from rules.words import CustodyEvent
from schemas.fields import Place
from schemas.gaps import Gap, required, settle
from schemas.shapes import CaseNumber, Date, Identifier, Instant, Reading, Rji, RoleWord, Tribunal

TYPE = "saj.custody.recorded.v1"

Code = Annotated[int, Field(ge=0, le=999_999)]

# The court of Mato Grosso do Sul's (TJMS 187990979 and the page on civil warrants).
EVENT_CODES: Mapping[int, CustodyEvent] = {
    144: CustodyEvent.PRISAO,
    626: CustodyEvent.RECAPTURA,
    890: CustodyEvent.CONVERSAO_FLAGRANTE,
    966: CustodyEvent.PRISAO_CIVIL,
    62: CustodyEvent.ALVARA_SOLTURA,
    221: CustodyEvent.TERMINO_PRISAO,
}
STARTING = frozenset(event for event, row in EVENTS.items() if row.begins)


class CaseOfCustody(Reading):
    """The case in whose history the event was written."""

    number: CaseNumber | None = None


class PartyInCustody(Reading):
    """The person."""

    party_id: Identifier
    rji: Rji | None = None


class Custody(Reading):
    """The custody that begins: its kind by the court's code, whether it counts for the sentence, and where."""

    kind_code: Code | None = None
    counts_for_sentence: bool | None = None
    place_kind: Identifier | None = None
    place: Place | None = None


class RecordedBy(Reading):
    """Who wrote the event down."""

    role: RoleWord | None = None
    user: Identifier | None = None


class CustodyRecorded(Reading):
    """The event as far as it holds. `event` is what the code means in this court, None where its table has no such code.

    `effective_date` is the day on which it happened, not the day of typing; `other_court`: another court's prison.
    """

    event_id: Identifier
    tribunal: Tribunal
    party: PartyInCustody
    case: CaseOfCustody | None = None
    event_code: Code | None = None
    effective_date: Date | None = None
    unit: Identifier | None = None
    other_court: bool | None = None
    custody: Custody | None = None
    recorded_by: RecordedBy | None = None
    recorded_at: Instant | None = None
    event: SkipJsonSchema[CustodyEvent | None] = Field(default=None, exclude=True)


REQUIRED = ("event_code", "case.number", "effective_date")
REQUIRED_TO_START = ("custody.kind_code",)
REQUIRED_OF_CIVIL = ("custody.counts_for_sentence",)


def custody_recorded(
    data: Mapping[str, Any], codes: Mapping[int, CustodyEvent] = EVENT_CODES, civil_kind: int = CIVIL_KIND
) -> tuple[CustodyRecorded, tuple[Gap, ...]]:
    """Read a custody event by the court's tables of codes and kinds, and name its gaps.

    Raises `UnsettledError` when tribunal, event_id or party.party_id does not have the right shape.
    """
    body, gaps = settle(CustodyRecorded, {name: value for name, value in data.items() if name != "event"})
    body = body.model_copy(update={"event": None if body.event_code is None else codes.get(body.event_code)})
    if body.event_code is not None and body.event is None:
        # It means nothing here: nothing is asked of it, and nobody is asked for it.
        return body, ()
    row = EVENTS[body.event] if body.event is not None else None
    demanded = REQUIRED + (REQUIRED_TO_START if row and row.begins else ())
    demanded += REQUIRED_OF_CIVIL if row and row.civil and body.custody is not None else ()
    gaps += required(body, demanded, gaps)
    return body, gaps + tuple(Gap(field, rule) for field, rule in _wrongs(body, civil_kind))


def _wrongs(body: CustodyRecorded, civil_kind: int) -> tuple[tuple[str, str], ...]:
    """What is there and does not hold, as the law has it (docs/law.md custody)."""
    if body.event is None:
        return ()
    told = body.custody or Custody()
    return wrongs(
        body.event,
        kind=told.kind_code,
        counts=told.counts_for_sentence,
        on=body.effective_date,
        typed_at=body.recorded_at,
        civil_kind=civil_kind,
    )
