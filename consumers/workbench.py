"""What lanes do next, decided for many persons in one short transaction between their requests.

A turn claims its person where it has no claim yet, records the answer of the last request and begins the next one, until
nothing of that person may go. HTTP is never inside a transaction.
"""

from collections.abc import Sequence
from dataclasses import replace

from consumers import orders
from consumers.lanes import Effect, Fate, Job, Lane, Leave, Outcome, Task, Turn, boottime
from consumers.observing import Observer
from consumers.signatures import CanSign, Signatures
from ledger.deployment import Deployment
from ledger.due import standings
from ledger.engine import Connection, Database, now
from ledger.incidents import here_since, note_once
from ledger.leases import Claims
from ledger.payloads import owned_pieces
from ledger.persons import lock_persons
from ledger.record import Recorder
from rules.casework import is_annulling, is_asking, is_errand
from rules.chain import View, begun, is_broken, view
from rules.dossier import Document
from rules.facts import (
    Answer,
    AnsweredLate,
    ChainBroke,
    DoubtRead,
    LeaseTakenOver,
    LookedUp,
    PersonReviewed,
    SignerUnknown,
    StepAnswered,
    StepBegun,
)
from rules.identity import person_of
from rules.lookup import question
from rules.queue import next_document
from rules.steps import next_step
from rules.words import State, Step

# Below this a lane gives its claim up rather than send a request that may outlive it.
LEAST_LEFT = 5.0


class Workbench:
    """The short transactions of the lanes, for the sender (`contingency` False) or the resolver."""

    def __init__(
        self, database: Database, deployment: Deployment, owner: str, can_sign: CanSign, *, contingency: bool
    ) -> None:
        """`owner` names this life of this process; it must differ from every other's."""
        self.database = database
        self.deployment = deployment
        self.contingency = contingency
        self._owner = owner
        self._signatures = Signatures(can_sign)
        self._observer = Observer(deployment)

    def work(self, jobs: Sequence[Job], *, skip: bool = True) -> list[Outcome]:
        """Do these jobs, of different persons, in one transaction; gives what came of each.

        With `skip` whom another session has locked is left for LATER. After LedgerTroubleError the same jobs may be tried
        again: a turn whose commit was not heard of is known by its claim, and not taken twice.
        """
        observed = self._observer.kept
        try:
            with self.database.transaction() as connection:
                effects, left = self._group(connection, jobs, skip=skip)
        except BaseException:
            self._observer.kept = observed
            raise
        for turn, effect in effects.items():
            turn.lane.take(effect.lane)
        done = {turn: effect.outcome for turn, effect in effects.items()} | left
        return [done.get(job) or _left_out(job, skip=skip) for job in jobs]

    def _group(
        self, connection: Connection, jobs: Sequence[Job], *, skip: bool
    ) -> tuple[dict[Job, Effect], dict[Job, Outcome]]:
        turns = [job for job in jobs if isinstance(job, Turn)]
        leaves = [job for job in jobs if isinstance(job, Leave)]
        until = boottime() + self.deployment.windows.lease()
        recorder = Recorder(connection, self.deployment, now(connection))
        # Whoever has the RJI that an answer brings is the same person from now on, and is decided about together.
        brought = [(turn.lane.person, turn.answer.rji) for turn in turns if turn.answer and turn.answer.rji]
        recorder.claim({rji: person for person, rji in brought})
        free = recorder.lock_free({t.lane.person for t in turns}, skip=skip, brought=brought) if turns else set()
        # Who is the same person may become so in this very transaction: it is one of those at hand.
        at_hand = {other for person in free for other in recorder.of(person).persons}
        # Those who leave are not looked at. Behind locks that are held nobody is waited for: that keeps the order.
        leaving = {leave.lane.person for leave in leaves if leave.lane.lease is not None}
        free |= lock_persons(connection, leaving, skip=skip or bool(turns))
        claims = Claims(connection, free | at_hand, self._owner, recorder.now, self.deployment.windows.lease())
        # Who begins reads all that they may send; later it has been read.
        orders.fetch(recorder, [t.lane for t in turns if t.lane.lease is None and t.lane.person in free])
        effects: dict[Job, Effect] = {
            turn: self._turn(recorder, claims, turn, until) for turn in turns if turn.lane.person in free
        }
        left = [leave for leave in leaves if leave.lane.lease is None or leave.lane.person in free]
        for leave in left:
            if leave.lane.lease is not None:
                claims.release(leave.lane.lease)
        claims.write()
        if effects or brought:
            recorder.write()
        asked = {document_id for leave in left for document_id in leave.documents}
        known = standings(connection, asked) if asked else {}
        return effects, {leave: Outcome(Fate.DONE, standings=known) for leave in left}

    def _turn(self, recorder: Recorder, claims: Claims, turn: Turn, until: float) -> Effect:
        """Do one turn on a copy of its lane, which counts when the transaction is committed."""
        lane = replace(turn.lane, until=until)
        committed = turn.tried.get(claims.ends_at(lane.person))
        if committed is not None:
            return committed
        if lane.lease is None:
            same = recorder.of(lane.person).same(lane.person)
            lane.lease = claims.take(lane.person, self.deployment.windows.answer, same)
            if lane.lease is None:
                return Effect(Outcome(Fate.ELSEWHERE), lane)
            _open(recorder, lane.person)
        elif not claims.renew(lane.lease):
            lane.lease = None
            if turn.done is not None and turn.answer is not None:
                # It is read back by whoever has the person now.
                recorder.decide(AnsweredLate(turn.done.document_id, turn.done.step, turn.answer))
            return Effect(Outcome(Fate.LOST), lane)
        if turn.answer is not None:
            self._observer.observe(recorder, turn.answer)
            if turn.done is not None:
                self._settle(recorder, lane, turn.done, turn.answer)
        # Two lanes that became one person's: both end, and the next one has the claim for both (safety-9, 23).
        others = recorder.of(lane.person).same(lane.person) - {lane.person}
        alone = not claims.is_at_work(others, self.deployment.windows.answer)
        task = self._begin(recorder, lane) if turn.begin and alone else None
        turn.tried[claims.until] = effect = Effect(Outcome(Fate.DONE, task), lane)
        return effect

    def may_send(self, lane: Lane) -> bool:
        """Whether enough of the claim is left for one more request, suspension counted."""
        windows = self.deployment.windows
        return lane.until - boottime() > min(LEAST_LEFT, windows.lease_margin / 2) + windows.attempt

    def _settle(self, recorder: Recorder, lane: Lane, done: Task, answer: Answer) -> None:
        person = lane.person
        if done.order.question is not None:
            recorder.decide(LookedUp(done.document_id, done.order.question, answer))
            return
        if done.step is Step.ANNUL:
            recorder.decide(StepAnswered(done.document_id, done.step, answer))
            return
        before = recorder.of(person)
        if done.doubt:
            recorder.decide(DoubtRead(done.document_id, answer))
        else:
            recorder.decide(StepAnswered(done.document_id, done.step, answer))
        after = recorder.of(person).documents[done.document_id]
        if after.state is State.SENDING:
            return
        seen = view(before)
        chains = {chain.liberty for chain in seen.chains_of(done.document_id)}
        if after.state is State.REGISTERED:
            lane.started |= chains
        else:
            _break(recorder, seen, after, chains)

    def _begin(self, recorder: Recorder, lane: Lane) -> Task | None:
        """Begin the next step of the person's next document; what may not go after all is passed over."""
        passed: set[str] = set()
        while True:
            seen = view(recorder.of(lane.person))
            found = next_document(seen.dossier, lane.person, contingency=self.contingency, seen=seen)
            if found is None or found in passed:
                return None
            passed.add(found)
            task = self._task(recorder, lane, found, seen)
            if task is not None:
                return task

    def _task(self, recorder: Recorder, lane: Lane, document_id: str, seen: View) -> Task | None:
        document = seen.dossier.documents[document_id]
        if is_errand(document):
            return self._errand(recorder, lane, document)
        if document.state is State.UNCERTAIN:
            return self._reading(recorder, lane, document)
        chains = seen.chains_of(document_id)
        members = {member for chain in chains for member in chain.members} | {document_id}
        if document.step is None and not self._signers_known(recorder, lane, members):
            return None
        step = next_step(document, person_of(document, seen.dossier))
        recorder.decide(StepBegun(document_id, step))
        begun = recorder.of(lane.person).documents[document_id]
        if begun.state is State.UNCERTAIN:
            return self._reading(recorder, lane, begun)
        if begun.state is not State.SENDING or begun.doing is not step:
            return None
        probe_first = document.step is None and any(
            chain.members[0] == document_id != chain.liberty for chain in chains
        )
        order = orders.of(recorder, lane, begun, self.deployment.court)
        # What may have been registered by hand is looked for like a write whose answer was lost.
        owned = (
            owned_pieces(recorder.connection, begun.case_number, document_id) if step is Step.LOOK_UP else frozenset()
        )
        return Task(document_id, step, order, owned=owned, probe_first=probe_first)

    def _errand(self, recorder: Recorder, lane: Lane, document: Document) -> Task | None:
        """What is done for a document that is no step of its registration: a question, or the end of its piece."""
        if is_asking(document):
            order = orders.of(recorder, lane, document, self.deployment.court)
            asked = question(document, recorder.of(lane.person))
            return Task(document.document_id, Step.LOOK_UP, replace(order, question=asked))
        recorder.decide(StepBegun(document.document_id, Step.ANNUL))
        after = recorder.of(lane.person).documents[document.document_id]
        if not is_annulling(after):
            return None
        return Task(after.document_id, Step.ANNUL, orders.to_annul(recorder, lane, after, self.deployment.court))

    def _reading(self, recorder: Recorder, lane: Lane, document: Document) -> Task | None:
        """The reading of a doubt: which write it is about, and which pieces are others' of ours."""
        if document.doing is None:
            return None
        owned = owned_pieces(recorder.connection, document.case_number, document.document_id)
        order = orders.of(recorder, lane, document, self.deployment.court)
        return Task(document.document_id, document.doing, order, doubt=True, owned=owned)

    def _signers_known(self, recorder: Recorder, lane: Lane, members: set[str]) -> bool:
        """Check the signers of a document, and of its whole chain, before the first request."""
        documents = recorder.of(lane.person).documents
        ahead = [one for one in map(documents.__getitem__, sorted(members)) if not one.ended]
        against = [
            fact for one in ahead for fact in self._signatures.against(recorder, one, orders.body(recorder, lane, one))
        ]
        for fact in against:
            recorder.decide(fact)
        return not any(isinstance(fact, SignerUnknown) for fact in against)


def _left_out(job: Job, *, skip: bool) -> Outcome:
    """What came of a job whose person was not locked; who was waited for in vain and has no claim yet is not here at all."""
    return Outcome(Fate.LATER if skip or job.lane.lease is not None else Fate.ELSEWHERE)


def _open(recorder: Recorder, person: int) -> None:
    """What a new holder finds: of the one before something may be under way, and something may have fallen due."""
    same = recorder.of(person).same(person)
    for document in list(recorder.of(person).documents.values()):
        if document.person in same and document.state is State.SENDING:
            recorder.decide(LeaseTakenOver(document.document_id))
    recorder.decide(PersonReviewed(person))


def _break(recorder: Recorder, seen: View, stopped: Document, liberties: set[str]) -> None:
    """A chain that stopped after one of its links was registered is an incident, once for each of them (docs/law.md safety-10)."""
    now = recorder.of(stopped.person)
    for liberty in sorted(liberties):
        since = here_since(recorder.connection, liberty)
        last = begun(seen.dossier.documents[liberty], seen, since) if since is not None else None
        if last is None or not is_broken(stopped, last, now):
            continue
        after = {"after": last.document_id}
        if note_once(recorder.connection, recorder.deployment, "CHAIN_BROKEN", liberty, after):
            recorder.decide(ChainBroke(liberty))
