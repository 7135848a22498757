"""Vector: a PDF whose traces are lines gives its signals exactly, without a pixel."""

from heartguard.vector.header import page_words, same_recording
from heartguard.vector.read import LineReading, read_lines

__all__ = ["LineReading", "page_words", "read_lines", "same_recording"]
