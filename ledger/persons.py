"""Persons: who a record is about, in one place for life, whatever names them; and their locks.

An alias is an RJI or `<tribunal>:<party_id>`; both may lead to the same person, whose number never changes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.bulk import claim, upsert
from ledger.tables import alias, antecedent, document, person
from ledger.trouble import LedgerTroubleError
from rules.dossier import Antecedent, Merge

TRIES = 10
_NEW_PERSON = person.insert().returning(person.c.person)


@dataclass(frozen=True, slots=True)
class Names:
    """What may name one person: the party's alias, always there, and an RJI where one is known."""

    party: str
    rji: str | None = None


def find_or_add(connection: Connection, wanted: Iterable[Names]) -> dict[str, int]:
    """Give the person of every party alias, adding those not seen before, in the order of their aliases.

    An RJI that already names another person is left to that person: two persons are one only when a
    merge says so, never because a record does.
    """
    by_party = {names.party: names for names in sorted(wanted, key=lambda names: names.party)}
    asked = {name for n in by_party.values() for name in (n.party, n.rji) if name}
    for _ in range(TRIES):
        known = _known(connection, asked)
        if asked <= set(known) or _add(connection, by_party, known):
            return {party: known[party] for party in by_party}
        # Another session named some of them at the same time. It has committed, so that what it did is seen now.
    raise LedgerTroubleError("others keep adding the same persons")


def _add(connection: Connection, by_party: Mapping[str, Names], known: dict[str, int]) -> bool:
    """Add to `known` and to the ledger whom nobody names yet; False, and nothing is added, if another session was first."""
    strangers = [n.party for n in by_party.values() if not {n.party, n.rji} & set(known)]
    with connection.begin_nested() as attempt:
        fresh = iter(_new_persons(connection, len(strangers)))
        new: dict[str, int] = {}
        for party, names in by_party.items():
            found = known.get(party) or (known.get(names.rji) if names.rji else None) or next(fresh)
            for name in (party, names.rji):
                if name and name not in known:
                    known[name] = new[name] = found
        rows = [{"alias": name, "person": number} for name, number in new.items()]
        if len(claim(connection, alias, ("alias",), rows)) < len(new):
            attempt.rollback()
            return False
    return True


def find(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The persons that these aliases name, where there are any."""
    return _known(connection, set(names))


def _known(connection: Connection, names: set[str]) -> dict[str, int]:
    rows = connection.execute(sa.select(alias.c.alias, alias.c.person).where(among(alias.c.alias, names)))
    return {row.alias: row.person for row in rows}


def _new_persons(connection: Connection, amount: int) -> list[int]:
    if not amount:
        return []
    return list(connection.scalars(_NEW_PERSON, [{"epoch": 0}] * amount))


def learn_rjis(connection: Connection, rjis: Mapping[int, str | None]) -> None:
    """Write down the RJIs that the registry or the unit gave; None takes a wrong one away, and its alias."""
    if not rjis:
        return
    connection.execute(_LEARN, [{"whose": number, "name": rji} for number, rji in sorted(rjis.items())])
    wrong = [number for number, rji in rjis.items() if rji is None]
    if wrong:
        connection.execute(alias.delete().where(among(alias.c.person, wrong), alias.c.alias.not_like("%:%")))
    # Of two who learn the same one it names the first.
    learnt = {rji: number for number, rji in sorted(rjis.items(), reverse=True) if rji is not None}
    upsert(connection, alias, ("alias",), [{"alias": rji, "person": learnt[rji]} for rji in sorted(learnt)], keep=True)


_LEARN = person.update().where(person.c.person == sa.bindparam("whose")).values(rji=sa.bindparam("name"))


def claim_rjis(connection: Connection, wanted: Mapping[str, int]) -> set[str]:
    """Let RJIs that may be learnt name these persons, before anybody is locked; gives those that named nobody.

    Of two sessions that learn the same RJI for two persons at once the second waits here, and sees the first then.
    """
    rows = [{"alias": rji, "person": number} for rji, number in wanted.items()]
    return {key[0] for key in claim(connection, alias, ("alias",), rows)}


def let_go(connection: Connection, rjis: Collection[str]) -> None:
    """Take claimed RJIs back that were not learnt after all."""
    if rjis:
        connection.execute(alias.delete().where(among(alias.c.alias, rjis)))


def holders(connection: Connection, names: Collection[str]) -> set[int]:
    """The persons who have one of these RJIs, or whom one of these aliases names."""
    return {person for _, person in naming(connection, names)}


def naming(connection: Connection, names: Collection[str]) -> set[tuple[str, int]]:
    """Each of these names with a person who has it as RJI, or whom it names as alias."""
    if not names:
        return set()
    has = sa.select(person.c.rji, person.c.person).where(among(person.c.rji, names))
    named = sa.select(alias.c.alias, alias.c.person).where(among(alias.c.alias, names))
    return {(row[0], row[1]) for row in connection.execute(sa.union(has, named))}


def write_merges(connection: Connection, merges: Mapping[int, Merge | None]) -> None:
    """Write down which persons' RJIs are said to be one with another, and which no more."""
    for number, merge in sorted(merges.items()):
        values = (merge.from_rji, merge.into_rji, merge.told) if merge else (None, None, None)
        columns = dict(zip(("merges_from", "merges_into", "merge_told"), values, strict=True))
        connection.execute(person.update().where(person.c.person == number).values(columns))


_IN_ORDER = sa.select(person.c.person).where(among(person.c.person, "persons")).order_by(person.c.person)
_LOCKING = {skip: _IN_ORDER.with_for_update(key_share=True, skip_locked=skip) for skip in (False, True)}


def lock_persons(connection: Connection, persons: Iterable[int], *, skip: bool = False) -> set[int]:
    """Lock persons in the order of their numbers and give them; the only place that does.

    With `skip` nobody is waited for: whom another session has locked is left out. SQLite has locked the whole database
    when the transaction began.
    """
    wanted = set(persons)
    if connection.dialect.name == "sqlite":
        return wanted
    return set(connection.scalars(_LOCKING[skip], {"persons": wanted}))


_MINE, _THEIRS = document.alias("mine"), document.alias("theirs")
_BY_NAME = antecedent.c.names_document == _MINE.c.document_id
_BY_NUMBER = antecedent.c.names_number == _MINE.c.national_number


def _bound(named: sa.ColumnElement[bool], of: sa.FromClause) -> sa.Select[tuple[int, int]]:
    joined = sa.join(antecedent, _THEIRS, _THEIRS.c.document_id == antecedent.c.document_id).join(_MINE, named)
    one, other = _MINE.c.person, _THEIRS.c.person
    return sa.select(one, other).select_from(joined).where(one != other, among(of.c.person, "persons"))


_ONE, _OTHER = person.alias("one"), person.alias("other")
_ALIKE = [
    sa.select(_ONE.c.person, _OTHER.c.person).where(
        among(_ONE.c.person, "persons"), _ONE.c.person != _OTHER.c.person, _ONE.c[name] == _OTHER.c[name]
    )
    for name in ("rji", "merges_from")
]
# Each on its own, for an OR over two tables is answered by reading all of both.
_BOUND: sa.CompoundSelect[Any] = sa.union(
    *(_bound(named, of) for named in (_BY_NAME, _BY_NUMBER) for of in (_MINE, _THEIRS)), *_ALIKE
)


def bound_to(connection: Connection, documents: Collection[str], named: Collection[Antecedent]) -> set[int]:
    """Persons whose documents name one of `documents`, or are `named` by id or national number."""
    ids = sorted({one.document_id for one in named if one.document_id})
    numbers = sorted({one.national_number for one in named if one.national_number})
    naming = sa.join(antecedent, document, document.c.document_id == antecedent.c.document_id)
    asked = [
        sa.select(document.c.person).where(among(document.c.document_id, ids)),
        sa.select(document.c.person).where(among(document.c.national_number, numbers)),
        sa.select(document.c.person).select_from(naming).where(among(antecedent.c.names_document, documents)),
    ]
    return set(connection.scalars(sa.union(*asked)))


def related(connection: Connection, persons: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of persons, one of these, whose documents stand on each other's, or who are or may be one (safety-11, 23)."""
    return [(row[0], row[1]) for row in connection.execute(_BOUND, {"persons": list(persons)})]


def lock_circles(
    connection: Connection, persons: set[int], also: Callable[[], Iterable[int]] = tuple
) -> tuple[list[tuple[int, int]], list[int]]:
    """Lock persons, whom `also` gives, and all to whom their documents are bound; gives the pairs and all who are locked.

    The bonds, and `also`, are read under the locks. Where they lead to somebody who is not locked all locks are let go and
    taken again with the new ones among them, for one more lock behind the others would break the order.
    """
    wanted = set(persons)
    for _ in range(TRIES):
        with connection.begin_nested() as attempt:
            lock_persons(connection, wanted)
            pairs, found = _circles(connection, persons | set(also()))
            # SQLite locked everything when the transaction began.
            if connection.dialect.name == "sqlite" or wanted.issuperset(found):
                return pairs, sorted(wanted.union(found))
            attempt.rollback()
        wanted.update(found)
    raise LedgerTroubleError("others keep binding these persons' documents to more")


def lock_free_circles(
    connection: Connection,
    persons: set[int],
    *,
    skip: bool = True,
    also: Callable[[], Collection[tuple[int, int]]] = tuple,
) -> tuple[list[tuple[int, int]], list[int]]:
    """Lock those of these persons with whose whole circle nobody else is at work; gives the pairs and all who are in them.

    Whoever is left out is for the caller's next transaction, so that a group of many waits for nobody. Without `skip` each
    is waited for, and only whom a new bond was given meanwhile is left out. `also` gives further bonds of theirs, and is
    asked again under the locks.
    """
    pairs, wanted = _circles(connection, persons, also())
    locked = lock_persons(connection, wanted, skip=skip)
    if connection.dialect.name == "sqlite":
        return pairs, wanted
    pairs, wanted = _circles(connection, persons & locked, also())
    torn = set(wanted) - locked
    while more := {number for pair in pairs if torn.intersection(pair) for number in pair} - torn:
        torn |= more
    return [pair for pair in pairs if torn.isdisjoint(pair)], [number for number in wanted if number not in torn]


def _circles(
    connection: Connection, persons: set[int], more: Collection[tuple[int, int]] = ()
) -> tuple[list[tuple[int, int]], list[int]]:
    pairs = [pair for pair in more if pair[0] in persons]
    wanted = persons | {other for _, other in pairs}
    fresh = wanted
    while fresh:
        found = related(connection, sorted(fresh))
        pairs += found
        fresh = {number for pair in found for number in pair} - wanted
        wanted |= fresh
    return pairs, sorted(wanted)


def persons_of(connection: Connection, documents: Iterable[str]) -> dict[str, int]:
    """The persons of these documents, where they are known."""
    wanted = set(documents)
    if not wanted:
        return {}
    chosen = sa.select(document.c.document_id, document.c.person).where(among(document.c.document_id, wanted))
    return {row.document_id: row.person for row in connection.execute(chosen)}
