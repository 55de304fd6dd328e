"""What has to stand before what, in each phase's graph: an engine creates all else at the same time."""

from collections.abc import Iterator

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import waits_for

POLICY = "aws:iam/rolePolicy:RolePolicy"
PHASES = ("baseline", "phase1", "phase2", "phase3")
NAMED = {
    "clusterName": "aws:eks/cluster:Cluster",
    "targetVaultName": "aws:backup/vault:Vault",
    "backupVaultName": "aws:backup/vault:Vault",
    "userIds": "aws:elasticache/user:User",
    "userGroupIds": "aws:elasticache/userGroup:UserGroup",
}
"""Inputs by which AWS looks another resource up by its name when it is asked, and refuses a name that isn't there yet."""


def before(graph: ResourceGraph, resource: Resource) -> set[str]:
    """The URNs of all that stands before a resource is asked for."""
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        for urn in waiting.pop().dependencies:
            if urn not in found:
                found.add(urn)
                waiting.append(graph[urn])
    return found


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from keys(item)


@pytest.mark.parametrize("phase", PHASES)
def test_what_names_another_resource_waits_until_that_stands(phase_graph, phase: str) -> None:
    """Guards the first `up`: a cluster takes ten minutes, and EKS knows no association and no add-on before it."""
    graph = phase_graph(phase)
    named = [(r, key) for r in graph if r.package == "aws" for key in set(keys(r.inputs)) & set(NAMED)]
    early = [
        f"{resource.name}: {key}"
        for resource, key in named
        if not any(graph[urn].type == NAMED[key] for urn in before(graph, resource))
    ]
    assert len(named) > 5
    assert early == []


@pytest.mark.parametrize("phase", PHASES)
def test_pods_start_after_the_identity_that_they_use(phase_graph, phase: str) -> None:
    """Guards what EKS gives a pod only while it starts: before its association it would run without credentials."""
    graph = phase_graph(phase)
    identities = {
        (a.inputs["clusterName"], a.inputs["namespace"], a.inputs["serviceAccount"]): a.urn
        for a in graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    }
    used = 0
    for kind in ("Deployment", "StatefulSet"):
        for workload in graph.of_type(f"kubernetes:apps/v1:{kind}"):
            account = workload.inputs["spec"]["template"]["spec"].get("serviceAccountName")
            region = next(name for name, _, _ in identities if workload.name.startswith(name))
            identity = identities.get((region, workload.inputs["metadata"]["namespace"], account))
            if identity:
                used += 1
                role = waits_for(graph[identity], "roleArn")
                may = {policy.urn for policy in graph.of_type(POLICY) if waits_for(policy, "role") == role}
                assert may <= set(graph[identity].dependencies), workload.name
                assert identity in before(graph, workload), workload.name
    assert used == len(identities)
