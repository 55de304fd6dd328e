"""Every policy in the plans: who may do what, and on what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from infra.graph import Resource, ResourceGraph
from infra.graph.values import UNKNOWN
from tests.graph.deployed import ACCOUNT
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
POLICY_INPUTS = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:backup/vaultPolicy:VaultPolicy": "policy",
}
"""Where a policy must be readable."""

EVERY_ACTION = {("aws:kms/key:Key", "IamDecides"): "without it nobody could administer the key, not even to delete it"}
EVERY_RESOURCE = {
    "aws:kms/key:Key": "in a key's own policy the resource is that key",
}
UNSCOPED = {"cloudwatch:GetMetricStatistics": "CloudWatch has no resource for what is read of metrics"}
"""Actions that AWS scopes to no resource (Service Authorization Reference), with the reason for each."""


def texts(value: Any) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from texts(item)


def statements(graph: ResourceGraph) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Each statement of each text that is a policy, whichever input of whichever resource holds it."""
    for resource in graph:
        if resource.package != "aws":
            continue
        for text in texts(inputs(resource)):
            if '"Statement"' in text:
                for statement in json.loads(text)["Statement"]:
                    yield resource, statement


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


@pytest.mark.parametrize("phase", PHASES)
def test_every_policy_can_be_read(deployed_phase, phase: str) -> None:
    """Guards the tests below, which would pass over a policy that they can't read."""
    graph = deployed_phase(phase).graph
    kept = [r.name for r in graph if r.type in POLICY_INPUTS and inputs(r).get(POLICY_INPUTS[r.type]) is UNKNOWN]
    assert kept == []
    assert len(list(statements(graph))) > 20


@pytest.mark.parametrize("phase", PHASES)
def test_no_statement_allows_every_action_of_a_service(deployed_phase, phase: str) -> None:
    """Guards least privilege, and what a service adds to its actions next year."""
    wide = [
        f"{resource.name}: {action}"
        for resource, statement in statements(deployed_phase(phase).graph)
        for action in listed(statement.get("Action"))
        if "*" in action and (resource.type, statement.get("Sid")) not in EVERY_ACTION
        if statement["Effect"] == "Allow"
    ]
    assert wide == []


@pytest.mark.parametrize("phase", PHASES)
def test_no_statement_allows_an_action_on_everything(deployed_phase, phase: str) -> None:
    """Guards least privilege: a wildcard ends an ARN that names service, region and account, where those have them."""
    wide = [
        f"{resource.name}: {', '.join(listed(statement['Action']))} on {target}"
        for resource, statement in statements(deployed_phase(phase).graph)
        for target in listed(statement.get("Resource"))
        if statement["Effect"] == "Allow" and resource.type not in EVERY_RESOURCE
        if not re.fullmatch(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[^*]+.*", target)
        if not set(listed(statement["Action"])) <= set(UNSCOPED)
    ]
    assert wide == []


@pytest.mark.parametrize("phase", PHASES)
def test_a_statement_says_what_it_allows_and_not_what_it_leaves_out(deployed_phase, phase: str) -> None:
    """Guards against NotAction and its kin, which allow everything that nobody thought of."""
    negative = {"NotAction", "NotResource", "NotPrincipal"}
    assert [r.name for r, statement in statements(deployed_phase(phase).graph) if negative & set(statement)] == []


@pytest.mark.parametrize("phase", PHASES)
def test_whoever_may_be_anyone_is_held_by_a_condition(deployed_phase, phase: str) -> None:
    """Guards buckets, topics and keys from other accounts."""
    open_ = [
        resource.name
        for resource, statement in statements(deployed_phase(phase).graph)
        if statement["Effect"] == "Allow" and statement.get("Principal") in ("*", {"AWS": "*"})
        if not statement.get("Condition")
    ]
    assert open_ == []


@pytest.mark.parametrize("phase", PHASES)
def test_a_service_that_acts_for_others_is_held_to_this_account(deployed_phase, phase: str) -> None:
    """Guards keys, buckets and topics from a service that another account sends (the confused deputy).

    The load balancers' log delivery knows no condition: there the account is a folder of the bucket.
    """
    free = [
        f"{resource.name}: {statement['Principal']}"
        for resource, statement in statements(deployed_phase(phase).graph)
        if "Resource" in statement and "Service" in (statement.get("Principal") or {})
        if ACCOUNT not in str(statement.get("Condition"))
        if not all(f"/{ACCOUNT}/" in target for target in listed(statement["Resource"]))
    ]
    assert free == []


@pytest.mark.parametrize("phase", PHASES)
def test_every_key_rotates_and_is_protected(phase_graph, phase: str) -> None:
    """Guards a key that lives as long as its data."""
    keys = phase_graph(phase).of_type("aws:kms/key:Key")
    assert keys
    assert all(key.inputs["enableKeyRotation"] is True and key.protect for key in keys)


def trusts(graph: ResourceGraph) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Each role with the one statement of its trust policy."""
    for role in graph.of_type("aws:iam/role:Role"):
        (statement,) = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"]
        yield role, statement


@pytest.mark.parametrize("phase", PHASES)
def test_a_pods_role_is_of_its_service_account_alone(phase_graph, phase: str) -> None:
    """Guards one service's rights from another one's pods, and from another cluster's."""
    graph = phase_graph(phase)
    pods = {role.urn: s for role, s in trusts(graph) if s["Principal"]["Service"] == "pods.eks.amazonaws.com"}
    associated = 0
    for association in graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        (role,) = association.property_dependencies["roleArn"]
        assert pods[role]["Condition"]["StringEquals"] == {
            "aws:RequestTag/eks-cluster-name": association.inputs["clusterName"],
            "aws:RequestTag/kubernetes-namespace": association.inputs["namespace"],
            "aws:RequestTag/kubernetes-service-account": association.inputs["serviceAccount"],
        }
        associated += 1
    agents = [statement for role, statement in pods.items() if role.endswith("-insights-agent")]
    assert all(
        s["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"] == "cloudwatch-agent"
        for s in agents
    )
    assert len(pods) == associated + len(agents)


@pytest.mark.parametrize("phase", PHASES)
def test_services_that_say_for_whom_they_act_are_held_to_it(phase_graph, phase: str) -> None:
    """Guards roles whose service names account and resource: flow logs, enhanced monitoring, automations."""
    said = ("vpc-flow-logs.amazonaws.com", "monitoring.rds.amazonaws.com", "ssm.amazonaws.com")
    held = [statement for _, statement in trusts(phase_graph(phase)) if statement["Principal"]["Service"] in said]
    assert len(held) >= 2
    for statement in held:
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
        assert f":{ACCOUNT}:" in statement["Condition"]["ArnLike"]["aws:SourceArn"]


@pytest.mark.parametrize("phase", PHASES)
def test_a_key_lets_in_the_services_that_use_it_and_no_other(phase_graph, phase: str) -> None:
    """Guards least privilege: whoever else needs a key comes through the account's IAM."""
    let_in = {
        (str(key.name).rsplit("-", 1)[1], statement["Principal"]["Service"])
        for key in phase_graph(phase).of_type("aws:kms/key:Key")
        for statement in json.loads(str(key.inputs["policy"]))["Statement"]
        if "Service" in statement["Principal"]
    }
    regions = {r.inputs["region"] for r in phase_graph(phase).of_type("pulumi:providers:aws")}
    cdn = {("assets", "cloudfront.amazonaws.com")} if phase in ("phase2", "phase3") else set()
    logs = {("logs", f"logs.{region}.amazonaws.com") for region in regions}
    alerts = {("alerts", "cloudwatch.amazonaws.com"), ("alerts", "budgets.amazonaws.com")}
    assert let_in == alerts | cdn | logs


@pytest.mark.parametrize("phase", PHASES)
def test_spot_servers_can_encrypt_their_disks(phase_graph, phase: str) -> None:
    """Guards burst servers that end as they start: EC2 launches them as its own role, which no IAM policy lets in."""
    volumes = [key for key in phase_graph(phase).of_type("aws:kms/key:Key") if str(key.name).endswith("-volumes")]
    assert volumes
    for key in volumes:
        by_sid = {each["Sid"]: each for each in json.loads(str(key.inputs["policy"]))["Statement"]}
        assert "kms:GenerateDataKeyWithoutPlaintext" in by_sid["SpotDisks"]["Action"]
        assert by_sid["SpotDisksAttach"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
        for sid in ("SpotDisks", "SpotDisksAttach"):
            role = by_sid[sid]["Condition"]["StringEquals"]["aws:PrincipalArn"]
            assert role.endswith(":role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot")


@pytest.mark.parametrize("phase", PHASES)
def test_each_role_is_assumed_by_one_service(phase_graph, phase: str) -> None:
    """Guards a role that one service could use in another one's place."""
    for role, statement in trusts(phase_graph(phase)):
        assert isinstance(statement["Principal"]["Service"], str), role.name
        assert set(listed(statement["Action"])) <= {"sts:AssumeRole", "sts:TagSession"}, role.name
