"""A picture of a page and what the networks see on it, and which way up it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.page.models import PageModels
from heartguard.page.print import Word, names_on, read_print
from heartguard.page.straight import PX_PER_MM, StraightPage, straighten
from heartguard.page.structure import StructureMaps
from heartguard.page.turn import AS_IT_IS, Turn, evidence_of_flips, evidence_of_side, logit, turned
from heartguard.page.without_grid import straighten_by_marks

__all__ = ["Look", "likely_flips"]

_SURELY = 4.0
"""Logarithm of the odds from which on a page is turned or mirrored: one page in fifty is, which are odds of -3.9. Where
odds are less but for a flip, the page is read both ways, and half of it is asked for beside the fit of the leads."""

_LEGIBLE = 4
"""Lead names from which on a page is the right way up. Of 39 simulated pages 35 show so many; on its side and upside
down a page shows one at most, mirrored three, and up to six when mirrored upside down, where it had nine before."""

_SYMMETRIC = frozenset({"I", "II", "III"})
"""Names that read the same from every side."""


@dataclass(eq=False)
class Look:
    """A picture, what the networks see on it, and how it was turned.

    Attributes
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
    maps : StructureMaps
        Of the picture.
    models : PageModels
    turn : Turn
        That was made already.
    """

    image: Image
    maps: StructureMaps
    models: PageModels
    turn: Turn = AS_IT_IS

    @cached_property
    def straight(self) -> StraightPage | None:
        """The page made straight as it is turned."""
        found = straighten(self.image, self.maps, self.models.structure.maps)
        return found or straighten_by_marks(self.image, self.maps)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """What is printed on the page."""
        return () if self.straight is None else read_print(self.straight, self.models.print)

    def flipped(self, turn: Turn) -> Look:
        """Return picture and maps turned."""
        if turn == AS_IT_IS:
            return self
        maps = replace(self.maps, shares=np.stack([turned(share, turn) for share in self.maps.shares]))
        return Look(turned(self.image, turn), maps, self.models, self.turn.then(turn))

    def on_its_feet(self) -> Look:
        """Return the picture so that rows run along x."""
        if _legible(self.words) >= _LEGIBLE:
            return self
        shares = {plane: self.maps.of(plane) for plane in ("trace", "print", "name")}
        if self.straight is not None and self.straight.bend is not None:
            # Rows of a photo run askew, those of the page made of it do not.
            shares = {plane: _as_coarse_as_maps(self.straight.shares[plane]) for plane in shares}
        text = np.maximum(shares["print"], shares["name"])
        if logit(evidence_of_side(shares["trace"], text), self.models.turn.sideways) >= 0:
            return self
        # Upright, the network sees more than in the same picture on its side.
        image = turned(self.image, Turn(1))
        return Look(image, self.models.structure.maps(image), self.models, Turn(1))

    def flips(self) -> dict[Turn, float]:
        """Return by which flips the page may be upright, and the logarithms of their odds against none."""
        if self.straight is None or _legible(self.words) >= _LEGIBLE:
            return {AS_IT_IS: 0.0}
        legible = {turn: _legible(self._words_under(turn)) for turn in (Turn(2), Turn(0, True), Turn(2, True))}
        most = max(legible, key=legible.__getitem__)
        if legible[most] >= _LEGIBLE:
            return {most: _SURELY}
        across, down = evidence_of_flips(self.straight.shares, self.straight.rows, PX_PER_MM)
        left, top = logit(across, self.models.turn.across), logit(down, self.models.turn.down)
        return likely_flips(left, top, on_its_side=self.turn != AS_IT_IS)

    def _words_under(self, turn: Turn) -> tuple[Word, ...]:
        """Return what is printed on the straight page when it is turned."""
        page = self.straight
        if page is None:
            return ()
        shares = {plane: turned(share, turn) for plane, share in page.shares.items()}
        return read_print(replace(page, image=turned(page.image, turn), shares=shares), self.models.print)


def _legible(words: Iterable[Word]) -> int:
    """Return how many lead names can be read that read otherwise from another side."""
    return len({name.lead for name in names_on(words)} - _SYMMETRIC)


def _as_coarse_as_maps(share: Image) -> Image:
    """Return a share of a straight page at half its scale, as maps of pictures mostly have it."""
    return np.asarray(cv2.resize(share, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def likely_flips(left: float, top: float, *, on_its_side: bool) -> dict[Turn, float]:
    """Return by which flips a page may be upright, and the logarithms of their odds against none.

    Parameters
    ----------
    left, top : float
        Logarithms of the odds that left is left, and top is top.
    on_its_side : bool
        Whether it was turned by a quarter, so that it is upside down as often as not.

    Examples
    --------
    >>> likely_flips(3.0, 2.0, on_its_side=False)
    {Turn(quarters=0, mirrored=False): 0.0}
    >>> likely_flips(-3.0, -2.0, on_its_side=False)
    {Turn(quarters=2, mirrored=False): 5.0}
    """
    if on_its_side:
        return {AS_IT_IS: 0.0, Turn(2): -left - top} if left + top < 0 else {AS_IT_IS: 0.0}
    odds = {Turn(2): -left - top, Turn(0, True): -left, Turn(2, True): -top}
    likeliest = max(odds, key=odds.__getitem__)
    if odds[likeliest] > _SURELY:
        return {likeliest: odds[likeliest]}
    # Nobody mirrors a page upside down: it takes sure evidence.
    hints = {turn: value - _SURELY / 2 for turn, value in odds.items() if value > 0 and turn != Turn(2, True)}
    return {AS_IT_IS: 0.0, **hints}
