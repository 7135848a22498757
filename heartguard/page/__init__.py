"""Upload → Page: find the paper, straighten it, scale it by its grid, separate ink, locate leads."""

from heartguard.page.corrections import apply_corrections, order_corners
from heartguard.page.find import PX_PER_MM, find_page
from heartguard.page.flat import find_flat
from heartguard.page.ink_maps import InkNetwork, load_ink_network

__all__ = [
    "PX_PER_MM",
    "InkNetwork",
    "apply_corrections",
    "find_flat",
    "find_page",
    "load_ink_network",
    "order_corners",
]
