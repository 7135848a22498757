"""The laboratory of HeartGuard: simulators, training, comparisons and measurements, on a checkout of the repository.

The app never imports it. Inside, imports run one way: ``metrics`` and ``simulate`` know nothing of the rest, then
``data``, ``train``, ``baselines``, ``export`` and ``evaluate``, ``benchmarks``, and last the command line
(``tests/test_layers.py`` holds them to it).
"""
