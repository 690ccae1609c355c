"""A person with nothing to do now is looked at again, however long it takes."""

from types import SimpleNamespace
from typing import Any

from consumers.backlog import Reference
from consumers.delivery import AGAIN_MOST_SECONDS, Delivery, DeliverySettings


async def test_a_person_who_waits_for_hours_is_still_looked_at(monkeypatch: Any) -> None:
    # given a document that has been READY over thousands of looks
    workbench: Any = SimpleNamespace(contingency=False)
    backlog: Any = SimpleNamespace(holds=lambda _: True)
    delivery = Delivery(workbench, backlog, SimpleNamespace(), DeliverySettings())  # type: ignore[arg-type]
    monkeypatch.setattr(delivery, "_standings", lambda _: {"d1": ("READY", None, 1)})
    monkeypatch.setattr("consumers.delivery.time.monotonic", lambda: 1000.0)
    delivery._references = {1: {(0, 0): Reference(0, 0, "d1", 1, 1, 2)}}
    delivery._idle = {1: 5000}
    # when
    await delivery._finish(1)
    # then
    assert [(at, person) for at, _, _, person in delivery._later] == [(1000.0 + AGAIN_MOST_SECONDS, 1)]
