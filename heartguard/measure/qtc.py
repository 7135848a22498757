"""QT corrected for the rate, by four formulas."""

from __future__ import annotations

__all__ = ["corrected_qt"]


def corrected_qt(qt_ms: float, rate_bpm: float) -> dict[str, float]:
    """Return QTc by the fields of `heartguard.values.Measurements`, ms.

    Bazett, Heart 7 (1920) 353: QT / sqrt(RR). Fridericia, Acta Med Scand 53 (1920) 469: QT / cbrt(RR). Framingham
    (Sagie et al, Am J Cardiol 70 (1992) 797): QT + 154 (1 - RR). Hodges et al, J Am Coll Cardiol 1 (1983) 694: QT +
    1.75 (rate - 60). RR in seconds, QT in ms.

    Parameters
    ----------
    qt_ms : float
    rate_bpm : float
        Mean rate.

    Examples
    --------
    >>> {name: round(value) for name, value in corrected_qt(360.0, 75.0).items()}
    {'qtc_ms': 402, 'qtc_fridericia_ms': 388, 'qtc_framingham_ms': 391, 'qtc_hodges_ms': 386}
    """
    rr_s = 60.0 / rate_bpm
    return {
        "qtc_ms": float(qt_ms / rr_s**0.5),
        "qtc_fridericia_ms": float(qt_ms / rr_s ** (1 / 3)),
        "qtc_framingham_ms": qt_ms + 154.0 * (1.0 - rr_s),
        "qtc_hodges_ms": qt_ms + 1.75 * (rate_bpm - 60.0),
    }
