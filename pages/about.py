"""Page "How it works and how good it is"."""

from heartguard.ui.about_page import show

show()
