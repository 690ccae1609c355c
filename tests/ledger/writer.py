"""A process that writes to a ledger on SQLite: `python -m tests.ledger.writer URL NAME AMOUNT`, at work after a line on standard input.

It never waits inside SQLite: whoever is not let in by the queue at the file fails "locked" at once.
"""

import sys

import sqlalchemy as sa

from ledger import engine
from ledger.tables import outbox


def main(url: str, name: str, amount: int) -> None:
    """Write rows under `name`, each with the number of rows that were there just before this writer queued for it."""
    engine.BUSY_SECONDS = 0
    database = engine.Database(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _ in range(amount):
        with database.reading() as connection:
            before = connection.scalar(sa.select(sa.func.max(outbox.c.id))) or 0
        with database.transaction() as connection:
            connection.execute(outbox.insert().values(topic=name, person=before, headers=[]))
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
