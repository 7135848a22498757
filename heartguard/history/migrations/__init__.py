"""Alembic's migrations of the history, shipped with the package."""

__all__: list[str] = []
