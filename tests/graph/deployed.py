"""A plan on a stack that is there: everything that a plan of new resources doesn't know has a made-up value.

So the texts that hold such values can be read: policies with their ARNs, and files with what is secret in them.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from infra.config import load_file
from infra.graph import Resource, ResourceGraph
from infra.graph.values import SECRET_MARK, TYPE_KEY
from infra.plan import plan_config
from infra.plan.deployed import Stays
from infra.project import stack_file

ACCOUNT = "111122223333"


@dataclass
class Made:
    """The graph of a phase, and every secret that its resources told, with the resource's name."""

    graph: ResourceGraph
    secrets: dict[str, str]


@dataclass
class _Answers:
    secrets: dict[str, str] = field(default_factory=dict)

    def __call__(self, resource: Resource) -> Stays:
        """An ARN with its id for each resource, and for each output that the SDK calls secret a text of its own."""
        id_ = f"id-of-{resource.name}"
        service = resource.type.split(":")[1].split("/")[0]
        outputs: dict[str, Any] = {
            "arn": f"arn:aws:{service}:us-east-1:{ACCOUNT}:made-up/{resource.name}",
            "name": resource.name,
            "bucket": resource.name,
            "identifier": resource.name,
            "globalReplicationGroupId": resource.name,
            "address": f"{resource.name}.example.com",
            "dnsName": f"{resource.name}.example.com",
        }
        outputs |= {name: self._secret(resource, name) for name in resource.additional_secret_outputs}
        return Stays(id_, outputs)

    def _secret(self, resource: Resource, output: str) -> dict[str, str]:
        """Random bytes are as long as they were asked for; anything else is a text that is found again."""
        length = resource.inputs.get("length")
        drawn = hashlib.shake_256(resource.name.encode()).digest(length if isinstance(length, int) else 32)
        told = {"hex": drawn.hex(), "base64": base64.b64encode(drawn).decode()}.get(
            output, f"canary-{resource.name}-{output}"
        )
        self.secrets[told] = resource.name
        return {TYPE_KEY: SECRET_MARK, "value": told}


def deployed(phase: str) -> Made:
    """The phase's committed stack config on a stack of it that stands."""
    answers = _Answers()
    return Made(plan_config(load_file(stack_file(phase)), deployed=answers), answers.secrets)
