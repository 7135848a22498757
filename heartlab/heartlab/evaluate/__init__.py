"""Figures of the readings, of the classifier and of the explanations."""
