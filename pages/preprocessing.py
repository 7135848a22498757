"""Page "Preprocessing"."""

from heartguard.ui.preprocessing.page import show

show()
