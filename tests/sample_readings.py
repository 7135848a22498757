"""The shipped samples, each read once for all tests that only look at what was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import heartguard
from heartguard.intake.source import read_source
from heartguard.samples import list_samples
from heartguard.values import Reading


@cache
def read_sample(number: int) -> Reading:
    """Return the reading of a sample; who changes it makes a copy (`dataclasses.replace`)."""
    return heartguard.read_ecg(list_samples()[number].path)


def remembering(read: Callable[..., Reading]) -> Callable[..., Reading]:
    """Return `heartguard.read_ecg` as it is, but for what it read before: that is given at once."""
    before: dict[Any, Reading] = {}

    def read_once(source: Any, **options: Any) -> Reading:
        key = (read_source(source), *sorted((k, v) for k, v in options.items() if k not in ("models", "on_stage")))
        if key not in before:
            before[key] = read(source, **options)
        return replace(before[key])  # a reading of its own, which goes when nobody needs it

    return read_once
