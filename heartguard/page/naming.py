"""Leads that a doctor names by hand, each panel and strip by itself."""

from __future__ import annotations

from dataclasses import replace

from heartguard.leads import Layout
from heartguard.panel_names import leads_by_hand
from heartguard.values import Page, Panel

__all__ = ["name_by_hand"]

_SETTLED = ("names.unread", "names.order", "names.printed", "names.swapped", "layout.guess")
"""Warnings on names that are answered once every panel was named by hand."""

_KNOWN = {"layout_certainty": 1.0, "names_agree": 1.0, "names_differ": 0.0, "names_seen": 1.0, "stray_names": 0.0}
"""Evidence on the quality of a page of which every lead was named by hand."""


def name_by_hand(page: Page, leads: tuple[tuple[str, str], ...]) -> Page:
    """Return a page with the leads that were named by hand.

    Parameters
    ----------
    page : Page
    leads : tuple of (str, str)
        What the panel was called (see `heartguard.panel_names`), and the lead that it is; ``-aVR`` for one that is
        upside down.

    Raises
    ------
    CorrectionError
        If the page has no such panel, or two panels would be the same lead.
    """
    if not leads:
        return page
    by_hand = leads_by_hand(page.panels, leads)
    panels = tuple(_named(panel, lead) for panel, lead in zip(page.panels, by_hand, strict=True))
    warnings, evidence = page.warnings, page.evidence
    if all(panel.by_hand for panel in panels if not panel.rhythm):
        warnings = tuple(warning for warning in warnings if warning.code not in _SETTLED)
        evidence = {**evidence, **_KNOWN}
    layout = _layout(page.layout, panels)
    return replace(page, panels=panels, layout=layout, warnings=warnings, evidence=evidence)


def _named(panel: Panel, lead: str | None) -> Panel:
    if lead is None:
        return panel
    return replace(panel, lead=lead.removeprefix("-"), inverted=lead.startswith("-"), by_hand=True)


def _layout(layout: Layout, panels: tuple[Panel, ...]) -> Layout:
    """Return the layout with the names of the panels."""
    short = [panel for panel in panels if not panel.rhythm]
    rows = tuple(tuple(panel.lead for panel in short if panel.row == row) for row in range(len(layout.rows)))
    upside_down = tuple(panel.lead for panel in short if panel.inverted)
    if rows == layout.rows and upside_down == layout.inverted:
        return layout
    return Layout(layout.shape, rows, layout.rhythm_strips, "printed", upside_down)
