"""Lines of lag: what was seen of one partition of one group, judged and told; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from consumers.groups import RESOLVER, SENDER
from ledger.overview import Overview
from operations.answers import StrangeCursorError
from operations.commits import Committed
from operations.lag_answers import GroupLag, LagLine, LagShown, Look
from operations.verdicts import Commit, Verdict, evaluate, with_link, worst
from rules.words import LinkState

# A group that was at the end so lately is not stopped: it may be about to commit.
LATELY_MS = 60_000

Place = tuple[str, int]
"""Topic and partition."""

Ends = dict[Place, int]
"""The offset of each partition at some instant."""

REASONS = {
    Verdict.OK: "",
    Verdict.PAUSED_LINK: "the link to BNMP is not up: it goes on with it",
    Verdict.WARN: "it goes on, and the lag never becomes less",
    Verdict.REWIND: "it went back, and has not come to where it was",
    Verdict.STALL: "it commits the same offset again and again, with records before it",
    Verdict.STOP: "it has stopped committing, with records before it",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A group as Kafka tells of it: its state, how many are in it, who reads what, and what it committed last."""

    state: str
    members: int
    owners: Mapping[Place, str]
    committed: Ends


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of the partitions: their ends at several instants (epoch milliseconds), oldest first, the last of now.

    `stable` are the ends of what may be read: an open transaction holds back what comes after its begin.
    """

    now_ms: int
    window_ms: int
    ends: tuple[tuple[int, Ends], ...]
    stable: Ends
    link: LinkState

    @property
    def last(self) -> Ends:
        """The ends now."""
        return self.ends[-1][1]

    def of(self, place: Place, within_ms: int) -> list[tuple[int, int]]:
        """When a partition ended where, as far back as this."""
        return [(at, ends[place]) for at, ends in self.ends if place in ends and self.now_ms - at <= within_ms]


def line(at: tuple[str, str, int], group: Group, told: Sequence[Committed], stamp: int | None, sight: Sight) -> LagLine:
    """One partition of one group, by its commits and by its oldest unfinished record's time stamp."""
    name, place = at[0], at[1:]
    committed, last = group.committed[place], sight.last[place]
    lag = max(0, last - committed)
    commits = [each for each in told if sight.now_ms - each.at_ms <= sight.window_ms]
    # Who committed nothing in the whole window committed what it has at its begin at the latest.
    judged = [_judged(each, place, sight) for each in commits]
    judged = judged or [Commit(committed, sight.now_ms - sight.window_ms, None)]
    plain = evaluate(judged, [end for _, end in sight.of(place, LATELY_MS)], lag, sight.now_ms)
    verdict = with_link(plain, is_up=sight.link is LinkState.UP, talks_to_registry=name in (SENDER, RESOLVER))
    arrival, drain = _rate(sight.of(place, sight.window_ms)), _rate([(each.at_ms, each.offset) for each in commits])
    behind = None if stamp is None else max(0.0, round((sight.now_ms - stamp) / 1000, 3))
    return LagLine(
        group=name,
        topic=place[0],
        partition=place[1],
        committed=committed,
        end=last,
        lag=lag,
        seconds=behind if lag else 0.0,
        arrival_rate=round(arrival, 3),
        drain_rate=round(drain, 3),
        catch_up_seconds=0.0 if not lag else round(lag / (drain - arrival), 1) if drain > arrival else None,
        commit_age_seconds=max(0.0, round((sight.now_ms - commits[-1].at_ms) / 1000, 3)) if commits else None,
        held_back=max(0, last - sight.stable.get(place, last)),
        owner=group.owners.get(place),
        verdict=verdict,
        reason=REASONS[verdict],
    )


def shown(lines: Sequence[LagLine], groups: Mapping[str, Group], seen: Overview, sight: Sight, look: Look) -> LagShown:
    """Every line, with each group as its worst."""
    of: dict[str, list[LagLine]] = {name: [] for name in sorted(groups)}
    for each in lines:
        of[each.group].append(each)
    told = tuple(_group(name, groups[name], mine) for name, mine in of.items())
    return LagShown(
        at=datetime.fromtimestamp(sight.now_ms / 1000, UTC),
        window_seconds=sight.window_ms / 1000,
        verdict=worst([group.verdict for group in told]),
        link=seen.link,
        open={"/".join(part for part in key if part): each.count for key, each in sorted(seen.open.items())},
        groups=told,
        items=tuple(lines),
        next_cursor=None,
        look=look,
    )


def page(whole: LagShown, limit: int, cursor: str) -> LagShown:
    """The lines after `cursor` (`group/topic/partition`), `limit` at most; raises ValueError for one of another listing."""
    names = [f"{each.group}/{each.topic}/{each.partition}" for each in whole.items]
    if cursor and cursor not in names:
        raise StrangeCursorError(cursor)
    start = names.index(cursor) + 1 if cursor else 0
    following = names[start + limit - 1] if len(names) > start + limit else None
    return whole.model_copy(update={"items": whole.items[start : start + limit], "next_cursor": following})


def _judged(made: Committed, place: Place, sight: Sight) -> Commit:
    """A commit with its lag then, by the last end that was known before it."""
    known = [ends[place] for at, ends in sight.ends if at <= made.at_ms and place in ends]
    return Commit(made.offset, made.at_ms, max(0, known[-1] - made.offset) if known else None)


def _rate(seen: Sequence[tuple[int, int]]) -> float:
    """Records a second from the first to the last of (epoch milliseconds, offset); what went back counts as none."""
    if not seen or seen[-1][0] <= seen[0][0]:
        return 0.0
    return max(0.0, (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0]) * 1000)


def _group(name: str, group: Group, lines: Sequence[LagLine]) -> GroupLag:
    return GroupLag(
        group=name,
        state=group.state,
        members=group.members,
        lag=sum(each.lag for each in lines),
        seconds=max((each.seconds for each in lines if each.seconds is not None), default=None),
        verdict=worst([each.verdict for each in lines]),
    )
