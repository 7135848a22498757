"""Page "Read"."""

from heartguard.ui.read.page import show

show()
