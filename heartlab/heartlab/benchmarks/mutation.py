"""Mutation testing: how many small changes to the code of a room make one of its tests fail.

    heartlab bench mutation --room classify --sample 200 --seed 0

A sample of places is drawn, at each of them one mutant of cosmic-ray's operators (another operator, another number, a
condition negated, a decorator gone). Annotations are left out, which nothing evaluates. Each mutant runs in a forked
process against the room's own fast tests that call the mutated function, quickest first, until one fails; a mutant
that hangs counts as killed.
Writes a row of ``benchmarks/results/mutation.csv`` and prints the mutants that survived.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib.util
import json
import os
import random
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from heartlab.checkout import CHECKOUT
from heartlab.data.tables import merged, read_table, write_table
from heartlab.evaluate.fast_tests import Calls, Clock, function_at

TESTS = {
    "classify": ("classify_by_hand", "classify_files", "signal_answer", "classify", "signal_model"),
    "drawing": ("drawing_by_hand", "drawing"),
    "report": ("report", "report_files", "warning"),
    "intake": ("intake_by_hand", "intake_steps", "intake", "intake_errors", "intake_files"),
    "explain": (
        "explain_by_hand",
        "explain_on_small_pages",
        "explain",
        "explain_cases",
        "explain_faithfulness",
        "explain_int8",
        "explain_leads",
        "explain_maps",
    ),
    "trace": ("trace_by_hand", "lines_by_hand", "trace_on_small_pages", "trace", "line_network", "limb_leads"),
    "measure": ("measure",),
}
"""Test modules of each room."""

SLOWEST_S = 0.3
"""Processor seconds of the slowest test that is asked, its fixtures among them: a survivor passes all of them."""

HANGS_S = 30
"""Processor seconds after which a mutant is taken to hang: three times what the tests of the slowest room, explain,
take. Seconds of the clock would depend on other work on the machine."""

_OWN = ("heartguard", "heartlab", "tests")
"""Packages that each process imports afresh."""


_QUIET = [word for name in ("cacheprovider", "unraisableexception", "threadexception") for word in ("-p", f"no:{name}")]
"""Without parts of pytest that take longer than a test: the last two collect garbage to find errors in it."""


class Mutant(NamedTuple):
    """One change to the code."""

    path: Path
    operator: str
    occurrence: int
    line: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--room", choices=list(TESTS), required=True, help="folder of heartguard/")
    parser.add_argument("--sample", type=int, default=200, help="mutants (default: 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")


def run(args: argparse.Namespace) -> None:
    """Draw mutants, test each, and write the room's row."""
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    everything = sorted((CHECKOUT / "heartguard" / args.room).glob("*.py"))
    chosen = sample([mutant for path in everything for mutant in mutants(path)], args.sample, args.seed)
    with tempfile.TemporaryDirectory() as compiled:
        sys.dont_write_bytecode, sys.pycache_prefix = False, compiled
        files = [f"tests/test_{name}.py" for name in TESTS[args.room]]
        _test(files, [], "--collect-only")  # imports packages of others, so that forked processes need not
        gc.freeze()  # what the forked processes share is neither searched nor copied
        tests = _asked(files, Clock(SLOWEST_S))
        survived = sum(1 for _ in survivors(_asked(tests, Calls(CHECKOUT / "heartguard" / args.room)), chosen))
    killed = len(chosen) - survived
    row = {"room": args.room, "seed": args.seed, "sample": len(chosen), "killed": killed}
    row |= {"score": round(killed / len(chosen), 3), "tests": len(tests)}
    print(write_table(merged([row], read_table("mutation"), ["room"]), "mutation").to_string(index=False))


def survivors(calls: Mapping[str, Sequence[str]], chosen: Sequence[Mutant]) -> Iterator[Mutant]:
    """Yield and print the mutants that pass the tests, those of them that call the mutated function.

    Parameters
    ----------
    calls : mapping of str to sequence of str
        By test, the quickest first, the functions that it calls.
    chosen : sequence of Mutant
    """
    for number, mutant in enumerate(chosen, start=1):
        function = function_at(mutant.path, mutant.line)
        asked = [test for test, called in calls.items() if function is None or function in called]
        if not asked or _status(asked, mutant) == 0:
            print(f"survived: {mutant.path.name}:{mutant.line} {mutant.operator} {mutant.occurrence}", flush=True)
            yield mutant
        if number % 20 == 0:
            print(f"{number} of {len(chosen)}", flush=True)


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module, but those of annotations."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = path.read_text(encoding="utf-8")
    nodes, skipped = list(ast_nodes(get_ast(source))), list(_annotations(source))
    for name in operator_names():
        if get_operator(name).arguments():  # those that need to be told names of variables
            continue
        operator = get_operator(name)()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(places):
            if not any(first <= start and end <= last for first, last in skipped):
                yield Mutant(path, name, occurrence, start[0])


def _annotations(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield first and last (line, column) of every annotation and every assignment of a type."""
    for node in ast.walk(ast.parse(source)):
        named = [getattr(node, field, None) for field in ("annotation", "returns")]
        for part in (part for part in named if isinstance(part, ast.expr)):
            yield (part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)


def sample(found: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return a mutant of each of so many lines of code, or several of a line where there are fewer."""
    rng, by_line = random.Random(seed), defaultdict(list)
    for mutant in found:
        by_line[mutant.path, mutant.line].append(mutant)
    shuffled = [rng.sample(here, len(here)) for here in rng.sample(list(by_line.values()), len(by_line))]
    rounds = max(map(len, shuffled), default=0)
    return [here[turn] for turn in range(rounds) for here in shuffled if turn < len(here)][:count]


def _asked(tests: Sequence[str], plugin: Clock | Calls) -> Any:
    """Return what a plugin finds while tests run in a process of their own."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        _test(tests, [plugin], "--quiet")
        with os.fdopen(writer, "w") as pipe:
            json.dump(plugin.found(), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        found = json.load(pipe)
    os.waitpid(child, 0)
    return found


def _status(tests: Sequence[str], mutant: Mutant) -> int:
    """Return the exit status of the tests on a mutant, in a process of its own."""
    if not (child := os.fork()):
        resource.setrlimit(resource.RLIMIT_CPU, (HANGS_S, HANGS_S))
        sys.meta_path.insert(0, _Mutated(mutant))
        os._exit(_test(tests, [], "--exitfirst"))
    return os.waitpid(child, 0)[1]


def _test(tests: Sequence[str], plugins: Sequence[object], option: str) -> int:
    """Run tests on freshly imported code, quietly."""
    for name in [name for name in sys.modules if name.partition(".")[0] in _OWN]:
        del sys.modules[name]
    os.chdir(CHECKOUT)
    with Path(os.devnull).open("w") as null, redirect_stdout(null), redirect_stderr(null):
        return int(pytest.main([*tests, option, *_QUIET], plugins))


class _Mutated(SourceFileLoader):
    """Finds and loads one module, mutated."""

    def __init__(self, mutant: Mutant) -> None:
        parts = mutant.path.relative_to(CHECKOUT).with_suffix("").parts
        super().__init__(".".join(parts).removesuffix(".__init__"), str(mutant.path))
        self.mutant = mutant

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> Any:
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.plugins import get_operator

        source = self.mutant.path.read_bytes().decode()
        changed = mutate_code(source, get_operator(self.mutant.operator)(), self.mutant.occurrence)
        return compile(changed, self.path, "exec")
