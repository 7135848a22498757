"""Count by room how many module constants have a reason beside them: a string below, or a comment above or behind.

python tools/constant_reasons.py [--list] [FOLDER ...]    # by default heartguard and heartlab/heartlab
"""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("heartguard", "heartlab/heartlab")

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")


def constants(source: str) -> list[tuple[str, int, bool]]:
    r"""Return name, line and whether a reason is beside it, of each constant of a module.

    Only assigned names in capitals count; names assigned together share their reason.

    Examples
    --------
    >>> constants('A = 1\n"As measured."\n\nB = 2  # seconds\n\nC, D = 3, 4\n')
    [('A', 1, True), ('B', 4, True), ('C', 6, False), ('D', 6, False)]
    """
    lines = source.splitlines()
    body = ast.parse(source).body
    found = []
    for number, node in enumerate(body):
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        follower = body[number + 1] if number + 1 < len(body) else None
        reason = _is_text(follower) or _has_comment(lines, node)
        found += [(name, node.lineno, reason) for name in names if _CONSTANT.fullmatch(name)]
    return found


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _has_comment(lines: list[str], node: ast.stmt) -> bool:
    above = lines[node.lineno - 2] if node.lineno > 1 else ""
    behind = lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset or 0 :]
    behind = re.sub(r"# (fmt|noqa|type):.*", "", behind)
    return above.startswith("#") or "#" in behind


def main() -> None:
    """Print one line a room, the sum of each folder and, on demand, the constants without a reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("--list", action="store_true", help="name the constants without a reason")
    args = parser.parse_args()
    for folder in args.folders:
        rooms: dict[str, list[bool]] = {}
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name, line, reason in constants(path.read_text(encoding="utf-8")):
                rooms.setdefault(str(path.parent.relative_to(ROOT)), []).append(reason)
                if args.list and not reason:
                    print(f"{path.relative_to(ROOT)}:{line}: {name}")
        for room, reasons in [
            *sorted(rooms.items()),
            (f"{folder} in all", [r for held in rooms.values() for r in held]),
        ]:
            share = f"{sum(reasons) / len(reasons):.0%}" if reasons else "-"
            print(f"{sum(reasons):5} of {len(reasons):4} ({share})  {room}")


if __name__ == "__main__":
    main()
