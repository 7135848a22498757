"""Statements in words from the measurements, by rules whose limits are cited."""

from heartguard.statements.lead_rules import contiguous
from heartguard.statements.statement import Case, Doubts, Statement, Statements
from heartguard.statements.stating import doubts_of, state, statements
from heartguard.statements.thresholds import THRESHOLDS, limit

__all__ = [
    "THRESHOLDS",
    "Case",
    "Doubts",
    "Statement",
    "Statements",
    "contiguous",
    "doubts_of",
    "limit",
    "state",
    "statements",
]
