"""Print and script on a straight page that may name the patient: where it is, and the page with it blanked.

What tells an ECG stays: traces, calibration pulses, lead names, paper speed and gain. See decision record 56. Finding
text is in `heartguard.deidentify.finding`, which needs the networks; what is here loads quickly.
"""

from heartguard.deidentify.blanking import blanked
from heartguard.deidentify.choice import Choice
from heartguard.deidentify.settings import removes_text
from heartguard.deidentify.values import PageText, TextBox, TextKind

__all__ = ["Choice", "PageText", "TextBox", "TextKind", "blanked", "removes_text"]
