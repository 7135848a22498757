"""Intake: the bytes of a file become one upright RGB picture of a page, or an error that names what is wrong."""

from heartguard.intake.source import Source
from heartguard.intake.upload import open_upload, page_count

__all__ = ["Source", "open_upload", "page_count"]
