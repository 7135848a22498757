"""The widened page simulator: pages of every maker, layout and way of being seen, with the truth of every pixel.

`simulate_sheet` designs a page from a record and a seed, `SimulatedSheet.draw` draws it or a window of it.
"""

from heartguard.lab.simulate_pages.capture import Window
from heartguard.lab.simulate_pages.pages import KINDS, PageCrop, SimulatedSheet, simulate_sheet
from heartguard.lab.simulate_pages.raster import CHANNELS

__all__ = ["CHANNELS", "KINDS", "PageCrop", "SimulatedSheet", "Window", "simulate_sheet"]
