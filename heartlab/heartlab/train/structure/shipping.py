"""Writing of the structure network's weights from the state of a training run, each plane cut best at one half.

python -m heartlab.train.structure.shipping --cache DIR [--out DIR]
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.layers import LAST_SHUFFLE
from heartguard.weights import models_folder
from heartlab.simulate.recorders import CHANNELS
from heartlab.train.layers_torch import build_network, fold, plain_network, write_network, written
from heartlab.train.structure.crops import read_crops
from heartlab.train.structure.litert import litert_content, weights_of
from heartlab.train.structure.network import STRUCTURE_LAYERS

__all__ = ["best_cut", "fitted_shifts", "main", "shifted", "trained"]

LITERT_FILE = "structure.tflite"
"""The same weights in half precision, for pictures of any size."""

_FILES = 12
"""Of lessons, for the fit of one number a plane."""

_BINS = np.linspace(-8, 8, 161)
"""Edges of logits: 0.1 is a share of 0.025 at most."""


def trained(state: Path) -> tuple[Any, dict[str, Any]]:
    """Return the averaged network of a training run, without batch normalisation, and what the run keeps of itself."""
    import torch

    kept: dict[str, Any] = torch.load(state, weights_only=True)
    told = {name: kept[name] for name in ("step", "epoch", "losses", "recipe")}
    if "average" not in kept:
        network = plain_network(STRUCTURE_LAYERS, weights_of(models_folder() / LITERT_FILE))
        network.load_state_dict(kept["plain"])
        return network.eval(), told
    network = build_network(STRUCTURE_LAYERS, 0)
    network.load_state_dict(kept["average"])
    return plain_network(STRUCTURE_LAYERS, fold(network, STRUCTURE_LAYERS)).eval(), told


def best_cut(covered: Doubles, bare: Doubles) -> float:
    """Return the logit that parts covered from bare pixels with the highest Dice.

    Parameters
    ----------
    covered, bare : ndarray, shape (bins,)
        Pixels of either kind by logit, bins as of `_BINS`.
    """
    found, wrong = covered[::-1].cumsum()[::-1], bare[::-1].cumsum()[::-1]
    scores = 2 * found / np.maximum(1.0, covered.sum() + found + wrong)
    return float(_BINS[int(np.argmax(scores))])


def fitted_shifts(network: Any, folder: Path, files: int = _FILES) -> Floats:
    """Return what to add to each plane's logits so that one half parts it best, shape (9,), from crops in a folder.

    Paper is left as it is: most crops are nothing else, so that its Dice is highest where tables count as paper.
    """
    import torch

    counts = np.zeros((len(CHANNELS), 2, len(_BINS) - 1))
    for path in sorted(folder.glob("?????.npz"))[:files]:
        images, truths, _ = read_crops(path)
        for image, truth in zip(images, truths, strict=True):
            seen = torch.from_numpy(image.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                logits = network(seen).float()[0].numpy()
            there = truth.transpose(2, 0, 1) > 127
            for number, (plane, covered) in enumerate(zip(np.clip(logits, -7.99, 7.99), there, strict=True)):
                for kind, pixels in enumerate((plane[covered], plane[~covered])):
                    counts[number, kind] += np.histogram(pixels, _BINS)[0]
    shifts = np.array([-best_cut(covered, bare) for covered, bare in counts], np.float32)
    shifts[CHANNELS.index("paper")] = 0.0
    return shifts


def shifted(network: Any, shifts: Floats) -> Any:
    """Add to the logits of each plane; return the network."""
    import torch

    with torch.no_grad():
        network.layers["out"].bias += torch.from_numpy(np.repeat(shifts, LAST_SHUFFLE**2))
    return network


def main() -> int:
    """Read the command line and write the weights."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="by default the cache")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    network, told = trained(args.cache / "structure.pt")
    shifts = fitted_shifts(network, args.cache / "crops-lessons")
    facts: dict[str, Any] = {
        "channels": list(CHANNELS),
        "training_data": "simulated pages of open records and simulated hearts; none of measure-only.csv or LUDB",
        "recipe": told["recipe"],
        "steps": told["step"],
        "epochs": told["epoch"],
        "shifts": dict(zip(CHANNELS, (round(float(shift), 2) for shift in shifts), strict=True)),
        "loss": [round(loss, 4) for loss in told["losses"]],
    }
    home, network = args.out or args.cache, shifted(network, shifts)
    home.mkdir(parents=True, exist_ok=True)
    weights = written(network, STRUCTURE_LAYERS)
    content = litert_content(weights, "float16")
    (home / LITERT_FILE).write_bytes(content)
    facts |= {"litert_file": LITERT_FILE, "litert_sha256": hashlib.sha256(content).hexdigest()}
    write_network(home, "structure", weights, facts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
