"""The error for what a plan can't or mustn't do."""

from __future__ import annotations


class PlanError(Exception):
    """The program asks for what the engine would refuse too, or for what needs the cloud. Says what, and what to do."""
