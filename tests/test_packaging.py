"""What the wheel holds, what it depends on, and where shipped files are found."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import heartguard
from heartguard import resources
from heartguard.resources import shipped
from heartguard.ui.about.figures import RESULTS_FOLDER, result_tables

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OFFERED = ("explain",)


def same(requirement: str) -> str:
    """Write a requirement in one way."""
    return requirement.split("  #")[0].replace('"', "'").replace(" ", "")


def requirements_file() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.fixture(scope="module")
def in_wheel() -> dict[str, str]:
    """Return what the wheel would hold: places in it, and in the repository."""
    builders = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    files = list(builders.WheelBuilder(str(ROOT)).recurse_included_files())
    assert len(files) == len({file.distribution_path for file in files})
    return {file.distribution_path: file.relative_path for file in files}


def test_requirements_are_the_dependencies_and_the_extras_that_the_app_offers():
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *(line for extra in OFFERED for line in extras[extra])]
    assert [same(line) for line in requirements_file()] == [same(line) for line in wanted]


def test_every_requirement_says_what_it_is_for():
    assert [line for line in requirements_file() if not re.search(r"  # \w", line)] == []


def test_the_app_of_the_wheel_depends_on_neither_tensorflow_nor_pytorch_nor_shap():
    elsewhere = [line for line in PROJECT["project"]["dependencies"] if "== 'x86_64'" not in line]  # all but Intel Macs
    names = {re.match(r"[\w-]+", line)[0] for line in elsewhere}
    assert names.isdisjoint({"tensorflow", "tensorflow-cpu", "torch", "shap", "scikit-learn"})
    assert "torch" not in {re.match(r"[\w-]+", line)[0] for line in requirements_file()}


def test_the_version_stands_once():
    assert "version" not in PROJECT["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", heartguard.__version__)


def test_the_installed_version_is_the_packages_own():
    try:
        installed = version("heartguard")
    except ModuleNotFoundError:
        pytest.skip("heartguard is not installed, it runs from a checkout")
    assert installed == heartguard.__version__


def test_a_checkout_finds_shipped_files_at_its_top():
    assert shipped("models", "vgg16.json") == ROOT / "models" / "vgg16.json"
    assert shipped() == ROOT


def test_an_installed_package_finds_them_inside(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "heartguard"
    (package / "shipped" / "models").mkdir(parents=True)
    monkeypatch.setattr(resources, "files", lambda name: tmp_path / "site-packages" / name)
    assert shipped("models", "vgg16.json") == package / "shipped" / "models" / "vgg16.json"


@pytest.mark.parametrize("folder", ["models", "assets", "pages"])
def test_the_wheel_carries_each_shipped_folder_whole(in_wheel, folder):
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    here = {name for name in here if "__pycache__" not in name}
    assert {in_wheel.get(f"heartguard/shipped/{name}") for name in here} == here


def test_the_wheel_carries_the_apps_script_and_settings(in_wheel):
    assert in_wheel["heartguard/shipped/streamlit_app.py"] == "streamlit_app.py"
    assert in_wheel["heartguard/shipped/.streamlit/config.toml"] == ".streamlit/config.toml"


def test_the_wheel_carries_the_tables_that_the_app_shows_and_no_others(in_wheel):
    shown = {f"{name}.csv" for name in result_tables(RESULTS_FOLDER)}
    shown |= {"classifier.json", "leaderboard.csv", "explain.csv"}
    inside = {Path(name).name for name in in_wheel if name.startswith("heartguard/shipped/benchmarks/")}
    assert inside == shown


def test_the_wheel_holds_neither_laboratory_nor_tests_nor_secrets(in_wheel):
    assert [name for name in in_wheel if not name.startswith("heartguard/")] == []
    assert [name for name in in_wheel if re.search(r"^heartguard/tests/|heartlab|secret|\.pyc$", name)] == []
