"""The keys by which a load balancer knows its CDN: two that take turns, so that a new one never locks users out."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_random as random

from components.logins import current_turn, turns


@dataclass(frozen=True, kw_only=True)
class OriginKeysArgs:
    """Raise `epoch` by one to rotate."""

    epoch: int


class OriginKeys(pulumi.ComponentResource):
    """Two random keys. Each epoch makes a new one of one of them, which the CDN sends; load balancers take both.

    So while CloudFront spreads a change to its edges, which takes minutes, requests with either pass.
    Creates: two passwords. Outputs: `current`, and `accepted` by turn, both Pulumi secrets.
    """

    current: pulumi.Output[str]
    accepted: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: OriginKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:originkeys:OriginKeys", name, None, opts)
        self.accepted = {
            turn: random.RandomPassword(
                f"{name}-{turn}",
                length=40,
                special=False,
                keepers={"epoch": str(epoch)},
                opts=pulumi.ResourceOptions(parent=self),
            ).result
            for turn, epoch in turns(args.epoch).items()
        }
        self.current = self.accepted[current_turn(args.epoch)]
        self.register_outputs({})
