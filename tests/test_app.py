"""The app through `AppTest`: the real pages, the real rooms, the shipped model."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import heartguard
from heartguard.export import FORMATS
from heartguard.intake.limits import MAX_BYTES
from heartguard.leads import CHEST_LEADS, LIMB_LEADS
from heartguard.samples import list_samples
from heartguard.sessions import Tab
from heartguard.ui.shared.running import finished
from heartguard.ui.shared.words import NEEDS_SHAP
from heartguard.vocabulary import CLASS_NAMES, DISCLAIMER
from heartlab.simulate.encoded import png
from tests.drawn_pages import Print, Seen, picture

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 180
NORMAL, NO_ECG = 0, 7
pytestmark = pytest.mark.usefixtures("read_once")
HEAVY = ("tensorflow", "keras", "torch", "scipy", "neurokit2", "shap", "sklearn", "cv2")


def open_app() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    parts = (app.title, app.header, app.subheader, app.markdown, app.caption, app.warning, app.info)
    return "\n".join(element.value for group in parts for element in group)


def mounted(app: AppTest, name: str) -> dict[str, Any]:
    """Return what the viewer was sent, or the rows of measurements, by a word that only they have."""
    protos = [element.proto for element in app.get("bidi_component")]
    found = [json.loads(proto.json) for proto in protos if proto.json]
    return next(data for data in found if name in data)


def wait(app: AppTest, done: Callable[[AppTest], bool]) -> AppTest:
    """Let the app run until something is there, as a browser does; not while a job works, which would slow it."""
    until = time.monotonic() + TIMEOUT_S
    while not done(app) and time.monotonic() < until:
        while any(job.look() in ("waiting", "running") for job in list(app.session_state["tab"].jobs)):
            time.sleep(0.02)
            assert time.monotonic() < until
        app.run()
        assert not app.exception
    assert done(app)
    return app


def is_read(app: AppTest) -> bool:
    return "Reading the page" not in words(app)


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].upload(name, data)
    app.run()
    assert not app.exception
    return wait(app, is_read)


def turn_to(app: AppTest, page: str) -> AppTest:
    address = dict(app.query_params)
    app.switch_page(f"pages/{page}.py")
    for name, value in address.items():  # as the links of the app do
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


SHOWN = {"heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms", "qtc_ms", "qtc_fridericia_ms", "axis_deg"}
"""Measurements that are on the first screen of every ECG."""


def measurements(app: AppTest) -> dict[str, str]:
    return {row["field"]: row["value"] for row in mounted(app, "formulas")["rows"]}


@pytest.fixture(scope="module")
def read_app(remembering_read) -> AppTest:
    sample = list_samples()[NORMAL]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heartguard, "read_ecg", remembering_read)
        return upload(open_app(), sample.path.name, sample.path.read_bytes())


def open_again(read: AppTest) -> AppTest:
    """Return another visit of the app that has the ECG of `read` open, and does not read it anew."""
    (chosen,) = read.session_state["tab"].ecgs.values()
    tab = Tab()
    word = tab.open(chosen)
    finished(tab, chosen, read.session_state["tab"].readings.get(chosen.key))
    tab.readings.put(chosen.key, read.session_state["tab"].readings.get(chosen.key))
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    app.session_state["tab"], app.query_params["ecg"] = tab, word
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def read_page(read_app) -> AppTest:
    return turn_to(read_app, "read")


@pytest.fixture
def explanation(read_app) -> AppTest:
    return turn_to(read_app, "explanation")


def test_the_first_screen_offers_an_uploader_and_samples_and_opens_no_camera():
    app = open_app()
    assert len(app.file_uploader) == 1
    assert len(app.camera_input) == 0
    assert len([button for button in app.button if button.key.startswith("sample-")]) == len(list_samples())
    assert DISCLAIMER in words(app)


def test_the_first_page_opens_without_heavy_libraries():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        f"app = AppTest.from_file({str(ROOT / 'streamlit_app.py')!r}, default_timeout={TIMEOUT_S}).run();"
        f"assert not app.exception; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_an_uploaded_page_is_read_and_the_answer_comes_first(read_page):
    shown = words(read_page)
    first = read_page.header[0].value
    assert first == ":material/help: Not sure" or first.startswith(tuple(CLASS_NAMES.values()))
    assert DISCLAIMER in shown
    assert "Quality good" in shown
    assert len(read_page.file_uploader) == 0


def test_the_measurements_are_those_of_the_simulated_page(read_page):
    sample = list_samples()[NORMAL]
    shown = measurements(read_page)
    assert shown.keys() >= SHOWN
    assert {"p_ms", "p_axis_deg", "t_axis_deg", "sokolow_lyon_mv", "cornell_mv", "r_avl_mv"} <= set(shown)
    assert abs(float(shown["heart_rate_bpm"].removesuffix(" /min")) - sample.heart_rate_bpm) <= 2


def test_the_viewer_is_sent_every_lead_with_its_line_beats_and_marks(read_page):
    sent = mounted(read_page, "uploadedPicture")
    panels = sent["page"]["panels"]
    assert len(panels) == 13
    assert all(panel["x1"] - panel["x0"] > 200 and len(panel["line"]) > 200 for panel in panels)
    assert abs(len(sent["beats"]) - 12) <= 1
    assert {"p_on", "qrs_on", "qrs_off", "t_off"} <= set(sent["fiducials"])
    assert sent["leads"]["V2"].startswith("Traced good")
    assert len(json.dumps(sent)) < 300_000


def test_every_page_opens_on_the_same_ecg(read_app):
    for page in ("preprocessing", "explanation", "about", "read"):
        turn_to(read_app, page)
        assert "cannot be shown" not in words(read_app)
        assert "No ECG is open" not in words(read_app)


def test_lead_shap_is_queued_and_its_result_belongs_to_the_class_that_was_asked_for(explanation, monkeypatch):
    from heartguard.drawing import LEAD_GROUPS
    from heartguard.explain import Shapley

    def quick(ecg, engine, label, **_kwargs):
        return Shapley(dict.fromkeys(LEAD_GROUPS, 0.05), 0.1, 0.75, 0.0, 48)

    monkeypatch.setattr("heartguard.explain.lead_shap", quick)
    next(button for button in explanation.button if button.label == "Compute SHAP by lead").click().run()
    wait(explanation, lambda app: "With no trace at all" in words(app))
    assert "10 %, with all leads 75 %" in words(explanation)


def shap_buttons(app: AppTest) -> list[Any]:
    return [button for button in app.button if button.label == "Compute SHAP by lead"]


def test_an_explanation_ends_once_although_others_needed_the_room_of_its_reading(read_app, monkeypatch):
    from heartguard.drawing import LEAD_GROUPS
    from heartguard.explain import Shapley

    asked, gate = [], threading.Event()

    def slow(ecg, engine, label, **_kwargs):
        asked.append(label)
        assert gate.wait(TIMEOUT_S)
        return Shapley(dict.fromkeys(LEAD_GROUPS, 0.05), 0.2, 0.85, 0.0, 48)

    monkeypatch.setattr("heartguard.explain.lead_shap", slow)
    tab = read_app.session_state["tab"]
    tab.explained.clear()
    page = turn_to(read_app, "explanation")
    shap_buttons(page)[0].click().run()
    assert not shap_buttons(page)
    tab.readings.clear()  # as where many upload at once (`heartguard.sessions.room`)
    gate.set()
    page.run()
    wait(page, lambda app: "With no trace at all" in words(app))
    assert "20 %, with all leads 85 %" in words(page)
    turn_to(page, "read")
    assert "20 %, with all leads 85 %" in words(turn_to(page, "explanation"))
    assert len(asked) == 1


def test_an_explanation_asked_for_twice_waits_once(monkeypatch):
    from heartguard.sessions import MAX_EXPLAINED, JobQueue, Tab
    from heartguard.ui.shared import job_view

    tab, line, gate, asked = Tab(), JobQueue(), threading.Event(), []
    monkeypatch.setattr(job_view, "current_tab", lambda: tab)
    monkeypatch.setattr(job_view, "shared_queue", lambda: line)

    def work(job):
        asked.append(job.key)
        return gate.wait(TIMEOUT_S)

    for _ in range(3):
        job_view._start("shap-MI", work)
    first = tab.explaining
    gate.set()
    until = time.monotonic() + TIMEOUT_S
    while first.look() != "done" and time.monotonic() < until:
        time.sleep(0.01)
    job_view._start("shap-MI", work)
    assert tab.explaining is first
    assert (asked, dict(tab.explained)) == (["shap-MI"], {"shap-MI": True})
    for number in range(MAX_EXPLAINED):
        tab.keep_explained(f"another {number}", None)
    assert "shap-MI" not in tab.explained
    assert len(tab.explained) == MAX_EXPLAINED


def test_shap_by_pixel_is_shown_only_once_it_has_passed_its_tests(explanation, monkeypatch):
    import numpy as np

    from heartguard.explain import PixelShap

    def quick(drawing, engine, label, **_kwargs):
        heat = np.where(drawing.image < 255, 1e-3, 0).astype(np.float32)
        return PixelShap(heat, 0.5, 0.125, 0.625, 0.0, 200)

    monkeypatch.setattr("heartguard.explain.pixel_shap", quick)
    monkeypatch.setattr("heartguard.explain.is_validated", lambda method: method != "pixel shap")
    explanation.run()
    assert "Compute SHAP by pixel" not in [button.label for button in explanation.button]
    monkeypatch.setattr("heartguard.explain.is_validated", lambda method: True)
    explanation.run()
    next(button for button in explanation.button if button.label == "Compute SHAP by pixel").click().run()
    wait(explanation, lambda app: "adds +50.0 points" in words(app))
    assert "From 12 % on white paper to 62 %; all ink together adds +50.0 points" in words(explanation)


def test_without_the_package_shap_only_shap_by_lead_is_offered(explanation, monkeypatch):
    monkeypatch.setattr("heartguard.explain.shap_installed", lambda: False)
    monkeypatch.setattr("heartguard.explain.is_validated", lambda method: True)
    explanation.run()
    assert not explanation.exception
    assert words(explanation).count(NEEDS_SHAP) == 1  # By pixel; by lead needs no package.
    assert "Compute SHAP by pixel" not in [button.label for button in explanation.button]


def test_it_is_said_which_of_both_models_is_explained(explanation):
    assert "explains VGG16, the image model. It alone says" in words(explanation)


def test_the_maps_of_all_classes_come_in_one_payload(explanation):
    evidence = mounted(explanation, "uploadedPicture")["evidence"]
    assert set(evidence["maps"]) == {f"{label}/page" for label in CLASS_NAMES}
    assert all(sum(shares.values()) == pytest.approx(1, abs=0.01) for shares in evidence["shares"].values())
    assert {band[0] for band in evidence["bands"]["MI"]} >= {"I", "V1", "V6"}


def test_a_lead_can_be_made_normal(explanation):
    explanation.selectbox(key="what-if-lead").set_value("V2").run()
    assert not explanation.exception
    assert "cannot be shown" not in words(explanation)
    assert "points)" in words(explanation)


def test_every_format_that_can_be_written_can_be_downloaded(read_page):
    written = [name for name, form in FORMATS.items() if form.available]
    assert {"html", "txt", "csv", "json", "dicom"} <= set(written)
    assert [button.key for button in read_page.download_button] == [f"download-{name}" for name in written]


def test_a_rerun_uses_the_reading_that_is_there(read_page):
    readings = read_page.session_state["tab"].readings
    assert len(readings) == 1
    read_page.run()
    assert len(readings) == 1


def choice(app: AppTest, label: str) -> Any:
    return next(box for box in app.selectbox if box.label == label)


def read_again(app: AppTest, page: str = "read") -> AppTest:
    next(button for button in app.button if button.label == "Read again with these").click().run()
    return wait(turn_to(app, page), lambda app: len(app.get("bidi_component")) > 1 and is_read(app))


def test_what_is_set_by_hand_adds_up_and_stands_beside_what_was_found(read_app):
    app = turn_to(open_again(read_app), "preprocessing")
    assert "(found: 10 mm/mV)" in choice(app, "Gain").options[0]
    assert choice(app, "Row 1, column 2").options[:2] == ["as found: aVR", "I"]
    choice(app, "Row 1, column 2").set_value("-aVR").run()
    choice(app, "Gain").set_value(5.0).run()
    read_again(app)
    assert measurements(app)["heart_rate_bpm"].endswith("/min")
    panels = mounted(app, "uploadedPicture")["page"]["panels"]
    assert [panel["label"] for panel in panels if panel["lead"] == "aVR"] == ["-aVR"]
    turn_to(app, "preprocessing")
    assert choice(app, "Row 1, column 2").value == "-aVR"
    choice(app, "Paper speed").set_value(25.0).run()
    assert choice(app, "Row 1, column 2").value == "-aVR"  # The names hold at another speed.
    choice(app, "Arrangement of the leads").set_value("rows").run()
    assert "(-aVR for aVR) belong to the arrangement that was read, and are dropped with it" in words(app)
    assert not any(box.label == "Row 1, column 2" for box in app.selectbox)
    (tab,) = [app.session_state["tab"]]
    (chosen,) = tab.ecgs.values()
    assert chosen.corrections.gain_mm_per_mv == 5
    assert chosen.corrections.leads == (("aVR", "-aVR"),)
    reading = tab.readings.get(chosen.key)
    assert reading.quality <= 0.6, "the pulses say 10 mm/mV"
    assert [setting.text for setting in reading.by_hand] == [
        "gain 5 mm/mV (found: 10 mm/mV)",
        "lead names -aVR for aVR",
    ]


def test_reading_another_ecg_goes_to_the_first_screen_with_a_way_back(read_app):
    sample = list_samples()[NORMAL]
    app = open_again(read_app)
    app.button(key="another").click().run()
    assert len(app.file_uploader) == 1
    assert "Open in this tab:" in words(app)
    assert [chosen.name for chosen in app.session_state["tab"].ecgs.values()] == [sample.path.name]


def test_a_sample_is_read_and_marked_as_simulated():
    app = open_app()
    app.button(key="sample-1").click().run()
    wait(app, is_read)
    assert any("Simulated, no patient" in element.proto.body for element in app.get("html"))
    assert "Simulated as: Myocardial infarction." in words(app)
    assert measurements(app).keys() >= SHOWN


def test_a_picture_that_is_no_ecg_gets_a_calm_sentence_and_a_way_on():
    sample = list_samples()[NO_ECG]
    app = upload(open_app(), "landscape.jpg", sample.path.read_bytes())
    assert app.warning[0].value.startswith("**This page could not be read.**")
    assert "Traceback" not in words(app)
    assert not app.expander[0].proto.expanded
    normal = list_samples()[NORMAL]
    upload(app, normal.path.name, normal.path.read_bytes())
    assert measurements(app).keys() >= SHOWN


def test_two_files_are_read_as_one_ecg_where_the_doctor_says_so():
    app = open_app()
    for leads in (LIMB_LEADS, CHEST_LEADS):
        app.file_uploader[0].upload(f"{leads[0]}.png", png(picture(Print("6x1", leads=leads), Seen())))
    app.run()
    assert "2 files." in words(app)
    app.button(key="together").click().run()
    wait(app, is_read)
    assert not app.exception
    assert "were read as one ECG" in words(app)
    assert measurements(app).keys() >= SHOWN


def test_the_pages_of_a_document_can_be_turned():
    samples = list_samples()
    first, second = (Image.open(samples[number].path).convert("RGB") for number in (NO_ECG, NORMAL))
    document = io.BytesIO()
    first.save(document, "TIFF", save_all=True, append_images=[second], compression="tiff_deflate")
    app = upload(open_app(), "two-pages.tif", document.getvalue())
    assert "This document has 2 pages" in words(app)
    assert app.warning[0].value.startswith("**This page could not be read.**")
    app.pagination[0].set_value(2).run()
    wait(app, is_read)
    assert measurements(app).keys() >= SHOWN


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
    assert app.warning[0].value.startswith("**This file cannot be opened.** The HL7 aECG file holds no series")
    assert len(app.file_uploader) == 1


def test_an_unforeseen_fault_is_a_plain_sentence_and_loses_nothing(monkeypatch):
    tried = []

    def fail(*_args, **_kwargs):
        tried.append(1)
        raise RuntimeError("patient name in a message")

    sample = list_samples()[NORMAL]
    monkeypatch.setattr("heartguard.traced.find_pages", fail)
    app = upload(open_app(), "page.png", sample.path.read_bytes())
    wait(app.run(), is_read)
    assert len(tried) == 1  # looking at the page once more does not read it again
    assert "Something unexpected happened" in app.warning[0].value
    assert "patient name" not in words(app)
    monkeypatch.undo()
    next(button for button in app.button if button.label == "Try again").click().run()
    wait(app, is_read)
    assert measurements(app).keys() >= SHOWN


def test_a_part_that_fails_leaves_the_answer_standing(read_page, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("patient name in a message")

    monkeypatch.setattr("heartguard.ui.read.answer.contradictions", fail)
    read_page.run()
    assert not read_page.exception
    assert "The rest of the reading is not affected." in words(read_page)
    assert "patient name" not in words(read_page)
    assert measurements(read_page).keys() >= SHOWN


def test_file_names_cannot_write_markup():
    app = upload(open_app(), "<img src=x>.png", b"no picture")
    strip = next(
        element.proto.body
        for element in app.get("html")
        if "hg-strip" in element.proto.body and "<h1" in element.proto.body
    )
    assert "&lt;img src=x&gt;.png" in strip


def test_the_about_page_shows_method_and_figures_and_opens_every_table_by_its_name():
    app = turn_to(open_app(), "about")
    assert DISCLAIMER in words(app)
    assert "Macro-F1" in app.table[0].value.to_string()
    for name in ("Limits", "How the explanations were tested", "Model card", "Data and licences"):
        app.selectbox(key="about-part").set_value(name).run()
        assert not app.exception
        assert "cannot be shown" not in words(app)
    assert "CC BY 4.0" in app.table[-1].value.to_string()


def test_the_upload_limit_of_the_server_is_that_of_intake():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * 2**20 == MAX_BYTES
    assert config["browser"]["gatherUsageStats"] is False
    # Streamlit's own collection after every look at progress left a reading on a busy server no time at all.
    assert config["runner"]["postScriptGC"] is False
    assert set(config["theme"]["light"]) == set(config["theme"]["dark"])
