"""What AWS sells, as dated data beside its loaders: instance classes (`specs.py`) and prices (`prices.py`).

Nothing here decides; it answers what exists and what it costs, each answer with its source.
"""
