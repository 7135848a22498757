"""Page → Ecg: from the trace ink of each lead to its signal in mV."""

from heartguard.trace.line_network import LineNetwork, load_line_network
from heartguard.trace.tracer import trace

__all__ = ["LineNetwork", "load_line_network", "trace"]
