"""The heart as one moving dipole: waves, each a Gaussian in time with a direction in space, seen by twelve leads.

The waves follow McSharry, Clifford, Tarassenko & Smith, "A dynamical model for generating synthetic electrocardiogram
signals", IEEE Trans Biomed Eng 50 (2003) 289, and its three-dimensional form of Sameni, Clifford, Jutten & Shamsollahi,
"Multichannel ECG and noise modeling", EURASIP J Adv Signal Process (2007) 043407. The dipole is in Frank's axes, mV:
x to the left, y to the feet, z to the back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LIMB_LEADS
from heartguard.limb_law import lead_matrix

Vector = tuple[float, float, float]

DOWER = {
    "I": (0.632, -0.235, 0.059),
    "II": (0.235, 1.066, -0.132),
    "V1": (-0.515, 0.157, -0.917),
    "V2": (0.044, 0.164, -1.387),
    "V3": (0.882, 0.098, -1.277),
    "V4": (1.213, 0.127, -0.601),
    "V5": (1.125, 0.127, -0.086),
    "V6": (0.831, 0.076, 0.230),
}
"""Lead vectors of the independent leads: Dower, Machado & Osborne, "On deriving the electrocardiogram from
vectorcardiographic leads", Clin Cardiol 3 (1980) 87. The other limb leads follow by Einthoven and Goldberger."""

SUPPORT_SIGMAS = 2.5
"""A wave is lowered so as to be zero beyond so many standard deviations: its onset and offset are exact."""


@dataclass(frozen=True)
class Wave:
    """One Gaussian wave of the dipole, milliseconds.

    Attributes
    ----------
    centre : float
        From the reference time of its beat.
    rise, fall : float
        Standard deviations before and after the centre.
    vector : tuple of float
        Dipole at the centre: left, down, back, mV.
    """

    centre: float
    rise: float
    fall: float
    vector: Vector

    @property
    def onset(self) -> float:
        """First moment that is not zero."""
        return self.centre - SUPPORT_SIGMAS * self.rise

    @property
    def offset(self) -> float:
        """Last moment that is not zero."""
        return self.centre + SUPPORT_SIGMAS * self.fall

    def sample(self, milliseconds: Doubles) -> Doubles:
        """Return the dipole at some moments, shape (3, n)."""
        distance = milliseconds - self.centre
        sigmas = distance / np.where(distance < 0, self.rise, self.fall)
        foot = np.exp(-(SUPPORT_SIGMAS**2) / 2)
        height = np.clip((np.exp(-(sigmas**2) / 2) - foot) / (1 - foot), 0, None)
        return np.outer(self.vector, height)


@dataclass(frozen=True)
class Plateau:
    """A dipole that rises smoothly, stays and falls smoothly: the ST segment of an injured wall, milliseconds."""

    onset: float
    full: float
    release: float
    offset: float
    vector: Vector

    def sample(self, milliseconds: Doubles) -> Doubles:
        """Return the dipole at some moments, shape (3, n)."""
        corners = [self.onset, self.full, self.release, self.offset]
        ramp = np.interp(milliseconds, corners, [0.0, 1.0, 1.0, 0.0])
        return np.outer(self.vector, 0.5 - 0.5 * np.cos(np.pi * ramp))


def independent_leads(dipole: Doubles) -> Doubles:
    """Project a dipole, shape (3, n), onto I, II and V1-V6, shape (8, n), mV."""
    return np.asarray(list(DOWER.values())) @ dipole


def twelve_leads(independent: Doubles) -> Floats:
    """Complete I, II and V1-V6, shape (8, n), to the twelve leads, shape (12, n), float32, mV."""
    return np.concatenate([lead_matrix(LIMB_LEADS) @ independent[:2], independent[2:]]).astype(np.float32)
