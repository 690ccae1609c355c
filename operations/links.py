"""The link to BNMP: how it stands, since when and why, and what waits for it."""

from ledger import search
from ledger.engine import Database
from ledger.links import load_link
from operations.answers import LinkShown


def link_status(database: Database) -> LinkShown:
    """The link as the ledger has it, which is what every process goes by."""
    with database.reading() as connection:
        link = load_link(connection)
        waiting = search.waiting_by_link(connection)
    known = {name: getattr(link, name) for name in LinkShown.model_fields if hasattr(link, name)}
    return LinkShown(**known, waiting=waiting)
