"""The measurements as rows: a tap lights in the viewer where a number comes from."""

from __future__ import annotations

from heartguard.ui.read.cards import FORMULAS, measurement_rows
from heartguard.ui.shared.problems import calm
from heartguard.ui.viewer import mount_measurements
from heartguard.values import Measurements

__all__ = ["show_measurements"]


@calm
def show_measurements(measurements: Measurements) -> None:
    """Show the measurements with what is normal beside each; QTc by the formula that is chosen."""
    mount_measurements(measurement_rows(measurements), list(FORMULAS))
