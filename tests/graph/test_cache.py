"""The cache in the plans."""

import json

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
DATASTORE = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def group(graph: ResourceGraph, region: str = "us-east-1") -> Resource:
    return graph.one(GROUP, f"mgx-ai-{region}-cache-group")


@pytest.mark.parametrize(
    ("phase", "node_type", "shards", "replicas"),
    [
        ("baseline", "cache.m7g.xlarge", 1, 0),
        ("phase1", "cache.m7g.2xlarge", 1, 0),
        ("phase2", "cache.m7g.2xlarge", 3, 0),
        ("phase3", "cache.m7g.2xlarge", 3, 1),
    ],
)
def test_nodes_are_the_documents_1_1_3_and_6(
    phase_graph, phase: str, node_type: str, shards: int, replicas: int
) -> None:
    """Guards the cache row of each table; the size of phase 1 is carried on, since later tables count nodes alone."""
    cache = group(phase_graph(phase)).inputs
    assert (cache["nodeType"], cache["numNodeGroups"], cache["replicasPerNodeGroup"]) == (node_type, shards, replicas)
    assert cache["multiAzEnabled"] is (replicas > 0), "several zones want a replica"


@pytest.mark.parametrize("phase", PHASES)
def test_what_forces_a_replacement_later_is_right_from_the_first_phase(phase_graph, phase: str) -> None:
    """Guards growth in place: each of these replaces the cache when it changes, and with it all that it holds."""
    cache = group(phase_graph(phase))
    assert cache.inputs["replicationGroupId"] == "mgx-ai-us-east-1-cache"
    assert cache.inputs["clusterMode"] == "enabled"
    assert (cache.inputs["engine"], cache.inputs["engineVersion"]) == ("valkey", "8.1")
    assert (cache.inputs["subnetGroupName"], cache.inputs["port"]) == ("mgx-ai-us-east-1-cache", 6379)
    assert cache.inputs["atRestEncryptionEnabled"] is True
    assert waits_for(cache, "kmsKeyId") == {"mgx-ai-us-east-1-keys-cache"}
    assert not {"nodeGroupConfigurations", "numCacheClusters", "globalReplicationGroupId"} & set(cache.inputs)
    assert cache.protect


@pytest.mark.parametrize("phase", PHASES)
def test_a_new_version_comes_when_it_is_planned_and_growth_at_once(phase_graph, phase: str) -> None:
    """Guards a plan from a version that ElastiCache has chosen meanwhile, and a step from shards that wait for a window."""
    for cache in phase_graph(phase).of_type(GROUP):
        assert (cache.inputs["autoMinorVersionUpgrade"], cache.inputs["applyImmediately"]) == (False, True)


@pytest.mark.parametrize("phase", PHASES)
def test_cluster_mode_has_automatic_failover_even_with_one_node(phase_graph, phase: str) -> None:
    """Guards a create that ElastiCache refuses."""
    assert group(phase_graph(phase)).inputs["automaticFailoverEnabled"] is True
    parameters = inputs(phase_graph(phase).one("aws:elasticache/parameterGroup:ParameterGroup"))
    assert parameters["family"] == "valkey8"
    assert {"name": "cluster-enabled", "value": "yes"} in parameters["parameters"]


@pytest.mark.parametrize("phase", PHASES)
def test_only_iam_identities_connect_and_only_by_tls(phase_graph, phase: str) -> None:
    """Guards against a password, a default user, and plain text on the wire."""
    graph: ResourceGraph = phase_graph(phase)
    cache = group(graph)
    assert cache.inputs["transitEncryptionEnabled"] is True
    assert cache.inputs["transitEncryptionMode"] == "required"
    assert list(inputs(cache)["userGroupIds"]) == ["mgx-ai-us-east-1-cache"]
    users = graph.one("aws:elasticache/userGroup:UserGroup", "mgx-ai-us-east-1-cache-users")
    assert list(inputs(users)["userIds"]) == ["mgx-ai-us-east-1-cache-app"], "and no default user"
    user = inputs(graph.one("aws:elasticache/user:User", "mgx-ai-us-east-1-cache-app"))
    assert user["authenticationMode"] == {"type": "iam"}
    assert user["userId"] == user["userName"]
    assert "passwords" not in user
    policy = graph.one("aws:iam/rolePolicy:RolePolicy", "mgx-ai-us-east-1-mgx-api-pods")
    assert waits_for(policy, "policy") == {"mgx-ai-us-east-1-cache-app", "mgx-ai-us-east-1-cache-group"}


@pytest.mark.parametrize("phase", PHASES)
def test_only_the_clusters_pods_reach_the_port(phase_graph, phase: str) -> None:
    """Guards the network: by security group, never by address."""
    rules = [r for r in phase_graph(phase).of_type(INGRESS) if r.name.startswith("mgx-ai-us-east-1-cache-")]
    assert [rule.name for rule in rules] == ["mgx-ai-us-east-1-cache-from-cluster"]
    assert (rules[0].inputs["fromPort"], rules[0].inputs["toPort"]) == (6379, 6379)
    assert "cidrIpv4" not in rules[0].inputs
    assert "referencedSecurityGroupId" in rules[0].inputs


@pytest.mark.parametrize("phase", PHASES[:3])
def test_one_region_has_no_datastore(phase_graph, phase: str) -> None:
    """Guards against paying for replication to nowhere, and against a primary that ignores its own changes."""
    assert not phase_graph(phase).of_type(DATASTORE)
    assert not group(phase_graph(phase)).ignore_changes


def test_the_standby_follows_through_a_datastore_with_two_nodes_a_shard(phase_graph) -> None:
    """Guards what AWS refuses: a follower that sets what the datastore sets, or that can't fail over."""
    graph: ResourceGraph = phase_graph("phase3")
    datastore, follower = graph.one(DATASTORE), group(graph, "us-west-2")
    assert waits_for(datastore, "primaryReplicationGroupId") == {"mgx-ai-us-east-1-cache-group"}
    assert waits_for(follower, "globalReplicationGroupId") == {"mgx-ai-us-east-1-cache-datastore"}
    set_there = {
        "engine", "engineVersion", "nodeType", "numNodeGroups", "parameterGroupName", "atRestEncryptionEnabled",
        "transitEncryptionEnabled", "transitEncryptionMode", "snapshotName",
    }  # fmt: skip
    assert not set_there & set(follower.inputs)
    assert follower.inputs["replicasPerNodeGroup"] == 1
    assert follower.inputs["automaticFailoverEnabled"] is True
    assert waits_for(follower, "kmsKeyId") == {"mgx-ai-us-west-2-keys-cache"}, "a key of its own region"


def test_the_datastore_owns_type_and_shards_and_outlives_a_failover(phase_graph) -> None:
    """Guards the primary from undoing the datastore, and the datastore from being replaced when another member leads."""
    graph: ResourceGraph = phase_graph("phase3")
    datastore = graph.one(DATASTORE)
    assert set(group(graph).ignore_changes) == {"engineVersion", "nodeType", "numNodeGroups", "parameterGroupName"}
    assert (datastore.inputs["cacheNodeType"], datastore.inputs["numNodeGroups"]) == ("cache.m7g.2xlarge", 3)
    assert datastore.ignore_changes == ("primaryReplicationGroupId",)
    assert datastore.protect


@pytest.mark.parametrize("phase", PHASES)
def test_a_pod_is_told_where_the_cache_is_and_as_whom_to_come(phase_graph, phase: str) -> None:
    """Guards the way in which the application finds the cache. It holds no password: the pod's role asks for a token."""
    deployment = inputs(phase_graph(phase).one("kubernetes:apps/v1:Deployment", "mgx-ai-us-east-1-mgx-api-deployment"))
    told = {e["name"]: e.get("value") for e in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert {"REDIS_HOST", "REDIS_PORT", "REDIS_USER", "REDIS_CACHE"} <= set(told)
    assert (told["REDIS_USER"], told["REDIS_CACHE"]) == ("mgx-ai-us-east-1-cache-app", "mgx-ai-us-east-1-cache")


def test_the_key_of_the_cache_is_there_before_the_cache_needs_it(phase_graph) -> None:
    """Guards the key policy: the account's IAM decides, nobody else."""
    key = phase_graph("baseline").one("aws:kms/key:Key", "mgx-ai-us-east-1-keys-cache")
    statements = json.loads(str(key.inputs["policy"]))["Statement"]
    assert [statement["Sid"] for statement in statements] == ["IamDecides"]


@pytest.mark.parametrize("phase", PHASES)
def test_what_is_thrown_out_is_the_documents_keys_with_a_time_to_live(phase_graph, phase: str) -> None:
    """Guards keys without a time to live: the settings' policy evicts among the others alone."""
    parameters = inputs(phase_graph(phase).one("aws:elasticache/parameterGroup:ParameterGroup"))["parameters"]
    assert {"name": "maxmemory-policy", "value": "volatile-lru"} in parameters


@pytest.mark.parametrize("phase", PHASES)
def test_the_cache_is_kept_a_week_and_once_more_at_its_end(phase_graph, phase: str) -> None:
    """Guards what the cache holds beyond a node: daily snapshots, and a last one, each in a window of its own."""
    for cache in phase_graph(phase).of_type(GROUP):
        assert (cache.inputs["snapshotRetentionLimit"], cache.inputs["snapshotWindow"]) == (7, "02:00-03:00")
        assert cache.inputs["finalSnapshotIdentifier"] == f"{cache.inputs['replicationGroupId']}-final"


@pytest.mark.parametrize("phase", PHASES)
def test_slow_commands_and_the_engine_are_logged_encrypted_and_for_a_time(phase_graph, phase: str) -> None:
    """Guards logs without a key or an end: slow commands are logged with their keys."""
    graph = phase_graph(phase)
    groups = {each.inputs.get("name"): each for each in graph.of_type("aws:cloudwatch/logGroup:LogGroup")}
    for cache in graph.of_type(GROUP):
        logs = {each["logType"]: each["destination"] for each in inputs(cache)["logDeliveryConfigurations"]}
        assert set(logs) == {"slow-log", "engine-log"}
        for name in logs.values():
            assert groups[name].inputs["retentionInDays"] == 30
            assert "kmsKeyId" in groups[name].inputs
