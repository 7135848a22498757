"""One page and one Ecg of several, whose panels have their places already."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Image
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLING_RATE_HZ, Layout
from heartguard.together.placement import page_of
from heartguard.traced import TracedEcg
from heartguard.values import Ecg, Page, Upload
from heartguard.warning import Warning

__all__ = ["stacked_ecg", "stacked_page"]

T = TypeVar("T", bound=np.generic)


def stacked_page(ecgs: Sequence[Ecg], traced: Sequence[TracedEcg], said: Warning) -> Page:
    """Return the pages one below the other.

    Parameters
    ----------
    ecgs : sequence of Ecg
        With their pages at one scale and their panels in place.
    traced : sequence of TracedEcg
        The same as they were read.
    said : Warning
        First of the warnings of the page.
    """
    pages = [page_of(ecg) for ecg in ecgs]
    width = max(page.image.shape[1] for page in pages)
    image: Image = np.vstack([_widened(page.image, width, 255) for page in pages])
    number = enumerate(pages, 1)
    warnings = [said, *(_of_page(warning, k) for k, page in number for warning in page.warnings)]
    return replace(
        pages[0],
        upload=_joined_upload([one.page.upload for one in traced], image),
        image=image,
        ink=np.vstack([_widened(page.ink, width, 0) for page in pages]),
        to_page=np.eye(3),
        bend=None,
        layout=_joined_layout([page.layout for page in pages]),
        panels=tuple(panel for page in pages for panel in page.panels),
        quality=min(page.quality for page in pages),
        warnings=tuple(warnings),
    )


def _widened(picture: NDArray[T], width: int, fill: int) -> NDArray[T]:
    beside = ((0, 0), (0, width - picture.shape[1]), (0, 0))[: picture.ndim]
    return np.asarray(np.pad(picture, beside, constant_values=fill), picture.dtype)


def _of_page(warning: Warning, number: int) -> Warning:
    return replace(warning, text=f"Page {number} of these: {warning.text}")


def _joined_upload(uploads: Sequence[Upload], image: Image) -> Upload:
    digests = "".join(upload.sha256 for upload in uploads)
    warnings = tuple(_of_page(warning, k) for k, upload in enumerate(uploads, 1) for warning in upload.warnings)
    names = " + ".join(dict.fromkeys(upload.name for upload in uploads))
    return replace(
        uploads[0], name=names, sha256=hashlib.sha256(digests.encode()).hexdigest(), image=image, warnings=warnings
    )


def _joined_layout(layouts: Sequence[Layout]) -> Layout:
    """Return the rows of all pages; of leads on several of them, or without a name, no law tells anything."""
    return Layout(
        " and ".join(layout.shape for layout in layouts),
        tuple(row for layout in layouts for row in layout.rows),
        sum(layout.rhythm_strips for layout in layouts),
        "printed",
        tuple(sorted({lead for layout in layouts for lead in layout.inverted})),
    )


def stacked_ecg(ecgs: Sequence[Ecg], page: Page, starts_s: Floats) -> Ecg:
    """Return the signals of several Ecgs, each from its second on, NaN between them.

    Parameters
    ----------
    ecgs : sequence of Ecg
    page : Page
        All their pages.
    starts_s : ndarray, shape (n,)
        First second of each.
    """
    firsts = [round(float(start) * SAMPLING_RATE_HZ) for start in starts_s]
    total = firsts[-1] + ecgs[-1].signals.shape[1]
    raw = [ecg.unreconciled_signals for ecg in ecgs]
    changed = any(ecg.raw_signals is not None for ecg in ecgs)
    others = {
        lead: np.asarray(_in_turn([ecg.others.get(lead) for ecg in ecgs], firsts, total, (total,)), np.float32)
        for lead in dict.fromkeys(lead for ecg in ecgs for lead in ecg.others)
    }
    return Ecg(
        _in_turn([ecg.signals for ecg in ecgs], firsts, total, (len(LEADS), total)),
        _least_quality(ecgs),
        next((ecg.rhythm_lead for ecg in ecgs if ecg.rhythm_lead is not None), None),
        tuple(segment for ecg in ecgs for segment in ecg.segments),
        page,
        warnings=tuple(_of_page(warning, k) for k, ecg in enumerate(ecgs, 1) for warning in ecg.warnings),
        raw_signals=_in_turn(raw, firsts, total, (len(LEADS), total)) if changed else None,
        others=others,
    )


def _in_turn(signals: Sequence[Floats | None], firsts: Sequence[int], total: int, shape: tuple[int, ...]) -> Floats:
    joined = np.full(shape, np.nan, np.float32)
    for signal, first in zip(signals, firsts, strict=True):
        if signal is not None:
            joined[..., first : first + signal.shape[-1]] = signal
    return joined


def _least_quality(ecgs: Sequence[Ecg]) -> Floats:
    """Return the quality of each lead, where several pages show it the least."""
    quality = np.zeros(len(LEADS), np.float32)
    for lead in LEADS:
        of_pages = [float(ecg.quality[LEAD_INDEX[lead]]) for ecg in ecgs if lead in ecg.shown]
        quality[LEAD_INDEX[lead]] = min(of_pages, default=0.0)
    return quality
