"""The patrol: goes over the history again and again, a bounded piece at a time, so that what is altered is found unasked.

First come the seals that are new, then every entry in the order of the ids, the acts, and what SAJ published. What does not
hold there is looked at once more as `audit verify` does, as a whole and over one snapshot: only that makes an incident of it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ledger import chains
from ledger.chain_check import Checked, Sealed, Seals, Walk, acts_in_order, acts_put_in, ends, entries
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.payload_check import altered_of, documents_after
from operations.audit import seals_from, verify
from producers.settings import KafkaSettings
from schemas.figures import Figure
from schemas.record import RawRecord

SEALS, ENTRIES, DOCUMENTS = 200, 20_000, 5_000
"""How many are looked at in one piece."""

SealsFrom = Callable[[int, int], Sequence[RawRecord]]
"""Gives the seals from an offset on, so many at most."""


class Patrol:
    """One process's patrol; `step` does the next piece. One thread's; `samples` may be asked from any."""

    def __init__(
        self, database: Database, deployment: Deployment, seals: SealsFrom, verify_whole: Callable[[], int]
    ) -> None:
        """`verify_whole` looks at everything, says the incident, and gives how much does not hold."""
        self._database = database
        self._deployment = deployment
        self._seals = seals
        self._verify_whole = verify_whole
        self._book = Seals(deployment.audit_key)
        self._sealed: dict[int, tuple[int, str]] = {}
        self._next_seal = 0
        # A seal that did not hold once is behind the book then: from there on every round looks at the whole.
        self._seal_altered = False
        self._checked_at = database.clock()
        self._found: int | None = None
        self._pieces = self._round()

    def step(self) -> None:
        """Do one piece; after a round there is nothing to do until the next seal is due.

        Raises KafkaUnreachableError and LedgerTroubleError; the round begins anew then.
        """
        try:
            if next(self._pieces, None) is None:
                self._pieces = self._round()
        except BaseException:
            self._pieces = self._round()
            raise

    def samples(self) -> Iterator[tuple[Figure, tuple[str, ...], float]]:
        """When the last whole round ended (before the first: when this process began), and what it found."""
        yield "audit_round_timestamp_seconds", (), self._checked_at.timestamp()
        if self._found is not None:
            yield "audit_findings", (), self._found

    def _round(self) -> Iterator[bool]:
        """Give after each piece whether anything of it does not hold."""
        since = (self._database.clock() - self._checked_at).total_seconds()
        if self._found is not None and since < self._deployment.windows.seal:
            return
        suspect = False
        for part in (self._follow_seals, self._walk, self._look_at_payloads):
            for altered in part():
                suspect |= altered
                yield altered
        self._found = self._verify_whole() if suspect or self._seal_altered else 0
        self._checked_at = self._database.clock()

    def _follow_seals(self) -> Iterator[bool]:
        while True:
            records = self._seals(self._next_seal, SEALS)
            sealed = Sealed()
            altered = [one for each in records for one in self._book.take(chains.seal_of(each.value), sealed)]
            self._sealed |= {person: (position, code) for (person, position), code in sealed.items()}
            self._seal_altered |= bool(altered)
            if records:
                self._next_seal = records[-1].offset + 1
            yield bool(altered)
            if len(records) < SEALS:
                return

    def _walk(self) -> Iterator[bool]:
        """Go over all entries that were there at the begin, and hold them against all that was sealed before."""
        sealed = {(person, position): code for person, (position, code) in self._sealed.items()}
        with self._database.reading() as connection:
            unchained_to, last = ends(connection)
        walk, after, counts = Walk(self._deployment.audit_key, sealed, unchained_to), 0, Checked()
        while True:
            with self._database.reading() as connection:
                page = entries(connection, after, ENTRIES, last)
            if not page:
                break
            yield bool([one for row in page for one in walk.entry(row, counts)])
            after = page[-1].id
        with self._database.reading() as connection:
            altered = [one for row in acts_in_order(connection) for one in walk.act(row)]
            altered += acts_put_in(connection)
        yield bool(altered + list(walk.unmet({})))

    def _look_at_payloads(self) -> Iterator[bool]:
        after = ""
        while True:
            with self._database.reading() as connection:
                page = documents_after(connection, after, DOCUMENTS)
                altered = list(altered_of(connection, page, Checked()))
            if not page:
                return
            yield bool(altered)
            after = page[-1]


def patrol(kafka: KafkaSettings, database: Database, deployment: Deployment) -> Patrol:
    """The patrol that reads its seals from Kafka."""

    def verify_whole() -> int:
        return verify(kafka, database, deployment).found

    return Patrol(database, deployment, partial(seals_from, kafka), verify_whole)
