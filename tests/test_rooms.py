"""The rooms of the package: each is entered by its own door, and every module can be reached by its name."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import heartguard

HOME = Path(heartguard.__file__).parent
ROOMS = ("intake", "page", "trace", "measure", "drawing", "classify", "explain", "review", "report", "sessions", "ui")


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module that a file imports from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def files() -> list[Path]:
    rooms = [path for room in ROOMS for path in sorted((HOME / room).rglob("*.py"))]
    return [*sorted(HOME.glob("*.py")), *rooms]


def room_of(path: Path) -> str:
    return path.relative_to(HOME).parts[0]


def test_nobody_imports_private_modules_of_another_room():
    inside = {
        f"{path.relative_to(HOME)}: {module}"
        for path in files()
        for module in imports_of(path)
        for _, room, *rest in [(*module.split("."), "", "")]
        if module.startswith("heartguard.") and room in ROOMS and any(rest) and room != room_of(path)
    }
    assert inside == set()


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_hidden_by_its_own_function(room: str):
    package = importlib.import_module(f"heartguard.{room}")
    for module in pkgutil.iter_modules(package.__path__):
        assert isinstance(getattr(package, module.name, package), ModuleType), f"heartguard.{room}.{module.name}"
