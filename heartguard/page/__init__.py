"""Upload → Page: find the paper, straighten it, scale it by its grid, separate ink, locate leads."""

from heartguard.page.corrections import apply_corrections, found_settings, order_corners
from heartguard.page.find import PX_PER_MM, find_page, find_pages
from heartguard.page.models import PageModels, load_page_models
from heartguard.page.places import columns_of, panel_columns

__all__ = [
    "PX_PER_MM",
    "PageModels",
    "apply_corrections",
    "columns_of",
    "find_page",
    "find_pages",
    "found_settings",
    "load_page_models",
    "order_corners",
    "panel_columns",
]
