"""Vector: a PDF whose traces are lines gives its signals exactly, without a pixel."""

from heartguard.vector.read import LineReading, read_lines

__all__ = ["LineReading", "read_lines"]
