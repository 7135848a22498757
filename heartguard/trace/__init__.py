"""Page → Ecg: the ink of each lead as a time series."""

from heartguard.trace.tracer import trace

__all__ = ["trace"]
