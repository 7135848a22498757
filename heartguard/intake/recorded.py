"""Files that hold signals: ten seconds of them, and a sheet that shows them."""

from __future__ import annotations

from heartguard.intake.limits import check_page_number
from heartguard.intake.pixels import Decoded
from heartguard.signal_files import draw_sheet, read_recording, signals_of
from heartguard.values import RecordedSignals
from heartguard.warning import Warning, caution, note

__all__ = ["count_recorded_pages", "open_recorded"]

UNTESTED = {"aecg": "HL7 aECG", "philips": "Philips' XML", "mortara": "Mortara XML"}
"""Formats of which no file that another program wrote, with its samples, was at hand when their reader was made."""


def open_recorded(data: bytes, kind: str, page: int) -> Decoded:
    """Read ten seconds of signals and draw them.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    recording = read_recording(data, kind)
    check_page_number(page, recording.pages)
    signals = signals_of(recording, page)
    warnings = (_on_source(signals), *_on_test(kind), *recording.warnings)
    return Decoded(draw_sheet(signals), recording.pages, warnings, signals)


def count_recorded_pages(data: bytes, kind: str) -> int:
    """Count the sheets of ten seconds."""
    return read_recording(data, kind).pages


def _on_source(signals: RecordedSignals) -> Warning:
    return note(
        "file.signals",
        f"The signals are those of the {signals.format} ({signals.rate_hz:g} samples a second); the page was drawn "
        "from them.",
    )


def _on_test(kind: str) -> tuple[Warning, ...]:
    if kind not in UNTESTED:
        return ()
    text = (
        f"HeartGuard's reader of {UNTESTED[kind]} was never tried on a file of a real recorder. "
        "Compare the page with your own viewer."
    )
    return (caution("file.untested", text),)
