"""The verdict on one document that is not in flight: may it go, wait, be offered, or does it end.

The rows are tried in their order and the first that answers wins; the order is the routing table of
docs/law.md routing. A row returns None where it has nothing to say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.access import is_doubt
from rules.antecedents import is_in_a_ring, to_ask
from rules.chain import MERGE, View
from rules.contingency import asked_in_present_unavailability, evidence, is_tried
from rules.dossier import Document, Person
from rules.kinds import CERTIDOES_CUMPRIMENTO, effect, is_eligible, needs_judges_release
from rules.staleness import freed, passed
from rules.standing_orders import StandingOrder, standing
from rules.steps import only_reading_left
from rules.transmission import Event
from rules.unread import moved_unread
from rules.waited import awaits_its_unit, confirmed_by_all, deaths, fulfilled_alone
from rules.withdrawals import end_of
from rules.words import Consent, Effect, Kind, LinkState, PecaStatus, Reason

_WAITED_FOR_LINK = (Reason.WAITING_LINK, Reason.AWAITING_CONSENT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What should become of a document: an event of the transmission machine and, for a hold, why.

    `asks`: BNMP can be asked about it (rules/lookup.py). `order`: what stands for the user's SIM.
    """

    event: Event
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    failed_access_at: datetime | None = None
    asks: bool = False
    order: StandingOrder | None = None


Line = Callable[[Document, View], Verdict | None]


def _taken_back(document: Document, seen: View) -> Verdict | None:
    """What somebody wants out ends, or waits for whoever must end it (docs/law.md safety-29)."""
    end = end_of(document, seen) if document.withdrawal is not None else None
    if end is None:
        return None
    ends = end[0] in (Reason.WITHDRAWN, Reason.EXCLUDED_BY_UNIT)
    return Verdict(Event.EXCLUDE if ends else Event.HOLD, *end)


def _not_communicating(document: Document, _: View) -> Verdict | None:
    """A model that is not institutional does not communicate (docs/law.md safety-7)."""
    return None if document.institutional else Verdict(Event.EXCLUDE, Reason.NOT_COMMUNICATING)


def _out_of_scope(document: Document, _: View) -> Verdict | None:
    """A case that another system owns is not ours to register (docs/law.md FAIL-14)."""
    if document.owner_system == "SAJ" or (document.opened and document.state is not None):
        # What was opened is never rejected (docs/law.md safety-17).
        return None
    return Verdict(Event.REJECT, Reason.OUT_OF_SCOPE)


def _not_released_by_judge(document: Document, _: View) -> Verdict | None:
    """An order that anyone but a judge released is not an order yet, link up or down (docs/law.md safety-5)."""
    if document.released_by_judge or not needs_judges_release(document.kind):
        return None
    return Verdict(Event.HOLD, Reason.ACCESS, ("released_by",))


def contingency(document: Document, seen: View) -> Verdict | None:
    """Link down and kind eligible: offer, open, or note the NÃO (ROUTE-10, ROUTE-11; docs/law.md safety-15, 16, 18)."""
    link = seen.dossier.link
    if document.opened or not is_eligible(document.kind) or _is_tried_alone(document, seen):
        return None
    failed_at = evidence(document, seen.dossier)
    if (link.blocked or failed_at is not None) and not link.permits_contingency:
        return Verdict(Event.HOLD, Reason.WAITING_LINK)
    if failed_at is None:
        return None
    consent = document.consent
    if consent is None or not asked_in_present_unavailability(consent.at, seen.dossier, failed_at):
        order = standing(seen.dossier.orders, document.unit, document.kind, seen.dossier.now)
        event, reason = (Event.OPEN, None) if order else (Event.HOLD, Reason.AWAITING_CONSENT)
        return Verdict(event, reason, failed_access_at=failed_at, order=order)
    if consent.answer is Consent.SIM:
        return Verdict(Event.OPEN, failed_access_at=failed_at)
    return Verdict(Event.HOLD, Reason.WAITING_LINK, failed_access_at=failed_at)


def _is_tried_alone(document: Document, seen: View) -> bool:
    """Whether it is tried past the breaker: never a link of a chain, whose other links wait for BNMP (safety-10, 15)."""
    if not is_tried(document, seen.dossier):
        return False
    return not any(len(chain.members) > 1 for chain in seen.chains_of(document.document_id))


def _access_doubted(document: Document, seen: View) -> Verdict | None:
    """What our own copy of an access holds, it holds no more once a release waits for it (docs/law.md safety-5)."""
    if document.reason is not Reason.ACCESS or not is_doubt(document.missing):
        return None
    return None if seen.chains_of(document.document_id) else Verdict(Event.HOLD, Reason.ACCESS, document.missing)


def _variant_unknown(document: Document, seen: View) -> Verdict | None:
    """An alvará without variant needs a fulfilled warrant in the case, else the unit is asked (safety-25)."""
    if document.kind != Kind.ALVARA_SOLTURA or document.variant is not None:
        return None
    needs = seen.needs[document.document_id]
    found = (*needs.reached, *needs.candidates)
    if any(seen.dossier.documents[d].bnmp_status == PecaStatus.CUMPRIDO for d in found):
        return None
    return Verdict(Event.HOLD, Reason.MISSING_DATA, ("variant",))


def _waiting_link(document: Document, seen: View) -> Verdict | None:
    """What contingency does not cover waits for the link, and leaves only when it is UP."""
    link = seen.dossier.link
    if document.opened or _is_tried_alone(document, seen):
        return None
    if document.reason in _WAITED_FOR_LINK and link.state is not LinkState.UP:
        return Verdict(Event.HOLD, document.reason, failed_access_at=document.failed_access_at)
    if is_eligible(document.kind):
        return None
    failed_at = evidence(document, seen.dossier)
    if link.blocked or failed_at is not None:
        return Verdict(Event.HOLD, Reason.WAITING_LINK, failed_access_at=failed_at or link.last_failed_at)
    return None


def _only_reading_left(document: Document, _: View) -> Verdict | None:
    """What is signed is read back whatever came since: it may be in effect, and others must know."""
    return Verdict(Event.GO) if only_reading_left(document) else None


def _missing_antecedent(document: Document, seen: View) -> Verdict | None:
    """BNMP is asked before anything is called missing; what it shows in the case is for the unit (safety-2, 24)."""
    wanted = seen.needs[document.document_id]
    if not wanted.missing:
        return None
    if not document.antecedents:
        return Verdict(Event.HOLD, Reason.MISSING_DATA, wanted.missing)
    names = to_ask(document, wanted, seen.dossier)
    if names.keys() - {found.name for found in document.found}:
        return Verdict(Event.HOLD, Reason.WAITING_ANTECEDENT, wanted.missing, asks=True)
    by_case = [found.number for found in document.found if found.number and names.get(found.name, "") is None]
    return Verdict(Event.HOLD, Reason.MISSING_ANTECEDENT, (*wanted.missing, *by_case), asks=bool(names))


def _waiting_antecedent(document: Document, seen: View) -> Verdict | None:
    waits = seen.needs[document.document_id].waits
    if not waits or any(chain.complete for chain in seen.chains_of(document.document_id)):
        return None
    if is_in_a_ring(document, seen.dossier, seen.needs):
        return Verdict(Event.HOLD, Reason.ANTECEDENT_CYCLE, waits)
    return Verdict(Event.HOLD, Reason.CHAIN_INCOMPLETE if document.liberty else Reason.WAITING_ANTECEDENT, waits)


def _not_alone(document: Document, seen: View) -> Verdict | None:
    """No warrant goes out alone while a LIBERTY document reaches it or waits for it (docs/law.md safety-10, safety-11)."""
    if effect(document.kind) is not Effect.ARREST:
        return None
    for liberty in seen.reached_by(document.document_id):
        if liberty.ended or liberty.reason is Reason.REFUSED_BY_BNMP:
            if liberty.document_id in document.cleared:
                continue
            return Verdict(Event.HOLD, Reason.NEEDS_JUDGE, (liberty.document_id,))
        chain = next(chain for chain in seen.chains if chain.liberty == liberty.document_id)
        if not chain.complete or document.document_id not in chain.members:
            return Verdict(Event.HOLD, Reason.CHAIN_INCOMPLETE, (liberty.document_id,))
    # A release may also wait for it through what it reaches, as for the arrest that a conversion stands on.
    chains = seen.chains_of(document.document_id)
    if chains and not any(chain.complete for chain in chains):
        return Verdict(Event.HOLD, Reason.CHAIN_INCOMPLETE, tuple(chain.liberty for chain in chains))
    return None


def _dead_letter_ahead(document: Document, seen: View) -> Verdict | None:
    """A dead letter of the person may be a release: ARREST waits, unless a LIBERTY chain needs it (safety-6).

    Before contingency: an outage does not make it less of a release.
    """
    if effect(document.kind) is not Effect.ARREST or not any(one.dead_letters for one in _same(document, seen)):
        return None
    if any(chain.complete for chain in seen.chains_of(document.document_id)):
        return None
    return Verdict(Event.HOLD, Reason.DEAD_LETTER_AHEAD)


def _merge_unconfirmed(document: Document, seen: View) -> Verdict | None:
    """ARREST waits until BNMP says who survived a merge, unless a LIBERTY chain needs it (docs/law.md safety-12, 23).

    Before contingency: an outage does not make it known who the person is.
    """
    if effect(document.kind) is not Effect.ARREST or seen.dossier.merge_of(document.person) is None:
        return None
    if only_reading_left(document) or any(chain.complete for chain in seen.chains_of(document.document_id)):
        return None
    return Verdict(Event.HOLD, Reason.DIVERGENCE, (MERGE,), asks=True)


def _stale(document: Document, seen: View) -> Verdict | None:
    """A mandado that waited and whose validity has passed, or whose term was served, goes to the judge (docs/law.md safety-13)."""
    waited = document.opened or document.retroactive
    if effect(document.kind) is not Effect.ARREST or not waited or seen.chains_of(document.document_id):
        return None
    return _put_to_the_judge(document, passed(document, seen.dossier))


def _freed_since(document: Document, seen: View) -> Verdict | None:
    """A release in the history of parties since a mandado was issued goes to the judge (docs/law.md safety-12, 13).

    So does a late fulfilment, which would show a free person held (docs/law.md FAIL-11): it goes with its alvará.
    """
    late = document.retroactive and document.kind in CERTIDOES_CUMPRIMENTO
    arrests = late or effect(document.kind) is Effect.ARREST
    if not arrests or any(c.complete for c in seen.chains_of(document.document_id)):
        return None
    return _put_to_the_judge(document, freed(document, seen.dossier))


def _put_to_the_judge(document: Document, grounds: Iterable[str]) -> Verdict | None:
    """The first ground on which the judge has not said SEND yet."""
    ground = next((one for one in grounds if one not in document.cleared), None)
    return Verdict(Event.HOLD, Reason.NEEDS_JUDGE, (ground,)) if ground else None


def _lacking(reason: Reason, grounds: Callable[[Document, View], tuple[str, ...]]) -> Line:
    """A line that holds a document for what is on its grounds."""

    def line(document: Document, seen: View) -> Verdict | None:
        missing = grounds(document, seen)
        return Verdict(Event.HOLD, reason, missing) if missing else None

    return line


def _same(document: Document, seen: View) -> list[Person]:
    """The persons of the ledger who are this one (docs/law.md safety-23)."""
    return [seen.dossier.persons[person] for person in sorted(seen.dossier.same(document.person))]


# The lines of docs/law.md routing, in the order in which they are tried. ROUTE-1 and ROUTE-2 are decided before a
# document is one: what is there already is dropped, what nobody can read is a dead letter.
ROWS: tuple[tuple[str, Line], ...] = (
    ("safety-29", _taken_back),
    ("ROUTE-3", _not_communicating),
    ("ROUTE-4", _out_of_scope),
    ("ROUTE-6", _not_released_by_judge),
    ("safety-6", _dead_letter_ahead),
    ("safety-23", _merge_unconfirmed),
    # With the link down what stands below stops no order: the gap is noted (ROUTE-7b, docs/law.md safety-18).
    ("ROUTE-10", contingency),
    ("ROUTE-5", _lacking(Reason.MISSING_DATA, lambda document, _: document.gaps)),
    ("safety-5", _access_doubted),
    # Where the unit confirms everything, a chain waits for the word of each of its links.
    ("resolution", _lacking(Reason.MISSING_DATA, confirmed_by_all)),
    ("safety-25", _variant_unknown),
    ("ROUTE-12", _waiting_link),
    ("safety-27", _only_reading_left),
    ("ROUTE-8", _missing_antecedent),
    ("ROUTE-7", _waiting_antecedent),
    ("safety-2", _lacking(Reason.WAITING_ANTECEDENT, moved_unread)),
    ("safety-11", _not_alone),
    ("safety-12", _lacking(Reason.NEEDS_JUDGE, deaths)),
    ("safety-13", _freed_since),
    ("safety-13", _stale),
    ("safety-13", _lacking(Reason.NEEDS_JUDGE, fulfilled_alone)),
    ("resolution", _lacking(Reason.MISSING_DATA, awaits_its_unit)),
)
SEND = "ROUTE-9"


def routed(document: Document, seen: View) -> tuple[str, Verdict]:
    """The line that decides, the first that has something to say, and what it says."""
    for line, row in ROWS:
        found = row(document, seen)
        if found is not None:
            return line, found
    return SEND, Verdict(Event.GO)


def verdict(document: Document, seen: View) -> Verdict:
    """What should become of a document that is READY, HELD, in CONTINGENCY or new; the first row wins."""
    return routed(document, seen)[1]
