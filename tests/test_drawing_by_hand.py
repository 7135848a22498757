"""The drawing on small arrays whose boxes, cuts, gaps and pixels are worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from heartguard.arrays import Floats
from heartguard.drawing import RhythmSegment, bandpass_resample, cut_segments, drawing_boxes, render, segment_leads
from heartguard.leads import LEAD_INDEX, SAMPLES
from heartguard.values import Box, Ecg

COLUMNS = [slice(column * 1250, (column + 1) * 1250) for column in range(4)]
"""Samples of the four columns of the drawing, 2.5 s each."""


def a_page(rhythm_lead: str | None = None, **shown: slice) -> Ecg:
    """Return an Ecg that shows only the given samples of the given leads; each has the value of its sample's number."""
    signals = np.full((12, SAMPLES), np.nan, np.float32)
    for lead, here in shown.items():
        signals[LEAD_INDEX[lead], here] = np.arange(SAMPLES)[here]
    return Ecg(signals, np.ones(12, np.float32), rhythm_lead)


def test_boxes_are_three_rows_of_four_leads_and_the_strip_below():
    boxes = {"strip" if box.rhythm else box.lead: box for box in drawing_boxes()}
    assert len(boxes) == 13
    assert boxes["I"] == Box("I", 0.0, 96.0, 0.0, 40.0, 20.0, 0.0, 2.5)
    assert boxes["aVL"] == Box("aVL", 96.0, 192.0, 40.0, 80.0, 60.0, 2.5, 5.0)
    assert boxes["V6"] == Box("V6", 288.0, 384.0, 80.0, 120.0, 100.0, 7.5, 10.0)
    assert boxes["strip"] == Box("II", 0.0, 384.0, 120.0, 160.0, 140.0, 0.0, 10.0, rhythm=True)


def test_a_strip_of_two_leads_has_two_boxes_side_by_side():
    parts = (RhythmSegment("II", 0.0, 5.0), RhythmSegment("V5", 5.0, 10.0))
    first, second = drawing_boxes(parts)[12:]
    assert (first.lead, first.x0, first.x1, first.y0) == ("II", 0.0, 192.0, 120.0)
    assert (second.lead, second.x0, second.x1, second.baseline_y) == ("V5", 192.0, 384.0, 140.0)


@pytest.mark.parametrize("rhythm_lead", ["V1", "II"])
def test_the_strip_is_the_page_s_own_where_four_fifths_of_it_are_traced(rhythm_lead):
    shown = {"II": slice(0, 5000), "V1": slice(0, 4000)}
    assert cut_segments(a_page(rhythm_lead, **shown)).rhythm_segments == (RhythmSegment(rhythm_lead, 0.0, 10.0),)
    less = cut_segments(a_page("V1", **{**shown, "V1": slice(0, 3999)}))
    assert less.rhythm_segments == (RhythmSegment("II", 0.0, 10.0),)


def test_the_strip_is_joined_of_leads_where_the_page_has_none():
    page = a_page(II=COLUMNS[0], V5=slice(1250, 3750), aVF=COLUMNS[3])
    found = cut_segments(page)
    parts = (RhythmSegment("II", 0.0, 2.5), RhythmSegment("V5", 2.5, 7.5), RhythmSegment("aVF", 7.5, 10.0))
    assert found.rhythm_segments == parts
    # The strip begins 0.12 s after the page, ends 0.06 s before it, and each lead has its median at zero.
    assert found.strip.shape == (4910,)
    assert found.strip[[0, 1189, 1190, 3689, 3690, 4909]].tolist() == [-564.5, 624.5, -1249.5, 1249.5, -624.5, 594.5]


def test_columns_without_a_lead_interrupt_the_strip_and_do_not_end_it():
    early = cut_segments(a_page(II=slice(1250, 5000)))
    assert early.rhythm_segments == (RhythmSegment("II", 2.5, 10.0),)
    signals = a_page(II=slice(0, 5000)).signals
    signals[:, COLUMNS[1]] = np.nan
    torn = cut_segments(Ecg(signals, np.ones(12, np.float32)))
    assert torn.rhythm_segments == (RhythmSegment("II", 0.0, 2.5), RhythmSegment("II", 5.0, 10.0))
    assert np.isnan(torn.strip[1250 - 60 : 2500 - 60]).all()


def test_a_strip_needs_four_seconds():
    assert cut_segments(a_page(II=slice(0, 2500))).rhythm_segments == (RhythmSegment("II", 0.0, 5.0),)
    none = cut_segments(a_page(II=COLUMNS[0]))
    assert (none.rhythm_segments, none.strip) == ((), None)


def test_a_lead_of_which_half_a_column_is_traced_gives_way_in_the_strip():
    page = a_page(II=slice(0, 1900), V5=slice(1250, 5000))
    parts = (RhythmSegment("II", 0.0, 2.5), RhythmSegment("V5", 2.5, 10.0))
    assert cut_segments(page).rhythm_segments == parts


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        (slice(0, 5000), 3750),  # V6 is usually at 7.5 s
        (slice(3750, 4250), 3750),  # two fifths of it are enough
        (slice(3750, 4249), 3750),  # fewer: from the start of the trace, which is the same here
        (slice(1000, 3000), 1000),
        (slice(4600, 5000), 3750),  # from no later than 2.5 s before the end
    ],
)
def test_a_lead_is_cut_at_its_column_or_where_its_trace_begins(shown, first):
    page = a_page(V6=shown)
    expected = page.signals[LEAD_INDEX["V6"], first + 60 : first + 1250 - 30]
    assert np.array_equal(cut_segments(page).leads[LEAD_INDEX["V6"]], expected, equal_nan=True)


@pytest.mark.parametrize("segments", [cut_segments(a_page(II=COLUMNS[0])), segment_leads(a_page(II=COLUMNS[0]))])
def test_segments_that_models_share_cannot_be_exchanged(segments):
    with pytest.raises(dataclasses.FrozenInstanceError):
        segments.strip = None
    assert segments != dataclasses.replace(segments)


def a_triangle(samples: int = 1000) -> Floats:
    """Return one segment whose slope changes at every hundredth sample, shape (1, samples), mV."""
    return np.abs(np.arange(samples) % 200 - 100)[None].astype(np.float32) / 100


def test_gaps_up_to_40_ms_are_bridged_and_longer_ones_stay_open():
    whole = bandpass_resample(a_triangle())
    short = a_triangle()
    short[0, 220:240] = short[0, 730:740] = np.nan
    assert bandpass_resample(short) == pytest.approx(whole, abs=1e-5)
    long = a_triangle()
    long[0, 220:241] = long[0, 730:740] = np.nan
    assert np.flatnonzero(np.isnan(bandpass_resample(long)[0])).tolist() == list(range(55, 61))


def test_a_gap_at_the_start_is_as_long_as_it_is():
    late = a_triangle()
    late[0, :21] = np.nan
    assert np.flatnonzero(np.isnan(bandpass_resample(late)[0])).tolist() == list(range(6))
    late[0, :] = np.nan
    assert np.isnan(bandpass_resample(late)).all()


@pytest.mark.parametrize(("samples", "expected"), [(400, 100), (401, 101), (403, 101), (404, 101)])
def test_a_segment_has_a_quarter_of_its_samples_rounded_up(samples, expected):
    assert bandpass_resample(np.zeros((2, samples), np.float32)).shape == (2, expected)


def test_a_signal_that_runs_backwards_is_filtered_to_the_same_backwards():
    wave = np.random.default_rng(0).normal(size=(1, 801)).astype(np.float32)
    assert bandpass_resample(wave[:, ::-1])[:, ::-1] == pytest.approx(bandpass_resample(wave), abs=1e-4)


def test_the_upper_corner_is_25_hz_and_the_median_zero():
    wave = np.sin(2 * np.pi * 25.0 * np.arange(1600) / 500 + 0.4)[None].astype(np.float32)
    found = bandpass_resample(wave)[0]
    assert found[100:-100].std() / wave.std() == pytest.approx(0.5, abs=0.01)
    assert np.median(found) == pytest.approx(0, abs=1e-6)


def inked(signal: Floats, **options: float) -> Floats:
    """Return the share of ink of each pixel of lead I's box, shape (40, 96), 0 to 1, when it alone is drawn."""
    leads = np.full((12, 290), np.nan, np.float32)
    leads[0] = signal
    return 1 - render(leads, None, **options)[:40, :96] / np.float32(255)


@pytest.mark.parametrize(
    ("level_mv", "row"),
    [
        *((0.0, 20.0), (1.0, 20 - 40 / 3), (-0.5, 20 + 20 / 3)),
        *((9.0, 1.25), (-9.0, 38.75)),  # along the edge of the row, not beyond it
    ],
)
def test_a_level_is_a_line_of_one_and_three_quarter_pixels_at_its_height(level_mv, row):
    ink = inked(np.full(290, level_mv))
    # Five canvas pixels are asked for; OpenCV draws a thick line one canvas pixel wider on either side.
    assert ink[:, 10:90].sum(axis=0) == pytest.approx(1.75, abs=0.02)
    centre = (ink[:, 50] * (np.arange(40) + 0.5)).sum() / ink[:, 50].sum()
    assert centre == pytest.approx(row, abs=0.2)


def test_the_line_is_black_where_it_covers_a_pixel():
    assert inked(np.full(290, 0.0375))[19, 10:90].tolist() == [1.0] * 80


def test_a_trace_begins_and_ends_at_its_seconds():
    columns = np.flatnonzero(inked(np.zeros(290)).any(axis=0))
    # From 0.12 s at 4.6 pixels to 2.432 s at 93.4, and about a pixel more for the ends of the line.
    assert columns[[0, -1]].tolist() == [3, 94]


def test_a_line_goes_from_sample_to_sample_and_does_not_return_to_its_first():
    ink = inked(1 - np.abs(np.arange(290) - 145) / 145)
    rows = np.flatnonzero(ink[:, round((0.12 + 145 / 125) * 38.4)])
    assert (rows.min(), rows.max()) == pytest.approx((20 - 40 / 3, 20 - 40 / 3), abs=2)


@pytest.mark.parametrize(("known", "drawn"), [(115, False), (116, True)])
def test_a_segment_is_drawn_if_two_fifths_of_it_are_known(known, drawn):
    signal = np.full(290, np.nan, np.float32)
    signal[:known] = 0
    assert inked(signal).any() == drawn
    assert inked(signal, min_coverage=0.1).any()


def test_a_lone_sample_is_no_line():
    signal = np.full(290, np.nan, np.float32)
    signal[100] = 0
    assert not inked(signal, min_coverage=0.0).any()
    signal[101] = 0
    assert inked(signal, min_coverage=0.0).any()


@pytest.mark.parametrize(("zoom", "shape"), [(1.0, (160, 384)), (2.0, (320, 768)), (0.5, (80, 192))])
def test_an_enlarged_drawing_has_a_line_of_the_same_pixels(zoom, shape):
    image = render(np.zeros((12, 290), np.float32), None, zoom=zoom)
    assert image.shape == shape
    column = 1 - image[: shape[0] // 4, shape[1] // 8] / 255
    assert 1 <= column.sum() < 2
