"""Page "Explanation"."""

from heartguard.ui.explanation.page import show

show()
