"""Measures of answers, signals and processes, which depend on no other part of the laboratory."""
