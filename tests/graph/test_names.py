"""Names in the plans: those that reach AWS and Kubernetes fit, also for an application with a long name."""

from collections import Counter
from collections.abc import Mapping

import pytest

from components import naming
from components.naming import AUTONAME_SUFFIX, NameRule
from infra.config import load_file
from infra.graph import Resource, ResourceGraph
from infra.graph.values import Value
from infra.plan import plan_config
from infra.project import stack_file

PHASES = ("baseline", "phase1", "phase2", "phase3")
LONG = "customer-data-platform-for-enterprises-x"

AWS: dict[str, tuple[str, NameRule]] = {
    "aws:eks/cluster:Cluster": ("name", naming.CLUSTER),
    "aws:kms/alias:Alias": ("name", naming.KEY_ALIAS),
    "aws:cloudwatch/logGroup:LogGroup": ("name", naming.LOG_GROUP),
    "aws:iam/role:Role": ("name", naming.ROLE),
    "aws:iam/rolePolicy:RolePolicy": ("name", naming.POLICY),
    "aws:iam/policy:Policy": ("name", naming.POLICY),
    "aws:lb/loadBalancer:LoadBalancer": ("name", naming.LOAD_BALANCER),
    "aws:lb/targetGroup:TargetGroup": ("name", naming.TARGET_GROUP),
    "aws:rds/instance:Instance": ("identifier", naming.DATABASE_INSTANCE),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("replicationGroupId", naming.CACHE),
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": ("globalReplicationGroupIdSuffix", naming.CACHE),
    "aws:elasticache/user:User": ("userId", naming.CACHE),
    "aws:elasticache/userGroup:UserGroup": ("userGroupId", naming.CACHE),
    "aws:s3/bucket:Bucket": ("bucket", naming.BUCKET),
    "aws:cloudwatch/eventRule:EventRule": ("name", naming.SHORT_NAME),
    "aws:cloudfront/function:Function": ("name", naming.SHORT_NAME),
    "aws:cloudfront/originAccessControl:OriginAccessControl": ("name", naming.SHORT_NAME),
    "aws:backup/vault:Vault": ("name", naming.BACKUP_VAULT),
    "aws:wafv2/webAcl:WebAcl": ("name", naming.WEB_ACL),
    "aws:cloudfront/cachePolicy:CachePolicy": ("name", naming.POLICY),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": ("name", naming.POLICY),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ("name", naming.POLICY),
}
"""The types whose names AWS limits, and the input that gives one by hand."""
EVERYWHERE = ("aws:iam/", "aws:s3/", "aws:cloudfront/")
"""Types whose names are the account's or the world's, not a region's."""


@pytest.fixture(scope="module")
def long_graph():
    """What plans a phase of an application whose name has the 40 characters that it may have, and whose service too."""
    planned: dict[str, ResourceGraph] = {}

    def plan(phase: str) -> ResourceGraph:
        if phase not in planned:
            config = load_file(stack_file(phase))
            first, *rest = config.app.services
            services = (first.model_copy(update={"name": f"{LONG[:36]}-api"}), *rest)
            app = config.app.model_copy(update={"namespace": LONG, "services": services})
            planned[phase] = plan_config(config.model_copy(update={"application": LONG, "app": app}))
        return planned[phase]

    return plan


def kubernetes_rule(resource: Resource) -> NameRule:
    kinds = {"StatefulSet": naming.STATEFUL_SET, "Namespace": naming.NAMESPACE}
    return kinds.get(resource.type.rsplit(":", 1)[1], naming.OBJECT)


def metadata(resource: Resource) -> Mapping[str, Value]:
    found = resource.inputs["metadata"]
    assert isinstance(found, Mapping)
    return found


def kubernetes_objects(graph: ResourceGraph) -> list[Resource]:
    return [resource for resource in graph if resource.package == "kubernetes" and "metadata" in resource.inputs]


@pytest.mark.parametrize("phase", PHASES)
def test_a_long_application_name_fits_everywhere(long_graph, phase: str) -> None:
    """Guards what AWS says only at creation: a name that is too long, with Pulumi's suffix where it has one."""
    graph, wrong = long_graph(phase), []
    for resource in graph:
        if resource.type in AWS:
            key, rule = AWS[resource.type]
            given = resource.inputs.get(key)
            length = len(str(given)) if given else len(resource.name) + AUTONAME_SUFFIX
            if length > rule.longest:
                wrong.append(f"{resource.type} {given or resource.name}: {length} > {rule.longest}")
    for resource in kubernetes_objects(graph):
        name, rule = str(metadata(resource)["name"]), kubernetes_rule(resource)
        if len(name) > rule.longest:
            wrong.append(f"{resource.type} {name}: {len(name)} > {rule.longest}")
    assert wrong == []


@pytest.mark.parametrize("phase", PHASES)
def test_every_name_has_the_alphabet_of_its_kind(long_graph, phase_graph, phase: str) -> None:
    """Guards against reserved names and characters that only the real API refuses."""
    for graph in (long_graph(phase), phase_graph(phase)):
        for resource in graph:
            if resource.type in AWS:
                key, rule = AWS[resource.type]
                name = resource.inputs.get(key) or resource.name
                naming.physical(rule, str(name))
        for resource in kubernetes_objects(graph):
            name = str(metadata(resource)["name"])
            if resource.type.startswith("kubernetes:apiregistration") or "." in name:
                continue
            naming.physical(kubernetes_rule(resource), name)


@pytest.mark.parametrize("phase", PHASES)
def test_no_two_resources_share_a_name_given_by_hand(long_graph, phase: str) -> None:
    """Guards two regions against one name where the account has only one of it."""
    graph = long_graph(phase)
    given = [
        (resource, resource.inputs[AWS[resource.type][0]])
        for resource in graph
        if resource.type in AWS and AWS[resource.type][0] in resource.inputs
    ]
    names = Counter(
        (resource.type, None if resource.type.startswith(EVERYWHERE) else resource.provider, name)
        for resource, name in given
        if resource.type != "aws:iam/rolePolicy:RolePolicy"
    )
    objects = Counter(
        (
            resource.type,
            resource.provider,
            metadata(resource).get("namespace"),
            metadata(resource)["name"],
        )
        for resource in kubernetes_objects(graph)
    )
    assert [name for name, count in (*names.items(), *objects.items()) if count > 1] == []


@pytest.mark.parametrize("phase", PHASES)
def test_final_snapshots_and_the_documents_own_application_keep_readable_names(phase_graph, phase: str) -> None:
    """Guards against shortening what fits: an operator finds the database by its region and role."""
    instances = phase_graph(phase).of_type("aws:rds/instance:Instance")
    assert any(i.inputs["finalSnapshotIdentifier"] == "mgx-ai-us-east-1-postgres-primary-final" for i in instances)
