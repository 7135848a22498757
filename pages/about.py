"""Page "About"."""

from heartguard.ui.about.page import show

show()
