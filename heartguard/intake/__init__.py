"""Intake: the bytes of a file become one upright RGB picture of a page, or an error with the reason."""

from heartguard.intake.detect import kind_of
from heartguard.intake.limits import MAX_BYTES
from heartguard.intake.origin import Origin, origin_of
from heartguard.intake.source import Source, file_name, read_source
from heartguard.intake.upload import open_upload, page_count

__all__ = [
    "MAX_BYTES",
    "Origin",
    "Source",
    "file_name",
    "kind_of",
    "open_upload",
    "origin_of",
    "page_count",
    "read_source",
]
