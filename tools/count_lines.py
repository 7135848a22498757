"""Count lines of code by room: lines that are not blank, not comments and not docstrings.

python tools/count_lines.py [FOLDER ...]    # by default heartguard, heartlab, benchmarks
"""

from __future__ import annotations

import argparse
import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("heartguard", "heartlab", "benchmarks")

_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def code_lines(source: str) -> int:
    r"""Return how many lines of a module hold code.

    Examples
    --------
    >>> code_lines('# why\ndef one():\n    "What."\n\n    return 1\n')
    2
    """
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            held.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(held)


def main() -> None:
    """Print one line a room and the sum of each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", default=[name for name in FOLDERS if (ROOT / name).exists()])
    for folder in parser.parse_args().folders:
        rooms: Counter[str] = Counter()
        files = sorted((ROOT / folder).rglob("*.py"))
        for path in files:
            rooms[str(path.parent.relative_to(ROOT))] += code_lines(path.read_text(encoding="utf-8"))
        for room, lines in sorted(rooms.items()):
            print(f"{lines:7,}  {room}")
        print(f"{rooms.total():7,}  {folder} in all, {len(files)} files")


if __name__ == "__main__":
    main()
