"""Custody as operators see it: periods folded from the history of parties, wrong events, banners, divergences."""

from datetime import UTC, date

from ledger import custody
from ledger.engine import Connection
from operations.answers import BannerShown, CustodyGap, CustodyPeriod, CustodyShown
from rules.custody import Period, periods
from rules.history import UNWATCHED


def custody_of(connection: Connection, person: int) -> CustodyShown:
    """What the ledger knows of a person's custody; at most the last `custody.MOST` wrong events."""
    # The zone says only on which day an event without a day arrived, and no period is made of one.
    events = custody.events_of(connection, [person], UTC).get(person, ())
    watch = custody.watches_of(connection, [person]).get(person, UNWATCHED)
    wrong = custody.wrong_of(connection, person)
    return CustodyShown(
        periods=tuple(_shown(period) for period in periods(events)),
        gaps=tuple(CustodyGap(event_id=one.event_id, event_code=one.event_code, gaps=tuple(one.gaps)) for one in wrong),
        banners=tuple(BannerShown(case_number=case, banner=banner) for case, _, banner in sorted(watch.banners)),
        divergences=tuple(sorted(watch.divergences)),
    )


def _shown(period: Period) -> CustodyPeriod:
    until: date | None = period.end.on if period.end else None
    return CustodyPeriod(
        case_number=period.begin.case_number or "",
        event=period.last.event,
        since=period.begin.on,
        until=until,
        ended_by=period.end.event if period.end else None,
        other_court=period.begin.other_court,
    )
