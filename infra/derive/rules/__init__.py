"""Every rule by which a value follows from others. The first line of a docstring is the rule; the rest says why.

Rules are pure and take plain values; `@rule` (sources.py) lets them take sourced ones, and records what they were
applied to.
"""
