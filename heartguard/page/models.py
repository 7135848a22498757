"""What reading a page needs: the networks that see its structure and its print, and what tells which way up it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from heartguard.page.print.network import PrintNetwork, load_print_network
from heartguard.page.structure import StructureNetwork, load_structure_network
from heartguard.weights import read_spec

__all__ = ["PageModels", "TurnWeights", "load_page_models"]


@dataclass(frozen=True)
class TurnWeights:
    """Weights of the evidence of `heartguard.page.turn`, fitted by logistic regression without intercept.

    Attributes
    ----------
    sideways, across, down : tuple of float
        In the orders of `SIDEWAYS`, `ACROSS` and `DOWN`.
    training_data, date : str
    """

    sideways: tuple[float, ...]
    across: tuple[float, ...]
    down: tuple[float, ...]
    training_data: str
    date: str


@dataclass(frozen=True, eq=False)
class PageModels:
    """The models that read a page; safe to share between threads."""

    structure: StructureNetwork
    turn: TurnWeights
    print: PrintNetwork


def load_page_models(folder: Path) -> PageModels:
    """Load the models of a models folder.

    Raises
    ------
    ModelError
        If a file is missing or altered.
    """
    turn = read_spec(folder / "turn.json", TurnWeights)
    return PageModels(load_structure_network(folder), turn, load_print_network(folder))
