"""One file of a batch as rows of a table: flat values of one type a column, for every ECG that it shows."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["read_rows", "rejected_row"]

_MEASURED = (
    *("heart_rate_bpm", "rr_ms", "p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_ms", "qtc_fridericia_ms"),
    *("axis_deg", "sokolow_lyon_mv", "cornell_mv"),
)
"""Measurements with a column of their own; the others are in the column ``json``."""


def read_rows(path: str) -> list[dict[str, Any]]:
    """Read every ECG of a file; whatever goes wrong is a row too, so that no file stops a batch.

    Parameters
    ----------
    path : str
        Of a picture, a document or a file of signals, as `heartguard.read_ecg` takes it.

    Returns
    -------
    list of dict
        ``file, page, part, status, error, reason, label, abstained``, a probability for each class, ``quality``,
        measurements, ``total_ms, sha256``, codes of the warnings, and ``json``: the whole answer as
        `heartguard.report.to_json` gives it.
    """
    from heartguard.reading import Refused, read_ecgs
    from heartguard.report import rejected_json, to_json

    said = []
    try:
        for found in read_ecgs(path):
            if isinstance(found, Refused):
                said.append(rejected_json(path, found.error, page=found.page + 1, pages=found.pages))
            else:
                said.append(to_json(found, file=path))
    except Exception as error:
        said.append(rejected_json(path, error))
    return [_row(one) for one in said]


def rejected_row(path: str, error: BaseException) -> dict[str, Any]:
    """Return the row of a file that was not read, for a reason outside of it."""
    from heartguard.report import rejected_json

    return _row(rejected_json(path, error))


def _row(said: dict[str, Any]) -> dict[str, Any]:
    prediction, measured = said["prediction"], said["measurements"]
    return {
        **{name: said[name] for name in ("file", "page", "part", "status", "error", "reason")},
        "label": prediction["label"],
        "abstained": prediction["abstained"],
        **{f"p_{name}": p for name, p in prediction["probabilities"].items()},
        "quality": said["quality"],
        **{name: measured[name] for name in _MEASURED},
        "total_ms": said["timings_ms"]["total"],
        "sha256": said["sha256"],
        "warnings": " ".join(warning["code"] for warning in said["warnings"]),
        "json": json.dumps(said, allow_nan=False),
    }
