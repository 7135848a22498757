"""The arithmetic of the viewer, run by Node where it is installed."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from importlib.resources import files
from typing import Any

import pytest

from heartguard.ui.viewer.component import script

GEOMETRY = files("heartguard.ui.viewer").joinpath("geometry.js")
SCENE = {"width": 2000, "height": 1000, "pxPerS": 200, "pxPerMv": 80, "pxPerMm": 8, "panels": []}


def run(script: str) -> Any:
    """Run an expression over the exports of geometry.js, which are the names of ``g``."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    address = "data:text/javascript;base64," + base64.b64encode(GEOMETRY.read_bytes()).decode()
    program = f"import * as g from {json.dumps(address)};\nconsole.log(JSON.stringify({script}));"
    done = subprocess.run([node, "--input-type=module", "-e", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["corners", "picture", "rows", "tab", "viewer"])
def test_each_script_is_one_module_that_node_takes(name):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    text = script(f"{name}.js")
    assert text.count("export default") == 1
    assert text.count("export const clamp") == (name in ("corners", "viewer")), "what is imported is there once"
    address = "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
    program = f"console.log(typeof (await import({json.dumps(address)})).default);"
    done = subprocess.run([node, "--input-type=module", "-e", program], capture_output=True, text=True, check=False)
    assert done.stdout == "function\n", done.stderr


def test_a_span_is_read_in_ms_per_minute_and_mv():
    found = run(f"g.span({json.dumps(SCENE)}, {{x: 100, y: 400}}, {{x: 180, y: 320}})")
    assert found == {"ms": 400, "perMin": 150, "mv": 1}
    text = run(f"g.spanText({json.dumps(SCENE)}, {{x: 180, y: 320}}, {{x: 100, y: 400}})")
    assert text == "400 ms · 150/min · −1.00 mV"


def test_a_span_marches_along_the_whole_strip():
    assert run("g.marching({x0: 0, x1: 1000}, 250, 450)") == [50, 250, 450, 650, 850]
    assert run("g.marching({x0: 0, x1: 1000}, 250, 250)") == []


def test_a_line_breaks_at_its_gaps():
    assert run("g.pathOf({first: 10, step: 2, line: [1, 2, null, null, 3.06, 4]})") == "M10 1L12 2M18 3.1L20 4"
    assert run("g.pathOf({points: [[1, 2], null, [3, 4]]})") == "M1 2M3 4"


def test_the_point_under_the_pointer_stays_when_it_is_enlarged():
    view = run("g.zoomed({x: 100, y: 50, zoom: 2}, 1.5, {x: 400, y: 200})")
    assert view == {"zoom": 3, "x": 200, "y": 100}
    assert run("g.zoomed({x: 0, y: 0, zoom: 1}, 100, {x: 0, y: 0}).zoom") == 16


def test_a_view_is_held_on_its_scene():
    scene = json.dumps(SCENE)
    assert run(f"g.held({scene}, {{x: -50, y: 9999, zoom: 2}}, 1000, 500)") == {"zoom": 2, "x": 0, "y": 500}
    whole = run(f"g.held({scene}, {{x: 0, y: 0, zoom: 1}}, 1000, 1000)")
    assert whole == {"zoom": 1, "x": 0, "y": -500}  # in the middle of a window that is higher than the page


def test_signals_of_a_page_are_arranged_without_empty_columns():
    leads = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    columns = {lead: 2.5 * (place // 3) for place, lead in enumerate(leads)}
    traces = {lead: {"start": start, "values": [0] * 626} for lead, start in columns.items()}
    traces["II"] = {"start": 0, "values": [100] * 2500}
    signals = json.dumps({"rate": 250, "leads": traces, "rhythm": "II"})
    page = run(f"g.arrange({signals}, '3x4+1', 25, 10)")
    assert len(page["panels"]) == 13
    assert [panel["lead"] for panel in page["panels"] if panel["rhythm"]] == ["II"]
    assert {round(panel["end"] - panel["start"], 2) for panel in page["panels"] if not panel["rhythm"]} == {2.5}
    assert (page["pxPerS"], page["pxPerMv"], page["pxPerMm"]) == (200, 80, 8)
    beside = run(f"g.arrange({signals}, '6x2', 50, 20)")
    assert len(beside["panels"]) == 12
    assert beside["width"] == 2 * 2.5 * 400 + 3 * 64
    chest = next(panel for panel in beside["panels"] if panel["lead"] == "V4")
    assert (chest["start"], chest["x1"] - chest["x0"]) == (7.5, 2.5 * 400)
    limb = next(panel for panel in beside["panels"] if panel["lead"] == "II")
    assert limb["y"] - limb["line"][0] == 160  # 1 mV at 20 mm/mV


def test_cabrera_turns_avr_over():
    signals = json.dumps({"rate": 250, "leads": {"aVR": {"start": 0, "values": [50] * 626}}, "rhythm": None})
    (panel,) = run(f"g.arrange({signals}, 'cabrera', 25, 10)")["panels"]
    assert panel["label"] == "-aVR"
    assert panel["line"][0] - panel["y"] == 40


def test_other_leads_are_arranged_as_the_page_has_them():
    ten_seconds = {"start": 0, "values": [0] * 2501}
    signals = {"rate": 250, "rhythm": None, "leads": dict.fromkeys(("V1", "V2", "V4R"), ten_seconds)}
    signals["columns"] = [["V1", "V2", "V4R"]]
    offered = run(f"Object.entries(g.arrangementsOf({json.dumps(signals)})).map(([key, one]) => [key, one.name])")
    assert offered[0] == ["page", "As on the page"]
    assert [key for key, _ in offered] == ["page", "3x4+1", "6x2", "12x1", "cabrera"]
    page = run(f"g.arrange({json.dumps(signals)}, 'page', 25, 10)")
    assert [panel["lead"] for panel in page["panels"]] == ["V1", "V2", "V4R"]
    assert {(panel["start"], panel["end"], panel["x0"]) for panel in page["panels"]} == {(0, 10, 128)}
    beside = run(f"g.arrange({json.dumps(signals)}, '3x4+1', 25, 10)")  # V4R has no place of its own there
    assert [(panel["lead"], panel["x0"]) for panel in beside["panels"]] == [("V1", 128), ("V2", 128), ("V4R", 1128)]


def test_rows_without_a_name_are_only_offered_as_the_page_has_them():
    ten_seconds = {"start": 0, "values": [0] * 2501}
    signals = {"rate": 250, "rhythm": None, "leads": {"row 1": ten_seconds}, "columns": [["row 1"]]}
    assert run(f"Object.keys(g.arrangementsOf({json.dumps(signals)}))") == ["page"]
    assert run("[g.leadName('row 1'), g.leadName('-aVR')]") == ["Row 1", "Lead -aVR"]


MEDIAN = {
    "I": {"start": -0.4, "rate": 500, "values": [0] * 400 + [100] + [0] * 99, "marks": [None] * 9, "beats": 3},
    "V1": {"start": -0.2, "rate": 500, "values": [0] * 100 + [-250] + [0] * 299, "marks": [None] * 9, "beats": 2},
}


def test_median_beats_stand_at_their_r_peaks_with_room_for_their_heights():
    scene = run(f"g.arrangeBeats({json.dumps(MEDIAN)})")
    first, second = scene["panels"]
    assert (first["lead"], second["lead"], scene["pxPerS"], scene["pxPerMv"]) == ("I", "V1", 200, 80)
    columns = [run(f"g.columnOf({json.dumps(panel)}, 0)") for panel in (first, second)]
    assert columns[1] - columns[0] == pytest.approx(scene["width"] / 2), "R peaks are a column apart"
    assert second["line"][100] - second["y"] == pytest.approx(200), "2.5 mV at 10 mm/mV and 8 units a mm"
    assert scene["height"] > second["y"] + 200


def test_twelve_median_beats_are_four_columns_as_on_a_page():
    leads = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    panels = run(f"g.arrangeBeats({json.dumps(dict.fromkeys(leads, MEDIAN['I']))}).panels")
    rows = [[one["lead"] for one in panels if one["y"] == y] for y in sorted({one["y"] for one in panels})]
    assert rows == [leads[0::3], leads[1::3], leads[2::3]]


@pytest.mark.parametrize(("to", "found"), [(0.06, 0.06), (-0.2, -0.03), (0.5, 0.2)])
def test_a_mark_stays_between_its_neighbours(to, found):
    marks = {"qrs_on": -0.05, "qrs_off": 0.05, "t_off": 0.3}
    names, gaps = ["p_on", "qrs_on", "qrs_off", "t_off"], {"qrs_on": 0, "qrs_off": 0.02, "t_off": 0.1}
    said = run(f"g.movedMark({json.dumps(marks)}, {json.dumps(names)}, {json.dumps(gaps)}, 'qrs_off', {to})")
    assert said == pytest.approx(found)
