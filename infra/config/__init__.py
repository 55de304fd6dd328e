"""The typed stack config: its model, and how it is loaded."""

from infra.config.load import load_file, load_json
from infra.config.phase import CONFIG_KEY, PhaseConfig

__all__ = ["CONFIG_KEY", "PhaseConfig", "load_file", "load_json"]
