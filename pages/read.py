"""Page "Read an ECG"."""

from heartguard.ui.read_page import show

show()
