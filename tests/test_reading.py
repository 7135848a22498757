"""The one way through: order of the stages, quality, warnings, the models, and real pages end to end."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import heartguard
from heartguard import errors, pipeline, traced
from heartguard.drawing import preprocessing
from heartguard.leads import LEAD_INDEX, SAMPLES
from heartguard.quality import Quality
from heartguard.samples import list_samples
from heartguard.values import Ecg, Prediction, ScaleSource, SignalPrediction
from heartguard.vocabulary import STAGES
from heartguard.warning import caution, fault, note
from heartguard.warning_rules import LOW_QUALITY, warnings_on
from heartlab.simulate.ecg import simulate_ecg
from tests.handmade import make_ecg, make_measurements, make_page, make_prediction, make_upload
from tests.sample_readings import read_sample

MODEL = Path(__file__).parents[1] / "models" / "vgg16.json"
AGREES = SignalPrediction("Normal", {"Normal": 1.0}, True, "second-1")
MODELS: Any = SimpleNamespace(
    page="page models",
    line="line",
    quality=SimpleNamespace(judge=lambda *_: Quality(0.7, np.full(12, 0.8, np.float32), 0.0)),
    vgg16=SimpleNamespace(spec=SimpleNamespace(sha256="0" * 64)),
    signal=SimpleNamespace(consult=lambda prediction, *_: replace(prediction, signal_model=AGREES)),
    ids={"vgg16": "vgg16-0"},
)
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
    before = {
        "open_upload": page.upload,
        "find_pages": (page,),
        "trace": replace(make_ecg(), page=page),
        "measure": make_measurements(),
    }
    after = {"draw": make_prediction().drawing, "classify": make_prediction(), "shared_models": MODELS}
    for module, values in ((traced, before), (pipeline, after)):
        for name, value in values.items():
            monkeypatch.setattr(module, name, room(name, value))
    monkeypatch.setattr(traced, "read_lines", lambda *_: SimpleNamespace(ecgs=(), notes=()))
    monkeypatch.setattr(pipeline, "continued", lambda sheet, found, *_: found)
    return given


def test_stages_come_in_order_and_are_timed(rooms: dict[str, Any]) -> None:
    seen: list[str] = []
    answer = heartguard.read_ecg(b"bytes", name="a.png", page=2, on_stage=seen.append)
    assert tuple(seen) == tuple(STAGES)
    assert tuple(answer.timings_ms) == (*STAGES, "total")
    assert answer.timings_ms["total"] >= sum(answer.timings_ms[stage] for stage in tuple(STAGES))
    assert rooms["open_upload"] == ((b"bytes",), {"name": "a.png", "page": 2})
    assert answer.prediction.label == "Normal"
    assert answer.quality == pytest.approx(0.7)
    assert answer.warnings == ()


def test_given_models_are_used_and_handed_to_the_rooms_that_need_them(rooms: dict[str, Any]) -> None:
    mine: Any = SimpleNamespace(
        **{**vars(MODELS), "page": "my page models", "line": "my line", "ids": {"line": "line-1"}}
    )
    answer = heartguard.read_ecg(b"bytes", models=mine)
    assert "shared_models" not in rooms
    assert rooms["find_pages"][0][1] == "my page models"
    assert rooms["trace"][0][1] == "my line"
    assert rooms["classify"][0][1] is mine.vgg16
    assert answer.models == {"line": "line-1"}
    heartguard.read_ecg(b"bytes")
    assert rooms["classify"][0][1] is MODELS.vgg16


def test_models_are_loaded_before_anything_is_read(rooms: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise errors.ModelError("line.json is missing from the models folder.")

    monkeypatch.setattr(pipeline, "shared_models", missing)
    with pytest.raises(errors.ModelError, match=r"line\.json"):
        heartguard.read_ecg(b"bytes")
    assert rooms == {}


def test_quality_is_what_the_quality_model_says_of_the_page_and_of_each_lead(rooms: dict[str, Any]) -> None:
    of_leads = np.linspace(0.3, 0.96, 12).astype(np.float32)
    answer = heartguard.read_ecg(b"bytes", models=judged(0.83, of_leads))
    assert answer.quality == 0.83
    assert np.array_equal(answer.ecg.quality, of_leads)


def limb_leads(*, misnamed: bool) -> Ecg:
    """Return an Ecg whose I, II and III fit together, or whose III is another row of the page."""
    signals = simulate_ecg("normal", 72, seed=2).signals.copy()
    if misnamed:
        signals[:3] = signals[[1, 2, LEAD_INDEX["V2"]]]
    return make_ecg(signals=signals, quality=np.ones(12, np.float32))


def judged(quality: float, of_leads: np.ndarray | None = None) -> Any:
    """Return models of which the quality model finds a page so probably right."""
    leads = np.full(12, 0.8, np.float32) if of_leads is None else of_leads
    return SimpleNamespace(
        **{**vars(MODELS), "quality": SimpleNamespace(judge=lambda *_: Quality(quality, leads, 0.0))}
    )


def test_a_poor_reading_gives_no_class_as_its_answer(rooms: dict[str, Any]) -> None:
    assert not heartguard.read_ecg(b"bytes", models=judged(LOW_QUALITY)).prediction.abstained
    poor = heartguard.read_ecg(b"bytes", models=judged(LOW_QUALITY - 0.01))
    assert poor.prediction.abstained
    assert poor.prediction.prediction_set is None
    assert poor.prediction.findings == ()
    assert "the class is no answer" in poor.warnings[0].text


@needs_model
def test_leads_are_cut_and_filtered_once_a_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def count(name: str) -> None:
        real = getattr(preprocessing, name)
        monkeypatch.setattr(preprocessing, name, lambda *given: calls.append(name) or real(*given))

    count("cut_segments")
    count("bandpass_resample")
    answer = pipeline.answer(limb_leads(misnamed=False), heartguard.models.shared_models())
    assert answer.signal_model is not None  # both models were asked
    assert calls == ["cut_segments", "bandpass_resample", "bandpass_resample"]  # the leads, then the strip


def test_an_answer_of_one_model_alone_is_said(rooms: dict[str, Any]) -> None:
    silent: Any = SimpleNamespace(consult=lambda prediction, *_: prediction)
    answer = heartguard.read_ecg(b"bytes", models=cast(Any, SimpleNamespace(**{**vars(MODELS), "signal": silent})))
    assert [(warning.code, warning.severity) for warning in answer.warnings] == [("class.vgg16_alone", "caution")]
    assert not heartguard.read_ecg(b"bytes").warnings


class Contrary:
    """A signal model that always says MI."""

    def consult(self, prediction: Prediction, ecg: Any, network_sha256: str) -> Prediction:
        assert network_sha256 == "0" * 64
        return replace(prediction, signal_model=SignalPrediction("MI", {"MI": 1.0}, False, "second-0"))


def test_a_second_model_is_asked_about_what_was_traced(rooms: dict[str, Any]) -> None:
    assert heartguard.read_ecg(b"bytes").prediction.signal_model is AGREES
    models: Any = SimpleNamespace(**{**vars(MODELS), "signal": Contrary()})
    second = heartguard.read_ecg(b"bytes", models=models).prediction.signal_model
    assert second is not None
    assert (second.label, second.agrees) == ("MI", False)
    models.quality = judged(0.3).quality
    assert heartguard.read_ecg(b"bytes", models=models).prediction.signal_model is None


def test_a_lead_that_is_a_straight_line_is_told() -> None:
    signals = np.tile(np.sin(np.linspace(0, 60, SAMPLES)), (12, 1)).astype(np.float32)
    signals[LEAD_INDEX["V3"]] = 0.01
    given = make_prediction(signal_model=AGREES)
    for flat, ecg in ((True, make_ecg(signals=signals)), (False, make_ecg(signals=0.01 * signals))):
        found = warnings_on(make_upload(), make_page(), ecg, make_measurements(), given, 0.9)
        texts = [warning.text for warning in found if warning.code == "measure.flat_lead"]
        assert [text.partition(". ")[0] for text in texts] == (["A straight line and no complexes: V3"] if flat else [])


def test_an_unlike_tracing_is_said_to_be_no_answer() -> None:
    prediction = make_prediction(label="MI", abstained=True, ood_score=1.4)
    warnings = warnings_on(make_upload(), make_page(), make_ecg(), make_measurements(), prediction, 0.8)
    assert warnings[0].code == "class.unlike"
    assert not make_prediction(ood_score=0.9).out_of_distribution


def test_a_good_reading_has_no_warnings_even_where_an_interval_is_missing() -> None:
    measurements = make_measurements(
        pr_ms=None, missing_reasons={"pr_ms": "No P wave was found."}, einthoven_residual_mv=None
    )
    assert (
        warnings_on(make_upload(), make_page(), make_ecg(), measurements, make_prediction(signal_model=AGREES), 0.8)
        == ()
    )


def test_warnings_name_everything_uncertain_most_important_first() -> None:
    ecg = make_ecg()
    signals, quality = ecg.signals.copy(), ecg.quality.copy()
    signals[LEAD_INDEX["V6"]] = np.nan
    quality[LEAD_INDEX["V6"]] = 0.0
    quality[LEAD_INDEX["aVL"]] = 0.2
    warnings = warnings_on(
        make_upload(),
        make_page(
            warnings=(
                caution("scale.grid", "The calibration pulse."),
                caution("names.order", "Compare the lead names."),
            )
        ),
        make_ecg(signals=signals, quality=quality),
        make_measurements(einthoven_residual_mv=0.4),
        make_prediction(
            signal_model=AGREES,
            label="MI",
            abstained=True,
            probabilities={"Normal": 0.3, "MI": 0.31, "PMI": 0.2, "HB": 0.19},
        ),
        0.3,
    )
    assert [(warning.code, warning.severity) for warning in warnings] == [
        ("class.unsure", "caution"),
        ("page.quality", "fault"),
        ("scale.grid", "caution"),
        ("names.order", "caution"),
        ("trace.missing", "fault"),
        ("names.limb_leads_disagree", "caution"),
    ]
    texts = [warning.text for warning in warnings]
    assert "31%" in texts[0]
    assert "quality 30%" in texts[1]
    assert "not found: V6; traced poorly: aVL" in texts[4]
    assert "0.40 mV" in texts[5]
    assert all(text.endswith(".") for text in texts)


def test_notes_come_last_and_each_warning_once() -> None:
    note_, doubt = note("file.bits", "It was reduced to 8 bits."), caution("scale.gain", "Check the gain.")
    upload, page = make_upload(warnings=(note_,)), make_page(warnings=(note_, doubt))
    ecg = make_ecg(warnings=(note("trace.no_line", "No line in V5."), doubt))
    found = warnings_on(upload, page, ecg, make_measurements(), make_prediction(signal_model=AGREES), 0.7)
    assert [warning.code for warning in found] == ["scale.gain", "file.bits", "trace.no_line"]


@pytest.mark.parametrize(("quality", "severity"), [(0.79, "caution"), (0.8, "note")])
def test_cautions_on_the_page_are_notes_where_the_page_is_right_in_four_of_five_cases(
    quality: float, severity: str
) -> None:
    page = make_page(warnings=(caution("names.order", "Compare."), fault("scale.grid", "No scale.")))
    prediction = make_prediction(signal_model=AGREES)
    found = warnings_on(
        make_upload(warnings=(caution("file.small", "Small."),)),
        page,
        make_ecg(),
        make_measurements(),
        prediction,
        quality,
    )
    assert {warning.code: warning.severity for warning in found} == {
        "names.order": severity,
        "scale.grid": "fault",
        "file.small": "caution",
    }


SLOW_AND_WIDE = {"heart_rate_bpm": 36.0, "qrs_ms": 190.0, "qt_ms": 760.0}


@pytest.mark.parametrize(
    ("stated", "speed", "changes", "doubted"),
    [
        (0.0, 25.0, SLOW_AND_WIDE, True),
        (1.0, 25.0, SLOW_AND_WIDE, False),
        (0.0, 50.0, SLOW_AND_WIDE, False),
        (0.0, 25.0, {"heart_rate_bpm": 36.0, "qrs_ms": 92.0, "qt_ms": 460.0}, False),
        (0.0, 25.0, {"heart_rate_bpm": 72.0, "qrs_ms": 160.0, "qt_ms": 430.0}, False),
        (0.0, 25.0, {**SLOW_AND_WIDE, "qrs_ms": None}, False),
    ],
)
def test_the_usual_speed_is_doubted_where_nothing_states_it_and_beats_are_slow_and_wide(
    stated: float, speed: float, changes: dict[str, float | None], doubted: bool
) -> None:
    page = make_page(speed_mm_per_s=speed, evidence={"speed_stated": stated})
    prediction = make_prediction(signal_model=AGREES)
    found = warnings_on(make_upload(), page, make_ecg(), make_measurements(**changes), prediction, 0.95)
    assert [(one.code, one.severity) for one in found if one.family == "scale"] == (
        [("scale.speed_doubted", "caution")] if doubted else []
    )


@pytest.mark.parametrize(
    ("source", "changes", "severity"),
    [
        ("grid", {}, "note"),
        ("layout", {}, "caution"),
        ("grid", SLOW_AND_WIDE, "caution"),
        ("grid", {"heart_rate_bpm": 144.0, "qrs_ms": 46.0, "qt_ms": 195.0}, "caution"),
        ("grid", {"qt_ms": None}, "caution"),
    ],
)
def test_an_excerpt_is_no_doubt_where_grid_and_beats_agree_on_its_seconds(
    source: ScaleSource, changes: dict[str, float | None], severity: str
) -> None:
    page = make_page(scale_source=source, warnings=(caution("scale.length", "The traces span 7 s."),))
    measured = make_measurements(**{"heart_rate_bpm": 72.0, "qrs_ms": 92.0, "qt_ms": 390.0, **changes})
    found = warnings_on(make_upload(), page, make_ecg(), measured, make_prediction(signal_model=AGREES), 0.7)
    assert [one.severity for one in found if one.code == "scale.length"] == [severity]


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
@pytest.mark.parametrize("number", range(len(list_samples())), ids=lambda number: list_samples()[number].path.stem)
def test_shipped_samples_are_read_or_refused(number: int) -> None:
    sample = list_samples()[number]
    if sample.label is None:
        with pytest.raises(errors.PageError):
            heartguard.read_ecg(sample.path)
        return
    answer = read_sample(number)
    assert answer.measurements.heart_rate_bpm == pytest.approx(sample.heart_rate_bpm, abs=5)
    assert sum(answer.prediction.probabilities.values()) == pytest.approx(1.0, abs=1e-4)
    assert answer.upload.name == sample.path.name
    assert answer.ecg.page is not None
    assert answer.ecg.page.upload.sha256 == answer.upload.sha256
