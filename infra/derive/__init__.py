"""Derivation: what a phase of the roadmap and the settings mean as a stack config, with every value's source."""

from infra.derive.phases import Derived, derive
from infra.derive.sources import Provenance, Source, leaves

__all__ = ["Derived", "Provenance", "Source", "derive", "leaves"]
