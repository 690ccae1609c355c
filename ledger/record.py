"""Decide and record: the one way in which a domain row changes.

Processor, lanes, clock, redrive, replay and reconciliation all come through here: lock the persons in
their order, load them whole, let the rules decide, write the final state, one row of history a decision,
and what must be said to the outbox. All in the caller's transaction.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import certificates, chains, custody, outbox
from ledger.among import among
from ledger.bulk import insert, upsert
from ledger.circles import Circle
from ledger.counted import count
from ledger.deployment import Deployment
from ledger.document_rows import antecedent_rows, row_of
from ledger.dossiers import load
from ledger.persons import claim_rjis, learn_rjis, let_go, lock_circles, lock_free_circles, naming, write_merges
from ledger.standing_orders import in_force
from ledger.stock import Shelf
from ledger.tables import antecedent, document, history
from ledger.tables import outbox as outbox_table
from rules.acts import ItemAct, RjiLinked, RjiMerged, RjiUnlinked
from rules.casework import Say
from rules.certificate import Certificate
from rules.decide import Decision, decide
from rules.dossier import Antecedent, Document, Dossier, Link, Merge, other
from rules.escalation import INCIDENT
from rules.facts import DocumentIssued, DocumentReissued, Fact, PersonReviewed, brought, stated
from rules.history import Watch
from rules.words import LinkState

DETAIL_LIMIT = 500


class Recorder:
    """One transaction's decisions. `lock` first, then `decide` as often as needed, then `write` once.

    A decision sees a circle: a person, and those whose documents stand on theirs or theirs on them.
    """

    def __init__(self, connection: Connection, deployment: Deployment, now: datetime) -> None:
        """Work in `connection`'s transaction; `now` is the instant of every decision in it."""
        self.connection = connection
        self.deployment = deployment
        self.now = now
        self._empty = Dossier(now, deployment.court, windows=deployment.windows)
        self._circles: dict[int, Circle] = {}
        self._owners: dict[str, int] = {}
        self._named: dict[str, set[int]] = {}
        self._numbered: dict[str, int] = {}
        self._history: list[dict[str, object]] = []
        self._says: list[tuple[Say, bytes | None]] = []
        self._changed: dict[str, Document] = {}
        self._keys: dict[str, bytes | None] = {}
        self._rjis: dict[int, str | None] = {}
        self._merges: dict[int, Merge | None] = {}
        self._claimed: set[str] = set()
        self._watches: dict[int, Watch] = {}
        self._stated: set[str] = set()
        self._certificates: dict[str, Certificate] = {}
        self.shelf = Shelf(connection)

    def claim(self, rjis: Mapping[str, int]) -> None:
        """Claim RJIs that a fact to come may give these persons; before `lock`, which then takes who has them too."""
        self._claimed |= claim_rjis(self.connection, rjis)

    def lock(self, persons: Iterable[int], also: Callable[[], Iterable[int]] = tuple) -> None:
        """Lock these persons and all to whom their documents are bound, and load them.

        To the end of the bonds: half a circle would see what others stand on as missing. `also` gives more persons; it
        is asked under the locks, for what it reads may change until then.
        """
        self._load(*lock_circles(self.connection, set(persons), also))

    def lock_free(
        self, persons: Iterable[int], *, skip: bool = True, brought: Collection[tuple[int, str]] = ()
    ) -> set[int]:
        """Lock and load those of these persons, bonds and all, with whom nobody else is at work; gives them.

        Without `skip` whoever is at work is waited for. `brought` are RJIs that answers bring to these persons: whoever
        has one is bound to them.
        """
        wanted, rjis = set(persons), {rji for _, rji in brought}

        def bonds() -> list[tuple[int, int]]:
            known = naming(self.connection, rjis)
            return [(one, other) for one, rji in brought for name, other in known if name == rji and one != other]

        self._load(*lock_free_circles(self.connection, wanted, skip=skip, also=bonds))
        return wanted & set(self._circles)

    def _load(self, bound: Iterable[tuple[int, int]], numbers: Sequence[int]) -> None:
        court, windows = self.deployment.court, self.deployment.windows
        found = load(self.connection, numbers, now=self.now, court=court, windows=windows)
        self._see(found.link)
        for number in found.persons:
            self._circles[number] = Circle(other(self._empty, persons={number: found.persons[number]}))
        for kept in found.documents.values():
            self._owners[kept.document_id] = kept.person
            self._circles[kept.person].mine[kept.document_id] = kept
            self._name(kept)
        for one, another in bound:
            self._join(one, another)
        for circle in set(self._circles.values()):
            circle.close()

    def see(self, link: Link) -> None:
        """Let decisions see the link as this transaction has changed it."""
        self._see(link)
        for circle in set(self._circles.values()):
            circle.dossier = other(circle.dossier, link=link, orders=self._empty.orders)

    def _see(self, link: Link) -> None:
        # An order stands for a SIM that is asked for in an outage alone.
        up = link.state is LinkState.UP
        self._empty = other(self._empty, link=link, orders=() if up else in_force(self.connection, self.now))

    def of(self, person: int) -> Dossier:
        """The dossier of a person's circle as it now is."""
        return self._circles[person].dossier

    def holds(self, person: int) -> bool:
        """Whether a person is locked and loaded here."""
        return person in self._circles

    def having(self, rjis: Collection[str | None]) -> list[int]:
        """The persons locked here who have one of these RJIs as it now is."""
        known = {number: self.of(number).persons[number].rji for number in self._circles}
        return [number for number, rji in known.items() if rji is not None and rji in rjis]

    def document(self, document_id: str) -> Document | None:
        """A document of the locked persons as it now is."""
        owner = self._owners.get(document_id)
        return None if owner is None else self.of(owner).documents.get(document_id)

    def certificate(self, certificate_id: str) -> Certificate | None:
        """A certidão as it now is."""
        return self._certificates.get(certificate_id) or certificates.of_id(self.connection, certificate_id)

    def decide(self, fact: Fact, *, saj_key: bytes | None = None) -> Decision:
        """Let the rules decide one fact; later facts see what it changed."""
        for new in stated(fact):
            self._admit(new)
        circle = self._gathered(self._circle(fact), fact)
        decision = decide(circle.dossier if circle else self._empty, fact)
        if circle is not None:
            circle.apply(decision)
        self._note(decision, saj_key)
        return decision

    def _circle(self, fact: Fact) -> "Circle | None":
        if isinstance(fact, PersonReviewed | RjiLinked | RjiUnlinked):
            return self._circles[fact.person]
        if isinstance(fact, RjiMerged | ItemAct):
            return self._circles[fact.persons[0] if isinstance(fact, RjiMerged) else fact.item.person]
        if isinstance(fact, DocumentIssued | DocumentReissued):
            return self._circles[fact.document.person]
        owner = self._owners.get(fact.document_id)
        return None if owner is None else self._circles[owner]

    def _gathered(self, circle: "Circle | None", fact: Fact) -> "Circle | None":
        """Whoever has the RJI that a fact brings, or is merged by it, is decided about with its person."""
        rji = brought(fact)
        others = fact.persons if isinstance(fact, RjiMerged) else self.having({rji}) if rji else ()
        if circle is not None and others:
            number = next(iter(circle.dossier.persons))
            for one in others:
                circle = self._join(number, one)
            circle.close()
        return circle

    def _admit(self, new: Document) -> None:
        """A document that names another person's, or is named by it, joins their circles before it is decided."""
        self._stated.add(new.document_id)
        self._owners[new.document_id] = new.person
        self._name(new)
        owners = {self._owner(named) for named in new.antecedents} | self._named.get(new.document_id, set())
        for owner in sorted(owner for owner in owners if owner is not None):
            self._join(new.person, owner).close()

    def _name(self, kept: Document) -> None:
        if kept.national_number:
            self._numbered.setdefault(kept.national_number, kept.person)
        for named in kept.antecedents:
            if named.document_id:
                self._named.setdefault(named.document_id, set()).add(kept.person)

    def _owner(self, named: Antecedent) -> int | None:
        owner = self._owners.get(named.document_id or "")
        return self._numbered.get(named.national_number or "") if owner is None else owner

    def _join(self, one: int, another: int) -> "Circle":
        left, right = self._circles[one], self._circles[another]
        if left is not right:
            left.take(right)
            self._circles |= {number: left for number, circle in self._circles.items() if circle is right}
        return left

    def _note(self, decision: Decision, saj_key: bytes | None) -> None:
        for entry in decision.entries:
            kept = decision.documents[entry.document_id]
            self._keys.setdefault(entry.document_id, saj_key)
            count(self.connection, "decisions", kept.kind, kept.state or "", kept.reason or "")
            self._history.append(
                {
                    "document_id": kept.document_id,
                    "person": kept.person,
                    "at": self.now,
                    "fact": entry.fact,
                    "state": kept.state,
                    "reason": kept.reason,
                    "step": kept.step,
                    "doing": kept.doing,
                    "turn": kept.turn,
                    "sequence": kept.sequence,
                    "attempt": len(kept.attempts),
                    "detail": entry.detail[:DETAIL_LIMIT],
                    "payload": None,
                }
            )
        for kept in decision.documents.values():
            if kept.national_number:
                self._numbered.setdefault(kept.national_number, kept.person)
        self._changed |= decision.documents
        for said in decision.says:
            self._says.append((said, saj_key))
            if said.type == INCIDENT:
                count(self.connection, "incidents", said.data["kind"])
        self._rjis |= decision.rjis or {}
        self._merges |= decision.merges or {}
        self._watches |= decision.watches or {}
        self._certificates |= {made.id: made for made in decision.certificates}
        self.shelf.take(decision.items or {}, decision.coloured or {})

    def vouch(self, document_id: str, code: str) -> None:
        """Have the last entry of a document vouch for the version of it that was taken with its decision."""
        next(each for each in reversed(self._history) if each["document_id"] == document_id)["payload"] = code

    def write(self) -> None:
        """Write everything that was decided, one statement a table."""
        before = _saj_keys(self.connection, self._changed)
        keys = {document_id: before.get(document_id, self._keys.get(document_id)) for document_id in self._changed}
        ordered = [self._changed[document_id] for document_id in sorted(self._changed)]
        rows = [row_of(kept) | {"saj_key": keys[kept.document_id]} for kept in ordered]
        upsert(self.connection, document, ("document_id",), rows)
        self._write_antecedents(before)
        chains.extend(self.connection, self.deployment.audit_key, self._history)
        insert(self.connection, history, self._history)
        # What was claimed for anybody is given to whom it was decided to be, or to nobody.
        let_go(self.connection, self._claimed)
        learn_rjis(self.connection, self._rjis)
        write_merges(self.connection, self._merges)
        custody.write_watches(self.connection, self._watches)
        persons = {number: circle.dossier.persons[number] for number, circle in self._circles.items()}
        composer = outbox.Composer(self.deployment, self.now, persons, keys)
        rows_out = [composer.row(said, key) for said, key in self._says]
        insert(self.connection, outbox_table, rows_out)
        certificates.write(self.connection, self._certificates.values())
        self.shelf.write()

    def _write_antecedents(self, before: Collection[str]) -> None:
        """Write what the stated documents name; those that were there `before` named something else."""
        # What an item of the stock would have made came to nothing where it was refused.
        stated, again = self._stated & self._changed.keys(), self._stated.intersection(before)
        if again:
            self.connection.execute(antecedent.delete().where(among(antecedent.c.document_id, again)))
        rows = antecedent_rows(self._changed[document_id] for document_id in sorted(stated))
        insert(self.connection, antecedent, rows)


def _saj_keys(connection: Connection, wanted: Mapping[str, Document]) -> dict[str, bytes | None]:
    """The Kafka key under which SAJ published each document that is known already."""
    return {row.document_id: row.saj_key for row in connection.execute(_SAJ_KEYS, {"documents": wanted})}


_SAJ_KEYS = sa.select(document.c.document_id, document.c.saj_key).where(among(document.c.document_id, "documents"))


def record(
    connection: Connection, deployment: Deployment, now: datetime, facts: Sequence[Fact], persons: Iterable[int]
) -> Recorder:
    """Lock, decide every fact in its order, write: the whole way in one call."""
    recorder = Recorder(connection, deployment, now)
    recorder.lock(persons)
    for fact in facts:
        recorder.decide(fact)
    recorder.write()
    return recorder
