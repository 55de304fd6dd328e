"""IAM policy documents as JSON: who may assume a role, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

VERSION = "2012-10-17"
POD_IDENTITY = "pods.eks.amazonaws.com"


def trust(service: str, actions: Sequence[str] = ("sts:AssumeRole",), **extra: Any) -> str:
    """A trust policy that lets one AWS service assume the role; `extra` is e.g. Condition."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions), **extra}
    return json.dumps({"Version": VERSION, "Statement": [statement]})


def on_behalf_of(account_id: str, source_arn: str) -> dict[str, Any]:
    """The condition that a service acts for this account, and for resources whose ARN is like `source_arn`.

    Only for services that say so in their requests, as their guides have it; with others nobody could assume the role.
    """
    return {"StringEquals": {"aws:SourceAccount": account_id}, "ArnLike": {"aws:SourceArn": source_arn}}


def pod_trust(cluster_name: pulumi.Input[str], namespace: str, service_account: str) -> pulumi.Output[str]:
    """A trust policy for the pods of one service account. EKS Pod Identity tags its sessions with what they are.

    [EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity"]
    """
    pods = {
        "aws:RequestTag/eks-cluster-name": cluster_name,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": POD_IDENTITY},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": pods},
    }
    return document(statement)


def allow(actions: Sequence[str], resources: Sequence[pulumi.Input[str]], **extra: Any) -> dict[str, Any]:
    """One statement that allows `actions` on `resources`; `extra` is e.g. Condition."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **extra}


def document(*statements: Mapping[str, Any]) -> pulumi.Output[str]:
    """A policy of statements whose resources may be outputs."""
    return pulumi.Output.json_dumps({"Version": VERSION, "Statement": list(statements)})
