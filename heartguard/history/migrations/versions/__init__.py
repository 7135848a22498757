"""One file a migration."""

__all__: list[str] = []
