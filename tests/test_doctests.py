"""Every example in a docstring of the package runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import heartguard

PACKAGE = Path(heartguard.__file__).parent


def modules_with_examples() -> list[str]:
    files = (file for file in PACKAGE.rglob("*.py") if ">>>" in file.read_text(encoding="utf-8"))
    return sorted(".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in files)


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_run(name):
    module = importlib.import_module(name.removesuffix(".__init__"))
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0
