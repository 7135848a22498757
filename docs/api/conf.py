"""Settings of the API documentation: ``make docs`` builds it from the docstrings."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

project = "HeartGuard"
copyright = "The HeartGuard authors, MIT licence"
try:
    release = metadata.version("heartguard")
except metadata.PackageNotFoundError:  # a checkout that is not installed
    release = "development"

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.viewcode", "numpydoc"]
templates_path = ["templates"]
exclude_patterns = ["templates"]

autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say types with shapes and units
autodoc_default_options = {"members": True, "member-order": "bysource"}
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False
numpydoc_show_inherited_class_members = False

default_role = "py:obj"
html_theme = "alabaster"
html_theme_options = {"description": "Reads paper 12-lead ECGs. Research and education only.", "page_width": "1100px"}
html_show_sourcelink = False

numpydoc_validation_checks = {"GL07", "PR02", "PR03", "PR05", "PR06", "RT02", "YD01"}
