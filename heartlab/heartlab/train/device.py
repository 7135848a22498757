"""Where PyTorch works."""

from __future__ import annotations

from typing import Any

__all__ = ["device"]


def device() -> Any:
    """Return where to work: a GPU where there is one."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
