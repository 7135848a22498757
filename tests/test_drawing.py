"""The canonical drawing: known heights and times, one picture for every layout, nothing where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.arrays import Floats, Image
from heartguard.drawing import (
    DRAWING_HEIGHT,
    DRAWING_VERSION,
    DRAWING_WIDTH,
    LEAD_GROUPS,
    PX_PER_MV,
    PX_PER_S,
    bandpass_resample,
    cut_segments,
    draw,
    drawing_boxes,
    segment_leads,
)
from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.values import Box, Ecg

SECONDS = np.arange(SAMPLES) / SAMPLING_RATE_HZ


def an_ecg(signals: Floats, rhythm_lead: str | None = "II") -> Ecg:
    return Ecg(signals=signals.astype(np.float32), quality=np.ones(12, np.float32), rhythm_lead=rhythm_lead)


def bumps(height_mv: float = 1.0, every_s: float = 0.8, first_s: float = 0.6) -> Floats:
    """Return twelve leads with a bump of 40 ms (standard deviation) every `every_s` seconds."""
    centres = np.arange(first_s, 10.0, every_s)
    wave = height_mv * np.exp(-0.5 * ((SECONDS[:, None] - centres) / 0.04) ** 2).sum(axis=1)
    return np.tile(wave, (12, 1)).astype(np.float32)


def box_of(lead: str, *, rhythm: bool = False) -> Box:
    return next(b for b in drawing_boxes() if b.rhythm == rhythm and (rhythm or b.lead == lead))


def inside(image: Image, box: Box) -> Image:
    return image[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)]


def ink_centre(column: Image) -> float:
    ink = 255.0 - column
    return float((ink * np.arange(ink.size)).sum() / ink.sum())


def test_the_drawing_has_the_size_and_boxes_that_it_says():
    drawing = draw(segment_leads(an_ecg(bumps())))
    assert drawing.image.shape == (DRAWING_HEIGHT, DRAWING_WIDTH)
    assert drawing.image.dtype == np.uint8
    assert drawing.version == DRAWING_VERSION
    assert [b.lead for b in drawing.boxes if not b.rhythm] == list(sum(LAYOUTS["3x4"].rows, ()))
    assert sum(b.rhythm for b in drawing.boxes) == 1
    assert {b.x1 - b.x0 for b in drawing.boxes if not b.rhythm} == {DRAWING_WIDTH / 4}
    for box in drawing.boxes:
        assert box.x0 == pytest.approx(box.start_s * PX_PER_S)


@pytest.mark.parametrize("height_mv", [1.0, -1.0, 0.5])
def test_a_wave_is_as_high_as_its_millivolts_and_stands_at_its_second(height_mv):
    signals = np.zeros((12, SAMPLES), np.float32)
    signals[LEAD_INDEX["II"]] = bumps(height_mv, every_s=20.0, first_s=1.3)[0]
    box = box_of("II")
    part = inside(draw(segment_leads(an_ecg(signals, rhythm_lead=None)), without=["rhythm"]).image, box)
    column = round(1.3 * PX_PER_S - 0.5)
    tip = np.flatnonzero(part[:, column] < 128)
    reached = box.baseline_y - box.y0 - (tip.min() if height_mv > 0 else tip.max())
    # The filters take a few per cent of a single wave, and half of a pixel of ink is lost at its tip.
    assert reached == pytest.approx(height_mv * PX_PER_MV, abs=2.6)
    assert ink_centre(part[:, 70]) == pytest.approx(box.baseline_y - box.y0, abs=1.2)


def test_both_page_layouts_of_the_same_heart_give_the_same_drawing():
    rng = np.random.default_rng(1)
    whole = bumps() * rng.uniform(0.3, 1.2, (12, 1)).astype(np.float32)
    three, six = np.full_like(whole, np.nan), np.full_like(whole, np.nan)
    for number, lead in enumerate(LEADS):
        column = number // 3
        three[number, column * 1250 : (column + 1) * 1250] = whole[number, column * 1250 : (column + 1) * 1250]
        half = slice(0, 2500) if number < 6 else slice(2500, 5000)
        six[LEAD_INDEX[lead], half] = whole[LEAD_INDEX[lead], half]
    for signals in (three, six):
        signals[LEAD_INDEX["II"]] = whole[LEAD_INDEX["II"]]
    first, second, full = (draw(segment_leads(an_ecg(s))).image for s in (three, six, whole))
    assert np.array_equal(first, second)
    assert np.array_equal(first, full)


def test_slow_wander_and_fast_noise_leave_the_drawing_nearly_as_it_was():
    clean = bumps()
    wander = 0.3 * np.sin(2 * np.pi * 0.15 * SECONDS)
    mains = 0.2 * np.sin(2 * np.pi * 50.0 * SECONDS)
    before, after = draw(segment_leads(an_ecg(clean))).image, draw(segment_leads(an_ecg(clean + wander + mains))).image
    assert np.abs(before.astype(int) - after).mean() < 4
    assert np.abs(before.astype(int) - draw(segment_leads(an_ecg(1.3 * clean))).image).mean() > 1


@pytest.mark.parametrize("player", ["I", "V6", "rhythm"])
def test_a_player_left_out_leaves_its_box_blank_and_the_rest_alone(player):
    ecg = an_ecg(bumps())
    full, less = draw(segment_leads(ecg)).image, draw(segment_leads(ecg), without=[player]).image
    box = box_of(player, rhythm=player == "rhythm")
    assert (inside(less, box) == 255).all()
    assert (inside(full, box) < 255).any()
    changed = full != less
    inside(changed, box)[:] = False
    assert not changed.any()


def test_all_players_left_out_is_white_paper():
    assert (draw(segment_leads(an_ecg(bumps())), without=LEAD_GROUPS).image == 255).all()


def test_a_name_that_is_no_player_is_refused():
    with pytest.raises(ValueError, match="V7"):
        draw(segment_leads(an_ecg(bumps())), without=["V7"])


def test_leads_that_were_not_traced_are_blank_and_gaps_stay_open():
    signals = bumps()
    signals[LEAD_INDEX["V2"]] = np.nan
    signals[LEAD_INDEX["I"], 500:700] = np.nan
    image = draw(segment_leads(an_ecg(signals))).image
    assert (inside(image, box_of("V2")) == 255).all()
    box = inside(image, box_of("I"))
    gap = slice(round(1.02 * PX_PER_S), round(1.38 * PX_PER_S))
    assert (box[:, gap] == 255).all()
    assert (box[:, : gap.start - 2] < 255).any()
    assert (box[:, gap.stop + 2 :] < 255).any()


def test_too_few_seconds_leave_the_strip_empty():
    signals = bumps()
    signals[:, 1250:] = np.nan
    drawing = draw(segment_leads(an_ecg(signals, rhythm_lead=None)))
    assert (inside(drawing.image, box_of("II", rhythm=True)) == 255).all()


@pytest.mark.parametrize(
    ("layout", "leads"), [("6x2", ["II", "V5"]), ("3x4", ["II", "aVF", "V2", "V5"]), ("12x1", ["II"])]
)
def test_on_a_page_without_strip_the_leads_that_it_shows_stand_in(layout, leads):
    signals = np.full((12, SAMPLES), np.nan, np.float32)
    for row in LAYOUTS[layout].rows:
        for column, lead in enumerate(row):
            here = slice(*(round((column + k) * LAYOUTS[layout].column_seconds * SAMPLING_RATE_HZ) for k in (0, 1)))
            signals[LEAD_INDEX[lead], here] = bumps()[0, here] + LEAD_INDEX[lead]
    drawing = draw(segment_leads(an_ecg(signals, rhythm_lead=None)))
    parts = [box for box in drawing.boxes if box.rhythm]
    assert [box.lead for box in parts] == leads
    assert [box.x0 for box in parts] == pytest.approx([box.start_s * PX_PER_S for box in parts])
    assert parts[-1].end_s == 10
    whole = draw(segment_leads(an_ecg(bumps()))).image
    # Joined leads look as one lead would, though each of them had a level of its own.
    strip = box_of("II", rhythm=True)
    assert np.abs(inside(drawing.image, strip).astype(float) - inside(whole, strip)).mean() < 2


def test_a_lead_that_shows_other_seconds_is_taken_from_where_it_begins():
    signals = np.full((12, SAMPLES), np.nan, np.float32)
    signals[:, :1250] = bumps()[:, :1250]
    image = draw(segment_leads(an_ecg(signals, rhythm_lead=None))).image
    assert np.array_equal(inside(image, box_of("V6")), inside(image, box_of("I")))


def test_tall_waves_are_held_at_the_edge_of_their_row():
    signals = np.zeros((12, SAMPLES), np.float32)
    signals[LEAD_INDEX["II"]] = bumps(5.0)[0]
    image = draw(segment_leads(an_ecg(signals, rhythm_lead=None)), without=["rhythm", *(set(LEADS) - {"II"})]).image
    box = box_of("II")
    rows = np.flatnonzero((image < 255).any(axis=1))
    assert rows.min() >= box.y0
    assert rows.max() < box.y1
    assert rows.min() <= box.y0 + 2


def test_the_same_ecg_is_drawn_the_same_way_twice():
    ecg = an_ecg(bumps())
    assert np.array_equal(draw(segment_leads(ecg)).image, draw(segment_leads(ecg)).image)


def test_conditioning_keeps_the_band_and_takes_the_rest():
    def kept(hz: float) -> float:
        wave = np.sin(2 * np.pi * hz * SECONDS[:4910])[None].astype(np.float32)
        return float(bandpass_resample(wave)[0, 200:-200].std() / wave.std())

    assert kept(0.2) < 0.05
    assert kept(0.67) == pytest.approx(0.5, abs=0.05)
    assert kept(5.0) == pytest.approx(1.0, abs=0.03)
    assert kept(25.0) == pytest.approx(0.5, abs=0.1)
    assert kept(50.0) < 0.02


def test_segments_are_the_filtered_cut_and_keep_where_they_come_from():
    ecg = an_ecg(bumps())
    raw, segments = cut_segments(ecg), segment_leads(ecg)
    assert raw.leads.shape == (12, 1160)  # 2.5 s less the margins of 0.12 and 0.06 s, 500 Hz
    assert segments.leads.shape == (12, 290)
    assert np.array_equal(segments.leads, bandpass_resample(raw.leads))
    assert np.array_equal(segments.strip, bandpass_resample(raw.strip[None])[0])
    assert segments.rhythm_segments == raw.rhythm_segments
    assert segments.ecg is ecg
    assert draw(segments).ecg is ecg


def test_drawing_with_a_player_less_leaves_the_segments_as_they_were():
    segments = segment_leads(an_ecg(bumps()))
    before = segments.leads.copy(), segments.strip.copy()
    draw(segments, without=["I", "rhythm"])
    assert np.array_equal(segments.leads, before[0])
    assert np.array_equal(segments.strip, before[1])
