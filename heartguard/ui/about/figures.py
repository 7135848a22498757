"""Measured figures as tables and charts, read from the committed result files; shows what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from heartguard.resources import shipped
from heartguard.ui.shared.charts import ACCENT, PROBABILITY, Told
from heartguard.vocabulary import class_name

__all__ = [
    "RESULTS_FOLDER",
    "SUBSETS",
    "class_table",
    "confusion_chart",
    "headline_table",
    "leaderboard_chart",
    "load_classifier",
    "reliability_chart",
    "result_tables",
    "selective_chart",
]

RESULTS_FOLDER = shipped("benchmarks", "results")

SUBSETS = {"3x4": "3×4 pages alone", "all": "All pages"}
"""Key in classifier.json and its name on the screen; the one to believe first."""

_HEADLINE = {"macro_f1": "Macro-F1", "macro_auroc": "Macro AUROC", "accuracy": "Accuracy"}
_MAX_ROWS = 40
_OWN_PLACE = ("classifier",)
_MODEL_NAMES = {"vgg16+second": "both (HeartGuard)", "vgg16": "VGG16", "second": "signal model"}
_LADDER = ("#eef5f6", "#0b6570")
_HEIGHT = 210
"""Pixels of a chart: two of them, below the headline figures, fit a common screen."""

_SHARE = alt.Axis(format="%")


def load_classifier(folder: Path = RESULTS_FOLDER) -> Mapping[str, Any] | None:
    """Return what ``heartlab evaluate`` measured, or None where it has not been run or is of another form."""
    try:
        found: dict[str, Any] = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    parts = [found.get(key) for key in SUBSETS]
    complete = all(isinstance(part, dict) and {"per_class", "confusion", "ece"} <= set(part) for part in parts)
    return found if complete and "classes" in found else None


def headline_table(found: Mapping[str, Any]) -> pd.DataFrame:
    """Return the headline figures with their intervals, a column for each subset of pages."""
    rows = []
    for key, name in _HEADLINE.items():
        rows.append({"Figure": name, **{SUBSETS[part]: _with_interval(found[part][key]) for part in SUBSETS}})
    for when, name in (("before", "Calibration error before temperature"), ("after", "Calibration error after it")):
        rows.append({"Figure": name, **{SUBSETS[part]: f"{found[part]['ece'][when]:.3f}" for part in SUBSETS}})
    counts = {SUBSETS[part]: f"{found[part]['pages']} from {found[part]['groups']} ids" for part in SUBSETS}
    return pd.DataFrame([*rows, {"Figure": "Pages", **counts}])


def class_table(part: Mapping[str, Any]) -> pd.DataFrame:
    """Return recall, precision and AUROC of each class of one subset."""
    return pd.DataFrame(
        {
            "Class": class_name(label),
            "Pages": values["pages"],
            "Found (recall)": f"{values['recall']:.0%}",
            "Right when named (precision)": f"{values['precision']:.0%}",
            "AUROC": f"{values['auroc']:.3f}",
        }
        for label, values in part["per_class"].items()
    )


def confusion_chart(part: Mapping[str, Any], classes: Sequence[str]) -> Told:
    """Draw the confusion matrix: rows are true classes, colour is the share of the row."""
    rows = []
    for label, counts in zip(classes, part["confusion"], strict=True):
        for other, count in zip(classes, counts, strict=True):
            share = count / max(sum(counts), 1)
            rows.append({"True": class_name(label), "Answer": class_name(other), "Pages": count, "Share": share})
    names = [class_name(label) for label in classes]
    # Two lines, and a size at which the longest word fits below a cell on a phone.
    words = {"labelOverlap": False, "labelExpr": "split(datum.label, / (?=[^ ]+$)/)"}
    below = alt.Axis(labelAngle=0, labelFontSize=11, **words)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("Answer:N", sort=names, title="Answer", axis=below),
        y=alt.Y("True:N", sort=names, title="True class", axis=alt.Axis(**words)),
        tooltip=["True:N", "Answer:N", "Pages:Q", alt.Tooltip("Share:Q", format=".0%", title="Share of the row")],
    )
    scale = alt.Scale(domain=[0, 1], range=list(_LADDER))
    cells = base.mark_rect(cornerRadius=3).encode(color=alt.Color("Share:Q", scale=scale, legend=None))
    dark_on_light = alt.condition("datum.Share > 0.5", alt.value("#ffffff"), alt.value("#16232b"))
    numbers = base.mark_text(fontSize=15, fontWeight=600).encode(text="Pages:Q", color=dark_on_light)
    right = sum(part["confusion"][place][place] for place in range(len(classes)))
    text = f"Confusion matrix of {part['pages']} pages, {right} of them on the diagonal."
    return alt.layer(cells, numbers).properties(height=_HEIGHT), text


def reliability_chart(part: Mapping[str, Any]) -> Told:
    """Draw how often answers were right against how probable they were said to be; the dashes are perfection."""
    points = _share_chart(part["reliability"], "confidence", "Probability that was given", "Share that was right")
    ideal = pd.DataFrame({"confidence": [0, 1], "accuracy": [0, 1]})
    dashes = alt.Chart(ideal).mark_line(strokeDash=[4, 4], color="#8a98a0").encode(x="confidence:Q", y="accuracy:Q")
    return alt.layer(dashes, points).properties(height=_HEIGHT), "Share right against probability given"


def selective_chart(part: Mapping[str, Any]) -> Told:
    """Draw how often answers were right against the share of pages that got one, the most probable first."""
    titles = ("Share of pages that get a class", "Share of them that is right")
    chart = _share_chart(part["risk_coverage"], "coverage", *titles)
    return chart.properties(height=_HEIGHT), "Share of answers that are right against the share of pages that get one"


def _share_chart(rows: Sequence[Mapping[str, float]], across: str, x_title: str, y_title: str) -> alt.Chart:
    chart = alt.Chart(pd.DataFrame(rows)).mark_line(point=alt.OverlayMarkDef(size=70, color=ACCENT), color=ACCENT)
    return chart.encode(
        x=alt.X(f"{across}:Q", scale=PROBABILITY, axis=_SHARE, title=x_title),
        y=alt.Y("accuracy:Q", scale=PROBABILITY, axis=_SHARE, title=y_title),
        tooltip=[alt.Tooltip(f"{key}:Q", format=".0%" if value <= 1 else "d") for key, value in rows[-1].items()],
    )


def leaderboard_chart(table: pd.DataFrame) -> Told:
    """Draw the macro-F1 of every model on the 3×4 pages with its 95 % interval, by how it was measured."""
    part = table[table["pages"] == "3x4"].sort_values(["protocol", "macro_f1"], ascending=[True, False])
    part = part.replace({"model": _MODEL_NAMES})
    base = alt.Chart(part).encode(
        y=alt.Y("model:N", sort=part["model"].drop_duplicates().tolist(), title=None),
        yOffset="protocol:N",
        color=alt.Color("protocol:N", title="Measured", legend=alt.Legend(orient="top")),
        tooltip=[
            "model:N",
            "protocol:N",
            *(alt.Tooltip(f"macro_f1{end}:Q", format=".3f") for end in ("", "_low", "_high")),
        ],
    )
    scale = alt.Scale(zero=False)
    intervals = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("macro_f1_low:Q", scale=scale, title="macro-F1, 3×4 pages, 95 % interval"), x2="macro_f1_high:Q"
    )
    dots = base.mark_point(filled=True, opacity=1, size=70).encode(x="macro_f1:Q")
    chart = alt.layer(intervals, dots).properties(height=28 * part["model"].nunique() + 70)
    return chart, "Macro-F1 of every model on the 3×4 pages, with 95 % intervals"


def result_tables(folder: Path = RESULTS_FOLDER) -> dict[str, pd.DataFrame]:
    """Return the other committed tables that are short enough to read, by the name of their file."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        if path.name.startswith(_OWN_PLACE):
            continue
        try:
            table = pd.read_csv(path)
        except (OSError, ValueError):
            continue
        if 0 < len(table) <= _MAX_ROWS:
            tables[path.stem] = table
    return tables


def _with_interval(figure: Mapping[str, float], key: str = "value") -> str:
    return f"{figure[key]:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
