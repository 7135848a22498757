"""What is said of a rhythm strip that has a speed or gain of its own."""

from __future__ import annotations

from heartguard.warning import Warning, note

__all__ = ["on_own_scale"]


def on_own_scale(number: int, speed_mm_per_s: float | None, gain_mm_per_mv: float | None) -> tuple[Warning, ...]:
    """Return the note on a strip, counted from 1 at the top; none where it has the scale of the page.

    Examples
    --------
    >>> on_own_scale(1, 50.0, None)[0].text[:56]
    'Strip 1 is drawn at 50 mm/s, as is printed, unlike the r'
    >>> on_own_scale(1, None, None)
    ()
    """
    own = [
        "" if speed_mm_per_s is None else f"{speed_mm_per_s:g} mm/s",
        "" if gain_mm_per_mv is None else f"{gain_mm_per_mv:g} mm/mV",
    ]
    if not any(own):
        return ()
    text = (
        f"Strip {number} is drawn at {' and '.join(filter(None, own))}, as is printed, unlike the rest of "
        "the page. Calipers on the page have the scale of the rest: measure the strip on the redrawn signals."
    )
    return (note("scale.strip", text),)
