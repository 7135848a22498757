"""Statements in words from the measurements, by rules whose limits are cited."""

from heartguard.statements.statement import Case, Doubts, Statement, Statements
from heartguard.statements.stating import state, statements
from heartguard.statements.thresholds import THRESHOLDS

__all__ = ["THRESHOLDS", "Case", "Doubts", "Statement", "Statements", "state", "statements"]
