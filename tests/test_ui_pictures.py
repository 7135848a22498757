from __future__ import annotations

import base64
import tomllib
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from heartguard.leads import LAYOUTS
from heartguard.page.columns import Strip, place_panels
from heartguard.page.ends import Extent
from heartguard.ui.explanation.maps import tint
from heartguard.ui.preprocessing.steps import reading_steps
from heartguard.ui.shared.pictures import (
    blend_heat,
    encode_jpeg,
    enlarge,
    fit_width,
    rgb,
)
from heartguard.ui.viewer.payload import lead_quality
from heartguard.values import Panel, Segment
from heartlab.evaluate.overlay import draw_traces, panel_colour
from tests.handmade import make_page, make_reading, make_upload

WHITE = np.full((100, 200, 3), 255, np.uint8)


def level_segment(lead="I", gap=None):
    y = np.full(150, 60.0, np.float32)
    if gap is not None:
        y[gap] = np.nan
    return Segment(Panel(lead, 0, 20.0, 169.0, 60.0, 0.0, 2.5), y, 20, 1.0)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.name)
def test_neighbouring_stretches_differ_in_colour(layout):
    edges = np.linspace(0.0, 2000.0, layout.columns + 1)
    columns = [Extent(*ends) for ends in pairwise(edges)]
    strips = [Strip("II", Extent(0.0, 2000.0))] * layout.rhythm_strips
    panels = place_panels(layout, tuple(range(layout.row_count)), columns, strips, 200.0)
    for a, b in combinations(panels, 2):
        side_by_side = a.row == b.row and (a.x1 == b.x0)
        above = b.row - a.row == 1 and a.x0 < b.x1 and b.x0 < a.x1
        if side_by_side or above:
            assert panel_colour(a) != panel_colour(b), (a.lead, b.lead)


def test_a_lead_is_called_good_only_on_a_page_that_is():
    ecg = make_reading().ecg
    quality = np.linspace(0.2, 1.0, 12).astype(np.float32)
    signals = ecg.signals.copy()
    signals[11] = np.nan
    changed = replace(ecg, signals=signals, quality=quality)
    assert lead_quality(changed, "I", 0.9) == "Traced poor (20 of 100)."
    assert lead_quality(changed, "V5", 0.9) == "Traced good (93 of 100)."
    assert lead_quality(changed, "V6", 0.9) == "Not found on this page."
    assert lead_quality(changed, "V5", 0.27) == "The page was traced poorly: do not rely on this lead."


def test_a_trace_is_drawn_in_its_colour_where_the_line_is():
    drawn = draw_traces(WHITE, [level_segment()], 4.0, 1.0)
    assert tuple(drawn[60, 150]) == panel_colour(level_segment().panel)
    assert np.ptp(drawn[80, 150]) == 0
    assert WHITE.min() == 255


def test_nothing_is_drawn_over_a_gap():
    drawn = draw_traces(WHITE, [level_segment(gap=slice(80, 120))], 4.0, 1.0)
    assert tuple(drawn[60, 120]) == (255, 255, 255)
    assert tuple(drawn[60, 60]) == panel_colour(level_segment().panel)


def test_opacity_nought_gives_the_page_back():
    assert draw_traces(WHITE, [level_segment()], 4.0, 0.0) is WHITE


def test_a_segment_without_any_column_is_no_error():
    empty = Segment(Panel("V1", 0, 20.0, 20.0, 60.0, 0.0, 2.5), np.full(3, np.nan, np.float32), 20, 0.0)
    assert draw_traces(WHITE, [empty], 4.0, 0.9).shape == WHITE.shape


def test_heat_tints_paper_by_its_sign_and_leaves_ink_dark():
    grey = np.full((4, 6), 255, np.uint8)
    grey[0] = 0
    heat = np.zeros((4, 6), np.float32)
    heat[:, 0], heat[:, 1] = 2.0, -2.0
    tinted = blend_heat(grey, heat, 1.0, 2.0)
    assert tuple(tinted[2, 0]) == (213, 94, 0)
    assert tuple(tinted[2, 1]) == (0, 114, 178)
    assert tuple(tinted[2, 5]) == (255, 255, 255)
    assert tuple(tinted[0, 0]) == (0, 0, 0)


def test_heat_without_evidence_changes_nothing():
    empty = np.full((100, 200), np.nan, np.float32)
    assert np.array_equal(blend_heat(WHITE, empty, 1.0, 1.0), WHITE)


def test_sizes():
    assert fit_width(WHITE, 100).shape == (50, 100, 3)
    assert fit_width(WHITE, 400) is WHITE
    assert enlarge(WHITE[..., 0], 3).shape == (300, 600)
    assert rgb(WHITE[..., 0]).shape == WHITE.shape


def test_jpeg_keeps_red_red():
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 255
    back = cv2.imdecode(np.frombuffer(encode_jpeg(red), np.uint8), cv2.IMREAD_COLOR)
    blue, green, redness = back[16, 16]
    assert redness > 240
    assert max(blue, green) < 20


def test_steps_say_what_was_found():
    page = make_page(scale_source="pulse", tilt_deg=-3.2, upload=make_upload(kind="pdf"))
    steps = reading_steps(make_reading(page=page, upload=page.upload))
    assert [step.title[:1] for step in steps] == ["1", "2", "3", "5"]
    assert steps[0].found == "PDF, 900 × 600 pixels."
    assert "3.2°" in steps[1].found
    assert "calibration pulse" in steps[1].found
    assert steps[2].image.min() == 255


def _contrast(one: np.ndarray, other: np.ndarray) -> float:
    """Return the contrast of two colours, RGB of 0 to 255, as WCAG 2.2 defines it."""
    linear = [np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (one / 255, other / 255)]
    darker, lighter = sorted(float(c @ (0.2126, 0.7152, 0.0722)) for c in linear)
    return (lighter + 0.05) / (darker + 0.05)


def _colour(text: str) -> np.ndarray:
    return np.array([int(text[k : k + 2], 16) for k in (1, 3, 5)], float)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_trace_stays_legible_on_the_strongest_colour_of_a_map(sign):
    """On the page, whose paper is white in both themes, and on the signals, on the sheet of each theme."""
    address = tint(np.full((8, 8), sign, np.float32), 1.0)
    coded = np.frombuffer(base64.b64decode(address.partition(",")[2]), np.uint8)
    b, g, r, alpha = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)[1, 1].astype(float)
    tinted, alpha = np.array([r, g, b]), alpha / 255
    assert _contrast(_colour("#16232b"), 255 * (1 - alpha) + alpha * tinted) >= 4.5
    settings = Path(__file__).resolve().parents[1] / ".streamlit" / "config.toml"
    for theme in ("light", "dark"):
        colours = tomllib.loads(settings.read_text(encoding="utf-8"))["theme"][theme]
        sheet = 0.97 * _colour(colours["backgroundColor"]) + 0.03 * _colour("#dd0000")
        assert _contrast(_colour(colours["textColor"]), sheet * (1 - alpha) + alpha * tinted) >= 4.5
