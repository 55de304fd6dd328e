"""What it takes to get from one phase, config or deployed stack to the next: `step(subject, subject)`."""

from infra.diff.change import Change, Danger, PropertyChange
from infra.diff.step import Step, step
from infra.diff.subject import Subject, subject

__all__ = ["Change", "Danger", "PropertyChange", "Step", "Subject", "step", "subject"]
