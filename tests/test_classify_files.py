"""Loading the models of a folder: which files are read, and what is refused; the networks themselves are hand-made."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heartguard.classify import (
    Backbone,
    EnsembleSpec,
    SignalModel,
    SignalModelSpec,
    load_engine,
    load_signal_model,
    save_spec,
    write_weights,
)
from heartguard.classify.findings import FindingHead
from heartguard.classify.forest import Forest, to_table
from heartguard.classify.int8 import Int8Spec
from heartguard.classify.out_of_distribution import OodDetector, OodSpec
from heartguard.classify.wave_features import FEATURES
from heartguard.errors import ModelError
from tests.test_classify import CLASSES, SmallBackbone, a_finding_head, a_spec, head_weights
from tests.test_classify_by_hand import a_detector, a_forest


class FixedFile:
    """A LiteRT file that is its content or path, and whose signal networks answer the same to all signals."""

    def __init__(self, content: bytes | Path) -> None:
        self.content = content

    def run(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        assert (signature, inputs["signals"].shape) == ("mean_logits", (1, 16, 290))
        return {"classes": np.array([[1.0, 0.0, 0.0, 0.5]]), "statements": np.array([[3.0, -1.0]])}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a models folder with a model ``tiny`` and its int8 file."""
    monkeypatch.setattr("heartguard.classify.backbone.LiteRtFile", FixedFile)
    monkeypatch.setattr("heartguard.classify.signal_network.LiteRtFile", FixedFile)
    digest = write_weights(head_weights(), tmp_path / "tiny.npz")
    save_spec(a_spec(sha256=digest), tmp_path / "tiny.json")
    save_spec(Int8Spec(digest, put(tmp_path / "tiny.tflite", b"convolutions"), "tiny.tflite", ""), light(tmp_path))
    return tmp_path


def put(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def light(folder: Path) -> Path:
    return folder / "tiny-light.json"


def test_a_model_is_read_with_its_head_and_its_int8_file(folder: Path) -> None:
    engine = load_engine("tiny", folder=folder)
    assert (engine.spec.name, engine.folder) == ("tiny", folder)
    assert engine.bias.tolist() == [0.5, -0.5, 1.0, 0.0]
    assert engine.backbone._file.content.read_bytes() == b"convolutions"  # type: ignore[attr-defined]
    assert (engine.finding_spec, engine.ood_detector) == (None, None)


def test_a_model_is_read_from_the_models_folder_unless_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heartguard.classify.engine.models_folder", lambda: folder)
    assert load_engine("tiny").folder == folder
    monkeypatch.setattr("heartguard.classify.engine.models_folder", lambda: folder / "none")
    assert load_engine("tiny", folder=folder).folder == folder
    with pytest.raises(ModelError, match=r"tiny\.json is missing"):
        load_engine("tiny")


def test_a_backbone_that_is_given_needs_no_int8_file(folder: Path) -> None:
    light(folder).unlink()
    backbone = SmallBackbone()
    assert load_engine("tiny", folder=folder, backbone=backbone).backbone is backbone
    with pytest.raises(ModelError, match=r"tiny-light\.json is missing"):
        load_engine("tiny", folder=folder)


def test_an_int8_file_of_other_weights_or_altered_is_refused(folder: Path) -> None:
    (folder / "tiny.tflite").write_bytes(b"others")
    with pytest.raises(ModelError, match=r"tiny\.tflite were altered"):
        load_engine("tiny", folder=folder)
    save_spec(Int8Spec("1" * 64, "", "tiny.tflite", ""), light(folder))
    with pytest.raises(ModelError, match=r"tiny-light\.json in the models folder was made for other weights than tiny"):
        load_engine("tiny", folder=folder)


def test_findings_and_detector_come_with_the_weights_that_they_were_fitted_to(folder: Path) -> None:
    fitted_to = load_engine("tiny", folder=folder).spec.sha256
    head, weights = a_finding_head(), {**a_detector().weights}
    digest = write_weights(head.weights, folder / "findings.npz")
    scores = write_weights(weights, folder / "novelty.npz", exact=tuple(weights))
    for backbone, found in ((fitted_to, True), ("1" * 64, False)):
        save_spec(dataclasses.replace(head.spec, sha256=digest, backbone_sha256=backbone), folder / "findings.json")
        save_spec(OodSpec(1.5, backbone, scores, "novelty.npz", ""), folder / "novelty.json")
        engine = load_engine("tiny", folder=folder)
        assert (engine.finding_spec is not None, engine.ood_detector is not None) == (found, found)
        if engine.finding_spec is not None and engine.ood_detector is not None:
            assert engine.finding_spec.names == ("rhythm:AFIB", "sub:LVH")
            assert (engine.ood_detector.threshold, engine.ood_detector.identity) == (1.5, f"novelty-{scores[:12]}")
            assert engine.ood_detector.weights["variances"].tolist() == [[4.0]] * 13


def a_signal_spec(folder: Path, **facts: Any) -> SignalModelSpec:
    parts = {"place": np.array([1, 3]), "base": np.array([0.5, 0.0, 0.0, -0.5], np.float32)}
    trees = write_weights(to_table(a_forest(**parts)), folder / "second.npz")
    networks = put(folder / "second.tflite", b"networks")
    spec = SignalModelSpec(
        CLASSES, FEATURES, 1.0, trees, "second.npz", networks, "second.tflite", "", statements=("a:A", "b:B")
    )
    spec = dataclasses.replace(spec, **facts)
    save_spec(spec, folder / "second.json")
    return spec


def test_the_signal_model_is_its_trees_and_its_networks(folder: Path) -> None:
    assert load_signal_model(folder) is None
    spec = a_signal_spec(folder)
    model = load_signal_model(folder)
    assert model is not None
    assert model.spec == spec
    assert model.forest.base.tolist() == [0.5, 0, 0, -0.5]
    classes, statements = model.networks.logits(np.zeros((16, 290), np.float32))
    assert (classes.tolist(), statements.tolist()) == ([1, 0, 0, 0.5], [3, -1])


@pytest.mark.parametrize("facts", [{"statements": ("a:A",)}, {"classes": (*CLASSES, "X")}])
def test_networks_of_other_outputs_are_refused(folder: Path, facts: dict[str, Any]) -> None:
    a_signal_spec(folder, **facts)
    with pytest.raises(ModelError, match="do not fit its classes and statements"):
        load_signal_model(folder)


@pytest.mark.parametrize("name", ["second.npz", "second.tflite"])
def test_altered_or_missing_parts_of_the_signal_model_are_refused(folder: Path, name: str) -> None:
    a_signal_spec(folder)
    (folder / name).write_bytes(b"others")
    with pytest.raises(ModelError, match=f"{name} were altered"):
        load_signal_model(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} are missing"):
        load_signal_model(folder)


FIXED = (
    a_spec(),
    a_finding_head().spec,
    OodSpec(1.0, "", "", "", ""),
    Int8Spec("", "", "", ""),
    SignalModelSpec((), (), 1.0, "", "", "", "", ""),
    EnsembleSpec("", 1.0, 0.5, 0.9, {}),
)


@pytest.mark.parametrize("spec", FIXED, ids=lambda spec: type(spec).__name__)
def test_the_facts_of_a_model_cannot_be_changed(spec: Any) -> None:
    name = dataclasses.fields(spec)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(spec, name, getattr(spec, name))


SHARED = (
    a_finding_head(),
    a_detector(),
    a_forest(),
    SignalModel(SignalModelSpec((), (), 1.0, "", "", "", "", ""), a_forest(), None),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("model", SHARED, ids=lambda model: type(model).__name__)
def test_models_that_threads_share_are_fixed_and_told_apart_by_identity(
    model: FindingHead | OodDetector | Forest | SignalModel,
) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.weights = {}  # type: ignore[misc, union-attr]
    assert model != dataclasses.replace(model)
    assert len({model, dataclasses.replace(model)}) == 2


@pytest.mark.parametrize("half", ["near", "far"])
def test_a_backbone_has_both_halves(half: str) -> None:
    with pytest.raises(TypeError, match="abstract"):
        type("Half", (Backbone,), {half: getattr(SmallBackbone, half)})()
