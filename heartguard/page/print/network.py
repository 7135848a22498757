"""The print network: which letters stand in pictures of words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.litert import LiteRtFile
from heartguard.page.print.cuts import side_by_side
from heartguard.weights import NetworkSpec, named, read_checked, read_spec

__all__ = ["INPUT", "OUTPUT", "SIGNATURE", "PrintNetwork", "load_print_network"]

SIGNATURE, INPUT, OUTPUT = "letters", "strip", "shares"

_THREADS = 2
"""Of one look; more do not help on the two cores of a free host."""


class PrintNetwork:
    """The trained network, run by LiteRT; safe to share between threads.

    Parameters
    ----------
    content : bytes
        A LiteRT file with the signature `SIGNATURE`: a strip of cuts, shape (1, 32, w, 3), float32, gives the shares of
        `heartguard.page.print.symbols.SYMBOLS`, shape (1, w / 4, symbols).
    identity : str
        Name and the start of the weights' digest.
    """

    def __init__(self, content: bytes, identity: str = "") -> None:
        self.identity = identity
        self._file = LiteRtFile(content, _THREADS)

    def shares(self, cuts: list[Image]) -> list[Floats]:
        """Return the shares of symbols along each cut.

        Parameters
        ----------
        cuts : list of ndarray, shape (32, w, 3), uint8, RGB
            Of `heartguard.page.print.cuts.cut_out`.

        Returns
        -------
        list of ndarray, shape (w / 4, symbols), float32
        """
        if not cuts:
            return []
        strip, answers = side_by_side(cuts)
        found = self._file.run(SIGNATURE, **{INPUT: strip[None]})[OUTPUT][0]
        return [np.asarray(found[answer], np.float32) for answer in answers]


def load_print_network(folder: Path) -> PrintNetwork:
    """Load the network of a models folder.

    Raises
    ------
    ModelError
        If ``print.json`` or its weights are missing or altered.
    """
    spec = read_spec(folder / "print.json", NetworkSpec)
    return PrintNetwork(read_checked(folder / spec.weights_file, spec.sha256), named("print", spec.sha256))
