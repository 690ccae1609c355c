"""A person with nothing to do now is looked at again, however long it takes."""

from types import SimpleNamespace
from typing import Any

from consumers.backlog import Reference
from consumers.delivery import AGAIN_MOST_SECONDS, Delivery, DeliverySettings
from consumers.lanes import Fate, Job, Lane, Outcome


async def test_a_person_who_waits_for_hours_is_still_looked_at(monkeypatch: Any) -> None:
    # given a document that has been READY over thousands of looks
    workbench: Any = SimpleNamespace(contingency=False)
    backlog: Any = SimpleNamespace(holds=lambda _: True)
    delivery = Delivery(workbench, backlog, SimpleNamespace(), DeliverySettings())  # type: ignore[arg-type]

    async def take(_: Job) -> Outcome:
        return Outcome(Fate.DONE, standings={"d1": ("READY", None, 1, False)})

    monkeypatch.setattr(delivery._turns, "take", take)
    monkeypatch.setattr("consumers.delivery.time.monotonic", lambda: 1000.0)
    delivery._references = {1: {(0, 0): Reference(0, 0, "d1", 1, 1, 2)}}
    delivery._idle = {1: 5000}
    # when
    await delivery._finish(Lane(1))
    # then
    assert [(at, person) for at, _, _, person in delivery._later] == [(1000.0 + AGAIN_MOST_SECONDS, 1)]
