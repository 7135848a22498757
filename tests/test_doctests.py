"""Every example in a docstring of HeartGuard and its laboratory runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

import heartguard
import heartlab

PACKAGES = [Path(package.__path__[0]) for package in (heartguard, heartlab)]

EXAMPLE = re.compile(r"^\s*>>> ", re.MULTILINE)
"""At the start of a line: elsewhere it may be what a recorder prints."""


def modules_with_examples() -> list[str]:
    files = [
        (root, file) for root in PACKAGES for file in root.rglob("*.py") if EXAMPLE.search(file.read_text("utf-8"))
    ]
    return sorted(".".join(file.relative_to(root.parent).with_suffix("").parts) for root, file in files)


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_run(name):
    module = importlib.import_module(name.removesuffix(".__init__"))
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0
