"""Broken chains: a link is registered, and the sequence stands still before its LIBERTY document (docs/law.md safety-10)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rules.chain import begun, is_broken, view
from rules.dossier import Link
from rules.words import AnswerClass, LinkState, State
from tests.rules.desk import ALVARA, CERTIDAO, CONTRAMANDADO, NOW, Desk, document

LATE = timedelta(seconds=121)


def last(desk: Desk, liberty: str, since: datetime = NOW) -> str | None:
    found = begun(desk[liberty], view(desk.dossier), since)
    return found.document_id if found else None


def half_done(**changes: str) -> Desk:
    """A mandado that is registered, and its contramandado that has answered so at its creation."""
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.register("m")
    desk.begin("k")
    desk.answered("k", AnswerClass(changes.get("answer", "THROTTLED")))
    return desk


def test_a_chain_is_begun_once_a_link_is_registered_after_its_release_came() -> None:
    desk = Desk(document("m"), document("c", CERTIDAO, "m"), document("a", ALVARA, "m"))
    assert last(desk, "a") is None
    desk.register("m")
    assert last(desk, "a") == "m"
    desk.dossier = replace(desk.dossier, now=NOW + timedelta(seconds=1))
    desk.register("c")
    assert last(desk, "a") == "c"


def test_a_mandado_that_was_live_before_its_release_came_begins_no_chain_whenever_the_release_was_issued() -> None:
    # given a release that was issued before the mandado was registered, and comes a moment after it
    desk = Desk(document("m"))
    desk.register("m")
    desk.later(1)
    came = desk.dossier.now
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    assert desk["k"].issued_at is not None
    assert desk["k"].issued_at < NOW < came
    # then
    assert last(desk, "k", came) is None


def test_a_release_without_a_day_of_its_own_has_a_chain_like_any_other() -> None:
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m", issued_at=None))
    desk.register("m")
    assert last(desk, "k") == "m"


@pytest.mark.parametrize("answer", ["THROTTLED", "UNCERTAIN"])
def test_what_goes_on_by_itself_has_not_stopped_for_two_minutes(answer: str) -> None:
    desk = half_done(answer=answer)
    assert not is_broken(desk["k"], desk["m"], desk.dossier)
    assert is_broken(desk["k"], desk["m"], replace(desk.dossier, now=NOW + LATE))


def test_what_waits_for_somebody_or_for_the_link_has_stopped() -> None:
    desk = half_done(answer="REFUSED")
    assert is_broken(desk["k"], desk["m"], desk.dossier)
    down = replace(half_done().dossier, link=Link(LinkState.DOWN, NOW))
    assert is_broken(down.documents["k"], down.documents["m"], down)


def test_what_has_ended_without_its_registration_has_stopped() -> None:
    desk = half_done()
    ended = replace(desk["k"], state=State.EXCLUDED)
    assert is_broken(ended, desk["m"], desk.dossier)
