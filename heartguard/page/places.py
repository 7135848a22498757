"""Where the parts of a page stand: row and column of each, as they are seen from the page."""

from __future__ import annotations

from heartguard.values import Panel

__all__ = ["columns_of", "panel_columns"]


def panel_columns(panels: tuple[Panel, ...]) -> tuple[int, ...]:
    """Return the column of each panel, from the left: that of the fullest row which begins nearest.

    Examples
    --------
    >>> panel_columns(tuple(Panel(lead, 0, x, x + 90, 0, 0, 1) for lead, x in (("I", 10), ("aVR", 110))))
    (0, 1)
    """
    rows: dict[int, list[float]] = {}
    for panel in panels:
        rows.setdefault(panel.row, []).append(panel.x0)
    fullest = max(map(len, rows.values()), default=0)
    starts = next((sorted(row) for row in rows.values() if len(row) == fullest), [])
    return tuple(min(range(len(starts)), key=lambda column: abs(starts[column] - panel.x0)) for panel in panels)


def columns_of(panels: tuple[Panel, ...]) -> list[list[str]]:
    """Return the labels of the short panels in every column, from the top."""
    short = sorted((panel for panel in panels if not panel.rhythm), key=lambda panel: panel.row)
    columns: list[list[str]] = []
    for column, panel in zip(panel_columns(tuple(short)), short, strict=True):
        columns += [[] for _ in range(column + 1 - len(columns))]
        columns[column].append(panel.label)
    return columns
