"""Seals leave by the relay and are read back from their topic, and with them what was removed from the ledger is seen."""

from dataclasses import replace

from ledger import acts, chains
from ledger.chains import chain, seal_head
from ledger.tables import history
from operations.audit import verify
from operations.patrol import patrol
from producers.relay import Relay
from tests.edges.edge import Edge
from tests.ledger.office import Hand, Office, paper


def test_a_person_who_is_removed_after_a_seal_was_published_is_named(edge: Edge) -> None:
    # given a ledger that goes on where the topic's last seal of this session stood
    office = Office(edge.database, Hand())
    deployment = replace(office.deployment, audit_key=b"uma chave inventada")
    edge.database.audit_key = deployment.audit_key
    office.intake = replace(office.intake, deployment=deployment)
    already = edge.records(chains.TOPIC)
    assert already == []
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    with edge.database.transaction() as connection:
        chains.seal(connection, deployment, office.hand())
    while Relay(edge.database, edge.kafka, "test").publish():
        pass
    # then
    found = verify(edge.kafka, edge.database, deployment)
    assert (found.verdict, found.seals, found.persons, found.signed) == ("HOLDS", 1, 2, True)
    # when
    with edge.database.transaction() as connection:
        connection.execute(history.delete().where(history.c.person == 1))
        connection.execute(chain.delete().where(chain.c.person == 1))
        connection.execute(seal_head.update().values(number=0, code=""))
    # then
    altered = verify(edge.kafka, edge.database, deployment)
    assert [(each.what, each.person, each.document) for each in altered.items] == [
        ("SEAL_ALTERED", None, None),
        ("PERSON_MISSING", 1, None),
        ("INSERTED", None, "M-1"),
    ]
    # and the patrol comes upon it by itself, and says it
    one = patrol(edge.kafka, edge.database, deployment)
    for _ in range(20):
        one.step()
    assert {name: value for name, _, value in one.samples()}["audit_findings"] == 3
    with edge.database.reading() as connection:
        assert [made.act for made in acts.of(connection, "HISTORY_ALTERED", "history")] == ["HISTORY_ALTERED"]
