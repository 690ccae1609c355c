"""What a drill's witnesses saw: the time against its bound, the order of each person's requests, and how long who waited."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from bench._pile import IN_FLIGHT, LATENCY_SECONDS, Drained
from bench._report import Figures
from runtime.agreement import type_of
from sandbox.saj.day import Identity
from sandbox.saj.scenarios import Phase

INCIDENT = "bnmp.incident.v1"
# The registry's type ids of what frees somebody: contramandado, alvará and ordem de liberação, ordem de desinternação.
LIBERTY = frozenset({2, 5, 6})
ARREST = frozenset({1, 10})
# A day has more to show than a drill.
_SHOWS_NOTHING = "the day shows nothing"
_CALLS = "/api/"


class Seen:
    """One drill, looked at through the registry's book; instants are of one machine's clock."""

    def __init__(self, drained: Drained) -> None:
        """Sort the book by persons."""
        self._drained = drained
        book = drained.seen.book
        if book["requests_dropped"]:
            raise RuntimeError("the registry's book has lost requests")
        names = {person["numeroIndividuo"]: person["nome"] for person in book["persons"]}
        by_identity = {each.identity: name for name, each in drained.day.documents.items()}
        self._pieces: dict[str, Mapping[str, Any]] = {}
        for piece in book["documents"]:
            known = by_identity.get(_identity(piece, names))
            if known is not None:
                self._pieces[known] = piece
        self._today = {piece["numeroIndividuo"] for name, piece in self._pieces.items() if name in drained.at}
        self._doubted = {piece["numeroIndividuo"] for name, piece in self._pieces.items() if name in drained.doubted}
        calls = (line for line in book["requests"] if _CALLS in line["path"])
        self._calls = [line for line in calls if _at(line["at"]) >= drained.back]

    def wrong(self) -> list[str]:
        """What was lost, doubled, or out of order; nothing of it names a person."""
        said = [line for line in self._drained.report.disagreements if not line.endswith(_SHOWS_NOTHING)]
        # An answer that was lost for good leaves a document that was registered in time, and never waited.
        doubted = self._drained.doubted
        said = [
            line
            for line in said
            if not (line.startswith("lost: ") and line.split()[1] in doubted and "justification" in line)
        ]
        return [*said, *self._overlaps()]

    def _overlaps(self) -> Iterator[str]:
        """Nobody may have had two requests at once, unless the one before was never answered."""
        of: dict[str, list[tuple[datetime, datetime]]] = {}
        for line in self._calls:
            if line["numeroIndividuo"] and line["ended_at"] and line["status"]:
                of.setdefault(line["numeroIndividuo"], []).append((_at(line["at"]), _at(line["ended_at"])))
        for spans in of.values():
            if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(spans))):
                yield f"order: a person had two requests at once, at {spans[0][0]}"

    def of_bound(self) -> float:
        """The bound over the time that the drain took."""
        return round(self._bound_seconds() / self._drain_seconds(), 3)

    def _own(self) -> list[Mapping[str, Any]]:
        """The calls of the drain without those of today's persons."""
        return [line for line in self._calls if line["numeroIndividuo"] not in self._today]

    def _bound_seconds(self) -> float:
        own = self._own()
        longest = max(Counter(line["numeroIndividuo"] for line in own if line["numeroIndividuo"]).values())
        return max(len(own) / IN_FLIGHT, longest) * LATENCY_SECONDS

    def _drain_seconds(self) -> float:
        """From the link's return to the last answer about anybody who was not in doubt."""
        apart = self._today | self._doubted
        ended = [
            _at(line["ended_at"])
            for line in self._calls
            if line["ended_at"] and line["numeroIndividuo"] not in {None, *apart}
        ]
        return (max(ended) - self._drained.up).total_seconds()

    def added_seconds(self) -> float:
        """How much later the 99th of a hundred orders of the day was in effect than in an idle hour."""
        return _nth(self._today_took(idle=False), 0.99) - _nth(self._today_took(idle=True), 0.99)

    def _today_took(self, *, idle: bool, kinds: frozenset[int] = LIBERTY | ARREST) -> list[float]:
        at, drained = self._drained.at, self._drained
        began, ended = (drained.warm, drained.cut) if idle else (drained.up, datetime.max.replace(tzinfo=UTC))
        wanted = ((name, self._pieces[name]) for name in at if began <= at[name] < ended and name in self._pieces)
        took = (_signed(piece) - at[name] for name, piece in wanted if type_of(piece) in kinds)
        return sorted(one.total_seconds() for one in took)

    def _last_release_seconds(self) -> float:
        pile = (name for name in self._pieces if name not in self._drained.at and name not in self._drained.doubted)
        freed = [_signed(self._pieces[name]) for name in pile if type_of(self._pieces[name]) in LIBERTY]
        return (max(freed) - self._drained.up).total_seconds()

    def _longest_alone_seconds(self) -> float:
        """The longest time for which a warrant was in effect before what frees its person was."""
        of: dict[str, list[Mapping[str, Any]]] = {}
        for name, piece in self._pieces.items():
            if self._drained.day.documents[name].phase is Phase.OUTAGE:
                of.setdefault(piece["numeroIndividuo"], []).append(piece)
        alone = [timedelta()]
        for pieces in of.values():
            arrests = [_signed(piece) for piece in pieces if type_of(piece) in ARREST]
            freed = [_signed(piece) for piece in pieces if type_of(piece) in LIBERTY]
            alone += [max(freed) - arrest for arrest in arrests if freed]
        return max(alone).total_seconds()

    def _busiest(self) -> int:
        """How many requests were under way at once."""
        edges = sorted(
            [(_at(line["at"]), 1) for line in self._calls]
            + [(_at(line["ended_at"]), -1) for line in self._calls if line["ended_at"]]
        )
        now = most = 0
        for _, step in edges:
            now += step
            most = max(most, now)
        return most

    def incidents(self) -> dict[str, float]:
        """How many incidents there were, by kind."""
        others = self._drained.seen.outcomes.others
        return dict(Counter(str(one.data.get("kind")) for one in others if one.type == INCIDENT))

    def figures(self) -> Figures:
        """What is kept of a drill."""
        drained, idle, meanwhile = self._drained, self._today_took(idle=True), self._today_took(idle=False)
        own, seconds = self._own(), self._drain_seconds()
        found: Figures = {
            "documents": len(drained.day.documents) - len(drained.at),
            "drain, s": {
                "piled": round((drained.back - drained.cut).total_seconds(), 1),
                "link_seen": round((drained.up - drained.back).total_seconds(), 1),
                "drain": round(seconds, 1),
                "bound": round(self._bound_seconds(), 1),
                "last_release": round(self._last_release_seconds(), 1),
                "warrant_before_its_release": round(self._longest_alone_seconds(), 1),
            },
            "calls": {"all": float(len(own)), "per_s": round(len(own) / seconds), "most_at_once": self._busiest()},
            "in doubt": len(drained.doubted),
            "incidents": self.incidents(),
            "most memory, MB": dict(drained.memory),
        }
        if idle and meanwhile:
            found["orders of the day"] = len(meanwhile)
            found["orders of the day, ms"] = self._milliseconds(LIBERTY | ARREST)
            # Where there are more than the machine bears releases go first, and what is left waits (docs/law.md I5).
            found["orders of the day that free somebody, ms"] = self._milliseconds(LIBERTY)
        return found

    def _milliseconds(self, kinds: frozenset[int]) -> dict[str, float]:
        """What orders of the day took, in an idle hour and beside the drain."""
        took = {when: self._today_took(idle=when == "idle", kinds=kinds) for when in ("idle", "meanwhile")}
        return {
            f"{when}_{name}": round(_nth(one, share) * 1000.0)
            for when, one in took.items()
            if one
            for name, share in (("p50", 0.5), ("p99", 0.99))
        }


def _identity(piece: Mapping[str, Any], names: Mapping[str, str]) -> Identity:
    number = "".join(filter(str.isdigit, piece["numeroProcesso"]))
    return Identity(number, type_of(piece), names.get(piece["numeroIndividuo"], ""), piece["dataExpedicao"])


def _signed(piece: Mapping[str, Any]) -> datetime:
    return _at(max(piece["signed_at"]))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _nth(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]
