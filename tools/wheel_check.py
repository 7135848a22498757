"""Build wheel and sdist, install the wheel where nothing of the repository is in sight, read a page, start the app.

    python tools/wheel_check.py            # or: make wheel-check
    python tools/wheel_check.py --write    # also write benchmarks/results/wheel-check.csv

The wheel is built from the sdist, so both are whole. Exit status 1 with a sentence on the first thing that is wrong.
With Chromium the app is also opened, a sample read in it, and seen to have its settings.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from browser import chromium, open_app, read_sample, shows, visitor
from fresh import ROOT, Environment, answer_of, free_port, megabytes, serving

LIMIT_MB = 60
"""PyPI takes wheels of up to 100 MB; the models alone are most of this."""

RATE_TOLERANCE = 2
"""Beats a minute between the rate of the sample's simulation and the one that was read."""

UPLOAD_LIMIT = "50MB per file"
"""What the first screen says where ``.streamlit/config.toml`` came along; else Streamlit allows 200."""


RESULTS = ROOT / "benchmarks" / "results" / "wheel-check.csv"

Row = tuple[str, float, str]


class CheckError(RuntimeError):
    """Something is wrong with the wheel; the message says what."""


def main() -> int:
    """Run the check and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write the sizes to {RESULTS.relative_to(ROOT)}")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            wheel, sizes = _build(folder / "dist")
            environment, installed = _install(wheel, folder)
            _read(environment)
            _serve(environment)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            print(error, file=sys.stderr)
            return 1
    if args.write:
        with RESULTS.open("w", newline="", encoding="utf-8") as file:
            rows = [(what, f"{value:.1f}", unit) for what, value, unit in (*sizes, *installed)]
            csv.writer(file, lineterminator="\n").writerows([("what", "value", "unit"), *rows])
    return 0


def _build(folder: Path) -> tuple[Path, list[Row]]:
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], check=True)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    sizes = [("wheel", megabytes(iter([wheel])), "MB"), ("sdist", megabytes(iter([sdist])), "MB")]
    print(", ".join(f"{what} {value:.1f} {unit}" for what, value, unit in sizes))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    _require(megabytes(iter([wheel])) < LIMIT_MB, f"The wheel has {LIMIT_MB} MB or more.")
    _require(not any("heartlab" in name for name in names), "The laboratory is in the wheel.")
    return wheel, sizes


def _install(wheel: Path, folder: Path) -> tuple[Environment, list[Row]]:
    work = folder / "elsewhere"
    work.mkdir()
    environment = Environment(folder / "environment", work)
    seconds = environment.install(str(wheel))
    size = environment.size_mb
    print(f"environment {size:.0f} MB, installed in {seconds:.0f} s")
    home = environment.run("python", "-c", "import heartguard; print(heartguard.__file__)")
    _require(Path(home).is_relative_to(environment.folder), f"heartguard comes from {home}, not from the wheel.")
    return environment, [("environment without extras", size, "MB"), ("installing it", seconds, "s")]


def _read(environment: Environment) -> None:
    version = environment.run("heartguard", "--version")
    _require(version.removeprefix("heartguard ") in _wheel_version(environment), f"--version says {version}.")
    samples = ROOT / "assets" / "samples"
    entry = json.loads((samples / "samples.json").read_text(encoding="utf-8"))[0]
    shutil.copy(samples / entry["file"], environment.work)
    answer = json.loads(environment.run("heartguard", "read", entry["file"], "--json"))
    _require(answer["status"] == "ok", f"The sample was not read: {answer}")
    rate, truth = answer["measurements"]["heart_rate_bpm"], entry["truth"]["heart_rate_bpm"]
    _require(abs(rate - truth) <= RATE_TOLERANCE, f"The sample's rate was read as {rate}, not {truth}.")
    print(f"{version}: {entry['file']} read, {answer['prediction']['label']}, {rate} /min")


def _wheel_version(environment: Environment) -> str:
    return environment.run("python", "-c", "from importlib.metadata import version; print(version('heartguard'))")


def _serve(environment: Environment) -> None:
    port = free_port()
    with serving([environment.program("heartguard"), "app", f"--port={port}"], port, environment.work):
        _require("<title>" in answer_of(port), "The app serves no page.")
        print("heartguard app answers /_stcore/health and its page")
        executable = chromium()
        if executable is None:
            print("Chromium is missing: the app was not opened in a browser.")
            return
        with visitor(executable) as (page, outside):
            open_app(page, port)
            _require(shows(page, UPLOAD_LIMIT), f"The first screen does not say {UPLOAD_LIMIT!r}.")
            seconds = read_sample(page, 0)
            _require(not outside, f"The browser asked other computers: {sorted(set(outside))}")
        print(f"opened in Chromium with its settings; first answer after {seconds:.1f} s")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CheckError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
