from __future__ import annotations

import json

import pandas as pd
import pytest

from heartguard.ui.about.figures import (
    RESULTS_FOLDER,
    class_table,
    confusion_chart,
    headline_table,
    leaderboard_chart,
    load_classifier,
    reliability_chart,
    result_tables,
    selective_chart,
)
from heartguard.ui.about.tables import TITLES

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


def test_classes_are_named_in_full(found):
    table = class_table(found["3x4"])
    assert table["Class"].tolist() == ["Normal", "Myocardial infarction", "History of MI", "Abnormal heartbeat"]
    assert set(table["Found (recall)"]) == {"50%"}


def test_confusion_has_a_cell_for_every_pair_and_row_shares(found):
    chart, text = confusion_chart(found["3x4"], CLASSES)
    spec = chart.to_dict()
    cells = next(iter(spec["datasets"].values()))
    assert len(cells) == 16
    corner = next(cell for cell in cells if cell["True"] == "Normal" and cell["Answer"] == "Normal")
    assert (corner["Pages"], corner["Share"]) == (4, 0.8)
    assert text == "Confusion matrix of 10 pages, 8 of them on the diagonal."


def test_reliability_runs_from_none_to_all(found):
    spec = reliability_chart(found["3x4"])[0].to_dict()
    assert spec["layer"][1]["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_answers_are_right_more_often_where_fewer_pages_get_one(found):
    rows = next(iter(selective_chart(found["3x4"])[0].to_dict()["datasets"].values()))
    assert [(row["coverage"], row["accuracy"]) for row in rows] == [(0.5, 0.9), (1.0, 0.8)]


def test_the_leaderboard_ranks_models_by_the_folds_not_by_what_leaked():
    columns = ["model", "protocol", "pages", "macro_f1", "macro_f1_low", "macro_f1_high"]
    rows = [
        ("knn", "leaky protocol", "3x4", 0.97, 0.96, 0.98),
        ("knn", "by fold", "3x4", 0.5, 0.4, 0.6),
        ("vgg16+second", "by fold", "3x4", 0.8, 0.7, 0.9),
        ("knn", "by fold", "all", 0.99, 0.98, 1.0),
    ]
    spec = leaderboard_chart(pd.DataFrame(rows, columns=columns))[0].to_dict()
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["both (HeartGuard)", "knn"]
    assert len(next(iter(spec["datasets"].values()))) == 3


def test_only_short_readable_tables_are_shown(tmp_path):
    (tmp_path / "rate.csv").write_text("layout,error\n3x4,1.2\n", encoding="utf-8")
    (tmp_path / "long.csv").write_text("a\n" + "1\n" * 500, encoding="utf-8")
    (tmp_path / "oof-vgg16.csv.xz").write_bytes(b"compressed")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert list(result_tables(tmp_path)) == ["rate"]


def test_every_table_that_about_lists_has_a_title_in_words():
    assert [name for name in result_tables(RESULTS_FOLDER) if name not in TITLES] == []
