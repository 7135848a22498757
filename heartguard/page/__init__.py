"""Upload → Page: find the paper, straighten it, scale it by its grid, separate ink, locate leads."""

from heartguard.page.corrections import apply_corrections, order_corners
from heartguard.page.find import PX_PER_MM, find_page

__all__ = ["PX_PER_MM", "apply_corrections", "find_page", "order_corners"]
