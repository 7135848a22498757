"""How well the written weights see simulated pages of other patients: Dice of every plane by kind of page.

python -m heartlab.train.structure.check --cache DIR [--weights DIR] [--out benchmarks/results/structure.csv]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from heartguard.arrays import Doubles, Image
from heartguard.page.strips import Run
from heartguard.page.structure import structure_run
from heartguard.weights import NetworkSpec, read_spec, read_weights
from heartlab.simulate.recorders import CHANNELS
from heartlab.train.structure.crops import read_crops
from heartlab.train.structure.litert import litert_content

__all__ = ["KindSums", "check", "counted", "main", "table"]

_LEAST_PIXELS = 200
"""Kinds of pages with fewer pixels of a plane tell nothing of it."""

_HALF = 127
"""A pixel belongs to a plane where it is covered by more than this of 255."""


@dataclass
class KindSums:
    """What was counted on the crops of one kind of page.

    Attributes
    ----------
    crops : int
    pixels : ndarray, shape (9, 3)
        By plane, pixels in both, in the answer, and in the truth.
    pulses : ndarray, shape (2,)
        Pixels of pulses without trace that are seen as trace, and all.
    """

    crops: int = 0
    pixels: Doubles = field(default_factory=lambda: np.zeros((len(CHANNELS), 3)))
    pulses: Doubles = field(default_factory=lambda: np.zeros(2))

    def add(self, other: KindSums) -> None:
        """Add what was counted elsewhere."""
        self.crops += other.crops
        self.pixels = self.pixels + other.pixels
        self.pulses = self.pulses + other.pulses


def counted(shares: Image, truth: Image) -> KindSums:
    """Compare an answer with the truth, both of shape (h, w, 9), uint8."""
    seen, there = shares > _HALF, truth > _HALF
    trace, pulse = CHANNELS.index("trace"), CHANNELS.index("pulse")
    alone = there[..., pulse] & ~there[..., trace]
    pixels = np.stack([part.sum(axis=(0, 1)) for part in (seen & there, seen, there)], axis=1)
    pulses = np.array([(seen[..., trace] & alone).sum(), alone.sum()])
    return KindSums(1, pixels.astype(np.float64), pulses.astype(np.float64))


def check(run: Run, folder: Path) -> dict[str, KindSums]:
    """Return what was counted on all crops of a folder, by kind of page, and on all."""
    sums: dict[str, KindSums] = defaultdict(KindSums)
    for path in sorted(folder.glob("?????.npz")):
        images, truths, kinds = read_crops(path)
        for image, truth, kind in zip(images, truths, kinds, strict=True):
            found = counted(run(np.multiply(image, 1 / 127.5, dtype=np.float32) - 1), truth)
            sums[kind].add(found)
            sums["all"].add(found)
    return dict(sums)


def table(sums: dict[str, KindSums]) -> pd.DataFrame:
    """Return a row a kind, "all" last: crops, the Dice of every plane, and the share of pulses seen as trace."""
    rows = []
    for kind in sorted(sums, key=lambda name: (name == "all", name)):
        both, seen, there = sums[kind].pixels.T
        scores = np.where(there >= _LEAST_PIXELS, 2 * both / np.maximum(1.0, seen + there), np.nan)
        wrong, pulses = sums[kind].pulses
        as_trace = wrong / pulses if pulses >= _LEAST_PIXELS else np.nan
        planes = dict(zip(CHANNELS, scores.round(3), strict=True))
        rows.append({"kind": kind, "crops": sums[kind].crops, **planes, "pulse_as_trace": round(as_trace, 3)})
    return pd.DataFrame(rows)


def main() -> int:
    """Read the command line, check and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="folder of the weights, by default the cache")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    home = args.weights or args.cache
    spec = read_spec(home / "structure.json", NetworkSpec)
    content = litert_content(read_weights(home / spec.weights_file, spec.sha256), "float16")
    found = table(check(structure_run(content, args.threads), args.cache / "crops-check"))
    if args.out:
        found.to_csv(args.out, index=False, lineterminator="\n")
    print(found.to_string(index=False))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
