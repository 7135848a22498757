"""The boundary to the decoding libraries: nothing but named errors comes out, and one thread at a time goes in."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from heartguard.errors import DamagedFileError, FileTooLargeError, HeartGuardError
from heartguard.intake.detect import KIND_NAMES
from heartguard.intake.limits import MAX_PIXELS

# PDFium is not thread-safe, and neither is catch_warnings.
_DECODERS = threading.RLock()


@contextmanager
def decoding(kind: str) -> Iterator[None]:
    """Run decoders inside; whatever they raise becomes a `HeartGuardError` and their warnings are dropped.

    Parameters
    ----------
    kind : str
        A key of `heartguard.intake.detect.KIND_NAMES`, for the sentence.

    Raises
    ------
    DamagedFileError
        For every exception that is not named already: parsers of hostile bytes raise anything from KeyError to
        RecursionError.
    FileTooLargeError
        The decoder ran out of memory, or its own guard against decompression bombs spoke.

    Examples
    --------
    >>> with decoding("png"):
    ...     raise IndexError("what a decoder may raise")
    Traceback (most recent call last):
    ...
    heartguard.errors.DamagedFileError: The PNG picture is damaged, ...
    """
    what = KIND_NAMES[kind]
    with _DECODERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except HeartGuardError:
            raise
        except (MemoryError, Image.DecompressionBombError) as error:
            raise FileTooLargeError(
                f"The {what} has more than the {MAX_PIXELS // 10**6} megapixels that HeartGuard opens, or needs too "
                "much memory. Save it at a lower resolution and open that."
            ) from error
        except Exception as error:
            raise DamagedFileError(
                f"The {what} is damaged, incomplete or of a rare form that cannot be decoded. "
                "Fetch the file again, or open it in a viewer and save it as PNG."
            ) from error
