"""How well the structure network sees simulated pages of other patients: Dice of every channel by kind of page.

python -m heartlab.train.structure.check --cache DIR [--out FILE.md]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartlab.simulate.recorders import CHANNELS
from heartlab.train.layers_torch import build_network
from heartlab.train.structure.crops import read_crops
from heartlab.train.structure.network import STRUCTURE_LAYERS

__all__ = ["check", "dice_sums", "main", "table"]

_LEAST_PIXELS = 200
"""Kinds of pages with fewer pixels of a channel tell nothing of it."""


def dice_sums(shares: Floats, truth: Image) -> Doubles:
    """Return, by channel, what is in both, in the answer and in the truth, shape (9, 3), pixels.

    Parameters
    ----------
    shares : ndarray, shape (9, h, w), float32
    truth : ndarray, shape (h, w, 9), uint8
        A pixel belongs to either where it is covered by half.
    """
    seen, there = shares > 0.5, truth.transpose(2, 0, 1) > 127
    return np.stack([(part.sum(axis=(1, 2))) for part in (seen & there, seen, there)], axis=1).astype(np.float64)


def check(network: Any, folder: Path) -> dict[str, Doubles]:
    """Return the sums of `dice_sums` of every kind of page, and of all."""
    import torch

    sums: dict[str, Doubles] = defaultdict(lambda: np.zeros((len(CHANNELS), 3)))
    for path in sorted(folder.glob("?????.npz")):
        images, truths, kinds = read_crops(path)
        for image, truth, kind in zip(images, truths, kinds, strict=True):
            seen = torch.from_numpy(image.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                shares = torch.sigmoid(network(seen)).float()[0].numpy()
            found = dice_sums(shares, truth)
            sums[kind] = sums[kind] + found
            sums["all"] = sums["all"] + found
    return dict(sums)


def table(sums: dict[str, Doubles]) -> str:
    """Return the Dice of every channel by kind of page, a row a kind, in Markdown."""
    lines = ["| pages | " + " | ".join(CHANNELS) + " |", "| --- |" + " --- |" * len(CHANNELS)]
    for kind in sorted(sums, key=lambda name: (name == "all", name)):
        both, seen, there = sums[kind].T
        cells = [
            f"{2 * b / max(1.0, s + t):.2f}" if t >= _LEAST_PIXELS else "-"
            for b, s, t in zip(both, seen, there, strict=True)
        ]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Read the command line, check and write the table."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    network = build_network(STRUCTURE_LAYERS, 0)
    network.load_state_dict(torch.load(args.cache / "structure.pt", weights_only=True)["average"])
    text = table(check(network.eval(), args.cache / "crops-check"))
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    print(text)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
