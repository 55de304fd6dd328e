"""IAM policy documents as JSON: who may assume a role, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

VERSION = "2012-10-17"
POD_IDENTITY = "pods.eks.amazonaws.com"


def trust(service: str, actions: Sequence[str] = ("sts:AssumeRole",)) -> str:
    """A trust policy that lets one AWS service assume the role."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions)}
    return json.dumps({"Version": VERSION, "Statement": [statement]})


def pod_trust() -> str:
    """A trust policy for EKS Pod Identity, which tags its sessions."""
    return trust(POD_IDENTITY, ("sts:AssumeRole", "sts:TagSession"))


def allow(actions: Sequence[str], resources: Sequence[pulumi.Input[str]], **extra: Any) -> dict[str, Any]:
    """One statement that allows `actions` on `resources`; `extra` is e.g. Condition."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **extra}


def document(*statements: Mapping[str, Any]) -> pulumi.Output[str]:
    """A policy of statements whose resources may be outputs."""
    return pulumi.Output.json_dumps({"Version": VERSION, "Statement": list(statements)})
