"""The link to BNMP: how it stands, since when and why, and what waits for it."""

from dataclasses import asdict

from ledger import search
from ledger.engine import Database
from ledger.links import load_link
from operations.answers import LinkShown


def link_status(database: Database) -> LinkShown:
    """The link as the ledger has it, which is what every process goes by."""
    with database.reading() as connection:
        link = load_link(connection)
        waiting = search.waiting_by_link(connection)
    return LinkShown(**asdict(link), permits_contingency=link.permits_contingency, waiting=waiting)
