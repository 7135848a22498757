from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from heartguard.layers import shuffled
from heartguard.trace.crops import (
    CROP_COLUMNS,
    CROP_ROWS,
    POINTS,
    Crop,
    cut_crops,
    heights_of,
    lowered,
    points_x,
    rows_of,
)
from heartguard.trace.line_network import LINE_LAYERS, POWER, LineNetwork, stacked_rows
from heartguard.trace.panels import FINER, find_lines
from heartguard.trace.refine import refine_lines
from heartguard.trace.runs import Runs
from heartguard.trace.share import Path
from heartguard.values import Corrections, Page, Upload
from heartguard.weights import models_folder, read_weights
from heartlab.metrics.scoring import lead_physionet_db
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import PRESETS, render_page
from heartlab.train.line import lessons as line_lessons
from heartlab.train.line.lessons import Lessons, simulate_lessons
from heartlab.train.line.sheet_lessons import sheet_lessons
from tests.handmade import put_weights, random_weights
from tests.networks import read_page, trace_page

SIGNALS = simulate_ecg("normal", 72, seed=3).signals


@pytest.fixture(scope="module")
def page() -> Page:
    made = render_page(SIGNALS, replace(PRESETS["clean"], layout="12x1"), seed=1)
    return read_page(Upload("page.png", "0" * 64, "png", made.image))


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return random_weights(LINE_LAYERS)


class Flat:
    """A network that sees every line a millimetre below the row's isoelectric height."""

    def place(self, crops):
        rows = np.full((len(crops), CROP_COLUMNS * POINTS), CROP_ROWS / 2 + 3.0)
        return rows, np.full(rows.shape, 1.5)


def test_rows_and_heights_are_each_others_way_back() -> None:
    y = np.linspace(0, 500, 41)
    assert heights_of(rows_of(y)) == pytest.approx(y)


def test_lowered_ink_keeps_its_place() -> None:
    ink = np.zeros((80, 8), np.float32)
    ink[38:42] = 1
    weight = lowered(ink)[:, 0]
    assert heights_of(np.array([weight @ np.arange(30) / weight.sum()]))[0] == pytest.approx(39.5, abs=0.05)


def test_crops_hold_every_steep_column_once(page: Page) -> None:
    lines = find_lines(page)
    crops = list(cut_crops(lowered(page.ink), [line.path for line in lines], FINER))
    for number, line in enumerate(lines):
        length = line.path.bottom - line.path.top
        steep = np.flatnonzero(length[FINER // 2 :: FINER] > 3 * line.path.runs.stroke) + line.first
        wanted = [crop.column + np.flatnonzero(crop.wanted) for crop in crops if crop.path == number]
        columns = np.concatenate(wanted)
        assert len(np.unique(columns)) == len(columns)
        assert np.isin(steep, columns).all()


def test_a_network_that_goes_on_from_written_weights_is_the_one_that_they_were_written_of() -> None:
    torch = pytest.importorskip("torch")
    from heartlab.train.layers_torch import build_network, fold, plain_network, written

    network, pictures = build_network(LINE_LAYERS, 0).eval(), torch.rand(1, 6, 32, 32)
    folded = fold(network, LINE_LAYERS)
    plain = plain_network(LINE_LAYERS, folded)
    with torch.no_grad():
        assert plain(pictures).numpy() == pytest.approx(network(pictures).numpy(), abs=1e-5)
    again = written(plain, LINE_LAYERS)
    assert again.keys() == folded.keys()
    assert all(np.array_equal(again[name], folded[name]) for name in folded)


def test_opencv_and_pytorch_place_lines_alike(page: Page, weights: dict[str, np.ndarray]) -> None:
    torch = pytest.importorskip("torch")
    from heartlab.train.layers_torch import build_network, fold

    network = build_network(LINE_LAYERS, 0).eval()
    put_weights(network, LINE_LAYERS, weights)
    crops = list(cut_crops(lowered(page.ink), [line.path for line in find_lines(page)], FINER))[:3]
    pictures = torch.from_numpy(np.stack([crop.picture for crop in crops]))
    with torch.no_grad():
        # shares of random weights are wide: every crop is seen turned over, too
        turned = [network(stacked_rows(pictures.flip(axes)))[:, 0].flip(axes) for axes in ((), (-1,), (-2,))]
    shares = torch.softmax(torch.stack(turned).mean(0), dim=1)
    numbers = torch.arange(CROP_ROWS)[None, :, None]
    mean, expected = ((s * numbers).sum(1) / s.sum(1) for s in (shares, shares**POWER))
    spread = (shares * (numbers - mean[:, None]) ** 2).sum(1).sqrt()
    rows, found_spread = LineNetwork(fold(network, LINE_LAYERS)).place(crops)
    assert rows == pytest.approx(expected.numpy(), abs=0.05)
    assert found_spread == pytest.approx(spread.numpy(), abs=0.05)


class Tilted(LineNetwork):
    """A network that sees the ink of a crop where it is, but for a leaning to its lower rows."""

    def __init__(self, sharp: float) -> None:
        self.sharp, self.asked = sharp, []

    def _logits(self, pictures):
        self.asked.append(len(pictures))
        lean = np.linspace(-8, 8, CROP_ROWS)[:, None] / self.sharp
        return self.sharp * (np.repeat(pictures[:, 0], POINTS, axis=-1) + lean).astype(np.float32)


@pytest.mark.parametrize(("sharp", "asked"), [(100.0, [2]), (4.0, [2, 2, 2])])
def test_unsure_crops_are_seen_turned_over(sharp: float, asked: list[int]) -> None:
    picture = np.zeros((3, CROP_ROWS, CROP_COLUMNS), np.float32)
    picture[:, 40] = 1
    network = Tilted(sharp)
    rows, spread = network.place([Crop(0, 0, 0, picture, np.ones(CROP_COLUMNS, bool))] * 2)
    assert network.asked == asked
    if len(asked) == 1:
        assert rows == pytest.approx(40)
        assert spread.max() < 1e-3
    else:
        lean = np.linspace(-8, 8, CROP_ROWS)[:, None]
        logits = sharp * picture[0, :, :1] + lean / 3
        shares = np.exp(POWER * logits)
        assert rows == pytest.approx(float((shares[:, 0] * np.arange(CROP_ROWS)).sum() / shares.sum()), abs=0.01)


def test_no_crops_are_placed_nowhere() -> None:
    assert [found.shape for found in Tilted(1.0).place([])] == [(0, CROP_COLUMNS * POINTS)] * 2


def test_finer_pixels_come_row_by_row() -> None:
    values = np.arange(4, dtype=np.float32).reshape(1, 4, 1, 1)
    assert shuffled(values)[0, 0].tolist() == [[0, 1], [2, 3]]


def test_plain_parts_of_a_line_stay_as_they_are(page: Page) -> None:
    lines = find_lines(page)
    moved = refine_lines(page.ink, lines, Flat())
    for number, (before, after) in enumerate(zip(lines, moved, strict=True)):
        crops = [c for c in cut_crops(lowered(page.ink), [line.path for line in lines], FINER) if c.path == number]
        wanted = np.concatenate([crop.column + np.flatnonzero(crop.wanted) for crop in crops])
        plain = ~np.isin(np.round(before.x), np.concatenate([wanted - 1, wanted, wanted + 1]))
        assert plain.any()
        assert (after.y[plain] == before.y[plain]).all()
        assert np.abs(after.y - before.y).max() > 8
        assert set(np.unique(after.spread)) == {0.0, 4.0}
        assert (after.spread[plain] == 0).all()


def test_points_stand_two_to_a_column(page: Page) -> None:
    crop = next(cut_crops(lowered(page.ink), [line.path for line in find_lines(page)], FINER))
    x = points_x(crop)
    assert x[:2] == pytest.approx([crop.column - 0.25, crop.column + 0.25])


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    found = simulate_lessons(SIGNALS, 5)
    assert found is not None
    return found


def ink_on_the_line(pictures: np.ndarray, lines: np.ndarray) -> float:
    found = []
    for picture, line in zip(pictures, lines, strict=True):
        rows, columns = np.round(line), np.arange(CROP_COLUMNS * POINTS) // POINTS
        inside = np.isfinite(line) & (rows >= 0) & (rows < CROP_ROWS)
        found.append(picture[0][rows[inside].astype(int), columns[inside]])
    return float(np.mean(np.concatenate(found)))


def test_the_true_line_of_a_lesson_runs_through_its_ink(lessons: Lessons) -> None:
    assert lessons.pictures.shape[1:] == (3, CROP_ROWS, CROP_COLUMNS)
    assert ink_on_the_line(lessons.pictures / 255, lessons.lines) > 0.5


def test_the_drawn_line_of_a_photographed_sheet_runs_through_its_ink() -> None:
    found = sheet_lessons(SIGNALS, 60_000_006)
    assert found is not None
    assert len(found.lines) > 10
    assert ink_on_the_line(found.pictures / 255, found.lines) > 0.6
    moved = found.lines + 6  # 2 mm
    assert ink_on_the_line(found.pictures / 255, moved) < 0.5 * ink_on_the_line(found.pictures / 255, found.lines)


def test_crowded_lessons_show_lines_that_share_ink(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = []
    for share in (1.0, 0.0):
        monkeypatch.setattr(line_lessons, "_CROWDED", share)
        found = simulate_lessons(SIGNALS, 8)
        assert found is not None
        assert ink_on_the_line(found.pictures / 255, found.lines) > 0.5
        shared.append(np.mean(found.pictures[:, 1:].min(axis=1) > 0))
    assert shared[0] > max(0.005, 1.5 * shared[1])


def test_lessons_at_double_speed_are_read_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(line_lessons, "find_page", lambda upload, _: read.append(read_page(upload)) or read[-1])
    fast = simulate_lessons(SIGNALS, 2)
    assert fast is not None
    assert read[0].paper_speed_mm_per_s == 50
    assert ink_on_the_line(fast.pictures / 255, fast.lines) > 0.5
    slow = Corrections(speed_mm_per_s=25.0)
    monkeypatch.setattr(line_lessons, "find_page", lambda upload, _: read_page(upload, slow))
    assert simulate_lessons(SIGNALS, 2) is None


def test_lessons_name_strips_as_they_were_drawn(page: Page) -> None:
    made = render_page(SIGNALS, replace(PRESETS["clean"], layout="3x4+2"), seed=1)
    found = line_lessons._named(find_lines(read_page(Upload("page.png", "0" * 64, "png", made.image))), ("V1", "II"))
    assert [line.panel.lead for line in found if line.panel.rhythm] == ["V1", "II"]
    assert made.rhythm_leads == ("V1", "II")


def test_a_line_beside_the_ink_teaches_nothing() -> None:
    ink = np.zeros((CROP_ROWS, CROP_COLUMNS), np.float32)
    ink[90] = 1
    rows = np.full(CROP_COLUMNS * POINTS, 91.0, np.float32)
    rows[:8] = np.nan
    assert line_lessons._share_on_ink(ink, rows) == 1
    assert line_lessons._share_on_ink(ink, rows + 4) == 0
    assert line_lessons._share_on_ink(ink, rows * np.nan) == 0


def test_a_path_counts_before_what_hangs_together_with_it() -> None:
    runs = Runs(np.arange(121), np.full(120, 100.0, np.float32), np.full(120, 900.0, np.float32), 4.0)
    path = Path(runs, np.arange(120), 0, 500.0)
    path.top[:], path.bottom[:] = 120.0, 560.0  # 165 rows of 300
    crop = next(cut_crops(np.zeros((400, 40), np.float32), [path], FINER))
    high, low = rows_of(np.array([120.0, 560.0])) - crop.row
    assert high > 6
    assert low < CROP_ROWS - 6


def test_crops_hold_the_ink_that_hangs_together(page: Page) -> None:
    paths = [line.path for line in find_lines(page)]
    for crop in cut_crops(lowered(page.ink), paths, FINER):
        path = paths[crop.path]
        columns = (crop.column + np.flatnonzero(crop.wanted)) * FINER + FINER // 2 - path.x0
        chosen = path.chosen[columns]
        high, low = (rows_of(ends[chosen].astype(float)) - crop.row for ends in (path.runs.top, path.runs.bottom))
        if low.max() - high.min() < CROP_ROWS - 20:
            assert high.min() > 6
            assert low.max() < CROP_ROWS - 6


def test_varied_lessons_keep_line_and_ink_together(lessons: Lessons) -> None:
    torch = pytest.importorskip("torch")
    from heartlab.train.line.training import varied

    for seed in range(4):
        known = (torch.from_numpy(part) for part in (lessons.pictures, lessons.lines))
        pictures, lines = varied(*known, np.random.default_rng(seed))
        assert ink_on_the_line(pictures.numpy(), lines.numpy()) > 0.45


def test_a_stopped_training_goes_on(lessons: Lessons, tmp_path) -> None:
    pytest.importorskip("torch")
    from heartlab.train.line.training import LineRecipe, fit

    few = Lessons(lessons.pictures[:8], lessons.lines[:8])
    _, first = fit(few, LineRecipe(epochs=2, batch=4), tmp_path / "network.pt")
    _, again = fit(few, LineRecipe(epochs=2, batch=4), tmp_path / "network.pt")
    assert again == first
    assert len(first) == 2
    assert first[1] < first[0]


needs_network = pytest.mark.skipif(not (models_folder() / "line.json").exists(), reason="no line network is shipped")


@needs_network
def test_the_shipped_network_is_small_and_whole() -> None:
    facts = json.loads((models_folder() / "line.json").read_text(encoding="utf-8"))
    weights = read_weights(models_folder() / facts["weights_file"], facts["sha256"])
    assert weights.keys() == {f"{layer.name}/{part}" for layer in LINE_LAYERS for part in ("kernel", "bias")}
    assert (models_folder() / facts["weights_file"]).stat().st_size < 1e6
    assert facts["loss"][-1] < facts["loss"][0]


@needs_network
@pytest.mark.parametrize(("preset", "layout", "least"), [("clinic-6x2", "6x2+1", 1.0), ("clean", "3x4+1", 0.0)])
def test_the_shipped_network_brings_lines_nearer_to_the_truth(preset: str, layout: str, least: float) -> None:
    tall = SIGNALS * 2.5
    made = render_page(tall, replace(PRESETS[preset], layout=layout), seed=1)
    page = read_page(Upload("page.png", "0" * 64, "png", made.image))

    def decibels(signals: np.ndarray) -> float:
        shown = np.isfinite(made.truth).any(axis=1)
        return float(
            np.mean([lead_physionet_db(*pair) for pair in zip(made.truth[shown], signals[shown], strict=True)])
        )

    assert decibels(trace_page(page).signals) > decibels(trace_page(page, refined=False).signals) + least
