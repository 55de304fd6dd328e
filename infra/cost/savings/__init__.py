"""What could be saved on a plan, each kind computed on what the kinds before it leave, so that nothing counts twice."""

from infra.cost.savings.combine import SavingsReport, savings
from infra.cost.savings.saving import Saving

__all__ = ["Saving", "SavingsReport", "savings"]
