"""What is remembered. SQLAlchemy Core and Alembic over SQLite (embedded) or PostgreSQL.

Here live the tables, the one transaction that decides and records, the person's lease, the outbox
and the cursors. What does not live here: Kafka, HTTP, and the rules themselves.
"""
