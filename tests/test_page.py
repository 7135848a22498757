from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heartguard.errors import HeartGuardError, NotAnEcgError, PageError
from heartguard.leads import LAYOUTS, LEAD_INDEX, SAMPLES, SHAPES
from heartguard.page import PX_PER_MM, layout_evidence, look
from heartguard.page.arrange import settle_rows
from heartguard.page.ends import Extent
from heartguard.page.gain import read_gain
from heartguard.page.marks import Pulse, find_lines
from heartguard.page.recognise import Arrangement
from heartguard.page.speed import speed_warnings
from heartguard.page.straight import Scale, straighten
from heartguard.printed import Gains
from heartguard.values import Corrections, Page, Upload
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import PRESETS, SimulatedPage, render_page
from tests.networks import page_models, read_page

SIGNALS = simulate_ecg("normal", 72, seed=3).signals


def upload(image: np.ndarray) -> Upload:
    return Upload("page.png", "0" * 64, "png", image)


def simulated(preset: str, **changes: object) -> SimulatedPage:
    return render_page(SIGNALS, replace(PRESETS[preset], **changes), seed=1)


def found(preset: str, **changes: object) -> tuple[SimulatedPage, Page]:
    page = simulated(preset, **changes)
    return page, read_page(upload(page.image))


@pytest.mark.parametrize("share", [0.2, 0.5, float("nan")])
def test_an_order_that_heartbeats_do_not_tell_is_in_doubt(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_evidence, "misfit_in_turn", lambda *_, **__: share)
    monkeypatch.setattr(look, "read_print", lambda *_: ())
    made, page = found("clean", layout="2x6")
    assert page.layout.name == "2x6"
    asked = [warning.code for warning in page.warnings if warning.family == "names"]
    assert asked == ([] if share == 0.2 else ["names.order"])
    by_hand = read_page(upload(made.image), Corrections(lead_order="Cabrera"))
    assert by_hand.layout.name == "2x6 Cabrera"
    assert not [warning for warning in by_hand.warnings if warning.family == "names"]


@pytest.mark.parametrize("layout", [*SHAPES, "3x4+1 Cabrera", "6x2 Cabrera", "12x1 Cabrera", "2x6 Cabrera"])
def test_layout_and_scale_are_recognised(layout: str) -> None:
    truth, page = found("clinic-3x4", layout=layout)
    assert page.layout.name == layout
    assert page.scale_source == "grid"
    assert [p.lead for p in page.panels if not p.rhythm] == [p.lead for p in truth.panels if not p.rhythm]


def scale_of(page: SimulatedPage) -> Scale:
    """Return the scale of a page by its grid as the structure network sees it."""
    straight = straighten(page.image, page_models().structure.maps(page.image))
    assert straight is not None
    return straight.scale


@pytest.mark.parametrize("px_per_mm", [4.0, 6.0, 8.0, 11.0])
def test_grid_pitch_is_read_to_a_tenth_of_a_percent(px_per_mm: float) -> None:
    scale = scale_of(simulated("clean", px_per_mm=px_per_mm))
    assert scale.source == "grid"
    assert scale.px_per_mm_x == pytest.approx(px_per_mm, rel=0.001)
    assert scale.px_per_mm_y == pytest.approx(px_per_mm, rel=0.001)


@pytest.mark.parametrize("grid", ["solid", "dots", "major"])
@pytest.mark.parametrize("colour", [(243, 160, 170), (180, 180, 180), (150, 200, 150)])
def test_grids_of_any_look_are_found(grid: str, colour: tuple[int, int, int]) -> None:
    scale = scale_of(simulated("clean", grid=grid, grid_colour=colour, px_per_mm=5.0))
    assert scale.px_per_mm_x == pytest.approx(5.0, rel=0.002)


def test_without_a_grid_the_pulses_give_the_scale_and_the_page_says_so() -> None:
    _, page = found("clinic-6x2-no-grid")
    assert page.scale_source == "pulse"
    assert page.layout.name == "6x2+1"
    assert [(w.code, w.severity) for w in page.warnings] == [("scale.grid", "note")]
    _, page = found("clinic-6x2-no-grid", gain_mm_per_mv=11.0)
    assert ("scale.grid", "caution") in [(w.code, w.severity) for w in page.warnings]


def test_without_grid_and_pulses_the_layout_gives_the_scale_and_amplitudes_are_not_to_be_trusted() -> None:
    _, page = found("clinic-6x2-no-grid", pulse="none")
    assert page.scale_source == "layout"
    assert ("scale.grid", "fault") in [(w.code, w.severity) for w in page.warnings]


@pytest.mark.parametrize("tilt", [-10.0, 4.0])
def test_a_tilted_page_is_straightened_and_panels_map_back_onto_the_upload(tilt: float) -> None:
    truth, page = found("clean", tilt_deg=tilt)
    assert page.tilt_deg == pytest.approx(tilt, abs=0.1)
    panel = page.panels[0]
    back = np.linalg.inv(page.to_page) @ [panel.x0, panel.baseline_y, 1]
    expected = truth.to_image @ [truth.panels[0].x0, truth.panels[0].baseline_y, 1]
    # The isoelectric height is found from the trace itself, so it may lie a millimetre off the drawn one.
    assert np.hypot(*(back[:2] / back[2] - expected[:2] / expected[2])) < 1.5 * truth.px_per_mm


def test_panels_stand_where_they_were_drawn() -> None:
    truth, page = found("clinic-3x4")
    for panel, drawn in zip(page.panels, truth.panels, strict=True):
        scale = PX_PER_MM / truth.px_per_mm
        # A name that is printed on the beginning of a trace hides up to 1 mm of it.
        assert panel.x0 == pytest.approx(drawn.x0 * scale, abs=1.2 * PX_PER_MM)
        assert panel.baseline_y == pytest.approx(drawn.baseline_y * scale, abs=PX_PER_MM)


def test_columns_begin_to_a_pixel() -> None:
    truth, page = found("clean", px_per_mm=PX_PER_MM)
    for panel, drawn in zip(page.panels, truth.panels, strict=True):
        assert panel.x0 == pytest.approx(drawn.x0, abs=1.0)
        assert panel.x1 == pytest.approx(drawn.x1, abs=1.0)


@pytest.mark.parametrize("preset", ["clinic-3x4", "clinic-6x2"])
def test_a_name_on_the_beginning_of_a_trace_hides_at_most_a_millimetre(preset: str) -> None:
    truth, page = found(preset, px_per_mm=PX_PER_MM)
    for panel, drawn in zip(page.panels, truth.panels, strict=True):
        assert panel.x0 == pytest.approx(drawn.x0, abs=1.2 * PX_PER_MM)
        assert panel.x1 == pytest.approx(drawn.x1, abs=1.2 * PX_PER_MM)


def test_a_step_that_carries_the_last_stretch_out_of_its_row_does_not_end_the_page() -> None:
    signals = SIGNALS.copy()
    signals[9:, 4900:] = np.array([[1.2], [2.0], [1.6]])  # V4 stays within its band
    page = read_page(upload(render_page(signals, replace(PRESETS["clean"], layout="3x4"), seed=1).image))
    # The step itself, 2.7 % of the page, is lost with it: nothing tells it from a tall wave at the edge.
    assert max(p.x1 for p in page.panels) - min(p.x0 for p in page.panels) == pytest.approx(250 * PX_PER_MM, rel=0.03)


def test_complexes_that_stand_one_above_the_other_are_no_separator() -> None:
    signals = SIGNALS.copy()
    after = np.arange(SAMPLES) - SAMPLES // 2
    signals[8:11] = 1.6 * np.exp(-(((after - 8) / 3) ** 2)) - 1.6 * np.exp(-(((after - 17) / 3) ** 2))
    truth = render_page(signals, replace(PRESETS["clean"], layout="6x2"), seed=1)
    panel = next(panel for panel in truth.panels if panel.lead == "V3")
    x, y = round(panel.x0), round(panel.baseline_y)
    upstroke = read_page(upload(truth.image)).ink[y - 120 : y - 40, x : x + 8]  # 0.5 to 1.5 mV, the first 40 ms
    assert (upstroke.max(axis=1) > 0.5).all()


def test_a_strip_that_wanders_is_found_by_the_pulses_of_all_rows() -> None:
    wander = 1.4 * np.sin(3 * np.pi * np.arange(SAMPLES) / SAMPLES + 3)
    signals = SIGNALS.copy()
    signals[:6] += np.array([0, 1, 1, -0.5, -0.5, 1], np.float32)[:, None] * wander.astype(np.float32)
    page = read_page(upload(render_page(signals, replace(PRESETS["clean"], layout="6x2+1"), seed=1).image))
    assert page.layout.name == "6x2+1"


def test_a_lead_that_is_off_is_no_ruled_line() -> None:
    signals = SIGNALS.copy()
    signals[LEAD_INDEX["V5"], 2500:] = 0
    page = read_page(upload(render_page(signals, replace(PRESETS["clinic-6x2"], pulse="none"), seed=1).image))
    assert page.layout.name == "6x2+1"


@pytest.mark.parametrize(("height", "gain", "said"), [(10.5, 10.0, False), (5.2, 5.0, False), (13.5, 10.0, True)])
def test_pulses_that_fit_no_usual_gain_are_said(height: float, gain: float, said: bool) -> None:
    pulses = (Pulse(10.0, 50.0, 400.0, height),) * 3
    found = read_gain(pulses, None)
    assert found.mm_per_mv == gain
    assert [w.code for w in found.warnings if w.severity == "caution"] == ["scale.gain"] * said


@pytest.mark.parametrize(
    ("heights", "printed", "gain", "codes"),
    [
        ((5.5, 13.6), Gains(5.0, 5.0), 5.0, [("note", "scale.gain")]),
        ((5.5, 13.6), Gains(20.0, 20.0), 20.0, [("note", "scale.gain")]),
        ((5.5, 13.6), None, 10.0, [("caution", "scale.gain")]),
        ((20.1, 19.6, 7.5), None, 20.0, [("note", "scale.gain")]),
    ],
)
def test_pulses_that_differ_show_no_gain_between_them(
    heights: tuple[float, ...], printed: Gains | None, gain: float, codes: list[tuple[str, str]]
) -> None:
    found = read_gain(tuple(Pulse(10.0, 50.0, 400.0, height) for height in heights), printed)
    assert found.mm_per_mv == gain
    assert [(said.severity, said.code) for said in found.warnings] == codes


def test_a_gain_set_by_hand_against_the_pulses_is_used_and_said() -> None:
    pulses = (Pulse(10.0, 50.0, 400.0, 10.1),) * 3
    found = read_gain(pulses, None, 5.0)
    assert (found.mm_per_mv, found.witnesses) == (5.0, -1.0)
    assert [warning.severity for warning in found.warnings] == ["fault"]
    assert "pulses show 10 mm/mV, but 5 mm/mV was set by hand" in found.warnings[0].text
    assert read_gain(pulses, None, 10.0).warnings == ()


def test_a_gain_set_by_hand_against_the_print_of_a_page_without_pulses_is_said() -> None:
    found = read_gain((), Gains(10.0, 5.0), 20.0)
    assert (found.mm_per_mv, found.witnesses) == (20.0, -1.0)
    assert found.warnings[0].severity == "fault"
    assert "print says 10 mm/mV, but 20 mm/mV was set by hand" in found.warnings[0].text
    assert read_gain((), Gains(10.0, 5.0), 5.0).warnings == ()


def test_a_speed_set_by_hand_against_the_print_is_said() -> None:
    (said,) = speed_warnings(5.0, 50.0, True, printed=25.0)
    assert (said.code, said.severity) == ("scale.speed", "fault")
    assert "print says 25 mm/s, but 50 mm/s was set by hand" in said.text
    assert speed_warnings(5.0, 50.0, True, printed=50.0) == ()


def sides(left: tuple[float, ...], right: tuple[float, ...]) -> tuple[Pulse, ...]:
    """Return pulses before the limb leads and before the chest leads, of such heights."""
    places = [(100.0, height) for height in left] + [(1200.0, height) for height in right]
    return tuple(Pulse(x, x + 40, 400.0, height) for x, height in places)


def test_pulses_before_each_column_show_a_gain_of_chest_leads_of_their_own() -> None:
    pulses = sides((10.1, 9.2, 9.9), (5.0, 4.7, 5.1))
    found = read_gain(pulses, None)
    assert (found.mm_per_mv, found.by_lead, found.witnesses) == (10.0, Gains(10.0, 5.0), 1.0)
    assert found.pulse_error == pytest.approx(0.015)
    (said,) = found.warnings
    assert (said.code, said.severity) == ("scale.gain", "note")
    assert read_gain(pulses, Gains(10.0, 5.0)).witnesses == 2.0
    contradicted = read_gain(pulses, Gains(10.0, 10.0))
    assert (contradicted.mm_per_mv, contradicted.by_lead) == (10.0, None)
    scattered = tuple(replace(pulse, x0=pulse.x0 + 90 * k, x1=pulse.x1 + 90 * k) for k, pulse in enumerate(pulses))
    assert read_gain(scattered, None).by_lead is None, "waves that were taken for pulses"


@pytest.mark.parametrize(
    ("left", "right"), [((10.1, 9.9), (5.0,)), ((10.1, 9.9), (10.0, 9.8)), ((10.1, 9.9), (5.0, 7.1))]
)
def test_one_pulse_or_pulses_of_any_height_show_no_gain_of_their_own(
    left: tuple[float, ...], right: tuple[float, ...]
) -> None:
    assert read_gain(sides(left, right), None).by_lead is None


def test_gain_is_read_from_the_pulses() -> None:
    _, page = found("clean", gain_mm_per_mv=5.0)
    assert page.gain_mm_per_mv == 5.0
    assert any("5 mm/mV" in note.text for note in page.warnings if note.code == "scale.gain")


@pytest.mark.parametrize("layout", ["3x4+1", "6x2"])
def test_pulses_ten_millimetres_wide_tell_a_speed_of_50(layout: str) -> None:
    truth, page = found("clean", layout=layout, speed_mm_per_s=50.0, page_seconds=5.0)
    assert page.layout.name == layout
    assert page.paper_speed_mm_per_s == 50.0
    assert page.gain_mm_per_mv == 10.0
    assert any("50 mm/s" in note.text for note in page.warnings if note.code == "scale.speed")
    assert [p.end_s for p in page.panels] == pytest.approx([p.end_s for p in truth.panels], abs=0.005)
    assert page.panels[0].x1 - page.panels[0].x0 == pytest.approx(page.panels[0].end_s * page.px_per_s, rel=0.01)


def test_rows_that_changed_places_are_named() -> None:
    swapped = SIGNALS.copy()
    swapped[[0, 1]] = SIGNALS[[1, 0]]
    page = read_page(upload(render_page(swapped, PRESETS["clean"], seed=1).image))
    assert page.layout.name == "3x4+1"
    assert ["I and II have changed places" in w.text for w in page.warnings if w.code == "names.swapped"] == [True]


def test_separators_and_names_are_no_ink() -> None:
    truth, page = found("clinic-3x4")
    x = round(truth.panels[1].x0 * PX_PER_MM / truth.px_per_mm)
    between_rows = round((page.panels[0].baseline_y + page.panels[4].baseline_y) / 2)
    assert page.ink[between_rows - 20 : between_rows + 20, x - 3 : x + 4].max() == 0


def test_a_page_that_is_far_askew_is_straightened_by_its_grid() -> None:
    truth, page = found("clean", tilt_deg=17.0)
    assert page.tilt_deg == pytest.approx(17, abs=0.5)
    assert page.layout.name == truth.layout.name
    points = np.array([[page.panels[0].x0, page.panels[0].baseline_y], [1000.0, 700.0]])
    assert page.on_page(page.on_upload(points)) == pytest.approx(points, abs=0.5)


@pytest.mark.parametrize("seed", range(3))
def test_pictures_without_an_ecg_are_refused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pictures = (
        np.full((800, 1100, 3), 255, np.uint8),
        rng.integers(0, 256, (800, 1100, 3)).astype(np.uint8),
        np.repeat(np.linspace(0, 255, 1100, dtype=np.uint8)[None, :, None], 800, axis=0).repeat(3, axis=2),
    )
    with pytest.raises(PageError):
        read_page(upload(np.ascontiguousarray(pictures[seed])))


def test_a_blank_grid_is_refused_as_no_ecg() -> None:
    page = render_page(
        np.full((12, 5000), np.nan, np.float32), replace(PRESETS["clean"], pulse="none", lead_names=False)
    )
    with pytest.raises(NotAnEcgError):
        read_page(upload(page.image))


def test_every_refusal_is_a_sentence() -> None:
    with pytest.raises(HeartGuardError) as refusal:
        read_page(upload(np.full((600, 900, 3), 250, np.uint8)))
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value).split()) > 6


@pytest.mark.parametrize("slope", [0.0, 0.005, -0.005])
def test_a_separator_that_leans_a_little_is_straight(slope: float) -> None:
    ink = np.zeros((600, 400), bool)
    rows = np.arange(20, 580)
    for width in range(3):
        ink[rows, np.round(200 + slope * rows).astype(int) + width] = True
    ink[300:306] = True  # a trace that crosses it
    lines = find_lines(ink, ink.astype(np.float32), PX_PER_MM)
    assert len(lines.straight_x) == len(lines.vertical_x) > 0


def test_rows_between_pulses_stay_where_only_every_second_row_has_one() -> None:
    heights = tuple(100.0 + 160 * row for row in range(6))
    trace = np.zeros((1000, 2200), bool)
    for y in heights:
        trace[round(y), 100:2100] = True
    pulses = tuple(Pulse(20.0, 60.0, y, 10.0) for y in heights[::2])
    assert settle_rows(trace, heights, pulses, Extent(100.0, 2100.0), PX_PER_MM) == heights


@pytest.mark.parametrize(
    ("agree", "differ", "spelt"), [(0.9, 0.0, True), (0.9, 0.08, True), (0.9, 0.2, False), (0.6, 0.0, False)]
)
def test_names_that_were_read_leave_no_guess(agree: float, differ: float, spelt: bool) -> None:
    arranged = Arrangement(LAYOUTS["6x2"], tuple(map(float, range(6))), 0.6, names_agree=agree, names_differ=differ)
    assert arranged.spelt == spelt
