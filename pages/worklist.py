"""Page "Work list"."""

from heartguard.ui.worklist.page import show

show()
