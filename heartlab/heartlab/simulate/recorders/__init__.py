"""The widened page simulator: pages of every maker, layout and way of being seen, with the truth of every pixel.

`simulate_sheet` designs a page from a record and a seed, `SimulatedSheet.draw` draws it or a window of it.
"""

from heartlab.simulate.recorders.capture import Window
from heartlab.simulate.recorders.named_pages import NAMED_PAGES, NamedPage, print_named_page
from heartlab.simulate.recorders.pages import KINDS, PageCrop, SimulatedSheet, simulate_sheet
from heartlab.simulate.recorders.raster import CHANNELS

__all__ = [
    "CHANNELS",
    "KINDS",
    "NAMED_PAGES",
    "NamedPage",
    "PageCrop",
    "SimulatedSheet",
    "Window",
    "print_named_page",
    "simulate_sheet",
]
