"""Pages of signals: paper, grid, pen, texts, and what a scanner does to them."""

from heartlab.simulate.page.paper import SimulatedPage, render_page
from heartlab.simulate.page.paper_style import PRESETS, PaperStyle, random_style

__all__ = ["PRESETS", "PaperStyle", "SimulatedPage", "random_style", "render_page"]
