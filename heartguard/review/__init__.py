"""The doctor's review of a reading: beside the program's answer, never in its place."""

from heartguard.review.judging import Judged, accept, judged_statements, reviewed, still_holds
from heartguard.review.review import MeasurementReview, ProgramAnswer, Review, StatementReview, Verdict, program_answer

__all__ = [
    "Judged",
    "MeasurementReview",
    "ProgramAnswer",
    "Review",
    "StatementReview",
    "Verdict",
    "accept",
    "judged_statements",
    "program_answer",
    "reviewed",
    "still_holds",
]
