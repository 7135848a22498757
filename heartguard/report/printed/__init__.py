"""The report of a reading for a doctor, in English and German: PDF and HTML at true scale, and a short note.

`heartguard.report.printed.pdf` is not imported here, as it needs the extra ``report``.
"""

from heartguard.report.printed.brief_note import to_note
from heartguard.report.printed.html import to_html
from heartguard.report.printed.options import ReportOptions
from heartguard.report.printed.picture import page_picture
from heartguard.report.printed.review_text import review_text
from heartguard.report.printed.words import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language", "ReportOptions", "page_picture", "review_text", "to_html", "to_note"]
