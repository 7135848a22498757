"""Files that hold the signals of an ECG: DICOM waveforms, WFDB and the XML of recorders become leads in mV."""

from heartguard.signal_files.check import judge_recorded
from heartguard.signal_files.reading import READERS, read_recording, read_signals
from heartguard.signal_files.recording import Recording
from heartguard.signal_files.sheet import draw_sheet, sheet_ecg, sheet_page
from heartguard.signal_files.window import signals_of
from heartguard.signal_files.zipped import record_name, wfdb_zip

__all__ = [
    "READERS",
    "Recording",
    "draw_sheet",
    "judge_recorded",
    "read_recording",
    "read_signals",
    "record_name",
    "sheet_ecg",
    "sheet_page",
    "signals_of",
    "wfdb_zip",
]
