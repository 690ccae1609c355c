"""The link to BNMP: how it stands, since when and why, what waits for it, and the communication test."""

import asyncio
from typing import Literal

from pydantic import AwareDatetime

from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from ledger import link_tests, search
from ledger.engine import Database
from ledger.links import load_link
from operations.answers import Answer, Attempt, LinkShown
from rules import facts, messages
from rules.words import AnswerClass

Seen = Literal["OK", "ERROR"]


class UserTested(Answer):
    """The last communication test of a user in SAJ; `available`: neither their machine nor SAJ's server saw an error."""

    user: str
    at: AwareDatetime
    client: str
    app_server: str
    available: bool


class LinkTested(Answer):
    """A communication test: what one call from here saw (`app_server`), and what users told of theirs.

    `available`: it is, from here, and for the user who was asked for. `what` is to be done, in Portuguese. `failures` are the
    last calls of the service that did not reach BNMP, the newest first; `unavailable_since` is when the present run of them began.
    """

    at: AwareDatetime
    app_server: Seen
    op: str
    answer: str
    detail: str
    available: bool
    what: str
    state: str
    since: AwareDatetime | None
    unavailable_since: AwareDatetime | None
    users: tuple[UserTested, ...]
    failures: tuple[Attempt, ...]


def link_status(database: Database) -> LinkShown:
    """The link as the ledger has it, which is what every process goes by."""
    with database.reading() as connection:
        link = load_link(connection)
        waiting = search.waiting_by_link(connection)
    known = {name: getattr(link, name) for name in LinkShown.model_fields if hasattr(link, name)}
    return LinkShown(**known, waiting=waiting)


def probed(settings: BnmpSettings) -> facts.Answer:
    """One real call to BNMP from this host; it changes nothing anywhere."""

    async def probe() -> facts.Answer:
        async with Registry(settings) as registry:
            return await registry.probe()

    return asyncio.run(probe())


def link_test(database: Database, answer: facts.Answer, limit: int, user: str | None = None) -> LinkTested:
    """What a call from here brought, beside what the ledger knows of users' tests and of the service's own calls.

    With `user` theirs is the only test that is shown, and an error in it is one too.
    """
    with database.reading() as connection:
        link = load_link(connection)
        tests = link_tests.told(connection, limit, user)
        failed = link_tests.failures(connection, limit)
    reached = answer.answer is not AnswerClass.CONNECTION
    users = tuple(
        UserTested(
            user=one.user,
            at=one.at,
            client=one.client,
            app_server=one.app_server,
            available="ERROR" not in (one.client, one.app_server),
        )
        for one in tests
    )
    theirs = user is None or all(one.available for one in users)
    told = messages.LINK_TESTED[("OK" if reached else "ERROR", "OK" if theirs else "ERROR")]
    return LinkTested(
        at=answer.at,
        app_server="OK" if reached else "ERROR",
        op=answer.op,
        answer=answer.answer,
        detail=answer.detail,
        available=reached and theirs,
        what=told,
        state=link.state,
        since=link.since,
        unavailable_since=link.unavailable_since,
        users=users,
        failures=tuple(Attempt.model_validate(one) for one in failed),
    )
