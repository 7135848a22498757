"""Plugins of pytest that find out which tests are fast, and which functions each of them calls."""

from __future__ import annotations

import ast
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

__all__ = ["Calls", "Clock", "function_at"]


def function_at(path: Path, line: int) -> str | None:
    """Return the innermost function whose body holds a line, as ``PATH:FIRST LINE``; None for code of the module."""
    found = None
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):  # outer nodes before inner ones
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno <= line <= (node.end_lineno or 0):
            found = f"{path}:{min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])}"
    return found


def _stop(*_: object) -> None:
    raise TimeoutError("The test is too slow to be asked.")


class Clock:
    """Takes the processor seconds of each test that passes and of the fixtures that it needs; slow ones are stopped.

    Parameters
    ----------
    slowest_s : float
        Processor seconds of the slowest test that counts as fast, its fixtures among them.
    """

    def __init__(self, slowest_s: float) -> None:
        self.slowest_s = slowest_s
        signal.signal(signal.SIGPROF, _stop)
        self.fixtures: dict[str, float] = defaultdict(float)
        self.tests: dict[str, float] = {}
        self.needs: dict[str, Sequence[str]] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Take the seconds of a fixture."""
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self.slowest_s)
        yield
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.fixtures[fixturedef.argname] += time.process_time() - begun

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        """Take the seconds of a test that passes."""
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self.slowest_s)
        outcome = yield
        signal.setitimer(signal.ITIMER_PROF, 0)
        if outcome.excinfo is None:  # type: ignore[attr-defined]
            self.tests[item.nodeid] = time.process_time() - begun
            self.needs[item.nodeid] = item.fixturenames

    def found(self) -> list[str]:
        """Return the names of the fast tests, the quickest first."""
        spent = {test: own + sum(self.fixtures[name] for name in self.needs[test]) for test, own in self.tests.items()}
        return sorted((test for test in spent if spent[test] < self.slowest_s), key=lambda test: spent[test])


class Calls:
    """Records which functions below a folder each test calls, and the fixtures that it needs.

    What a cache keeps is computed in the first test that asks for it, and counts for that one alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.fixtures: dict[str, set[str]] = defaultdict(set)
        self.tests: dict[str, set[str]] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Record the functions that a fixture calls."""
        yield from self._recorded(self.fixtures[fixturedef.argname])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        """Record the functions that a test calls."""
        yield from self._recorded(called := set[str]())
        self.tests[item.nodeid] = called.union(*(self.fixtures[name] for name in item.fixturenames))

    def _recorded(self, called: set[str]) -> Iterator[None]:
        def note(frame: FrameType, event: str, _: Any) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(self.folder):
                called.add(f"{frame.f_code.co_filename}:{frame.f_code.co_firstlineno}")

        outer = sys.getprofile()  # a fixture is set up within another one, or within a test
        sys.setprofile(note)
        yield
        sys.setprofile(outer)

    def found(self) -> dict[str, list[str]]:
        """Return the functions, as `function_at`, by the name of the test."""
        return {test: sorted(called) for test, called in self.tests.items()}
