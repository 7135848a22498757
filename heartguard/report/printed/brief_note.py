"""The essence of a reading as a few lines to paste into a patient's record."""

from __future__ import annotations

from collections.abc import Iterator

from heartguard.report.printed.contents import Contents, contents_of
from heartguard.report.printed.options import ReportOptions
from heartguard.report.printed.values import ESSENTIAL
from heartguard.values import Reading

__all__ = ["to_note"]


def to_note(reading: Reading, options: ReportOptions | None = None) -> str:
    """Return answer, measurements, statements and doubts as lines of plain text.

    Parameters
    ----------
    reading : Reading
    options : ReportOptions, optional

    Examples
    --------
    >>> from heartguard import read_ecg
    >>> from heartguard.samples import list_samples
    >>> print(to_note(read_ecg(list_samples()[0].path)))
    ECG: Normal...
    Rate 72 /min; PR...
    """
    return "\n".join(_lines(contents_of(reading, options or ReportOptions()))) + "\n"


def _lines(contents: Contents) -> Iterator[str]:
    patient = f" ({contents.patient})" if contents.patient else ""
    yield f"{contents.word('ecg')}{patient}: {contents.headline}"
    yield from contents.review
    rows = (row for row in contents.values if row.field in ESSENTIAL)
    yield "; ".join(f"{row.name} {row.value}" + (f" ({row.remark})" if row.remark else "") for row in rows)
    yield from contents.stated
    yield from (f"{severity}: {text}" for severity, text in contents.uncertain[: contents.doubts])
    yield from contents.by_hand and (f"{contents.word('by_hand')}: {'; '.join(contents.by_hand)}",)
    yield f"{contents.word('quality')}: {contents.quality}. {contents.models[0]}, {contents.models[1]}."
    yield contents.made_by
