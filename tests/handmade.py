"""Hand-made values: a reading of which every number is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS, SAMPLES
from heartguard.values import Drawing, Ecg, Measurements, Page, Prediction, Reading, Upload


def make_upload(**changes: Any) -> Upload:
    upload = Upload("page.png", "ab" * 32, "png", np.full((600, 900, 3), 255, np.uint8))
    return replace(upload, **changes)


def make_page(**changes: Any) -> Page:
    upload = make_upload()
    page = Page(
        upload=upload,
        image=upload.image,
        to_page=np.eye(3),
        ink=np.zeros((600, 900), np.float32),
        px_per_mm=4.0,
        scale_source="grid",
        layout=LAYOUTS["3x4+1"],
        panels=(),
        quality=0.9,
    )
    return replace(page, **changes)


def make_ecg(**changes: Any) -> Ecg:
    """Lead number k stands at k/10 mV from 0 s to 2.5 s, II to 10 s; nothing else is shown."""
    signals = np.full((12, SAMPLES), np.nan, np.float32)
    for lead in LEADS:
        signals[LEAD_INDEX[lead], : SAMPLES // 4] = LEAD_INDEX[lead] / 10
    signals[LEAD_INDEX["II"]] = 0.1
    return replace(Ecg(signals, np.full(12, 0.8, np.float32), rhythm_lead="II"), **changes)


def make_measurements(**changes: Any) -> Measurements:
    measurements = Measurements(
        heart_rate_bpm=72.04,
        rr_ms=832.9,
        pr_ms=160.2,
        qrs_ms=88.0,
        qt_ms=380.0,
        qtc_ms=416.4,
        qtc_fridericia_ms=404.0,
        axis_deg=45.4,
        rr_variation=0.0123,
        einthoven_residual_mv=0.02,
    )
    return replace(measurements, **changes)


def make_prediction(**changes: Any) -> Prediction:
    prediction = Prediction(
        label="Normal",
        abstained=False,
        probabilities={"Normal": 0.9, "MI": 0.04, "PMI": 0.03, "HB": 0.03},
        class_maps=np.zeros((4, 2, 2), np.float32),
        bias=np.zeros(4, np.float32),
        temperature=1.5,
        model="vgg16-0123abcd",
        drawing=Drawing(np.full((10, 10), 255, np.uint8), (), "1"),
    )
    return replace(prediction, **changes)


def make_reading(**changes: Any) -> Reading:
    page = make_page()
    reading = Reading(
        upload=page.upload,
        page=page,
        ecg=make_ecg(),
        measurements=make_measurements(),
        prediction=make_prediction(),
        quality=0.8,
        timings_ms={"intake": 1.0, "page": 2.0, "trace": 3.0, "measure": 4.0, "classify": 5.0, "total": 15.04},
        sheets=((page.upload.name, page.upload.page),),
    )
    return replace(reading, **changes)


def random_weights(layers: Any, seed: int = 3) -> dict[str, np.ndarray]:
    """Weights of a network of `heartguard.layers`, of a size that keeps its values in bounds."""
    rng = np.random.default_rng(seed)
    found: dict[str, np.ndarray] = {}
    for layer in layers:
        shape = (layer.kernel, layer.kernel, layer.inputs, layer.outputs)
        found[f"{layer.name}/kernel"] = rng.normal(0, np.prod(shape[:3]) ** -0.5, shape).astype(np.float32)
        found[f"{layer.name}/bias"] = rng.normal(0, 0.1, layer.outputs).astype(np.float32)
    return found


def put_weights(network: Any, layers: Any, weights: dict[str, np.ndarray]) -> None:
    """Put such weights into the network in PyTorch, its normalisation left as it is but for the bias."""
    import torch

    for layer in layers:
        module = network.layers[layer.name]
        kernel = torch.from_numpy(weights[f"{layer.name}/kernel"]).permute(3, 2, 0, 1)
        (module[0] if layer.active else module).weight.data = kernel
        (module[1] if layer.active else module).bias.data = torch.from_numpy(weights[f"{layer.name}/bias"])
