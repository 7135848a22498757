"""Page → Ecg: the ink of each lead as a time series."""

from heartguard.trace.line_network import LineNetwork, load_line_network
from heartguard.trace.tracer import trace

__all__ = ["LineNetwork", "load_line_network", "trace"]
