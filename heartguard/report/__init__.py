"""Reports: a Reading as JSON, as text, and its signals as CSV."""

from heartguard.report.signals import to_csv
from heartguard.report.structured import rejected_json, to_json
from heartguard.report.text import rejected_text, to_text

__all__ = ["rejected_json", "rejected_text", "to_csv", "to_json", "to_text"]
