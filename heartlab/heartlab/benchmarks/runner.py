"""``heartlab bench NAME``: one runner for all benchmarks."""

from __future__ import annotations

import argparse
import importlib

from heartlab.benchmarks import BENCHMARKS

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of the benchmark; what follows is read by the benchmark itself."""
    width = max(map(len, BENCHMARKS))
    shown = "\n".join(f"  {name:{width}}  {measures}" for name, measures in BENCHMARKS.items())
    parser.epilog = f"benchmarks:\n{shown}\n\nheartlab bench NAME --help says more."
    parser.add_argument("name", choices=list(BENCHMARKS), metavar="NAME", help="which benchmark")
    parser.add_argument("options", nargs=argparse.REMAINDER, metavar="...", help="its options")


def run(args: argparse.Namespace) -> int:
    """Run one benchmark and return its exit status; only its own module is imported."""
    benchmark = importlib.import_module(f"heartlab.benchmarks.{args.name.replace('-', '_')}")
    parser = argparse.ArgumentParser(
        f"heartlab bench {args.name}",
        description=benchmark.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    benchmark.add_arguments(parser)
    status: int = benchmark.run(parser.parse_args(args.options))
    return status
