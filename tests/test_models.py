"""All networks at once: complete, or failing with the name of the file; and one load however many ask."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from heartguard import models
from heartguard.errors import ModelError
from heartguard.models import Models, shared_models
from heartguard.weights import models_folder

FILES = sorted(path.name for path in models_folder().iterdir() if path.suffix in {".json", ".npz", ".tflite"})

pytestmark = pytest.mark.skipif(not (models_folder() / "vgg16.json").exists(), reason="the shipped models are not here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a models folder of links to the shipped files, to take some away or to alter them."""
    for name in FILES:
        (tmp_path / name).symlink_to(models_folder() / name)
    return tmp_path


def altered(path: Path, **facts: Any) -> None:
    """Put a changed copy in the place of a link to a JSON file."""
    known = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    path.write_text(json.dumps({k: v for k, v in {**known, **facts}.items() if v is not None}), encoding="utf-8")


def test_every_network_says_which_one_it_is(folder: Path) -> None:
    ids = Models.load(folder).ids
    for name in ("structure", "print", "line", "vgg16", "findings", "novelty"):
        digest = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["sha256"]
        assert ids[name] == f"{name}-{digest[:12]}"
    signal = json.loads((folder / "second.json").read_text(encoding="utf-8"))
    digests = "".join(signal[f"{name}sha256"] for name in ("", "networks_", "statements_"))
    assert ids["signal"] == f"second-{hashlib.sha256(digests.encode()).hexdigest()[:12]}"
    assert len(set(ids.values())) == 7


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        Models.load(folder)


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".json")])
def test_an_altered_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).write_bytes(b"other weights")
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        Models.load(folder)


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("vgg16", "classes"),
        ("second", "joint"),
        ("findings", "names"),
        ("structure", "sha256"),
        ("turn", "across"),
        ("quality", "page"),
    ],
)
def test_a_missing_fact_is_named_with_its_file(folder: Path, name: str, fact: str) -> None:
    altered(folder / f"{name}.json", **{fact: None})
    with pytest.raises(ModelError, match=rf"{name}\.json"):
        Models.load(folder)


@pytest.mark.parametrize("name", ["findings", "novelty", "vgg16-light"])
def test_a_part_of_another_network_is_refused(folder: Path, name: str) -> None:
    altered(folder / f"{name}.json", backbone_sha256="0" * 64)
    with pytest.raises(ModelError, match=rf"{name}\.json.*made for other weights"):
        Models.load(folder)


def test_a_signal_model_joined_with_another_network_is_refused(folder: Path) -> None:
    joint = json.loads((folder / "second.json").read_text(encoding="utf-8"))["joint"]
    altered(folder / "second.json", joint={**joint, "network_sha256": "0" * 64})
    with pytest.raises(ModelError, match=r"second\.json.*made for other weights"):
        Models.load(folder)


@pytest.mark.parametrize(
    ("name", "facts", "said"),
    [
        ("vgg16", {"classes": ["Normal", "MI", "PMI"]}, "names 3 outputs, but its weights have 4"),
        ("vgg16", {"input_size": [384, 160]}, "other drawings"),
        ("vgg16", {"drawing_version": "0"}, "other drawings"),
        ("findings", {"names": ["rhythm:AFIB"]}, "names 1 outputs"),
        ("second", {"classes": ["Normal", "MI", "PMI", "STEMI"]}, "other classes than vgg16"),
        ("second", {"features": ["rate"]}, "other features"),
    ],
)
def test_facts_that_do_not_fit_are_refused_before_a_page_is_read(
    folder: Path, name: str, facts: dict[str, Any], said: str
) -> None:
    altered(folder / f"{name}.json", **facts)
    with pytest.raises(ModelError, match=said) as refused:
        Models.load(folder)
    assert f"{name}.json" in str(refused.value)


def test_a_broken_spec_is_named(folder: Path) -> None:
    (folder / "line.json").unlink()
    (folder / "line.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"line\.json cannot be read"):
        Models.load(folder)


def test_threads_share_one_load(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[object] = []

    def slow_load() -> object:
        threading.Event().wait(0.05)
        loads.append(object())
        return loads[-1]

    monkeypatch.setattr(models.Models, "load", slow_load)
    shared_models.cache_clear()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(shared_models())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared_models.cache_clear()
    assert len(loads) == 1
    assert found == loads * 5
