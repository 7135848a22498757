"""Simulated pages of signals: paper, grid, pen, texts, and the artefacts of a scanner."""

from heartlab.simulate.page.paper import SimulatedPage, render_page
from heartlab.simulate.page.paper_style import PRESETS, PaperStyle, random_style

__all__ = ["PRESETS", "PaperStyle", "SimulatedPage", "random_style", "render_page"]
