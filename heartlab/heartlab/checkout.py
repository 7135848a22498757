"""Where the repository is that the laboratory works on, and which folders of it commands read and write."""

from __future__ import annotations

from pathlib import Path

__all__ = ["CACHE", "CHECKOUT", "RESULTS"]

CHECKOUT = Path(__file__).resolve().parents[2]
"""The laboratory is installed in place (``pip install -e ./heartlab``), never as a wheel."""

RESULTS = CHECKOUT / "benchmarks" / "results"
"""The measured tables, committed."""

CACHE = Path("runs/vgg16")
"""Where commands keep work that takes long, by default: under the folder they are run in, ignored by git."""
