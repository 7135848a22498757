"""Limits of intake, all in one place, checked on the sizes in the header before decoding."""

from __future__ import annotations

import math

from heartguard.errors import FileTooLargeError, ImageTooSmallError, PageNumberError

MAX_BYTES = 50 * 2**20
"""Bounds memory; a compressed scan of an A4 page at 600 dpi is smaller. Chosen by hand."""

MAX_PIXELS = 80_000_000
"""An A4 page at 600 dpi has 35 million; decoded to RGB, the limit is 240 MB. Chosen by hand."""

MAX_JPEG_PIXELS = 120_000_000
"""The largest mode of common phones has 108 million; a JPEG of more than `MAX_PIXELS` is decoded at half its size."""

MAX_PAGES = 200
"""More than any report has; the limit bounds the time of counting. Chosen by hand."""

MAX_JPEG_SCANS = 64
"""A progressive JPEG has about ten; each costs a pass over the whole picture, so thousands would be an attack."""

HEIC_SECONDS = 60
"""A photo of 48 megapixels takes 3 s on one core; a file that takes longer is taken as one that never ends."""

MIN_LONG_SIDE = 400
"""Ten seconds are 250 mm of paper: at 400 pixels a QRS of 80 ms is three pixels wide, and less cannot be traced."""

MIN_SHORT_SIDE = 200
"""Half of `MIN_LONG_SIDE`; chosen by hand."""

MAX_ASPECT = 12
"""Longest side over shortest; also keeps a rotation of the picture from taking boundless memory."""

WORKING_PIXELS = 12_000_000
"""Larger pictures are scaled down to this; an A4 page then still has 14 pixels per millimetre."""

PDF_PX_PER_MM = 8.0
"""About 203 dpi."""

PDF_LONG_SIDE = 2000
"""Least long side of a rendered page in pixels, however small its stated size: ten seconds then have
`PDF_PX_PER_MM`."""

MAX_STRETCH = 4.0
"""Fax pixels are up to 2.1 times as high as wide; a file that states more than this is mistaken, and not believed."""

MIN_STRETCH = 1.01
"""Pixels that are square but for less than this are taken as square: 1 % of a QT of 400 ms is one sample of 4 ms."""


def check_bytes(count: int) -> None:
    """Raise FileTooLargeError for a file of more than `MAX_BYTES`.

    Examples
    --------
    >>> check_bytes(60 * 2**20)
    Traceback (most recent call last):
    ...
    heartguard.errors.FileTooLargeError: The file has 60 MB, more than the 50 MB that HeartGuard opens. ...
    """
    if count > MAX_BYTES:
        raise FileTooLargeError(
            f"The file has {count / 2**20:.0f} MB, more than the {MAX_BYTES // 2**20} MB that HeartGuard opens. "
            "Save the ECG page alone, or as a JPEG of lower resolution."
        )


def check_pages(count: int) -> None:
    """Raise FileTooLargeError for a document of more than `MAX_PAGES`.

    Examples
    --------
    >>> check_pages(12)
    """
    if count > MAX_PAGES:
        raise FileTooLargeError(
            f"The document has more than {MAX_PAGES} pages. Save the ECG page as a file of its own and open that."
        )


def check_page_number(page: int, pages: int) -> None:
    """Raise PageNumberError unless ``0 <= page < pages``.

    Examples
    --------
    >>> check_page_number(2, pages=2)
    Traceback (most recent call last):
    ...
    heartguard.errors.PageNumberError: There is no page 3: the file has 2 pages. Choose a page from 1 to 2.
    """
    if not 0 <= page < pages:
        has = "1 page. Choose that" if pages == 1 else f"{pages} pages. Choose a page from 1 to {pages}"
        raise PageNumberError(f"There is no page {page + 1}: the file has {has}.")


def check_size(width: int, height: int, most: int = MAX_PIXELS) -> None:
    """Raise FileTooLargeError or ImageTooSmallError for a picture that is too large to decode or too small to read.

    Parameters
    ----------
    width, height : int
        Pixels, as the file's header states them.
    most : int, default MAX_PIXELS
        How many pixels its decoder may be given.

    Examples
    --------
    >>> check_size(2000, 1400)
    >>> check_size(300, 200)
    Traceback (most recent call last):
    ...
    heartguard.errors.ImageTooSmallError: The picture has 300 x 200 pixels, too few to show a readable ECG: ...
    """
    if width * height > most:
        raise FileTooLargeError(
            f"The picture has {width} x {height} pixels, more than the {most // 10**6} megapixels that HeartGuard "
            "opens in this format. Save it at a lower resolution; 300 dpi is plenty for an ECG."
        )
    short, long = sorted(working_size(width, height))
    if long > MAX_ASPECT * short:
        raise ImageTooSmallError(
            f"The picture has {width} x {height} pixels: a strip too narrow to hold twelve leads. Open the whole page."
        )
    if short < MIN_SHORT_SIDE or long < MIN_LONG_SIDE:
        raise ImageTooSmallError(
            f"The picture has {width} x {height} pixels, too few to show a readable ECG: HeartGuard needs at least "
            f"{MIN_LONG_SIDE} x {MIN_SHORT_SIDE}. Open the original instead of a preview of it, or make a new picture "
            "of the page."
        )


def stretch_of(width: float, height: float) -> float:
    """Return how many times a pixel is as high as it is wide; 1 where the file's word on it is not to be believed.

    Parameters
    ----------
    width, height : float
        Of one pixel, in any common unit.

    Examples
    --------
    >>> round(stretch_of(1 / 204, 1 / 98), 2)
    2.08
    >>> stretch_of(1.0, 0.0)
    1.0
    """
    if not (width > 0 and height > 0 and math.isfinite(width) and math.isfinite(height)):
        return 1.0
    stretch = height / width
    more = max(stretch, 1 / stretch)
    return stretch if MIN_STRETCH < more <= MAX_STRETCH else 1.0


def working_size(width: int, height: int) -> tuple[int, int]:
    """Return the size to which a picture is scaled down, or its own size where it is small enough.

    Examples
    --------
    >>> working_size(1000, 800)
    (1000, 800)
    >>> working_size(8000, 6000)
    (4000, 3000)
    """
    shrink = math.sqrt(WORKING_PIXELS / max(width * height, 1))
    if shrink >= 1:
        return width, height
    return max(1, round(width * shrink)), max(1, round(height * shrink))
