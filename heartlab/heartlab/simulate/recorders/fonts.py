"""The fonts of this machine that a recorder, a viewer or a hand might write in."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from heartguard.arrays import Image
from heartlab.simulate.recorders.chances import between, chance

__all__ = ["HERSHEY", "Font", "chinese_font", "hand_font", "letter_spacing", "print_font", "text_mask"]

Font = str
"""Path of a font file, ``"default"`` for the one that Pillow brings, or a key of `HERSHEY`."""

HERSHEY = {
    "hershey simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "hershey duplex": cv2.FONT_HERSHEY_DUPLEX,
    "hershey complex": cv2.FONT_HERSHEY_COMPLEX,
    "hershey plain": cv2.FONT_HERSHEY_PLAIN,
}
"""Stroke fonts, like those of plotters and old recorders."""

_HERSHEY_CAPITAL_PX = {"hershey plain": 9.5}
_HERSHEY_USUAL_CAPITAL_PX = 21.0
_HERSHEY_SHARE = 0.15
_SPACED_SHARE = 0.12
"""Dot and thermal printers set every letter in a cell of one width, often wider than any font; a guess."""

_SYSTEM_FONTS = Path("/usr/share/fonts")
_PRINT = (
    "LiberationSans-",
    "LiberationSerif-",
    "LiberationMono-",
    "LiberationSansNarrow-",
    "DejaVuSans",
    "DejaVuSerif",
    "FreeSans",
    "FreeSerif",
    "FreeMono",
    "Roboto-",
    "OpenSans-",
    "Lato-",
    "NimbusSans",
    "NimbusRoman",
    "NimbusMono",
    "C059",
    "P052",
    "URWGothic",
    "Inconsolata",
    "Cantarell",
    "NotoSans-",
    "NotoSerif-",
)
_HAND = ("Kristi", "breipfont", "Breip", "femkeklaver", "dkg", "ComicNeue")
_CHINESE = ("wqy-microhei",)
_CAPITAL_OF_SIZE = 0.71
"""Height of a capital in ems; 0.66 to 0.73 in most fonts."""


@functools.cache
def _fonts(prefixes: tuple[str, ...]) -> tuple[Font, ...]:
    """Return the font files whose names begin so, in order; Pillow's own where there is none."""
    homes = [_SYSTEM_FONTS]
    plotting = importlib.util.find_spec("matplotlib")
    if plotting and plotting.origin:
        homes.append(Path(plotting.origin).parent / "mpl-data" / "fonts" / "ttf")
    files = {path.name: path for home in homes for path in sorted(home.rglob("*.[tot]t[fc]*"))}
    found = [str(path) for name, path in sorted(files.items()) if name.startswith(prefixes) and "Display" not in name]
    return tuple(found) or ("default",)


def print_font(rng: np.random.Generator) -> Font:
    """Draw a font of print."""
    names: tuple[Font, ...] = tuple(HERSHEY) if chance(rng, _HERSHEY_SHARE) else _fonts(_PRINT)
    return names[int(rng.integers(len(names)))]


def letter_spacing(rng: np.random.Generator) -> float:
    """Draw by how much letters are further apart than their font has it, in heights of a capital; mostly not at all."""
    return between(rng, 0.1, 0.7) if chance(rng, _SPACED_SHARE) else 0.0


def hand_font(rng: np.random.Generator) -> Font:
    """Draw a font that looks written by hand."""
    names = _fonts(_HAND)
    return names[int(rng.integers(len(names)))]


def chinese_font() -> Font:
    """Return a font with Chinese letters, if there is one."""
    return _fonts(_CHINESE)[0]


@functools.lru_cache(maxsize=64)
def _face(font: Font, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size) if font == "default" else ImageFont.truetype(font, size)


def text_mask(text: str, font: Font, capital_px: float, spacing: float = 0.0) -> tuple[Image, tuple[int, int]]:
    """Write one line.

    Parameters
    ----------
    text : str
    font : Font
    capital_px : float
        Height of a capital.
    spacing : float
        By how much letters are further apart than the font has it, in heights of a capital.

    Returns
    -------
    mask : ndarray, shape (h, w), uint8
        How much of each pixel is ink.
    origin : tuple of int
        x and y of the left end of the baseline in the mask.
    """
    if spacing and len(text) > 1:
        return _spaced(text, font, capital_px, spacing)
    if font in HERSHEY:
        return _stroked(text, font, capital_px)
    face = _face(font, max(4, round(capital_px / _CAPITAL_OF_SIZE)))
    left, top, right, bottom = (round(end) for end in face.getbbox(text, anchor="ls"))
    size = (max(1, right - left + 4), max(1, bottom - top + 4))
    picture = PilImage.new("L", size, 0)
    ImageDraw.Draw(picture).text((2 - left, 2 - top), text, 255, face, anchor="ls")
    return np.array(picture), (2 - left, 2 - top)


def _spaced(text: str, font: Font, capital_px: float, spacing: float) -> tuple[Image, tuple[int, int]]:
    """Write letter by letter."""
    letters = [text_mask(letter, font, capital_px) for letter in text]
    at = [0]
    for letter in text[:-1]:
        at.append(at[-1] + round(_advance(letter, font, capital_px) + spacing * capital_px))
    placed = [(x - left, -up, mask) for x, (mask, (left, up)) in zip(at, letters, strict=True)]
    x0, y0 = min(x for x, _, _ in placed), min(y for _, y, _ in placed)
    x1, y1 = (max(part[axis] + part[2].shape[1 - axis] for part in placed) for axis in (0, 1))
    out: Image = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for x, y, mask in placed:
        part = out[y - y0 :, x - x0 :][: mask.shape[0], : mask.shape[1]]
        np.maximum(part, mask, out=part)
    return out, (-x0, -y0)


def _advance(letter: str, font: Font, capital_px: float) -> float:
    """Return from where a letter is to where the next one is, pixels."""
    if font in HERSHEY:
        size = capital_px / _HERSHEY_CAPITAL_PX.get(font, _HERSHEY_USUAL_CAPITAL_PX)
        return float(cv2.getTextSize(letter.encode("ascii", "replace").decode(), HERSHEY[font], size, 1)[0][0])
    return float(_face(font, max(4, round(capital_px / _CAPITAL_OF_SIZE))).getlength(letter))


def _stroked(text: str, font: Font, capital_px: float) -> tuple[Image, tuple[int, int]]:
    size = capital_px / _HERSHEY_CAPITAL_PX.get(font, _HERSHEY_USUAL_CAPITAL_PX)
    pen = max(1, round(capital_px / 10))
    plain = text.encode("ascii", "replace").decode()
    (width, height), below = cv2.getTextSize(plain, HERSHEY[font], size, pen)
    mask: Image = np.zeros((height + below + 2 * pen + 4, width + 2 * pen + 4), np.uint8)
    origin = (pen + 2, height + pen + 2)
    cv2.putText(mask, plain, origin, HERSHEY[font], size, 255, pen, cv2.LINE_AA)
    return mask, origin
