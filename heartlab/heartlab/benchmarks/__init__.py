"""Benchmarks: each module measures one thing and writes its table to ``benchmarks/results``.

It has ``run(args)``, and ``add_arguments(parser)`` where there is something to choose; its docstring says what is
measured. ``heartlab bench NAME`` runs it; an exit status that it returns is passed on.
"""
