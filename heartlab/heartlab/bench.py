"""``heartlab bench NAME``: one runner for all benchmarks, the modules of `heartlab.benchmarks`."""

from __future__ import annotations

import argparse
import ast
import importlib
from pathlib import Path

from heartlab import benchmarks

__all__ = ["add_arguments", "names", "run"]


def names() -> dict[str, str]:
    """Return the benchmarks with the first line of their modules, read without importing them."""
    paths = sorted(Path(benchmarks.__path__[0]).glob("[!_]*.py"))
    heads = {path.stem: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in paths}
    return {stem.replace("_", "-"): head.partition("\n")[0] for stem, head in heads.items()}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of the benchmark; the arguments after it are parsed by the benchmark itself."""
    known = names()
    shown = "\n".join(f"  {name:16}{measures}" for name, measures in known.items())
    parser.epilog = f"benchmarks:\n{shown}\n\nheartlab bench NAME --help says more."
    parser.add_argument("name", choices=list(known), metavar="NAME", help="which benchmark")
    parser.add_argument("options", nargs=argparse.REMAINDER, metavar="...", help="its options")


def run(args: argparse.Namespace) -> int:
    """Run one benchmark and return its exit status; only its own module is imported."""
    benchmark = importlib.import_module(f"{benchmarks.__name__}.{args.name.replace('-', '_')}")
    parser = argparse.ArgumentParser(
        f"heartlab bench {args.name}",
        description=benchmark.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if hasattr(benchmark, "add_arguments"):
        benchmark.add_arguments(parser)
    return benchmark.run(parser.parse_args(args.options)) or 0
