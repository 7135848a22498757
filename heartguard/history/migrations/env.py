"""Run by Alembic: brings the connection that it was given to a version."""

from __future__ import annotations

from alembic import context

from heartguard.history.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
