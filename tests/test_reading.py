"""The one way through: order of the stages, quality, warnings, the shared model, and real pages end to end."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import heartguard
from heartguard import errors, reading
from heartguard.lab.ecg_simulator import simulate_ecg
from heartguard.leads import LEAD_INDEX
from heartguard.samples import list_samples
from heartguard.values import Ecg, Prediction, SecondOpinion
from tests.handmade import make_ecg, make_measurements, make_page, make_prediction

MODEL = Path(__file__).parents[1] / "models" / "vgg16.json"
needs_model = pytest.mark.skipif(not MODEL.exists(), reason="the shipped model is not here")


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace every room by one that hands on a known value; what they were given is noted."""
    given: dict[str, Any] = {}

    def room(name: str, value: Any) -> Any:
        def stand_in(*args: Any, **options: Any) -> Any:
            given[name] = (args, options)
            return value

        return stand_in

    page = make_page(quality=0.7)
    values = {
        "open_upload": page.upload,
        "find_page": page,
        "trace": make_ecg(),
        "measure": make_measurements(),
        "draw": make_prediction().drawing,
        "classify": make_prediction(),
        "load_engine": "the engine",
        "load_second": None,
    }
    for name, value in values.items():
        monkeypatch.setattr(reading, name, room(name, value))
    reading._load_once.cache_clear()
    reading._load_second_once.cache_clear()
    yield given
    reading._load_once.cache_clear()
    reading._load_second_once.cache_clear()


def test_stages_come_in_order_and_are_timed(rooms: dict[str, Any]) -> None:
    seen: list[str] = []
    answer = heartguard.read_ecg(b"bytes", name="a.png", page=2, on_stage=seen.append)
    assert tuple(seen) == reading.STAGES
    assert tuple(answer.timings_ms) == (*reading.STAGES, "total")
    assert answer.timings_ms["total"] >= sum(answer.timings_ms[stage] for stage in reading.STAGES)
    assert rooms["open_upload"] == ((b"bytes",), {"name": "a.png", "page": 2})
    assert answer.prediction.label == "Normal"
    assert answer.quality == pytest.approx(0.7)
    assert answer.warnings == ()


def test_given_engine_is_used_and_else_the_shared_one(rooms: dict[str, Any]) -> None:
    heartguard.read_ecg(b"bytes", engine="mine")  # type: ignore[arg-type]
    assert rooms["classify"][0][1] == "mine"
    assert "load_engine" not in rooms
    heartguard.read_ecg(b"bytes")
    assert rooms["classify"][0][1] == "the engine"


def test_threads_share_one_load(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    gate = threading.Event()

    def slow_load(name: str) -> object:
        loads.append(name)
        gate.wait(0.05)
        return object()

    monkeypatch.setattr(reading, "load_engine", slow_load)
    reading._load_once.cache_clear()
    engines: list[Any] = []
    threads = [threading.Thread(target=lambda: engines.append(reading.shared_engine())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reading._load_once.cache_clear()
    assert loads == ["vgg16"]
    assert len({id(engine) for engine in engines}) == 1


def test_quality_is_the_lower_of_page_and_leads() -> None:
    lead_quality = np.full(12, 0.9, np.float32)
    assert reading.overall_quality(make_page(quality=0.4), make_ecg(quality=lead_quality)) == pytest.approx(0.4)
    half_absent = np.where(np.arange(12) < 6, 0.0, 0.9).astype(np.float32)
    assert reading.overall_quality(make_page(quality=1.0), make_ecg(quality=half_absent)) == pytest.approx(0.45)
    assert reading.overall_quality(make_page(quality=3.0), make_ecg(quality=lead_quality * 3)) == 1.0


def limb_leads(*, misnamed: bool) -> Ecg:
    """Return an Ecg whose I, II and III fit together, or whose III is another row of the page."""
    signals = simulate_ecg("normal", 72, seed=2).signals.copy()
    if misnamed:
        signals[:3] = signals[[1, 2, LEAD_INDEX["V2"]]]
    return make_ecg(signals=signals, quality=np.ones(12, np.float32))


def test_leads_that_contradict_each_other_make_a_reading_poor() -> None:
    page = make_page(quality=1.0)
    assert reading.overall_quality(page, limb_leads(misnamed=False)) == 1.0
    assert reading.overall_quality(page, limb_leads(misnamed=True)) < reading.LOW_QUALITY


def test_a_poor_reading_gives_no_class_as_its_answer(rooms: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not heartguard.read_ecg(b"bytes").prediction.abstained
    monkeypatch.setattr(reading, "trace", lambda _: limb_leads(misnamed=True))
    poor = heartguard.read_ecg(b"bytes")
    assert poor.prediction.abstained
    assert poor.prediction.possible is None
    assert poor.prediction.findings == ()
    assert "the class is no answer" in poor.warnings[0]


class Contrary:
    """A second model that always says MI."""

    def consult(self, prediction: Prediction, ecg: Any, network_sha256: str) -> Prediction:
        assert network_sha256 == "0" * 64
        return replace(prediction, second=SecondOpinion("MI", {"MI": 1.0}, False, "second-0"))


def test_a_second_model_is_asked_about_what_was_traced(rooms: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = SimpleNamespace(spec=SimpleNamespace(sha256="0" * 64))
    assert heartguard.read_ecg(b"bytes", engine=engine).prediction.second is None
    reading._load_second_once.cache_clear()
    monkeypatch.setattr(reading, "load_second", lambda _: Contrary())
    second = heartguard.read_ecg(b"bytes", engine=engine).prediction.second
    assert second is not None
    assert (second.label, second.agrees) == ("MI", False)
    monkeypatch.setattr(reading, "trace", lambda _: limb_leads(misnamed=True))
    assert heartguard.read_ecg(b"bytes", engine=engine).prediction.second is None


def test_an_unlike_tracing_is_said_to_be_no_answer() -> None:
    prediction = make_prediction(label="MI", abstained=True, novelty=1.4)
    warnings = reading.warnings_on(make_page(), make_ecg(), make_measurements(), prediction, 0.8)
    assert warnings[0].startswith("This tracing is unlike those the model learnt from")
    assert not make_prediction(novelty=0.9).unlike


def test_a_good_reading_has_no_warnings_even_where_an_interval_is_missing() -> None:
    measurements = make_measurements(pr_ms=None, reasons={"pr_ms": "No P wave was found."}, einthoven_residual_mv=None)
    assert reading.warnings_on(make_page(), make_ecg(), measurements, make_prediction(), 0.8) == ()


def test_warnings_name_everything_uncertain_most_important_first() -> None:
    ecg = make_ecg()
    signals, quality = ecg.signals.copy(), ecg.quality.copy()
    signals[LEAD_INDEX["V6"]] = np.nan
    quality[LEAD_INDEX["V6"]] = 0.0
    quality[LEAD_INDEX["aVL"]] = 0.2
    warnings = reading.warnings_on(
        make_page(scale_source="pulse", doubts=("Compare the lead names.",)),
        make_ecg(signals=signals, quality=quality),
        make_measurements(einthoven_residual_mv=0.4),
        make_prediction(label="MI", abstained=True, probabilities={"Normal": 0.3, "MI": 0.31, "PMI": 0.2, "HB": 0.19}),
        0.3,
    )
    assert len(warnings) == 6
    assert "not sure" in warnings[0]
    assert "31%" in warnings[0]
    assert "quality 30%" in warnings[1]
    assert "calibration pulse" in warnings[2]
    assert "lead names" in warnings[3]
    assert "not found: V6; traced poorly: aVL" in warnings[4]
    assert "0.40 mV" in warnings[5]
    assert all(warning.endswith(".") for warning in warnings)


def test_scale_guessed_from_the_layout_is_said() -> None:
    page = make_page(scale_source="layout")
    (warning,) = reading.warnings_on(page, make_ecg(), make_measurements(), make_prediction(), 0.8)
    assert "guessed from the layout" in warning


def test_importing_heartguard_is_light() -> None:
    heavy = "{'numpy', 'cv2', 'tensorflow', 'torch', 'streamlit'} & set(sys.modules)"
    code = (
        f"import sys, heartguard; assert not {heavy}; import heartguard.reading; assert 'tensorflow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError):
        heartguard.nothing  # noqa: B018


def test_faults_of_intake_come_through() -> None:
    with pytest.raises(errors.EmptyFileError):
        heartguard.read_ecg(b"")


@needs_model
@pytest.mark.parametrize("sample", list_samples(), ids=lambda sample: sample.path.stem)
def test_shipped_samples_are_read_or_refused(sample: Any) -> None:
    if sample.label is None:
        with pytest.raises(errors.PageError):
            heartguard.read_ecg(sample.path)
        return
    answer = heartguard.read_ecg(sample.path)
    assert answer.measurements.heart_rate_bpm == pytest.approx(sample.heart_rate_bpm, abs=5)
    assert sum(answer.prediction.probabilities.values()) == pytest.approx(1.0, abs=1e-4)
    assert answer.upload.name == sample.path.name
    assert answer.ecg.page is not None
    assert answer.ecg.page.upload.sha256 == answer.upload.sha256
