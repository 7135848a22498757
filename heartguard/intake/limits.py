"""What intake accepts: every limit in one place, checked on the sizes that a header states, before decoding."""

from __future__ import annotations

import math

from heartguard.errors import FileTooLargeError, ImageTooSmallError, PageNumberError

MAX_BYTES = 50 * 2**20
MAX_PIXELS = 80_000_000
MAX_PAGES = 200
MAX_JPEG_SCANS = 64
"""A progressive JPEG has about ten; each costs a pass over the whole picture, so thousands would be an attack."""

MIN_LONG_SIDE = 400
MIN_SHORT_SIDE = 200
"""Ten seconds are 250 mm of paper: at 400 pixels a QRS of 80 ms is three pixels wide, and less cannot be traced."""

MAX_ASPECT = 12
"""Longest side over shortest; also keeps a rotation of the picture from taking boundless memory."""

WORKING_PIXELS = 12_000_000
"""Larger pictures are scaled down to this; an A4 page then still has 14 pixels per millimetre."""

PDF_PX_PER_MM = 8.0
"""About 203 dpi."""


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
        has = "1 page" if pages == 1 else f"{pages} pages"
        raise PageNumberError(f"There is no page {page + 1}: the file has {has}. Choose a page from 1 to {pages}.")


def check_size(width: int, height: int) -> None:
    """Raise FileTooLargeError or ImageTooSmallError for a picture that is too large to decode or too small to read.

    Parameters
    ----------
    width, height : int
        Pixels, as the file's header states them.

    Examples
    --------
    >>> check_size(2000, 1400)
    >>> check_size(300, 200)
    Traceback (most recent call last):
    ...
    heartguard.errors.ImageTooSmallError: The picture has 300 x 200 pixels, too few to show a readable ECG: ...
    """
    if width * height > MAX_PIXELS:
        raise FileTooLargeError(
            f"The picture has {width} x {height} pixels, more than the {MAX_PIXELS // 10**6} megapixels that "
            "HeartGuard opens. Save it at a lower resolution; 300 dpi is plenty for an ECG."
        )
    short, long = sorted(working_size(width, height))
    if long > MAX_ASPECT * short:
        raise ImageTooSmallError(
            f"The picture has {width} x {height} pixels: a strip too narrow to hold twelve leads. Open the whole page."
        )
    if short < MIN_SHORT_SIDE or long < MIN_LONG_SIDE:
        raise ImageTooSmallError(
            f"The picture has {width} x {height} pixels, too few to show a readable ECG: HeartGuard needs at least "
            f"{MIN_LONG_SIDE} x {MIN_SHORT_SIDE}. Scan or photograph the page at a higher resolution."
        )


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
