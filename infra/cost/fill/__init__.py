"""Writes the computed costs into a copy of the roadmap: every blank that can be known, and nothing else."""

from infra.cost.fill.write import Filled, Unknown, fill

__all__ = ["Filled", "Unknown", "fill"]
