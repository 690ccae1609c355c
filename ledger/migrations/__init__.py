"""Alembic's environment and the migrations, from the first."""
