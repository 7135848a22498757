"""The structure network: its size, its lessons and what it is taught by."""

import subprocess
import sys

import numpy as np
import pytest

from heartguard.layers import LAST_SHUFFLE
from heartlab.data.datasets import data_folder
from heartlab.simulate.recorders import CHANNELS
from heartlab.train.structure.crops import FIRST_SEED, SIDE, draw_crops, kind_of, make_files
from heartlab.train.structure.network import STRIDE, STRUCTURE_LAYERS, weight_count, work_per_pixel
from heartlab.train.structure.records import RecordPool, split_of
from heartlab.train.structure.training import StructureRecipe, batches, learning_rate, varied

EMPTY = RecordPool(np.zeros((0, 12, 5000), np.int16), np.zeros((0, 12, 5000), np.int16))


def test_the_network_keeps_its_budget():
    assert weight_count() < 500_000
    # 1.5 megapixels in half a second on two cores of some 40 thousand million multiplications a second
    assert work_per_pixel() * 1.5e6 < 20e9


def test_every_layer_reads_what_its_sources_give():
    channels = {"image": 3}
    for layer in STRUCTURE_LAYERS:
        assert layer.inputs == sum(channels[name] for name in layer.sources)
        channels[layer.name] = layer.outputs
    assert STRUCTURE_LAYERS[-1].outputs == LAST_SHUFFLE**2 * len(CHANNELS)


def test_a_patient_is_always_in_the_same_split():
    splits = [split_of(f"PTB-XL {number}") for number in range(2000)]
    assert splits == [split_of(f"PTB-XL {number}") for number in range(2000)]
    assert splits.count("check") / 2000 == pytest.approx(0.12, abs=0.03)


@pytest.mark.skipif(data_folder() is None, reason="the shared ECG data is not here")
def test_nothing_held_back_is_among_the_lessons():
    import pandas as pd

    from heartlab.train.structure.records import _usable

    records, folder = _usable(), data_folder()
    closed = pd.read_csv(folder / "signals" / "measure-only.csv")
    assert not records["record_id"].isin(closed["record_id"]).any()
    assert "LUDB" not in set(records["source"])
    ptb_xl = records[records["source"] == "PTB-XL"]
    assert not ptb_xl["patient_id"].isin(closed["patient_id"].dropna().map(str)).any()
    by_patient = ptb_xl.groupby("patient_id")["split"].nunique()
    assert (by_patient == 1).mean() > 0.99


def test_crops_have_one_size_and_a_kind():
    for sheet, crop in draw_crops(EMPTY, 7):
        assert crop.image.shape == (SIDE, SIDE, 3)
        assert crop.truth.shape == (SIDE, SIDE, len(CHANNELS))
        assert kind_of(sheet)


def test_the_learning_rate_rises_and_falls():
    recipe = StructureRecipe(steps=1000)
    rates = [learning_rate(step, recipe) for step in range(1001)]
    assert max(rates) == pytest.approx(recipe.rate, rel=1e-3)
    assert int(np.argmax(rates)) == pytest.approx(40, abs=2)
    assert rates[-1] == pytest.approx(0.005 * recipe.rate)


def test_batches_turn_pictures_and_truths_alike(tmp_path):
    rng = np.random.default_rng(0)
    mark = np.zeros((16, SIDE, SIDE, len(CHANNELS)), np.uint8)
    for crop in mark:
        y, x = rng.integers(20, SIDE - 20, 2)
        crop[y - 3 : y + 4, x - 3 : x + 4, 0] = 255
    images = np.repeat(255 - mark[..., :1], 3, axis=3)
    np.savez_compressed(tmp_path / "0.npz", images=images, truths=mark, kinds=np.array(["scan"] * 16))
    for epoch in range(12):
        for pictures, truths in batches(tmp_path, StructureRecipe(), epoch):
            assert truths.shape == (4, len(CHANNELS), SIDE, SIDE)
            for picture, truth in zip(pictures, truths, strict=True):
                darkest = np.unravel_index(np.argmin(picture.mean(axis=0)), (SIDE, SIDE))
                assert truth[0][darkest] == 1


def test_varied_pictures_stay_in_range():
    out = varied(np.random.default_rng(1).integers(0, 256, (8, 32, 32, 3)).astype(np.uint8), np.random.default_rng(2))
    assert out.dtype == np.float32
    assert out.min() >= -1
    assert out.max() <= 1


def test_losses_are_lowest_at_the_truth():
    torch = pytest.importorskip("torch")
    from heartlab.train.structure.losses import column_loss, dice, structure_loss

    truth = torch.zeros(1, len(CHANNELS), 32, 32)
    truth[:, 0, 10:12] = 1
    right, moved = 20 * truth - 10, 20 * truth.roll(8, dims=2) - 10
    assert float(structure_loss(right, truth)) < 0.1 < float(structure_loss(moved, truth))
    assert float(dice(truth, truth)[0]) == pytest.approx(1)
    # Two rows share the column: no answer is surer than log 2.
    assert float(column_loss(right[:, 0], truth[:, 0])) == pytest.approx(np.log(2), abs=1e-3)


def test_the_network_answers_every_pixel():
    torch = pytest.importorskip("torch")
    from heartlab.train.layers_torch import build_network

    network = build_network(STRUCTURE_LAYERS, 0).eval()
    with torch.no_grad():
        out = network(torch.zeros(1, 3, 2 * STRIDE, 3 * STRIDE))
    assert out.shape == (1, len(CHANNELS), 2 * STRIDE, 3 * STRIDE)


def test_engines_agree_with_the_training_library():
    torch = pytest.importorskip("torch")
    from heartguard.layers import shuffled
    from heartlab.train.layers_torch import build_network, fold
    from heartlab.train.structure.maps import loaded_graph, structure_graph

    network = build_network(STRUCTURE_LAYERS, 0).train()
    seen = torch.rand(2, 3, 64, 96) * 2 - 1
    network(seen)
    network.eval()
    with torch.no_grad():
        expected = network(seen[:1]).numpy()
    run = loaded_graph(structure_graph(fold(network, STRUCTURE_LAYERS), 64, 96), "opencv", 1)
    assert np.abs(shuffled(run(seen[:1].numpy())) - expected).max() < 1e-3


def test_maps_have_the_size_of_the_picture_unless_it_is_too_large():
    from heartguard.page.structure import fitted

    small, scale = fitted(np.zeros((100, 77, 3), np.uint8))
    assert small.shape == (100, 77, 3)
    assert scale == 1
    large, scale = fitted(np.zeros((3000, 4000, 3), np.uint8), 1_500_000)
    assert large.shape[0] * large.shape[1] == pytest.approx(1.5e6, rel=0.01)
    assert scale == pytest.approx(large.shape[0] / 3000, rel=0.001)


def test_the_table_tells_dice_by_kind():
    from heartlab.train.structure.check import counted, table

    truth = np.zeros((40, 40, len(CHANNELS)), np.uint8)
    truth[:20, :, 0] = 255
    truth[:, :20, 4] = 255
    shares = np.zeros_like(truth)
    shares[10:30, :, 0] = 230
    sums = counted(shares, truth)
    assert sums.pixels[0].tolist() == [400, 800, 800]
    row = table({"scan": sums}).iloc[0]
    assert (row["kind"], row["crops"], row["trace"]) == ("scan", 1, 0.5)
    assert np.isnan(row["minor"])
    # Of 400 pixels of pulse below the trace the upper half is seen as trace.
    assert (row["pulse"], row["pulse_as_trace"]) == (0, 0.5)


def test_a_plane_that_a_batch_does_not_show_is_not_taught_to_be_empty():
    torch = pytest.importorskip("torch")
    from heartlab.train.structure.losses import structure_loss

    truth = torch.zeros(1, len(CHANNELS), 64, 64)
    truth[:, 0, 20:24] = 1
    logits = torch.full_like(truth, -3.0, requires_grad=True)
    structure_loss(logits, truth).backward()
    absent = logits.grad[0, CHANNELS.index("pulse")]
    # What is left is the cross-entropy alone: weight 1.2 of 9.9 in all, mean over the pixels.
    expected = 1.2 / 9.9 * float(torch.sigmoid(torch.tensor(-3.0))) / 64**2
    assert float(absent.mean()) == pytest.approx(expected, rel=1e-3)


def test_a_pulse_seen_as_trace_costs_more_than_bare_paper_seen_so():
    torch = pytest.importorskip("torch")
    from heartlab.train.structure.losses import structure_loss

    truth = torch.zeros(1, len(CHANNELS), 64, 64)
    truth[:, CHANNELS.index("pulse"), 20:24, :32] = 1
    logits = torch.zeros_like(truth, requires_grad=True)
    structure_loss(logits, truth).backward()
    trace = logits.grad[0, CHANNELS.index("trace")]
    assert float(trace[22, 10] / trace[22, 50]) == pytest.approx(4)


def test_the_ends_of_steep_strokes_are_found_and_flat_lines_have_none():
    torch = pytest.importorskip("torch")
    from heartlab.train.structure.losses import stroke_ends

    truth = torch.zeros(1, 40, 60)
    truth[0, 10:30, 20:23] = 1.0
    truth[0, 29:32, :20] = 1.0
    ends = stroke_ends(truth)[0]
    assert torch.nonzero(ends[:, 21])[:, 0].tolist() == [8, 9, 10, 11, 28, 29, 30, 31]
    assert not ends[:, :17].any()


def test_crops_around_tips_show_traces_mostly_on_paper():
    drawn = [crop for seed in range(6) for crop in draw_crops(EMPTY, FIRST_SEED["tips"] + 90_000 + seed, "tips")]
    assert all((crop.truth[:, :, CHANNELS.index("trace")] > 127).any() for _, crop in drawn)
    assert np.mean([sheet.kind in ("scan", "photo") for sheet, _ in drawn]) >= 0.5


def test_the_best_cut_parts_covered_from_bare_pixels():
    from heartlab.train.structure.shipping import _BINS, best_cut

    covered, bare = np.zeros(len(_BINS) - 1), np.zeros(len(_BINS) - 1)
    covered[120:130], bare[10:115] = 50, 400
    bare[115:120] = 2
    assert _BINS[114] <= best_cut(covered, bare) <= _BINS[120]


def test_a_shift_moves_all_pixels_of_its_plane_alone():
    torch = pytest.importorskip("torch")
    from heartlab.train.layers_torch import build_network
    from heartlab.train.structure.shipping import shifted

    network, seen = build_network(STRUCTURE_LAYERS, 0).eval(), torch.zeros(1, 3, STRIDE, STRIDE)
    shifts = np.zeros(len(CHANNELS), np.float32)
    shifts[4] = 1.5
    with torch.no_grad():
        before = network(seen)
        moved = shifted(network, shifts)(seen) - before
    assert moved[:, 4].numpy() == pytest.approx(1.5, abs=1e-5)
    assert float(moved[:, [0, 1, 2, 3, 5, 6, 7, 8]].abs().max()) == 0


def test_two_processes_draw_each_their_own_files(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr("heartlab.train.structure.crops.load_pool", lambda split, home: EMPTY)
    monkeypatch.setattr("heartlab.train.structure.crops._make_file", lambda pool, seed, path, kind: drawn.append(seed))
    for part in (0, 1):
        make_files(tmp_path, "check", 96, (part, 2))
    assert [seed - FIRST_SEED["check"] for seed in drawn] == [0, 32, 16]


@pytest.mark.parametrize(("length", "count", "halo"), [(1440, 2, 96), (1472, 5, 48), (320, 1, 0), (96, 3, 64)])
def test_strips_keep_every_place_once_and_look_beyond_it(length, count, halo):
    from heartguard.page.strips import strips_of

    strips = strips_of(length, count, halo)
    assert [place for strip in strips for place in range(strip.first, strip.last)] == list(range(length))
    assert len({strip.stop - strip.start for strip in strips}) == 1
    for strip in strips:
        assert strip.start % STRIDE == 0
        assert strip.start == 0 or strip.first - strip.start >= halo
        assert strip.stop == length or strip.stop - strip.last >= halo


@pytest.mark.parametrize("shape", [(70, 200, 3), (200, 70, 3)])
def test_a_picture_in_strips_is_put_together_where_it_was(shape):
    from heartguard.page.strips import seen_in_strips

    image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)

    def brightness(seen):
        return np.repeat(np.round(127.5 * (seen[..., :1] + 1)).astype(np.uint8), len(CHANNELS), axis=2)

    maps = seen_in_strips(image, brightness, 3, 32)
    assert maps.shape == (len(CHANNELS), *shape[:2])
    assert np.abs(maps[4].astype(int) - image[..., 0]).max() <= 1


def test_one_litert_file_is_the_network_at_any_size():
    torch = pytest.importorskip("torch")
    pytest.importorskip("tensorflow")
    from heartguard.page.structure import structure_run
    from heartlab.train.layers_torch import build_network, fold
    from heartlab.train.structure.litert import litert_content

    network = build_network(STRUCTURE_LAYERS, 0).train()
    network(torch.rand(2, 3, 64, 96) * 2 - 1)
    network.eval()
    run = structure_run(litert_content(fold(network, STRUCTURE_LAYERS), "float16"), 1)
    for shape in ((64, 96), (96, 64)):
        seen = torch.rand(1, 3, *shape) * 2 - 1
        with torch.no_grad():
            expected = torch.sigmoid(network(seen))[0].permute(1, 2, 0).numpy()
        assert np.abs(run(seen[0].permute(1, 2, 0).numpy()) / 255 - expected).max() < 0.006


def test_a_file_gives_back_the_weights_that_it_was_written_from(tmp_path):
    pytest.importorskip("tensorflow")
    from heartguard.weights import models_folder
    from heartlab.train.structure.litert import litert_content, weights_of

    weights = weights_of(models_folder() / "structure.tflite")
    (tmp_path / "again.tflite").write_bytes(litert_content(weights, "float16"))
    again = weights_of(tmp_path / "again.tflite")
    assert list(again) == [f"{layer.name}/{part}" for layer in STRUCTURE_LAYERS for part in ("kernel", "bias")]
    assert all(np.array_equal(again[name], weights[name]) for name in weights)


def test_disagreement_counts_what_is_more_than_a_fiftieth_away():
    from heartlab.train.structure.engines import disagreement

    expected = np.zeros((1, 10, 10), np.uint8)
    maps = expected.copy()
    maps[0, 0, :3] = (5, 6, 51)
    assert disagreement(maps, expected) == (0.02, 0.2)


PEAKS = """
import numpy as np
from heartlab.metrics.memory import forget_peak_memory, memory_mb, peak_memory_mb

large = np.ones(80_000_000, np.uint8)
first = peak_memory_mb()
del large
forget_peak_memory()
before = memory_mb()
large = np.ones(60_000_000, np.uint8)
print(first, peak_memory_mb() - before)
"""


def test_peak_memory_counts_from_when_it_was_forgotten():
    """In a process of its own: what earlier tests left may be given back at any time."""
    done = subprocess.run([sys.executable, "-c", PEAKS], capture_output=True, text=True, check=True)
    first, more = (float(word) for word in done.stdout.split())
    assert first >= 80
    assert more == pytest.approx(60, abs=4)


def test_crops_around_edges_show_the_sheet_and_what_is_beyond():
    shares = [
        (crop.truth[..., CHANNELS.index("paper")] > 127).mean()
        for seed in range(4)
        for sheet, crop in draw_crops(EMPTY, FIRST_SEED["edges"] + seed, "edges")
    ]
    assert 0.2 < np.mean(shares) < 0.9
    assert np.mean([0.02 < share < 0.98 for share in shares]) > 0.6
