"""Intake: the bytes of a file become one upright RGB picture of a page, or an error with the reason."""

from heartguard.intake.archive import GivenFile, is_archive, unpacked
from heartguard.intake.detect import kind_of
from heartguard.intake.limits import MAX_BYTES
from heartguard.intake.origin import Origin, origin_of
from heartguard.intake.source import Source, file_name, read_source
from heartguard.intake.upload import open_upload, page_count

__all__ = [
    "MAX_BYTES",
    "GivenFile",
    "Origin",
    "Source",
    "file_name",
    "is_archive",
    "kind_of",
    "open_upload",
    "origin_of",
    "page_count",
    "read_source",
    "unpacked",
]
