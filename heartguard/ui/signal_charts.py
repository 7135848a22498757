"""The traced signals as charts on squares like those of ECG paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEADS, PAGE_SECONDS
from heartguard.values import Ecg

if TYPE_CHECKING:
    from heartguard.explain import Band

__all__ = ["evidence_chart", "lead_chart", "signal_table", "signals_text", "stacked_chart", "thin_out"]

_PAPER = {
    False: {"large": "#e3a9a9", "small": "#f6dddd", "ink": "#16232b", "beat": "#0b6570", "sheet": "#fffafa"},
    True: {"large": "#6d3f45", "small": "#392a30", "ink": "#f1f5f6", "beat": "#6fd0da", "sheet": "#181316"},
}
_LARGE_S, _SMALL_S = 0.2, 0.04
_LARGE_MV, _SMALL_MV = 0.5, 0.1
_SPACINGS_MV = (1.5, 3.0)
_TARGET_HZ = 250
_PX_PER_MV = 40


def thin_out(signal: Floats, rate_hz: int, target_hz: int) -> tuple[Doubles, Floats]:
    """Take the least and the greatest sample of each short stretch, so that no R peak is lost.

    Parameters
    ----------
    signal : ndarray, shape (n,), float32, mV
        NaN in gaps.
    rate_hz, target_hz : int
        Sampling rate of the signal, and about how many samples a second to keep.

    Returns
    -------
    time_s, values : ndarray, shape (m,)
        Gaps keep one NaN each, so that a line breaks there.
    """
    width = max(2 * rate_hz // target_hz, 2)
    kept: list[int] = []
    for start in range(0, len(signal), width):
        piece = signal[start : start + width]
        if np.isfinite(piece).any():
            kept += sorted({start + int(np.nanargmin(piece)), start + int(np.nanargmax(piece))})
        elif kept and np.isfinite(signal[kept[-1]]):
            kept.append(start)
    index = np.asarray(kept, dtype=np.int64)
    return index / rate_hz, signal[index]


def signal_table(ecg: Ecg, leads: Sequence[str], target_hz: int) -> pd.DataFrame:
    """Return the thinned-out leads as a long table: Lead, Time (s), Voltage (mV)."""
    pieces = []
    for lead in leads:
        time, values = thin_out(ecg.lead(lead), ecg.sampling_rate_hz, target_hz)
        pieces.append(pd.DataFrame({"Lead": lead, "Time": time, "Voltage": values}))
    return pd.concat(pieces, ignore_index=True).round({"Time": 3, "Voltage": 3})


def stacked_chart(ecg: Ecg, beats_s: Doubles, dark: bool = False, doubtful: Collection[str] = ()) -> alt.LayerChart:
    """Draw all leads one below the other on one time axis, R peaks marked through all of them.

    Parameters
    ----------
    ecg : Ecg
    beats_s : ndarray, shape (n,)
    dark : bool
        True for the dark theme.
    doubtful : collection of str
        Leads that were traced poorly; a question mark stands beside their names.
    """
    table = signal_table(ecg, LEADS, _TARGET_HZ)
    spacing = _spacing(ecg)
    offset = {lead: -row * spacing for row, lead in enumerate(LEADS)}
    table["Height"] = table["Voltage"] + table["Lead"].map(offset)
    low, high = _stack_limits(table, spacing)
    paper = _PAPER[dark]
    line = _line(table, paper).encode(
        y=alt.Y(
            "Height:Q",
            scale=alt.Scale(domain=[low, high], nice=False),
            title=None,
            axis=_lead_axis(low, high, spacing, paper, doubtful),
        ),
        detail="Lead:N",
    )
    return _on_paper(alt.layer(_beats(beats_s, paper), line), paper, round((high - low) * _PX_PER_MV))


def evidence_chart(
    ecg: Ecg, bands: Sequence[Band], colours: tuple[str, str], opacity: float, limit: float, dark: bool = False
) -> alt.LayerChart:
    """Draw all leads over bands of evidence.

    Parameters
    ----------
    ecg : Ecg
    bands : sequence of Band
        From `heartguard.explain.time_bands`.
    colours : tuple of str
        For the class, and against it.
    opacity : float, 0 to 1
        Of the strongest evidence.
    limit : float
        The evidence that gets the full colour.
    dark : bool
        True for the dark theme.
    """
    table = signal_table(ecg, LEADS, _TARGET_HZ)
    spacing, paper = _spacing(ecg), _PAPER[dark]
    offset = {lead: -row * spacing for row, lead in enumerate(LEADS)}
    table["Height"] = table["Voltage"] + table["Lead"].map(offset)
    low, high = _stack_limits(table, spacing)
    scale = alt.Scale(domain=[low, high], nice=False)
    # both layers carry the axis: Vega merges them, and the default one would hide names
    height = alt.Y("Height:Q", scale=scale, title=None, axis=_lead_axis(low, high, spacing, paper))
    rows = _bands(bands, offset, spacing, opacity, limit)
    layers = alt.layer(_tints(rows, colours).encode(y=height), _line(table, paper).encode(y=height, detail="Lead:N"))
    return _on_paper(layers, paper, round((high - low) * _PX_PER_MV))


def _bands(
    bands: Sequence[Band], offset: dict[str, float], spacing: float, opacity: float, limit: float
) -> pd.DataFrame:
    """Return a rectangle for each band: when, how high, which colour and how strong."""
    strengths = [min(abs(band.value) / limit, 1.0) if limit > 0 else 0.0 for band in bands]
    return pd.DataFrame(
        {
            "Lead": band.lead,
            "Time": band.start_s,
            "End": band.end_s,
            "Height": offset[band.lead] + 0.45 * spacing,
            "Foot": offset[band.lead] - 0.45 * spacing,
            "Speaks": "for" if band.value >= 0 else "against",
            "Strength": round(opacity * strength, 3),
        }
        for band, strength in zip(bands, strengths, strict=True)
    )


def _tints(rows: pd.DataFrame, colours: tuple[str, str]) -> alt.Chart:
    return (
        alt.Chart(rows)
        .mark_rect()
        .encode(
            x="Time:Q",
            x2="End:Q",
            y2="Foot:Q",
            color=alt.Color("Speaks:N", scale=alt.Scale(domain=["for", "against"], range=list(colours)), legend=None),
            opacity=alt.Opacity("Strength:Q", scale=None, legend=None),
            tooltip=["Lead:N", "Speaks:N", alt.Tooltip("Time:Q", title="From (s)", format=".2f")],
        )
    )


def lead_chart(ecg: Ecg, lead: str, beats_s: Doubles, dark: bool = False) -> alt.LayerChart:
    """Draw one lead in detail: small squares of 0.04 s and 0.1 mV, R peaks marked."""
    table = signal_table(ecg, [lead], _TARGET_HZ)
    paper = _PAPER[dark]
    known = table["Voltage"].dropna()
    low = min(-1.0, np.floor(2 * known.min()) / 2) if len(known) else -1.0
    high = max(1.5, np.ceil(2 * known.max()) / 2) if len(known) else 1.5
    ticks = np.round(np.arange(low, high + _SMALL_MV / 2, _SMALL_MV), 2).tolist()
    axis = alt.Axis(
        values=ticks, grid=True, ticks=False, labelExpr=_whole_labels("0.5", ".1f"), **_two_tones("0.5", paper)
    )
    line = _line(table, paper).encode(
        y=alt.Y("Voltage:Q", scale=alt.Scale(domain=[low, high], nice=False), title="mV", axis=axis)
    )
    return _on_paper(alt.layer(_beats(beats_s, paper), line), paper, round((high - low) * 100), fine=True)


def signals_text(ecg: Ecg, beats_s: Doubles) -> str:
    """Say in one sentence what the signal charts show."""
    present = [lead for lead in LEADS if np.isfinite(ecg.lead(lead)).any()]
    return f"{len(present)} traced leads over {PAGE_SECONDS:.0f} s with {len(beats_s)} beats marked."


def _spacing(ecg: Ecg) -> float:
    """Return the distance of neighbouring baselines in mV, a whole number of large squares."""
    spans = [float(np.ptp(row[np.isfinite(row)])) for row in ecg.signals if np.isfinite(row).any()]
    typical = float(np.quantile(spans, 0.75)) if spans else 0.0
    return float(np.clip(np.ceil(typical / _LARGE_MV) * _LARGE_MV, *_SPACINGS_MV))


def _stack_limits(table: pd.DataFrame, spacing: float) -> tuple[float, float]:
    low = min(float(table["Height"].min(skipna=True)), -(len(LEADS) - 1) * spacing - 0.5)
    high = max(float(table["Height"].max(skipna=True)), 1.0)
    return np.floor(2 * low) / 2, np.ceil(2 * high) / 2


def _line(table: pd.DataFrame, paper: dict[str, str]) -> alt.Chart:
    return (
        alt.Chart(table)
        .mark_line(strokeWidth=1.2, color=paper["ink"], interpolate="linear")
        .encode(x=alt.X("Time:Q"), order="Time:Q")
    )


def _beats(beats_s: Doubles, paper: dict[str, str]) -> alt.Chart:
    table = pd.DataFrame({"Time": np.round(beats_s, 3), "Beat": np.arange(1, len(beats_s) + 1)})
    return (
        alt.Chart(table)
        .mark_rule(strokeDash=[3, 3], strokeWidth=1, color=paper["beat"], opacity=0.8)
        .encode(x="Time:Q", tooltip=[alt.Tooltip("Beat:Q"), alt.Tooltip("Time:Q", title="R peak (s)", format=".2f")])
    )


def _lead_axis(
    low: float, high: float, spacing: float, paper: dict[str, str], doubtful: Collection[str] = ()
) -> alt.Axis:
    """Return an axis with a line every 0.5 mV and the name of each lead at its own 0 mV."""
    ticks = np.arange(low, high + _LARGE_MV / 2, _LARGE_MV).tolist()
    names = ",".join(f"'{lead} ?'" if lead in doubtful else f"'{lead}'" for lead in LEADS)
    row = f"-datum.value / {spacing}"
    text = f"abs({row} - round({row})) < 0.01 ? ([{names}][round({row})] || '') : ''"
    return alt.Axis(
        values=ticks,
        labelExpr=text,
        labelFontSize=13,
        labelFontWeight="bold",
        labelColor=paper["ink"],
        labelOverlap=False,
        ticks=False,
        domain=False,
        grid=True,
        gridColor=paper["small"],
    )


def _on_paper(chart: alt.LayerChart, paper: dict[str, str], height: int, fine: bool = False) -> alt.LayerChart:
    step = _SMALL_S if fine else _LARGE_S
    ticks = np.round(np.arange(0, PAGE_SECONDS + step / 2, step), 2).tolist()
    axis = alt.Axis(
        values=ticks,
        grid=True,
        ticks=False,
        title="seconds",
        labelExpr=_whole_labels("1", ".0f"),
        labelOverlap=False,
        **_two_tones("0.2" if fine else "1", paper),
    )
    scale = alt.Scale(domain=[0, PAGE_SECONDS], nice=False)
    zoom = alt.selection_interval(bind="scales", encodings=["x"])
    return (
        chart.encode(x=alt.X("Time:Q", scale=scale, axis=axis))
        .add_params(zoom)
        .properties(height=height)
        .configure_view(fill=paper["sheet"], stroke=paper["large"])
    )


def _whole_labels(step: str, form: str) -> str:
    """Return a Vega expression that labels only multiples of a step."""
    return f"abs(datum.value / {step} - round(datum.value / {step})) < 0.01 ? format(datum.value, '{form}') : ''"


def _two_tones(step: str, paper: dict[str, str]) -> dict[str, object]:
    test = f"abs(datum.value / {step} - round(datum.value / {step})) < 0.01"
    colour = {"condition": {"test": test, "value": paper["large"]}, "value": paper["small"]}
    return {"gridColor": colour}
