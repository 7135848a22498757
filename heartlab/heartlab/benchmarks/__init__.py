"""Benchmarks by name: each measures one thing and writes its table to ``benchmarks/results``.

A benchmark is a module with ``add_arguments(parser)`` and ``run(args)``, which returns an exit status; its docstring
says what is measured. ``heartlab bench NAME`` runs it (`heartlab.benchmarks.runner`).
"""

__all__ = ["BENCHMARKS"]

BENCHMARKS = {
    "ceiling": "why the figures of the classifier stop where they do",
    "digitise": "traced signals against the truth: clean pages, scans, photos",
    "explain": "every explanation against every test",
    "findings": "PTB-XL's statements on patients kept out of training",
    "fuzz-intake": "damaged files: a reading or a named error for each",
    "lead-names": "what an OCR library reads of lead names",
    "measure-ludb": "intervals against LUDB's cardiologists, beside neurokit2",
    "rates": "heart rate against the rate that the recorder printed",
    "recipes": "the recipe of the classifier, one lever at a time",
    "reproduction": "the shipped classifier beside one made again elsewhere",
    "scans": "pages of many makers, beside what a person saw",
    "second-opinion": "what the second opinion adds, on the same draws",
    "speed": "seconds and memory of reading one page",
    "unlike": "how well inputs unlike the training data stand out",
}
"""What each measures; its module has the same name, with underscores."""
