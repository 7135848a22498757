"""Reports: a Reading as JSON, as text, and its signals as CSV; for print in English and German."""

from heartguard.report.printed import LANGUAGES, Language, ReportOptions, page_picture, review_text, to_html, to_note
from heartguard.report.signals import to_csv
from heartguard.report.structured import rejected_json, to_json
from heartguard.report.text import rejected_text, to_text

__all__ = [
    "LANGUAGES",
    "Language",
    "ReportOptions",
    "page_picture",
    "rejected_json",
    "rejected_text",
    "review_text",
    "to_csv",
    "to_html",
    "to_json",
    "to_note",
    "to_text",
]
