"""The app through `AppTest`: the real pages, the real rooms, the shipped model."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from heartguard.intake.limits import MAX_BYTES
from heartguard.samples import list_samples
from heartguard.ui.result import SECTIONS
from heartguard.ui.source import SAMPLE
from heartguard.ui.words import NEEDS_SHAP
from heartguard.vocabulary import CLASS_NAMES, DISCLAIMER

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 120
NORMAL, NO_ECG = 0, 7
HEAVY = ("tensorflow", "keras", "torch", "scipy", "neurokit2", "shap", "sklearn", "cv2")


def open_app() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    parts = (app.title, app.header, app.subheader, app.markdown, app.caption, app.warning, app.info)
    return "\n".join(element.value for group in parts for element in group)


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].upload(name, data)
    app.run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def read_app() -> AppTest:
    sample = list_samples()[NORMAL]
    return upload(open_app(), sample.path.name, sample.path.read_bytes())


def test_the_first_page_offers_three_ways_and_opens_no_camera():
    app = open_app()
    assert app.title[0].value == "Read an ECG"
    assert len(app.file_uploader) == 1
    assert len(app.camera_input) == 0
    assert DISCLAIMER in words(app)


def test_the_first_page_opens_without_heavy_libraries():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        f"app = AppTest.from_file({str(ROOT / 'streamlit_app.py')!r}, default_timeout={TIMEOUT_S}).run();"
        f"assert not app.exception; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_an_uploaded_page_is_read_and_the_answer_comes_first(read_app):
    shown = words(read_app)
    assert read_app.header[0].value in (*CLASS_NAMES.values(), ":material/help: Not sure")
    assert DISCLAIMER in shown
    assert "Tracing quality" in shown
    assert len(read_app.file_uploader) == 0


def test_the_measurements_are_those_of_the_simulated_page(read_app):
    sample = list_samples()[NORMAL]
    cards = {metric.label: metric.value for metric in read_app.metric}
    assert len(cards) == 8
    assert abs(float(cards["Heart rate"].removesuffix(" /min")) - sample.heart_rate_bpm) <= 2


@pytest.mark.parametrize("section", SECTIONS)
def test_every_tab_opens(read_app, section):
    read_app.session_state["section"] = SECTIONS[section]
    read_app.run()
    assert not read_app.exception
    assert "cannot be shown" not in words(read_app)
    assert read_app.header[0].value


def test_lead_shap_is_queued_and_its_result_belongs_to_the_class_that_was_asked_for(read_app, monkeypatch):
    from heartguard.drawing import LEAD_GROUPS
    from heartguard.explain import Shapley

    def quick(ecg, engine, label, **_kwargs):
        return Shapley(dict.fromkeys(LEAD_GROUPS, 0.05), 0.1, 0.75, 0.0, 48)

    monkeypatch.setattr("heartguard.explain.lead_shap", quick)
    read_app.session_state["section"] = SECTIONS["drivers"]
    read_app.run()
    next(button for button in read_app.button if button.label == "Compute SHAP by lead").click().run()
    until = time.monotonic() + 20
    while "With no trace at all" not in words(read_app) and time.monotonic() < until:
        time.sleep(0.05)
        read_app.run()
    assert not read_app.exception
    assert "10 %, with all leads 75 %" in words(read_app)
    other = "HB" if read_app.segmented_control[0].value != "HB" else "MI"
    read_app.segmented_control[0].set_value(other).run()
    assert "With no trace at all" not in words(read_app)
    read_app.segmented_control[0].set_value("Normal").run()


def test_shap_by_pixel_is_shown_only_once_it_has_passed_its_tests(read_app, monkeypatch):
    import numpy as np

    from heartguard.explain import PixelShap

    def quick(drawing, engine, label, **_kwargs):
        heat = np.where(drawing.image < 255, 1e-3, 0).astype(np.float32)
        return PixelShap(heat, 0.5, 0.125, 0.625, 0.0, 200)

    monkeypatch.setattr("heartguard.explain.pixel_shap", quick)
    read_app.session_state["section"] = SECTIONS["drivers"]
    monkeypatch.setattr("heartguard.explain.is_validated", lambda method: method != "pixel shap")
    read_app.run()
    assert "Compute SHAP by pixel" not in [button.label for button in read_app.button]
    monkeypatch.setattr("heartguard.explain.is_validated", lambda method: True)
    read_app.run()
    next(button for button in read_app.button if button.label == "Compute SHAP by pixel").click().run()
    until = time.monotonic() + 20
    while "adds +50.0 points" not in words(read_app) and time.monotonic() < until:
        time.sleep(0.05)
        read_app.run()
    assert not read_app.exception
    assert "From 12 % on white paper to 62 %; all ink together adds +50.0 points" in words(read_app)


def test_without_the_package_shap_the_app_says_so_in_place_of_its_buttons(read_app, monkeypatch):
    monkeypatch.setattr("heartguard.explain.shap_installed", lambda: False)
    monkeypatch.setattr("heartguard.explain.is_validated", lambda method: True)
    read_app.session_state["section"] = SECTIONS["drivers"]
    read_app.run()
    assert not read_app.exception
    assert words(read_app).count(NEEDS_SHAP) == 2  # By lead and by pixel.
    assert not [button.label for button in read_app.button if "SHAP" in button.label]


def test_it_is_said_which_of_both_models_is_explained(read_app):
    read_app.session_state["section"] = SECTIONS["drivers"]
    read_app.run()
    assert "explains VGG16, the image model. It alone says" in words(read_app)


def test_a_lead_can_be_made_normal(read_app):
    read_app.session_state["section"] = SECTIONS["drivers"]
    read_app.run()
    read_app.selectbox(key="what-if-lead").set_value("V2").run()
    assert not read_app.exception
    assert "cannot be shown" not in words(read_app)
    assert "points)" in words(read_app)


def test_the_page_can_be_seen_without_traces_and_as_uploaded(read_app):
    read_app.session_state["section"] = SECTIONS["page"]
    read_app.run()
    read_app.toggle(key="page-traced").set_value(False).run()
    assert not read_app.exception
    read_app.segmented_control(key="page-view").set_value("As uploaded").run()
    assert not read_app.exception


def test_both_files_can_be_downloaded(read_app):
    read_app.session_state["section"] = SECTIONS["downloads"]
    read_app.run()
    assert {button.label for button in read_app.download_button} == {"Download signals", "Download reading"}


def test_a_rerun_uses_the_reading_that_is_there(read_app):
    before = read_app.session_state["readings"]
    assert len(before) == 1
    read_app.run()
    assert len(read_app.session_state["readings"]) == 1


def test_reading_another_ecg_goes_back_to_the_first_screen():
    sample = list_samples()[NORMAL]
    app = upload(open_app(), sample.path.name, sample.path.read_bytes())
    app.button(key="another").click().run()
    assert app.title[0].value == "Read an ECG"
    assert len(app.file_uploader) == 1


def test_a_sample_is_read_and_marked_as_simulated():
    app = open_app()
    app.segmented_control(key="way").set_value(SAMPLE).run()
    app.button(key="sample-1").click().run()
    assert not app.exception
    shown = words(app)
    assert "Simulated, no patient" in shown
    assert "Simulated as: Myocardial infarction." in shown
    assert len(app.metric) == 8


def test_a_picture_that_is_no_ecg_gets_a_calm_sentence_and_a_way_on():
    sample = list_samples()[NO_ECG]
    app = upload(open_app(), "landscape.jpg", sample.path.read_bytes())
    assert app.warning[0].value.startswith("**No ECG page could be read in this picture.**")
    assert "Traceback" not in words(app)
    assert len(app.metric) == 0
    normal = list_samples()[NORMAL]
    upload(app, normal.path.name, normal.path.read_bytes())
    assert len(app.metric) == 8


def test_the_pages_of_a_document_can_be_turned():
    samples = list_samples()
    first, second = (Image.open(samples[number].path).convert("RGB") for number in (NO_ECG, NORMAL))
    document = io.BytesIO()
    first.save(document, "TIFF", save_all=True, append_images=[second], compression="tiff_deflate")
    app = upload(open_app(), "two-pages.tif", document.getvalue())
    assert "This document has 2 pages" in words(app)
    assert app.warning[0].value.startswith("**No ECG page could be read")
    app.pagination[0].set_value(2).run()
    assert not app.exception
    assert len(app.metric) == 8


def test_a_damaged_file_gets_its_own_sentence():
    sample = list_samples()[NORMAL]
    app = upload(open_app(), "half.png", sample.path.read_bytes()[:2000])
    assert app.warning[0].value.startswith("**This file cannot be opened.**")
    assert len(app.file_uploader) == 1


@pytest.mark.parametrize("name", ["scan.jfif", "export.dicom", "IMG_0001", "notes.docx"])
def test_the_name_of_a_file_does_not_decide_whether_it_is_read(name):
    app = open_app()
    assert list(app.file_uploader[0].proto.type) == []
    upload(app, name, b"<?xml version='1.0'?><AnnotatedECG/>")
    assert app.warning[0].value.startswith("**This file cannot be opened.** The file holds the ECG as signals in XML")
    assert len(app.file_uploader) == 1


def test_an_unforeseen_fault_is_a_plain_sentence_and_loses_nothing(monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("patient name in a message")

    sample = list_samples()[NORMAL]
    monkeypatch.setattr("heartguard.reading.find_page", fail)
    app = upload(open_app(), "page.png", sample.path.read_bytes())
    assert "Something unexpected happened" in app.warning[0].value
    assert "patient name" not in words(app)
    monkeypatch.undo()
    next(button for button in app.button if button.label == "Try again").click().run()
    assert len(app.metric) == 8


def test_a_part_that_fails_leaves_the_answer_standing(read_app, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("patient name in a message")

    monkeypatch.setattr("heartguard.ui.steps.reading_steps", fail)
    read_app.session_state["section"] = SECTIONS["steps"]
    read_app.run()
    assert not read_app.exception
    assert "The rest of the reading is not affected." in words(read_app)
    assert "patient name" not in words(read_app)
    assert len(read_app.metric) == 8


def test_file_names_cannot_write_markdown():
    app = upload(open_app(), "**[x](http://a)**.png", b"no picture")
    assert r"\*\*\[x\]" in words(app)


def test_the_about_page_shows_method_limits_and_credits():
    app = open_app()
    app.switch_page("pages/about.py").run()
    assert not app.exception
    shown = words(app)
    assert app.title[0].value == "How it works and how good it is"
    assert DISCLAIMER in shown
    assert {"How it works", "Limits", "Data and licences"} <= {header.value for header in app.header}
    assert "CC BY 4.0" in app.table[-1].value.to_string()


def test_the_upload_limit_of_the_server_is_that_of_intake():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * 2**20 == MAX_BYTES
    assert config["browser"]["gatherUsageStats"] is False
    assert set(config["theme"]["light"]) == set(config["theme"]["dark"])
