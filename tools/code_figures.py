"""Figures of how code reads, for folders of this repository or of other packages.

python tools/code_figures.py [FOLDER ...] [--without WORD ...]    # by default heartguard

Bare numbers are those but -1, 0, 1 and 2 inside of functions; lines are all lines of the files. The complexity is
McCabe's: one more than the branches of a function.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

_PLAIN = {-1, 0, 1, 2}
"""Numbers that index, count and halve; they need no name."""

_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.ExceptHandler, ast.comprehension, ast.match_case)
"""What adds one to the complexity; each operator of a condition does too."""


class Figures(NamedTuple):
    """Counts of some modules."""

    lines: int
    docstring_lines: int
    bare_numbers: int
    public_functions: int
    with_example: int
    greatest_complexity: int
    most_complex: str


def figures(sources: dict[str, str]) -> Figures:
    r"""Return the figures of modules, by their names.

    Examples
    --------
    >>> found = figures({"one": 'def one(x):\n    "What.\n\n    >>> one(1)\n    "\n    return 7 if x else 1\n'})
    >>> found.lines, found.docstring_lines, found.bare_numbers, found.with_example, found.greatest_complexity
    (6, 4, 1, 1, 2)
    """
    lines = docstrings = numbers = public = example = 0
    complexities = [(0, "")]
    for name, source in sources.items():
        lines += source.count("\n")
        tree = ast.parse(source)
        docstrings += sum((text.end_lineno or 0) - text.lineno + 1 for text in _texts(tree))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            complexities.append((complexity(function), f"{name}:{function.name}"))
            if not function.name.startswith("_"):
                public += 1
                example += ">>>" in (ast.get_docstring(function) or "")
        numbers += sum(1 for _ in _bare_numbers(tree))
    return Figures(lines, docstrings, numbers, public, example, *max(complexities))


def complexity(function: ast.FunctionDef) -> int:
    """Return McCabe's complexity of a function, with that of the functions in it."""
    nodes = list(ast.walk(function))
    operators = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + operators + sum(isinstance(node, _BRANCHES) for node in nodes)


def _texts(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield docstrings, those below constants too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def _bare_numbers(tree: ast.Module) -> Iterator[float]:
    seen: set[int] = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for part in (inner for statement in function.body for inner in ast.walk(statement)):
            number = isinstance(part, ast.Constant) and type(part.value) in (int, float)
            if number and id(part) not in seen and part.value not in _PLAIN:
                seen.add(id(part))
                yield part.value


def main() -> None:
    """Print one line a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[ROOT / "heartguard"])
    parser.add_argument("--without", nargs="+", default=["tests"], help="left out: words in the paths of files")
    args = parser.parse_args()
    for folder in args.folders:
        found_here = {path: path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py"))}
        paths = [path for path, name in found_here.items() if not any(word in name for word in args.without)]
        found = figures({str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths})
        print(f"{folder.name}: {len(paths)} files, {found.lines:,} lines")
        print(f"  bare numbers in functions, per 1,000 lines   {1000 * found.bare_numbers / found.lines:.1f}")
        print(f"  docstring share of lines                     {found.docstring_lines / found.lines:.0%}")
        print(f"  public functions with an example             {found.with_example} of {found.public_functions}")
        print(f"  greatest complexity                          {found.greatest_complexity} ({found.most_complex})")


if __name__ == "__main__":
    main()
