"""Photos of simulated pages: surface, light, camera and desk."""

from heartlab.simulate.photo.photo import take_photo, take_screenshot
from heartlab.simulate.photo.photo_style import PHOTO_KINDS, PhotoStyle, random_photo, random_print

__all__ = ["PHOTO_KINDS", "PhotoStyle", "random_photo", "random_print", "take_photo", "take_screenshot"]
