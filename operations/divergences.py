"""Divergences that stand: what was told of custody and holds still, and documents held until theirs is reconciled."""

from pydantic import AwareDatetime

from ledger import reconciling
from ledger.engine import Database
from operations.answers import Answer, Page
from rules import messages
from rules.words import Reason


class DivergenceLine(Answer):
    """A divergence: of a person's custody, by its kind and what it is about, or of a document that it holds."""

    person: int
    kind: str
    about: str
    document_id: str | None
    unit: str | None
    missing: tuple[str, ...]
    since: AwareDatetime | None
    who: str | None
    what: str | None


DivergencePage = Page[DivergenceLine]
_HELD, _WATCHED = "d", "p"


def listed(database: Database, limit: int, cursor: str = "") -> DivergencePage:
    """Documents held for a divergence by their ids, then persons by their numbers, with all that was told of each.

    `limit` counts documents and persons. Raises ValueError for what is no cursor of this listing.
    """
    section, place = cursor[:1] or _HELD, cursor[1:]
    if section not in (_HELD, _WATCHED) or (section == _WATCHED and not place.isdecimal()):
        raise ValueError(f"{cursor} is no cursor of this listing")
    with database.reading() as connection:
        held = reconciling.held(connection, limit + 1, place) if section == _HELD else []
        left, after = limit - len(held), int(place) if section == _WATCHED else 0
        watched = list(reconciling.watched(connection, left + 1, after)) if left >= 0 else []
    who, what = messages.HOLDS[Reason.DIVERGENCE]
    lines = [
        DivergenceLine(
            person=one.person,
            kind=Reason.DIVERGENCE,
            about=one.kind,
            document_id=one.document_id,
            unit=one.unit,
            missing=tuple(one.missing),
            since=one.since,
            who=who,
            what=what,
        )
        for one in held[:limit]
    ]
    for person in watched[: max(left, 0)]:
        lines += [_told(person.person, one) for one in person.divergences]
    if len(held) > limit:
        following: str | None = f"{_HELD}{held[limit - 1].document_id}"
    elif len(watched) > left:
        following = f"{_WATCHED}{watched[left - 1].person if left > 0 else after}"
    else:
        following = None
    return DivergencePage(items=tuple(lines), next_cursor=following)


def _told(person: int, name: str) -> DivergenceLine:
    kind, _, about = name.partition(" ")
    what = messages.DIVERGENCES.get(kind)
    return DivergenceLine(
        person=person, kind=kind, about=about, document_id=None, unit=None, missing=(), since=None, who=None, what=what
    )
