"""Open work put on its queue again, for when Kafka lost the queue's records: the ledger knows all that is to be done."""

from collections.abc import Mapping

from ledger.bulk import insert
from ledger.cursors import Place, skip
from ledger.deployment import Deployment
from ledger.engine import Database, now
from ledger.outbox import Composer
from ledger.record import Recorder
from ledger.search import open_work
from ledger.tables import outbox
from rules.casework import Say
from schemas.outcomes import CONTINGENCY, DISPATCH

PAGE = 500


def requeue(
    database: Database, deployment: Deployment, group: str, gone: Mapping[Place, int], *, contingency: bool
) -> int:
    """Say every open document of the sender's queue, or the resolver's, once more, then take the cursors past the loss.

    `gone` are the first offsets that are still there. Gives how many documents that were. A record that is there twice
    does no harm: it is finished with its document's turn. Whoever dies in between is followed by one who begins anew.
    """
    after, count = "", 0
    while True:
        with database.transaction() as connection:
            page = open_work(connection, contingency=contingency, limit=PAGE, after=after)
            recorder = Recorder(connection, deployment, now(connection))
            recorder.lock({work.person for work in page})
            composer = Composer(deployment, recorder.now, {}, {})
            kind = CONTINGENCY if contingency else DISPATCH
            found = [recorder.document(work.document_id) for work in page]
            insert(connection, outbox, [composer.row(Say(kind, {}, document)) for document in found if document])
            if len(page) < PAGE:
                for place, first in sorted(gone.items()):
                    skip(connection, group, place, first)
                return count + len(page)
        after, count = page[-1].document_id, count + len(page)
