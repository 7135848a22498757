"""Simulated hearts, pages and photos whose every truth is known."""
