"""Every error that HeartGuard raises for its input; each message is a sentence that a doctor can act on."""

from __future__ import annotations


class HeartGuardError(Exception):
    """Base of all errors that name a problem of the input, never of the program."""


class IntakeError(HeartGuardError):
    """The file could not be opened as a picture of a page."""


class UnreadableFileError(IntakeError):
    """The path is missing, a folder, or may not be read."""


class EmptyFileError(IntakeError):
    """The file holds no bytes."""


class UnsupportedTypeError(IntakeError):
    """The content is of no type that HeartGuard reads."""


class FileTooLargeError(IntakeError):
    """The file has more bytes, pixels or pages than the limits allow."""


class ImageTooSmallError(IntakeError):
    """The picture has too few pixels to show a readable ECG."""


class DamagedFileError(IntakeError):
    """The file is truncated or its content contradicts its format."""


class AnimatedImageError(IntakeError):
    """The picture has several frames."""


class ProtectedFileError(IntakeError):
    """The document asks for a password."""


class PageNumberError(IntakeError):
    """The document has no such page."""


class PageError(HeartGuardError):
    """The picture could not be understood as an ECG page."""


class NotAnEcgError(PageError):
    """No ECG traces are found in the picture."""


class LayoutError(PageError):
    """Traces were found, but not in a layout that HeartGuard recognises."""


class CorrectionError(PageError):
    """A correction made by hand does not fit the picture."""


class TraceError(HeartGuardError):
    """The traces are too damaged to become signals."""


class ModelError(HeartGuardError):
    """The model files are missing, altered or of another version."""


class OutputError(HeartGuardError):
    """A result could not be written to the requested path."""


class DrawingRangeError(HeartGuardError):
    """A model was given a drawing that it was not made for."""


class AddressError(HeartGuardError):
    """The app cannot be served at the requested address."""


class AccessError(HeartGuardError):
    """The sign-in is not set up as it must be, so nobody is let in."""
