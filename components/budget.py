"""What a month may cost, and who is told when it costs more or is going to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

Tag = tuple[str, str]
NOTIFICATIONS: tuple[Literal["ACTUAL", "FORECASTED"], ...] = ("ACTUAL", "FORECASTED")


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """`limit_usd` a calendar month; `topic` is the ARN of the SNS topic that is told, which Budgets may publish to.

    `tag` (key, value): only what carries it is counted, which is nothing until the key is an active cost allocation tag;
    None: the whole bill of the account.
    """

    limit_usd: float
    topic: pulumi.Input[str]
    tag: Tag | None


class Budget(pulumi.ComponentResource):
    """A monthly cost budget that tells a topic once the month has cost more than its limit, and once it is forecast to.

    Creates: one AWS budget, which begins with the month in which it is made and has no end.
    """

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:budget:Budget", name, None, opts)
        aws.budgets.Budget(
            f"{name}-month",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{args.limit_usd:.2f}",
            limit_unit="USD",
            cost_filters=_carrying(args.tag) if args.tag else None,
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=100,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[args.topic],
                )
                for kind in NOTIFICATIONS
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _carrying(tag: Tag) -> list[aws.budgets.BudgetCostFilterArgs]:
    """Tags that people give are `user:` to Budgets; without the prefix it counts nothing.
    [AWS Cost Management user guide, "Budget filters"]
    """
    return [aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:{tag[0]}${tag[1]}"])]
