"""Find the files that HeartGuard ships beside its code: models, samples, measured tables and the pages of the app."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["shipped"]

_INSIDE = "shipped"
"""Folder of the package that holds these files in a wheel; pyproject.toml maps them there."""


def shipped(*parts: str) -> Path:
    """Return the path of a shipped file or folder, by its path in the repository.

    A wheel carries these files inside the package, which pip always unpacks; a checkout, and ``pip install -e`` of
    one, have them at the top level. The path need not exist: the code that reads it reports a missing file.

    Parameters
    ----------
    *parts : str
        Names of folders and of the file, from the top of the repository.

    Returns
    -------
    Path

    Examples
    --------
    >>> shipped("models", "vgg16.json").is_file()
    True
    """
    package = Path(str(files("heartguard")))
    inside = package / _INSIDE
    return (inside if inside.is_dir() else package.parent).joinpath(*parts)
