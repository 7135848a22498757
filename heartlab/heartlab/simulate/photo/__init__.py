"""Photos of simulated pages: surface, illumination, camera and background."""

from heartlab.simulate.photo.photo import take_photo, take_screenshot
from heartlab.simulate.photo.photo_style import PHOTO_KINDS, PhotoStyle, random_photo, random_print

__all__ = ["PHOTO_KINDS", "PhotoStyle", "random_photo", "random_print", "take_photo", "take_screenshot"]
