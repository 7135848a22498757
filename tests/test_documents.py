"""The documents: their links lead somewhere, and their figures are those of the committed tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from heartguard import __version__

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DOCUMENTS = sorted(
    path for folder in (".", "docs", "docs/decisions", "examples", "models") for path in (ROOT / folder).glob("*.md")
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_modules_named_in_where_are_there():
    text = (ROOT / "docs" / "where.md").read_text(encoding="utf-8")
    names = set(re.findall(r"([a-z_0-9]+\.py)`", text))
    there = {path.name for folder in ("heartguard", "heartlab", "tests") for path in (ROOT / folder).rglob("*.py")}
    assert len(names) > 40
    assert names - there == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_named_with_their_folder_are_there(document):
    named = set(re.findall(r"`((?:[a-z_0-9]+/)+[a-z_0-9]+\.py)`", document.read_text(encoding="utf-8")))
    roots = (ROOT, ROOT / "heartguard", ROOT / "heartlab")
    assert {name for name in named if not any((root / name).exists() for root in roots)} == set()


def test_the_four_figures_of_the_readme_are_those_of_their_tables():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    f1, area = (
        json.loads((RESULTS / "classifier.json").read_text())["3x4"][key] for key in ("macro_f1", "macro_auroc")
    )
    assert f"macro-F1 {f1['value']:.3f} ({f1['low']:.3f} to {f1['high']:.3f}), AUROC {area['value']:.3f} |" in text
    traced = pd.read_csv(RESULTS / "digitise.csv").set_index("condition")["physionet_mean_db"]
    conditions = ("clean 3x4+1", "simulated scans", "real photos")
    assert f"| {', '.join(f'{traced[name]:.1f} dB' for name in conditions)} |" in text
    rates = pd.read_csv(RESULTS / "rates.csv").set_index(["set", "layout"]).loc[("pages", "all")]
    share, pages = rates["within_5_per_min_percent"], int(rates["pages_with_printed_rate"])
    assert f"| {share:.1f} % of {pages:,} pages |" in text
    speed = pd.read_csv(RESULTS / "speed.csv").set_index("what")["value"]
    seconds, memory = speed["warm: total"] / 1000, speed["peak resident memory of one reading"]
    assert f"| {seconds:.1f} s, {memory:.0f} MB |" in text


def test_the_readme_gives_the_figures_of_the_cloud_check():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = pd.read_csv(RESULTS / "cloud-check.csv").set_index("what")["value"]
    seconds = found["start to the first screen"], found["sample to the first answer"]
    memory = found["memory at rest"], found["memory after 10 readings"], found["memory at its peak"]
    assert f"first screen {seconds[0]:.1f} s after the start, first answer {seconds[1]:.1f} s after the click" in text
    assert f"{memory[0]:.0f} MB at rest, {memory[1]:.0f} MB after ten readings, {memory[2]:.0f} MB at the peak" in text
    assert max(memory) < 690 or "690 MB guaranteed" in text, (
        "what a host guarantees is passed, and the README does not say so"
    )
    sizes = pd.read_csv(RESULTS / "wheel-check.csv").set_index("what")["value"]
    assert f"The wheel has {sizes['wheel']:.1f} MB, and its environment without extras" in text
    assert f"without extras {sizes['environment without extras']:.0f} MB" in text


def test_the_weights_in_the_diagram_are_those_that_ship():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    joint = json.loads((ROOT / "models" / "second.json").read_text())["joint"]
    share, findings = joint["share"], joint["finding_share"]
    assert f'vgg -->|"{1 - share:.2f}"| joint' in text
    for part in ("trees", "nets"):  # the two parts of the signal model weigh alike
        assert f'{part} -->|"{share / 2:.3f}"| joint' in text
    assert f'vgg -->|"{1 - findings:.2f}"| findings' in text
    assert f'nets -->|"{findings:.2f}"| findings' in text


def test_the_strip_of_the_readme_is_a_landscape_on_transparent_ground():
    with Image.open(ROOT / "docs" / "strip.webp") as strip:
        assert strip.size == (1600, 420)
        assert strip.convert("RGBA").getpixel((390, 10))[3] == 0, "between the panels the page shows through"


def test_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
    released = re.findall(r"^## \[([\d.]+)\] - (\S+)$", changes, re.M)
    assert released[0][0] == __version__
    assert f"date-released: {released[0][1]}" in citation


def test_the_table_of_the_structure_network_is_the_committed_one():
    text = (ROOT / "docs" / "structure-network.md").read_text(encoding="utf-8")
    for row in pd.read_csv(RESULTS / "structure.csv").drop(columns="crops").itertuples(index=False):
        figures = ("-" if pd.isna(value) else f"{value:.2f}" for value in row[1:])
        assert f"| {row[0]} | {' | '.join(figures)} |" in text


def test_the_readme_gives_the_figures_of_pages_of_other_programs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = pd.read_csv(RESULTS / "independent.csv").set_index(["set", "orders", "pages"])
    drawn = table.loc[("all", "all", 140)]
    assert f"| {drawn['right']:.0f} of 140; {drawn['silently_wrong']:.0f} |" in text
