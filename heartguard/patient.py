"""What is known of the patient: some limits of normal depend on age and sex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["MOST_YEARS", "SEXES", "UNKNOWN_PATIENT", "Patient", "Sex"]

Sex = Literal["female", "male"]
SEXES: tuple[Sex, ...] = get_args(Sex)

MOST_YEARS = 130
"""No older age is believed."""


@dataclass(frozen=True)
class Patient:
    """Age and sex, as far as given.

    Attributes
    ----------
    age_years : float or None
    sex : {"female", "male"} or None

    Raises
    ------
    ValueError
        For an age below 0 or over 130, or another sex.
    """

    age_years: float | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        if self.age_years is not None and not 0 <= self.age_years <= MOST_YEARS:
            raise ValueError(f"The age {self.age_years!r} is not between 0 and {MOST_YEARS} years.")
        if self.sex is not None and self.sex not in SEXES:
            raise ValueError(f"The sex {self.sex!r} is not known; expected one of {SEXES}.")


UNKNOWN_PATIENT = Patient()
"""Neither age nor sex is given."""
