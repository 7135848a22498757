from __future__ import annotations

import json

import pytest

from heartguard.ui.about.figures import (
    class_table,
    confusion_chart,
    confusion_text,
    control_table,
    group_chart,
    group_ways,
    headline_table,
    load_classifier,
    reliability_chart,
    result_tables,
    risk_coverage_chart,
    set_table,
)
from heartguard.ui.about.leaderboard import leaderboard_chart, load_leaderboard

CLASSES = ["Normal", "MI", "PMI", "HB"]


def subset(value):
    interval = {"value": value, "low": value - 0.05, "high": value + 0.05}
    return {
        "pages": 10,
        "groups": 8,
        "macro_f1": interval,
        "macro_auroc": interval,
        "accuracy": interval,
        "ece": {"before": 0.1, "after": 0.02},
        "per_class": {name: {"pages": 3, "recall": 0.5, "precision": 0.25, "auroc": 0.9} for name in CLASSES},
        "confusion": [[4, 0, 0, 1], [0, 1, 0, 0], [0, 0, 2, 0], [1, 0, 0, 1]],
        "risk_coverage": [
            {"coverage": 0.5, "accuracy": 0.9, "threshold": 0.8},
            {"coverage": 1.0, "accuracy": 0.8, "threshold": 0.4},
        ],
        "sets": {
            "level": 0.9,
            "coverage": 0.91,
            "coverage_by_class": dict.fromkeys(CLASSES, 0.9),
            "mean_size": 1.5,
            "share_by_size": {"0": 0.0, "1": 0.5, "2": 0.5},
        },
        "reliability": [{"from": 0.5, "to": 0.6, "count": 3, "confidence": 0.55, "accuracy": 0.6}],
    }


@pytest.fixture
def found():
    return {"classes": CLASSES, "3x4": subset(0.7), "all": subset(0.8), "controls": {}}


def test_figures_are_read_from_the_file(tmp_path, found):
    assert load_classifier(tmp_path) is None
    (tmp_path / "classifier.json").write_text("{half", encoding="utf-8")
    assert load_classifier(tmp_path) is None
    (tmp_path / "classifier.json").write_text('{"classes": []}', encoding="utf-8")
    assert load_classifier(tmp_path) is None
    (tmp_path / "classifier.json").write_text(json.dumps(found), encoding="utf-8")
    assert load_classifier(tmp_path) == found


def test_headline_shows_both_subsets_with_their_intervals(found):
    table = headline_table(found).set_index("Figure")
    assert table.loc["Macro-F1", "3×4 pages alone"] == "0.700 (0.650 to 0.750)"
    assert table.loc["Macro-F1", "All pages"] == "0.800 (0.750 to 0.850)"
    assert table.loc["Pages", "All pages"] == "10 from 8 ids"


def test_parts_of_the_pages_are_drawn_with_their_intervals(found):
    rows = [
        {"part": name, "pages": 9, "classes": 2, "accuracy": {"value": value, "low": value - 0.1, "high": value + 0.1}}
        for name, value in (("II", 0.8), ("III", 0.7))
    ]
    ways = group_ways({"groups_of_pages": {"Rhythm lead": rows, "Layout": rows[:1]}})
    assert list(ways) == ["Rhythm lead"]
    assert group_ways(found["all"]) == {}
    drawn = group_chart(ways, "accuracy").to_dict()
    table = next(iter(drawn["datasets"].values()))
    assert [row["Part"] for row in table] == ["Rhythm lead: II", "Rhythm lead: III"]
    assert [row["low"] for row in table] == pytest.approx([0.7, 0.6])


def test_controls_without_a_heart_are_listed(found):
    area = {"auroc": 0.5, "low": 0.4, "high": 0.6}
    controls = {"labels_shuffled": {"macro_auroc": 0.49}, "fold_from": {"grid_tint": area, "drawing": area}}
    table = control_table(controls)
    assert table["All pages"].tolist() == ["AUROC 0.490", *["AUROC 0.500 (0.400 to 0.600)"] * 2]


def test_classes_are_named_in_full(found):
    table = class_table(found["3x4"])
    assert table["Class"].tolist() == ["Normal", "Myocardial infarction", "History of MI", "Abnormal heartbeat"]
    assert set(table["Found (recall)"]) == {"50%"}


def test_confusion_has_a_cell_for_every_pair_and_row_shares(found):
    spec = confusion_chart(found["3x4"], CLASSES).to_dict()
    cells = next(iter(spec["datasets"].values()))
    assert len(cells) == 16
    corner = next(cell for cell in cells if cell["True"] == "Normal" and cell["Answer"] == "Normal")
    assert (corner["Pages"], corner["Share"]) == (4, 0.8)
    assert confusion_text(found["3x4"], CLASSES) == "Confusion matrix of 10 pages, 8 of them on the diagonal."


def test_reliability_runs_from_none_to_all(found):
    spec = reliability_chart(found["3x4"]).to_dict()
    assert spec["layer"][1]["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_controls_show_what_was_run():
    blank = {"3x4": {"macro_f1": 0.2}, "all": {"macro_f1": 0.21}, "macro_auroc": 0.5}
    layout = {"HB": {"auroc": 0.55, "low": 0.5, "high": 0.6, "pages": 9}}
    table = control_table({"blank_drawing": blank, "layout_from_drawing": layout})
    assert table["Control"].tolist() == [
        "White paper instead of the drawing",
        "Telling 6×2 from 3×4 by the drawing: Abnormal heartbeat",
    ]
    assert table.loc[1, "All pages"] == "AUROC 0.550 (0.500 to 0.600)"


def test_only_short_readable_tables_are_shown(tmp_path):
    (tmp_path / "rate.csv").write_text("layout,error\n3x4,1.2\n", encoding="utf-8")
    (tmp_path / "long.csv").write_text("a\n" + "1\n" * 500, encoding="utf-8")
    (tmp_path / "leaderboard.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "oof-vgg16.csv.xz").write_bytes(b"compressed")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert list(result_tables(tmp_path)) == ["rate"]


def test_doubt_is_shown_as_a_curve_and_as_lists(found):
    chart = risk_coverage_chart(found["3x4"]).to_dict()
    assert {"coverage", "accuracy"} <= set(json.dumps(chart).replace(":Q", "").replace('"', " ").split())
    table = set_table(found["3x4"])
    assert table["True class in the list"].tolist() == ["90%"] * 4 + ["91%"]
    assert table["Pages"].iloc[-1] == "All (50% with 1, 50% with 2)"


def test_the_leaderboard_shows_both_protocols_of_the_plain_pages(tmp_path):
    columns = "model,protocol,pages,macro_f1,macro_f1_low,macro_f1_high,macro_auroc,mi_recall"
    rows = ["knn,by fold,3x4,0.51,0.45,0.56,0.82,0.37", "knn,by fold,all,0.49,0.45,0.53,0.82,0.31"]
    rows += ["knn,leaky protocol,3x4,0.96,0.94,0.97,0.99,1.0"]
    assert load_leaderboard(tmp_path) is None
    (tmp_path / "leaderboard.csv").write_text("\n".join([columns, *rows]), encoding="utf-8")
    table = load_leaderboard(tmp_path)
    assert table["macro_f1"].tolist() == [0.51, 0.96]
    chart = leaderboard_chart(table).to_dict()
    (shown,) = chart["datasets"].values()
    assert [row["Protocol"].split(":")[0] for row in shown] == ["Honest", "Leaky"]
