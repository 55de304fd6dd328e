"""Reads a scaling roadmap: Markdown in, typed facts with their lines out."""

from infra.roadmap.model import Roadmap
from infra.roadmap.read import read, read_text

__all__ = ["Roadmap", "read", "read_text"]
