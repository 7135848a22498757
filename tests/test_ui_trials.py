"""What the screen says of the tests of the explanations: figures of the table, in words."""

from __future__ import annotations

from heartguard.classify import load_spec, models_folder
from heartguard.explain import validation_results
from heartguard.explain.validated import BY_LEAD, SHUFFLED
from heartguard.ui.about_explanations import method_table
from heartguard.ui.trials_view import trial_facts, trial_table
from heartlab.evaluate.card_sections import explain_section

ROW = {"value": "0.237", "low": "0.19", "high": "0.287", "pages": "24", "model": "m"}
TRIALS = {
    ("cam", "deletion by lead over random"): ROW,
    ("cam", "deletion by lead over edge detector"): {**ROW, "low": "-0.05"},
    ("cam", "insertion by lead over random"): ROW,
    ("cam", "pointing game"): {**ROW, "value": "0.92", "low": "0.77", "high": "1.0", "pages": "13"},
}


def test_a_method_against_chance_and_edges_in_points():
    table = trial_table("cam", TRIALS).to_dict("records")
    assert table[0] == {
        "Test": "Taking its strongest leads out",
        "Better than chance by": "24 points (19 to 29)",
        "Better than an edge detector by": "24 points (-5 to 29)",
    }
    assert table[1]["Better than an edge detector by"] == ""
    assert trial_table("gradcam", TRIALS).empty


def test_the_other_tests_say_how_many_cases_they_rest_on():
    assert trial_facts("cam", TRIALS) == [
        "Points at the leads of a simulated abnormality: **0.92** (0.77 to 1.00, n = 13)"
    ]


def test_the_table_of_methods_says_what_is_offered():
    table = method_table(TRIALS, lambda name: name == "cam")
    assert table["Explanation"].tolist() == ["Exact map (CAM)"]
    assert table["Offered"].tolist() == ["yes"]
    assert table["Leads out"].tolist() == ["24 (19 to 29)"]
    assert table["Pointing game"].tolist() == ["0.92 (0.77 to 1.00)"]


def test_the_committed_table_holds_every_map_and_lead_shap():
    names = set(method_table(validation_results(), lambda name: True)["Explanation"])
    assert {"Exact map (CAM)", "Grad-CAM", "Grad-CAM++", "SHAP by lead", "Edge detector"} <= names


def test_the_model_card_says_what_the_app_offers(tmp_path):
    spec = load_spec(models_folder() / "vgg16.json")
    assert explain_section(tmp_path, spec) == ""
    head = "method,test,value,low,high,pages,processor_seconds,model\n"
    lows = {"cam": 0.1, "gradcam": -0.1}
    rows = [f"{name},{test},0.2,{low},0.3,9,,other" for name, low in lows.items() for test in BY_LEAD]
    rows += [f'{name},"{SHUFFLED}",0.0,-0.1,0.1,9,,other' for name in lows]
    (tmp_path / "explain.csv").write_text(head + "\n".join(rows), encoding="utf-8")
    card = explain_section(tmp_path, spec)
    assert "| cam | yes | 0.20 (0.10 to 0.30) | 0.20 (0.10 to 0.30) |" in card
    assert "| gradcam | no | 0.20 (-0.10 to 0.30)" in card
    assert "Measured on other, not on these weights." in card
