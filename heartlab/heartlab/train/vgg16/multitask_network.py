"""VGG16 under the heads by which records teach it: waves, rhythm, statements, and classes where they are safe."""

from __future__ import annotations

from typing import Any

import numpy as np

from heartguard.classify.architecture import roi_pooling_weights
from heartlab.data.signal_labels import CLASSES
from heartlab.train.device import device
from heartlab.train.signal_drawings import Batch
from heartlab.train.vgg16.vgg_torch import build_blocks, initial_weights, set_weights, to_input
from heartlab.train.wave_targets import RHYTHMS, WAVES


class MultitaskNetwork:
    """The network with its heads on standardised pooled features, on a GPU where there is one.

    Parameters
    ----------
    tags : int
        Number of statements.
    example : ndarray or torch.Tensor, shape (n, 160, 384), uint8
        Drawings whose features fix shift and scale of the pooled features: most of a drawing is paper.
    frozen : int
        Blocks that keep their initial weights.
    """

    def __init__(self, tags: int, example: Any, frozen: int) -> None:
        import torch
        from torch import nn

        torch.manual_seed(0)
        torch.backends.cudnn.benchmark = True  # all batches have one size
        self.frozen, self.device = frozen, device()
        self.blocks = build_blocks()
        set_weights(self.blocks, initial_weights())
        self.blocks.to(self.device)
        for block in self.blocks[:frozen]:
            block.requires_grad_(requires_grad=False).to(torch.bfloat16)
        self.regions = torch.from_numpy(roi_pooling_weights().reshape(13, -1)).to(self.device)
        outputs = {"tags": tags, "classes": len(CLASSES), "leads": len(WAVES), "rhythm": len(RHYTHMS)}
        self.heads = nn.ModuleDict({name: nn.Linear(512, n) for name, n in outputs.items()}).to(self.device)
        for head in self.heads.values():
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        self.scales = self._standardise(example)

    def _standardise(self, example: Any) -> dict[str, Any]:
        import torch

        with torch.no_grad():
            cells = self.cells(example)
            regions = self.stretches(cells)
        scales = {"page": cells.mean(2), "leads": regions[:, :12].flatten(0, 1), "rhythm": regions[:, 12]}
        return {name: (values.mean(0), values.std(0) + 1e-3 * values.std() + 1e-6) for name, values in scales.items()}

    def cells(self, images: Any) -> Any:
        """Return the features of block 5, shape (n, 512, cells), float32."""
        import torch

        x = to_input(torch.as_tensor(images).to(self.device))
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            with torch.no_grad():
                for block in self.blocks[: self.frozen]:
                    x = block(x.to(torch.bfloat16))
            for block in self.blocks[self.frozen :]:
                x = block(x)
        return x.float().flatten(2)

    def stretches(self, cells: Any) -> Any:
        """Return the mean over each stretch of features of shape (n, 512, cells), shape (n, 13, 512)."""
        import torch

        return torch.einsum("rc,ndc->nrd", self.regions, cells)

    def outputs(self, images: Any) -> dict[str, Any]:
        """Return the answers of the heads: tags, classes, leads (n, 12, 8) and rhythm."""
        cells = self.cells(images)
        regions = self.stretches(cells)
        inputs = {"page": cells.mean(2), "leads": regions[:, :12], "rhythm": regions[:, 12]}
        scaled = {name: (x - self.scales[name][0]) / self.scales[name][1] for name, x in inputs.items()}
        sees = {"tags": "page", "classes": "page", "leads": "leads", "rhythm": "rhythm"}
        return {name: self.heads[name](scaled[seen]) for name, seen in sees.items()}

    def parameters(self) -> tuple[list[Any], list[Any]]:
        """Return (convolutions to train, heads)."""
        return [p for p in self.blocks.parameters() if p.requires_grad], list(self.heads.parameters())

    def state(self) -> dict[str, Any]:
        """Return all that `load` needs."""
        return {"blocks": self.blocks.state_dict(), "heads": self.heads.state_dict(), "scales": self.scales}

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state that `state` has returned."""
        self.blocks.load_state_dict(state["blocks"])
        self.heads.load_state_dict(state["heads"])
        self.scales = {name: tuple(x.to(self.device) for x in pair) for name, pair in state["scales"].items()}


def losses(outputs: dict[str, Any], batch: Batch, weights: Any) -> dict[str, Any]:
    """Return the loss of each head; unknown targets (NaN, -1) are left out."""
    import torch
    from torch.nn import functional as f

    found = {}
    target = {name: torch.as_tensor(batch[name]).to(weights.device) for name in outputs}
    known = {name: torch.isfinite(target[name]) for name in outputs}
    for name in ("leads", "rhythm"):
        errors = f.smooth_l1_loss(outputs[name], torch.nan_to_num(target[name]), reduction="none", beta=0.3)
        found[name] = 3 * (errors * known[name]).sum() / known[name].sum().clamp(min=1)
    errors = f.binary_cross_entropy_with_logits(outputs["tags"], torch.nan_to_num(target["tags"]), reduction="none")
    found["tags"] = 4 * (errors * known["tags"]).sum() / known["tags"].sum().clamp(min=1)
    classes = target["classes"]
    found["classes"] = f.cross_entropy(outputs["classes"], classes, weight=weights, ignore_index=-1, reduction="sum")
    found["classes"] = found["classes"] / len(classes)
    return found


def record_class_weights(drawn: Any) -> Any:
    """Return the weights of the four classes, shape (4,), from the class numbers of the records that are drawn."""
    import torch

    counts = np.bincount(drawn[drawn >= 0], minlength=len(CLASSES))
    return torch.from_numpy((counts.sum() / (len(CLASSES) * counts)) ** 0.5).float().to(device())
