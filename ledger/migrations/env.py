"""Alembic's environment: migrations run on the connection that `ledger.migrate` hands over."""

from alembic import context

from ledger import (
    access,
    certificates,
    chains,
    differences,
    link_tests,
    open_documents,
    replays,
    standing_orders,
    stock,
)
from ledger.tables import metadata

# Rooms with tables or an index of their own: that they are imported puts them on the metadata.
_OWN_TABLES = (
    access.user_access,
    certificates.certificate,
    chains.chain,
    differences.comparison,
    differences.divergence,
    link_tests.link_failure,
    link_tests.link_test,
    open_documents.INDEX,
    replays.replay_run,
    standing_orders.standing_order,
    stock.legacy_item,
)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
