"""Reading: the complete result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from heartguard.values.corrections import NO_CORRECTIONS, SETTINGS, Corrections, HandSetting
from heartguard.values.ecg import Ecg
from heartguard.values.measurements import Measurements
from heartguard.values.page import Page
from heartguard.values.prediction import Drawing, Prediction
from heartguard.values.upload import Upload
from heartguard.warning import Warning

__all__ = ["Reading"]


@dataclass(frozen=True, eq=False)
class Reading:
    """The complete result of reading one page.

    Attributes
    ----------
    quality : float, 0 to 1
        Quality of the tracing, page and leads together.
    timings_ms : mapping of str to float
        Per stage: intake, page, trace, measure, classify, and their total.
    warnings : tuple of Warning
        Uncertainties, most important first, then notes on processing steps.
    models : mapping of str to str
        Identity of every network that was used, by its role.
    corrections : Corrections
        What was set by hand.
    found : mapping of str to object
        What had been found before, by the fields of `corrections`; empty where the page was not read without them.
    part, parts : int
        Which of the ECGs on its page it is, from 0 at the top, and how many there are.
    sheets : tuple of (str, int)
        File name and page number, from 0, of every page that it was read from; several where pages belong together.
    """

    upload: Upload
    page: Page
    ecg: Ecg
    measurements: Measurements
    prediction: Prediction
    quality: float
    timings_ms: Mapping[str, float]
    warnings: tuple[Warning, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    corrections: Corrections = NO_CORRECTIONS
    found: Mapping[str, object] = field(default_factory=dict)
    part: int = 0
    parts: int = 1
    sheets: tuple[tuple[str, int], ...] = ()

    @property
    def drawing(self) -> Drawing | None:
        """The drawing that the prediction was made from."""
        return self.prediction.drawing

    @property
    def by_hand(self) -> tuple[HandSetting, ...]:
        """Each setting that was made by hand."""
        by_hand = filter(self._is_by_hand, SETTINGS)
        return tuple(HandSetting(name, getattr(self.corrections, name), self.found.get(name)) for name in by_hand)

    def _is_by_hand(self, name: str) -> bool:
        """Return whether a field was set: the turn was too where a picture that had been turned is to stay as it is."""
        value, found = getattr(self.corrections, name), self.found.get(name)
        if name == "quarter_turns" and self.corrections.turned and found not in (None, value):
            return True
        if name == "mirrored":
            return value not in (None, found)
        return bool(value != getattr(NO_CORRECTIONS, name))
