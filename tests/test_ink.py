from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from heartguard.page.ink_maps import InkNetwork, close_gaps
from heartguard.page.ink_network import INK_LAYERS, PRINT, TRACE

from heartguard.errors import ModelError
from heartguard.page.find import PX_PER_MM
from heartguard.weights import models_folder, read_weights, write_weights
from heartlab.train.ink.training import InkRecipe, cut_patches, fit
from heartlab.train.ink.training_pages import LINE_MM, InkPage, simulate_ink_page
from heartlab.train.layers_torch import build_network, fold
from tests.handmade import put_weights, random_weights
from tests.networks import ink_network

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def weights():
    return random_weights(INK_LAYERS)


def everywhere(image):
    return np.ones(image.shape[:2], bool)


def test_opencv_and_pytorch_see_the_same(weights):
    torch = pytest.importorskip("torch")
    network = build_network(INK_LAYERS, 0).eval()
    put_weights(network, INK_LAYERS, weights)
    image = RNG.integers(0, 256, (96, 128, 3), dtype=np.uint8)
    with torch.no_grad():
        out = network(torch.from_numpy(image.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None])
    maps = InkNetwork(fold(network, INK_LAYERS)).maps(image, everywhere(image))
    # the strip below the picture repeats its last row, where PyTorch pads with zeros
    inner = np.s_[:32, :120]
    assert np.abs(torch.sigmoid(out)[0, TRACE].numpy() - maps.trace)[inner].max() < 2e-3
    assert np.abs(torch.sigmoid(out)[0, PRINT].numpy() - maps.print)[inner].max() < 2e-3


def test_strips_join_without_a_seam(weights):
    image = cv2.GaussianBlur(RNG.integers(0, 256, (1400, 96, 3), dtype=np.uint8), (0, 0), 2)
    network = InkNetwork(weights)
    whole = network.maps(image, everywhere(image)).trace
    lower = network.maps(image[400:], everywhere(image[400:])).trace
    assert np.abs(whole[520:900] - lower[120:500]).max() < 0.05


def test_nothing_beside_the_paper_is_ink(weights):
    image = RNG.integers(0, 256, (90, 101, 3), dtype=np.uint8)
    paper = everywhere(image)
    paper[:, 60:] = False
    maps = InkNetwork(weights).maps(image, paper)
    assert maps.trace.shape == (90, 101)
    assert not maps.trace[:, 60:].any()
    assert maps.trace[:, :60].any()


def test_small_gaps_in_a_stroke_close_and_large_ones_stay():
    ink = np.zeros((40, 9), np.float32)
    ink[5:15, 4] = ink[18:28, 4] = ink[36:, 4] = 1.0
    closed = close_gaps(ink)
    assert closed[5:28, 4].all()
    assert not closed[29:35, 4].any()


def test_altered_weights_are_a_model_error(weights, tmp_path):
    digest = write_weights(weights, tmp_path / "ink.npz")
    assert read_weights(tmp_path / "ink.npz", digest).keys() == weights.keys()
    with pytest.raises(ModelError, match="altered"):
        read_weights(tmp_path / "ink.npz", "0" * 64)


def a_page() -> InkPage:
    trace = np.zeros((300, 400), np.uint8)
    trace[150:153] = 255
    print_ = np.zeros_like(trace)
    print_[40:60, 50:53] = 255
    image = np.full((300, 400, 3), 250, np.uint8)
    image[(trace > 0) | (print_ > 0)] = 30
    return InkPage(image, trace, print_)


def test_patches_hold_picture_and_truth_of_one_place():
    patches = cut_patches(a_page(), 16, 96, np.random.default_rng(0))
    assert len(patches) == 16
    for picture, truth in patches:
        assert picture.shape == (96, 96, 3)
        assert truth.shape == (96, 96, 2)
        assert np.array_equal(picture[..., 0] < 100, truth.max(axis=-1) > 0)
    assert np.mean([truth[..., TRACE].any() for _, truth in patches]) > 0.6
    assert any(truth[..., PRINT].any() for _, truth in patches)


def test_training_lowers_the_loss_and_goes_on_where_it_stopped(tmp_path):
    pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    images, truths = (np.stack(p) for p in zip(*cut_patches(a_page(), 16, 48, rng), strict=True))
    short, longer = (InkRecipe(epochs=epochs, batch=8) for epochs in (3, 5))
    _, losses = fit((images, truths), short, tmp_path / "a.pt")
    again, kept = fit((images, truths), short, tmp_path / "a.pt")
    assert kept == losses
    assert losses[-1] < losses[0]
    assert longer.epochs > short.epochs
    assert fold(again, INK_LAYERS).keys() == fold(build_network(INK_LAYERS, 0), INK_LAYERS).keys()


@pytest.mark.parametrize("seed", [0, 5], ids=["photo", "scan"])
def test_the_truth_lies_on_the_ink(seed):
    signals = np.tile(0.5 * np.sin(np.linspace(0, 60, 5000, dtype=np.float32)), (12, 1))
    page = simulate_ink_page(signals, 5000 + seed - 5000 % 6)
    assert page.image.shape[:2] == page.trace.shape == page.print.shape
    on = page.trace > 200
    grey = page.image.mean(axis=-1)
    assert np.median(grey[on]) < np.median(grey) - 40
    assert np.count_nonzero(on.any(axis=0)) > 240 * PX_PER_MM
    assert np.percentile(on.sum(axis=0), 90) >= LINE_MM * PX_PER_MM


@pytest.mark.skipif(not (models_folder() / "ink.json").exists(), reason="no ink network is shipped")
def test_the_shipped_network_is_small_and_tells_a_trace_from_a_dark_grid():
    facts = json.loads((models_folder() / "ink.json").read_text(encoding="utf-8"))
    assert (models_folder() / facts["weights_file"]).stat().st_size < 5e6
    image = np.full((320, 480, 3), 250, np.uint8)
    for place in range(0, 480, 40):
        image[:, place : place + 2] = image[place : place + 2] = (110, 60, 60)
    points = np.stack([np.arange(480), 170 + 40 * np.sin(np.arange(480) / 25)], axis=1)
    cv2.polylines(image, [np.round(points * 16).astype(np.int32)], False, (30, 30, 30), 2, cv2.LINE_AA, 4)
    network = ink_network()
    trace = network.maps(image, everywhere(image)).trace
    rows, columns = np.round(points[20:-20, 1]).astype(int), np.arange(20, 460)
    assert np.mean(trace[rows, columns] > 0.5) > 0.95
    assert np.mean(trace[:100] > 0.5) < 0.01
