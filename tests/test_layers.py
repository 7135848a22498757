"""Imports run one way: which room may know which is a table, and every import statement of the code is held to it.

Known exceptions are listed with what they import; the list may only shrink: an exception that no longer occurs fails.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

GROUND = {
    "arrays",
    "errors",
    "in_turn",
    "lead_sets",
    "leads",
    "limb_law",
    "normal_ranges",
    "once",
    "patient",
    "panel_names",
    "printed",
    "resources",
    "strip_scale",
    "values",
    "vocabulary",
    "warning",
    "wave_marks",
}
"""What every room of the product may import: dataclasses, names, paper constants, the law of the limb leads, what
printed words and sets of names mean, what is normal, errors, warnings, shipped files."""

PRODUCT: dict[str, set[str]] = {
    **{name: set() for name in ("litert", "weights", "onnx", "samples", "likely_speed")},
    "warning_rules": {"likely_speed"},
    "answers": {"statements"},
    "contradictions": {"answers", "statements", "warning_rules"},
    "memory": set(),
    "layers": {"weights", "onnx"},
    "signal_files": set(),
    "intake": {"signal_files"},
    "page": {"layers", "litert", "weights"},
    "trace": {"layers", "weights"},
    "vector": {"intake"},
    "measure": set(),
    "deidentify": {"page"},
    "drawing": set(),
    "classify": {"drawing", "measure", "weights", "litert"},
    "explain": {"classify", "drawing"},
    "access": set(),
    "history": set(),
    "review": {"answers", "statements"},
    "report": {"answers", "statements", "contradictions", "review", "warning_rules"},
    "sessions": {"deidentify", "export", "intake", "memory", "review"},
    "statements": {"warning_rules"},
    "export": {"report", "review", "signal_files", "statements"},
    "models": {"weights", "drawing", "page", "trace", "quality", "classify"},
    "page_search": {"intake", "page"},
    "quality": {"weights"},
    "traced": {"intake", "signal_files", "page", "page_search", "trace", "measure", "models", "quality", "vector"},
    "together": {"measure", "traced"},
    "document": {"intake", "page_search", "together", "traced", "vector"},
    "batch": {"reading", "report"},
    "pipeline": {
        *("answers", "classify", "document", "drawing", "measure", "models", "statements", "traced", "warning_rules"),
    },
    "reading": {"intake", "page_search", "document", "pipeline"},
}
"""Rooms of the product and what they may import beside `GROUND` and themselves (`docs/architecture.md`).

Not listed are the doors, which may import all: ``ui``, ``cli`` and its modules, ``launch``, ``__main__`` and the
package itself.
"""

LAB: dict[str, set[str]] = {
    "checkout": set(),
    "metrics": set(),
    "simulate": set(),
    "networks": set(),
    "data": {"checkout", "metrics"},
    "train": {"checkout", "metrics", "networks", "simulate", "data"},
    "baselines": {"checkout", "metrics", "data", "train"},
    "export": {"checkout", "metrics", "networks", "simulate", "data"},
    "evaluate": {"checkout", "metrics", "networks", "simulate", "data", "train", "baselines"},
    "benchmarks": {"checkout", "metrics", "networks", "simulate", "data", "train", "baselines", "evaluate"},
    "trainers": {"checkout", "data", "train", "baselines"},
    "bench": {"benchmarks"},
    "cli": set(),
}
"""Rooms of the laboratory and what they may import beside themselves; all may import HeartGuard."""

EXCEPTIONS: set[tuple[str, str]] = set()
"""(module, imported room) that the tables forbid and that are still there."""


def modules(package: Path) -> Iterator[tuple[str, Path]]:
    """Yield the dotted name, without the package, and the file of every module."""
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(package).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


def imported(path: Path) -> set[str]:
    """Return the dotted names that the import statements of a module could mean, wherever they stand in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def rooms_imported(path: Path, package: str, rooms: set[str]) -> set[str]:
    """Return the rooms of a package that a module imports from."""
    parts = (name.split(".") for name in imported(path))
    return {part[1] for part in parts if part[0] == package and len(part) > 1 and part[1] in rooms}


def breaches(package: Path, table: dict[str, set[str]], ground: set[str]) -> set[tuple[str, str]]:
    """Return (module, imported room) of every import that a table does not allow."""
    rooms = {name.partition(".")[0] for name, _ in modules(package)} - {"__init__"}
    found = set()
    for name, path in modules(package):
        room = name.partition(".")[0]
        if room in table:
            allowed = table[room] | {room} | ground
            found |= {(name, other) for other in rooms_imported(path, package.name, rooms) - allowed}
    return found


def test_rooms_of_the_product_import_downwards_only() -> None:
    found = breaches(ROOT / "heartguard", PRODUCT, GROUND)
    assert found - EXCEPTIONS == set()
    assert EXCEPTIONS - found == set(), "fixed: take them off the list"


def test_every_room_of_the_product_has_its_place() -> None:
    rooms = {name.partition(".")[0] for name, _ in modules(ROOT / "heartguard")}
    doors = {
        "__init__",
        "__main__",
        "ui",
        "cli",
        "cli_batch",
        "cli_deidentify",
        "cli_history",
        "cli_options",
        "cli_read",
        "launch",
    }
    assert rooms == set(PRODUCT) | GROUND | doors


def test_rooms_of_the_laboratory_import_downwards_only() -> None:
    assert breaches(ROOT / "heartlab" / "heartlab", LAB, set()) == set()
    rooms = {name.partition(".")[0] for name, _ in modules(ROOT / "heartlab" / "heartlab")}
    assert rooms == set(LAB) | {"__init__", "__main__"}


def test_the_product_never_imports_the_laboratory() -> None:
    for _, path in modules(ROOT / "heartguard"):
        assert not {name for name in imported(path) if name.partition(".")[0] in ("heartlab", "tests")}, path


@pytest.mark.parametrize(
    ("statement", "room"),
    [
        ("from heartlab.evaluate.leaderboard import figures", "evaluate"),
        ("import heartlab.baselines.run", "baselines"),
        ("def late():\n    from heartlab import evaluate", "evaluate"),
        ("if True:\n    from heartlab.baselines import MEMBERS as members", "baselines"),
    ],
)
def test_a_forbidden_import_is_noticed_however_it_is_written(tmp_path: Path, statement: str, room: str) -> None:
    package = tmp_path / "heartlab"
    for name, text in {"train/new.py": statement, "evaluate/a.py": "", "baselines/b.py": ""}.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert breaches(package, LAB, set()) == {("train.new", room)}
