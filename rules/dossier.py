"""What a decision looks at: the documents of the persons at hand, the link, the hour, the court.

All instants are zoned. A dossier holds every document of the persons that are locked, so that a
decision sees a person whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from rules.analysis import Analysis
from rules.change import changer
from rules.confirmation import Confirmation
from rules.history import UNWATCHED, Custody, Watch
from rules.kinds import KINDS
from rules.standing_orders import StandingOrder
from rules.transmission import TERMINAL
from rules.windows import Windows
from rules.words import GONE, AnswerClass, Consent, Effect, LinkState, Reason, Resolution, Role, State, Step

FREEING_KINDS = frozenset(kind for kind, row in KINDS.items() if row.effect is Effect.LIBERTY)
BLOCKED = frozenset({LinkState.DOWN, LinkState.PROBING, LinkState.FORCED_DOWN})


@dataclass(frozen=True, slots=True)
class Antecedent:
    """What a document stands on, named by SAJ's id or by the national number (28 digits)."""

    document_id: str | None = None
    national_number: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One failed call to the registry, kept as evidence (docs/law.md safety-15)."""

    at: datetime
    op: str
    answer: AnswerClass
    detail: str = ""

    def told(self) -> dict[str, str]:
        """The attempt as it is told and kept: instants in RFC 3339."""
        return {"at": self.at.isoformat(), "op": self.op, "class": self.answer, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A user's SIM or NÃO, and when it was asked or given; `order`: the standing order that stands for it."""

    answer: Consent
    by: str
    at: datetime
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That somebody wants a document out: `reason` is SAJ's word, EXCLUIDO for the unit's own command; `why` in prose."""

    reason: str
    command_id: str
    role: Role
    user: str
    unit: str
    at: datetime
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who signs at the registry in place of the signer of this role."""

    role: Role
    user: str
    unit: str


@dataclass(frozen=True, slots=True)
class Found:
    """What BNMP showed when it was asked about an antecedent `name`; nothing where there is no `bnmp_id`.

    `peca` is BNMP's type id, `rji` the person whom the piece is about.
    """

    name: str
    bnmp_id: str | None = None
    number: str | None = None
    status: str | None = None
    peca: int | None = None
    rji: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """That two RJIs are said to be one; `told` is what BNMP said instead, where it did."""

    from_rji: str
    into_rji: str
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document of ours as the decision sees it; `step` is the last step done, `doing` the one in flight.

    `released` says that it was released in the case; `cleared` are the grounds on which a judge said SEND;
    `escalated` counts who was told that a release is held, and `escalate_at` is when the next one is; `found` is what
    BNMP showed of antecedents that are not ours, asked at `looked_up_at`; `rji` whom a release is about, where it is
    taken from the warrant that it reaches; `awaits` the user whose access it waits for; `analysis` its unit's, of the stock.
    """

    document_id: str
    person: int
    kind: str
    case_number: str
    unit: str
    issued_at: datetime | None
    variant: str | None = None
    medium: str | None = None
    antecedents: tuple[Antecedent, ...] = ()
    gaps: tuple[str, ...] = ()
    institutional: bool = True
    owner_system: str = "SAJ"
    released_by_judge: bool = True
    released: bool = False
    valid_until: date | None = None
    term_days: int | None = None
    fulfilled_on: date | None = None
    signer: str | None = None
    version: int = 1
    state: State | None = None
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    since: datetime | None = None
    priority: int = 9
    sequence: int = 0
    turn: int = 0
    step: Step | None = None
    doing: Step | None = None
    reads: int = 0
    attempts: tuple[Attempt, ...] = ()
    consent: ConsentGiven | None = None
    confirmed: Confirmation | None = None
    failed_access_at: datetime | None = None
    text: str | None = None
    opened_at: datetime | None = None
    retroactive: bool = False
    bnmp_id: str | None = None
    national_number: str | None = None
    bnmp_status: str | None = None
    registered_at: datetime | None = None
    due_at: datetime | None = None
    due_fact: str | None = None
    withdrawal: Withdrawal | None = None
    hands: tuple[Hand, ...] = ()
    cleared: tuple[str, ...] = ()
    escalate_at: datetime | None = None
    escalated: int = 0
    found: tuple[Found, ...] = ()
    looked_up_at: datetime | None = None
    rji: str | None = None
    party_id: str | None = None
    awaits: str | None = None
    analysis: Analysis | None = None

    @property
    def opened(self) -> bool:
        """Whether it was issued under contingency; a mark that is never cleared (docs/law.md safety-17)."""
        return self.opened_at is not None

    @property
    def ended(self) -> bool:
        """Whether its transmission has come to an end."""
        return self.state in TERMINAL

    @property
    def gone(self) -> bool:
        """Whether it was registered and BNMP has it no more: annulled, or deleted."""
        return self.state is State.REGISTERED and self.bnmp_status in GONE

    @property
    def stands(self) -> bool:
        """Whether it counts: not taken back, rejected, or gone from BNMP."""
        if self.state is State.REGISTERED:
            return self.bnmp_status not in GONE
        return self.state is not State.EXCLUDED and self.state is not State.REJECTED

    @property
    def liberty(self) -> bool:
        """Whether it frees a person or keeps one free."""
        return self.kind in FREEING_KINDS


# A document with some of its fields changed.
changed = changer(Document)


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the ledger: registry number if known, how many dead letters stand before them, their custody.

    `merge` is one of this person's RJI with another that BNMP has not confirmed.
    """

    person: int
    rji: str | None = None
    dead_letters: int = 0
    custody: tuple[Custody, ...] = ()
    merge: Merge | None = None
    watch: Watch = UNWATCHED


@dataclass(frozen=True, slots=True)
class Link:
    """The link to BNMP as all processes see it.

    `flaps`: how often it went again before it had settled; `back_at`: the return from which what waits has its clock.
    """

    state: LinkState = LinkState.UP
    since: datetime | None = None
    cause: str = ""
    unavailable_since: datetime | None = None
    last_failed_at: datetime | None = None
    probe_at: datetime | None = None
    opened_times: int = 0
    until: datetime | None = None
    flaps: int = 0
    back_at: datetime | None = None

    @property
    def blocked(self) -> bool:
        """Whether nothing should be sent."""
        return self.state in BLOCKED

    @property
    def permits_contingency(self) -> bool:
        """Our own maintenance never opens contingency (docs/law.md safety-19)."""
        return self.cause != "OUR_MAINTENANCE"


@dataclass(frozen=True, slots=True)
class Court:
    """The deployment's tribunal, the legal time zone of its documents, and how it reads the law where it is silent.

    `discharge_on_fulfilled`: an ordem de desinternação stands on a fulfilled internment only (docs/law.md ANT-4).
    `contramandados_among`: where contingencies of contramandados are resolved (docs/law.md kinds). `access_at`: by
    unit, where access to it is asked (docs/law.md access). `resolution`: whose word they wait for, `automatic`,
    `confirmed` or `default` (docs/law.md resolution). `cutover`: the day on which BNMP 2.0 came to it (docs/law.md
    exceptional). `places`: those of custody that are mapped to BNMP's; None: no table is kept (docs/law.md ANT-9).
    """

    tribunal: str
    zone: tzinfo
    discharge_on_fulfilled: bool = False
    contramandados_among: Resolution = Resolution.MANDADOS
    access_at: Mapping[str, str] = field(default_factory=dict)
    resolution: str = "automatic"
    cutover: date = date(2018, 5, 2)
    places: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a decision may look at; `orders`, the standing ones, while the link is not UP."""

    now: datetime
    court: Court
    link: Link = field(default_factory=Link)
    windows: Windows = field(default_factory=Windows)
    persons: Mapping[int, Person] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    orders: tuple[StandingOrder, ...] = ()

    def same(self, person: int) -> frozenset[int]:
        """The persons of the ledger who are this one: all that have the same RJI (docs/law.md safety-23)."""
        rji = self.persons[person].rji
        if rji is None or len(self.persons) == 1:
            return frozenset((person,))
        return frozenset(one.person for one in self.persons.values() if one.rji == rji)

    def merge_of(self, person: int) -> Merge | None:
        """A merge of this person's RJI that BNMP has not confirmed (docs/law.md safety-23)."""
        merges = (self.persons[one].merge for one in sorted(self.same(person)))
        return next((merge for merge in merges if merge is not None), None)

    def after(self, seconds: float) -> datetime:
        """The instant `seconds` from now."""
        return self.now + timedelta(seconds=seconds)


# A dossier with some of its fields changed.
other = changer(Dossier)
