"""The workload: persons with a past in the ledger, and records of SAJ that arrive about them.

Of each person's documents all but two are of the past and in effect in BNMP; the last two arrive. A batch holds one
record of each person at most, as on a morning, and not one person's whole file.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from producers.saj import SOURCE
from rules.dossier import Antecedent, Document
from rules.kinds import KINDS as LAW
from rules.words import PecaStatus, State, Step
from sandbox.saj.documents import KINDS, TRIBUNAL, TYPE, Case, KindName, case_number, document
from sandbox.saj.people import Invented, invent_people, invent_staff
from schemas.record import RawRecord
from schemas.writing import envelope

T = TypeVar("T")
TOPIC = "saj.documents.issued"
BATCH = 500
# What comes before the clock starts, in batches of two: a process runs for weeks, and what it does once is no rate.
WARMING = 20
ARRIVING = 2
_START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
_PastKind = tuple[KindName, PecaStatus]
# What a person's past ends with: a mandado that may still be fulfilled or revoked.
_LIVE: _PastKind = ("MANDADO", PecaStatus.PENDENTE_CUMPRIMENTO)
_PAST: tuple[_PastKind, ...] = (
    ("MANDADO", PecaStatus.CUMPRIDO),
    ("CERTIDAO", PecaStatus.ATIVO),
    ("ALVARA", PecaStatus.ATIVO),
)
# What arrives, person by person in turn: kind, and whether it stands on the past's mandado or on the first that arrives.
_ARRIVALS: tuple[tuple[tuple[KindName, str], tuple[KindName, str]], ...] = (
    (("CERTIDAO", "past"), ("ALVARA", "past")),
    (("MANDADO", ""), ("CONTRAMANDADO", "first")),
    (("MANDADO", ""), ("CERTIDAO", "first")),
)


@dataclass(frozen=True, slots=True)
class Workload:
    """`persons` of whom each has `documents`, the two that arrive included."""

    persons: int
    documents: int
    seed: int

    def past(self) -> Iterator[tuple[int, Invented, tuple[Document, ...]]]:
        """Give each person's number in the ledger, the person, and the documents that are in effect already."""
        for number, invented in enumerate(invent_people(self.persons, self.seed), start=1):
            yield number, invented, tuple(self._past(number))

    def _past(self, number: int) -> Iterator[Document]:
        count = self.documents - ARRIVING
        for index in range(count):
            last = index == count - 1
            kind, status = _LIVE if last else _PAST[index % len(_PAST)]
            word, warrant = KINDS[kind].word, index - index % len(_PAST)
            names = () if kind == "MANDADO" else (Antecedent(_past_id(number, warrant)),)
            yield Document(
                document_id=_past_id(number, index),
                person=number,
                kind=word,
                case_number=case_number(number, 2025),
                unit="90101",
                issued_at=_START - timedelta(days=count - index),
                variant=KINDS[kind].variant,
                medium="DIGITAL",
                antecedents=names,
                signer="m901",
                released_by_judge=True,
                state=State.REGISTERED,
                since=_START,
                priority=LAW[word].priority,
                sequence=1,
                turn=1,
                step=Step.READ_BACK,
                bnmp_id=f"{number}-{index}",
                national_number=f"{number:020d}{index:08d}",
                bnmp_status=status,
                registered_at=_START,
            )

    def records(self, every: int = 1) -> list[RawRecord]:
        """Give the records that arrive about every so many persons, in their order: each one's first, then the second."""
        people, staff = invent_people(self.persons, self.seed), invent_staff()
        records: list[RawRecord] = []
        for wave in range(ARRIVING):
            for number, invented in islice(enumerate(people, start=1), 0, None, every):
                kind, on = _ARRIVALS[number % len(_ARRIVALS)][wave]
                stands_on = {"past": (_past_id(number, self.documents - ARRIVING - 1),), "first": (_id(number, 0),)}
                case = Case(case_number(number, 2026), invented, staff[number % len(staff)])
                issued_at = _START + timedelta(hours=wave)
                data = document(
                    kind,
                    case,
                    document_id=_id(number, wave),
                    antecedents=stands_on.get(on, ()),
                    issued_at=issued_at,
                )
                value = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
                headers = envelope(TYPE, ce_id=f"e-{_id(number, wave)}", source=SOURCE, time=issued_at)
                at = int(_START.timestamp() * 1000) + len(records)
                key = f"{TRIBUNAL}:{invented.party_id}".encode()
                records.append(RawRecord(TOPIC, 0, len(records), at, key, value, tuple(headers)))
        return records


def batches(records: Sequence[T], size: int = BATCH) -> list[Sequence[T]]:
    """Cut records as the carrier would."""
    return [records[at : at + size] for at in range(0, len(records), size)]


def warmed(records: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """Cut off what comes before the clock starts."""
    return records[:WARMING], records[WARMING:]


def again(records: list[RawRecord], first: int) -> list[RawRecord]:
    """Give the same records at other offsets."""
    return [replace(record, offset=first + index) for index, record in enumerate(records)]


def _past_id(number: int, index: int) -> str:
    return f"past-{number}-{index}"


def _id(number: int, wave: int) -> str:
    return f"new-{number}-{wave}"
