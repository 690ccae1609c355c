"""What a lane does next for one person, decided in one short transaction between two requests.

A lane claims a person with `open`; `advance` records the answer of the last request and begins the next
one, until nothing of that person may go. HTTP is never inside any of them.
"""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bnmp.answers import NO_ANSWER
from bnmp.order import Order
from ledger.deployment import Deployment
from ledger.engine import Connection, Database, now
from ledger.leases import PersonLease, release_person, renew_person, take_person
from ledger.links import change
from ledger.payloads import latest, owned_pieces
from ledger.record import Recorder
from rules.antecedents import needs
from rules.breaker import CallWindow, LinkEvent, observe
from rules.chain import view
from rules.contingency import justification
from rules.dossier import Document, Hand, Link
from rules.facts import (
    Answer,
    AnsweredLate,
    ChainBroke,
    DoubtRead,
    LeaseTakenOver,
    PersonReviewed,
    SignerUnknown,
    StepAnswered,
    StepBegun,
)
from rules.kinds import KINDS
from rules.queue import next_document
from rules.steps import next_step
from rules.words import AnswerClass, State, Step
from schemas.document_issued import DocumentIssued, Signature, document_issued

CanSign = Callable[[str, str], bool]
# Below this a lane gives its claim up rather than send a request that may outlive it.
LEAST_LEFT = 5.0


@dataclass(frozen=True, slots=True)
class Task:
    """One request to make: a step of a document, or the reading of a doubt; the order says with what."""

    document_id: str
    step: Step
    order: Order
    doubt: bool = False
    owned: frozenset[str] = frozenset()
    probe_first: bool = False


@dataclass(slots=True)
class Lane:
    """One person's claim and what this run of the lane has done; `until` is on a clock that counts suspension.

    `started` and `broken` are the LIBERTY documents of chains that a link was registered of, or that stopped then.
    """

    lease: PersonLease
    until: float = 0.0
    started: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    bodies: dict[tuple[str, int], DocumentIssued] = field(default_factory=dict)


def boottime() -> float:
    """Seconds on a clock that goes on while the process, or the machine, is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Workbench:
    """The short transactions of a lane, for the sender (`contingency` False) or the resolver."""

    def __init__(
        self, database: Database, deployment: Deployment, owner: str, can_sign: CanSign, *, contingency: bool
    ) -> None:
        """`owner` names this life of this process; it must differ from every other's."""
        self.database = database
        self.deployment = deployment
        self.contingency = contingency
        self._owner = owner
        self._can_sign = can_sign
        self._window = CallWindow()

    def open(self, person: int) -> Lane | None:
        """Claim a person, or None while somebody else may be at work on them."""
        windows = self.deployment.windows
        until = boottime() + windows.lease()
        with self.database.transaction() as connection:
            # The claim is on a person's row: their circle is locked before, in its order.
            recorder = self._recorder(connection)
            recorder.lock([person])
            lease = take_person(connection, person, self._owner, seconds=windows.lease(), grace=windows.answer)
            if lease is None:
                return None
            for document in list(recorder.of(person).documents.values()):
                if document.person == person and document.state is State.SENDING:
                    recorder.decide(LeaseTakenOver(document.document_id))
            recorder.decide(PersonReviewed(person))
            recorder.write()
        return Lane(lease, until)

    def close(self, lane: Lane) -> None:
        """Let the person go."""
        with self.database.transaction() as connection:
            release_person(connection, lane.lease)

    def advance(self, lane: Lane, done: Task | None, answer: Answer | None, *, go_on: bool = True) -> Task | None:
        """Record what the last request brought, and begin the next where `go_on`; None when nothing may go.

        Raises LeaseLostError when the claim is somebody else's by now; nothing is recorded then.
        """
        windows = self.deployment.windows
        until = boottime() + windows.lease()
        with self.database.transaction() as connection:
            recorder = self._recorder(connection)
            recorder.lock([lane.lease.person])
            renew_person(connection, lane.lease, seconds=windows.lease())
            if answer is not None:
                self._observe(recorder, answer)
            if done is not None and answer is not None:
                self._settle(recorder, lane, done, answer)
            task = self._begin(recorder, lane) if go_on else None
            recorder.write()
        lane.until = until
        return task

    def may_send(self, lane: Lane) -> bool:
        """Whether enough of the claim is left for one more request, suspension counted."""
        windows = self.deployment.windows
        return lane.until - boottime() > min(LEAST_LEFT, windows.lease_margin / 2) + windows.attempt

    def keep_evidence(self, lane: Lane, done: Task, answer: Answer) -> None:
        """Note an answer that came after the claim was lost; it is read back by whoever holds it now."""
        with self.database.transaction() as connection:
            recorder = self._recorder(connection)
            recorder.lock([lane.lease.person])
            recorder.decide(AnsweredLate(done.document_id, done.step, answer))
            recorder.write()

    def _recorder(self, connection: Connection) -> Recorder:
        return Recorder(connection, self.deployment, now(connection))

    def _observe(self, recorder: Recorder, answer: Answer) -> None:
        # Doubt counts only where a time-out or a reset took the answer (docs/law.md I8).
        unanswered = answer.answer is AnswerClass.UNCERTAIN and answer.detail.startswith(NO_ANSWER)
        connected = answer.answer is not AnswerClass.CONNECTION and not unanswered
        windows = self.deployment.windows
        self._window = self._window.add(answer.at, connected=connected, windows=windows)
        if connected:
            return
        for event in [LinkEvent.CALL_FAILED] + [LinkEvent.TRIPPED] * self._window.tripped(windows):

            def step(link: Link, event: LinkEvent = event) -> Link:
                return observe(link, event, answer.at, windows, random.random())  # noqa: S311 (jitter)

            recorder.see(change(recorder.connection, self.deployment, recorder.now, step))

    def _settle(self, recorder: Recorder, lane: Lane, done: Task, answer: Answer) -> None:
        person = lane.lease.person
        chains = {chain.liberty for chain in view(recorder.of(person)).chains_of(done.document_id)}
        if done.doubt:
            recorder.decide(DoubtRead(done.document_id, answer))
        else:
            recorder.decide(StepAnswered(done.document_id, done.step, answer))
        after = recorder.of(person).documents[done.document_id]
        if after.state is State.REGISTERED:
            lane.started |= chains
        elif after.state is not State.SENDING:
            _break(recorder, lane, chains)

    def _begin(self, recorder: Recorder, lane: Lane) -> Task | None:
        """Begin the next step of the person's next document; what may not go after all is passed over."""
        passed: set[str] = set()
        while True:
            found = next_document(recorder.of(lane.lease.person), lane.lease.person, contingency=self.contingency)
            if found is None or found in passed:
                return None
            passed.add(found)
            task = self._task(recorder, lane, found)
            if task is not None:
                return task

    def _task(self, recorder: Recorder, lane: Lane, document_id: str) -> Task | None:
        dossier = recorder.of(lane.lease.person)
        document = dossier.documents[document_id]
        if document.state is State.UNCERTAIN:
            return self._reading(recorder, lane, document)
        chains = view(dossier).chains_of(document_id)
        members = {member for chain in chains for member in chain.members} | {document_id}
        if document.step is None and not self._signers_known(recorder, lane, members):
            return None
        step = next_step(document, dossier.persons[document.person])
        recorder.decide(StepBegun(document_id, step))
        begun = recorder.of(lane.lease.person).documents[document_id]
        if begun.state is State.UNCERTAIN:
            return self._reading(recorder, lane, begun)
        if begun.state is not State.SENDING or begun.doing is not step:
            return None
        probe_first = document.step is None and any(
            chain.members[0] == document_id != chain.liberty for chain in chains
        )
        return Task(document_id, step, self._order(recorder, lane, begun), probe_first=probe_first)

    def _reading(self, recorder: Recorder, lane: Lane, document: Document) -> Task | None:
        """The reading of a doubt: which write it is about, and which pieces are others' of ours."""
        if document.doing is None:
            return None
        owned = owned_pieces(recorder.connection, document.case_number, document.document_id)
        order = self._order(recorder, lane, document)
        return Task(document.document_id, document.doing, order, doubt=True, owned=owned)

    def _signers_known(self, recorder: Recorder, lane: Lane, members: set[str]) -> bool:
        """Check the signers of a document, and of its whole chain, before the first request."""
        unknown = [member for member in sorted(members) if not self._can_be_signed(recorder, lane, member)]
        for member in unknown:
            recorder.decide(SignerUnknown(member))
        return not unknown

    def _can_be_signed(self, recorder: Recorder, lane: Lane, document_id: str) -> bool:
        document = recorder.of(lane.lease.person).documents[document_id]
        if document.ended:
            return True
        body = _body(recorder, lane, document)
        by_role: dict[Any, Signature | Hand] = {signature.role: signature for signature in body.signatures}
        by_role |= {hand.role: hand for hand in document.hands}
        return all(
            (hand := by_role.get(role)) is not None and self._can_sign(hand.user or "", hand.unit or document.unit)
            for role in KINDS[document.kind].signers
        )

    def _order(self, recorder: Recorder, lane: Lane, document: Document) -> Order:
        dossier = recorder.of(lane.lease.person)
        reached = (dossier.documents[found] for found in needs(document, dossier).reached)
        court = self.deployment.court
        failed_at = document.failed_access_at or document.since
        return Order(
            document=_body(recorder, lane, document),
            rji=dossier.persons[document.person].rji,
            bnmp_id=document.bnmp_id,
            antecedents=tuple(found.bnmp_id for found in reached if found.bnmp_id),
            justification=justification(failed_at, court) if document.retroactive and failed_at else None,
            text=document.text,
            hands=document.hands,
            idempotency_key=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{court.tribunal}/{document.document_id}")),
        )


def _break(recorder: Recorder, lane: Lane, liberties: set[str]) -> None:
    """A chain that stopped after one of its links was registered is an incident (docs/law.md safety-10)."""
    for liberty in sorted((liberties & lane.started) - lane.broken):
        lane.broken.add(liberty)
        recorder.decide(ChainBroke(liberty))


def _body(recorder: Recorder, lane: Lane, document: Document) -> DocumentIssued:
    """What SAJ published, read once a lane: a version never changes."""
    key = (document.document_id, document.version)
    if key not in lane.bodies:
        lane.bodies[key], _ = document_issued(latest(recorder.connection, document.document_id))
    return lane.bodies[key]
