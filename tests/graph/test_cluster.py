"""The Kubernetes cluster of each region in the plans."""

import json
from collections import Counter
from typing import Any

import pytest

from components.access_entries import principal_name
from infra.graph import ResourceGraph
from infra.plan import plan_config
from tests.graph.reading import inputs, waits_for
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")
CLUSTER = "aws:eks/cluster:Cluster"


@pytest.mark.parametrize("phase", PHASES)
def test_auto_mode_is_whole_and_access_is_by_the_api(phase_graph, phase: str) -> None:
    """Guards the three switches of Auto Mode, which AWS takes only together, and the default access mode, which is another."""
    for cluster in phase_graph(phase).of_type(CLUSTER):
        inputs = cluster.inputs
        assert inputs["computeConfig"]["enabled"] is True
        assert inputs["kubernetesNetworkConfig"]["elasticLoadBalancing"]["enabled"] is True
        assert inputs["storageConfig"]["blockStorage"]["enabled"] is True
        assert inputs["bootstrapSelfManagedAddons"] is False
        assert inputs["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
        assert cluster.protect


@pytest.mark.parametrize("phase", PHASES)
def test_secrets_are_encrypted_and_every_log_is_kept(phase_graph, phase: str) -> None:
    """Guards what can't be switched on later without a new cluster."""
    for cluster in phase_graph(phase).of_type(CLUSTER):
        assert cluster.inputs["encryptionConfig"]["resources"] == ["secrets"]
        assert waits_for(cluster, "encryptionConfig") == {f"{cluster.inputs['name']}-keys-cluster"}
        assert len(cluster.inputs["enabledClusterLogTypes"]) == 5
        groups = phase_graph(phase).of_type("aws:cloudwatch/logGroup:LogGroup")
        (logs,) = [g for g in groups if g.inputs.get("name") == f"/aws/eks/{cluster.inputs['name']}/cluster"]
        assert logs.urn in cluster.dependencies
        assert (logs.inputs["retentionInDays"], "kmsKeyId" in logs.inputs) == (90, True)


@pytest.mark.parametrize("phase", PHASES)
def test_the_roles_have_what_auto_mode_asks_for_before_the_cluster_is_made(phase_graph, phase: str) -> None:
    """Guards a cluster without nodes, volumes or balancers: EKS does each with the right of a policy of its own."""
    graph = phase_graph(phase)
    attached = {a.urn: a for a in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    for cluster in graph.of_type(CLUSTER):
        region = cluster.name.removesuffix("-eks")
        first = [attached[urn] for urn in cluster.dependencies if urn in attached]
        policies = {(*waits_for(policy, "role"), str(policy.inputs["policyArn"]).rsplit("/", 1)[1]) for policy in first}
        assert policies == {
            (f"{region}-cluster", f"AmazonEKS{what}Policy")
            for what in ("Cluster", "Compute", "BlockStorage", "LoadBalancing", "Networking")
        } | {
            (f"{region}-node", policy)
            for policy in ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
        }


@pytest.mark.parametrize("phase", PHASES)
def test_administrators_are_the_settings_and_nobody_else(phase_graph, phase: str) -> None:
    """Guards who may do everything: an access entry for each, and no right of whoever made the cluster."""
    graph = phase_graph(phase)
    entries = [e for e in graph.of_type("aws:eks/accessEntry:AccessEntry") if e.inputs["type"] == "STANDARD"]
    assert {e.inputs["principalArn"] for e in entries} == {"arn:aws:iam::111122223333:role/platform-admin"}
    assert len(entries) == len(graph.of_type(CLUSTER))
    given = graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    policies = Counter(str(each.inputs["policyArn"]).rsplit("/", 1)[1] for each in given)
    assert policies == {"AmazonEKSClusterAdminPolicy": len(entries), "AmazonEKSAutoNodePolicy": len(entries)}


@pytest.mark.parametrize("phase", PHASES)
def test_nodes_of_our_own_class_may_join_before_there_is_any(phase_graph, phase: str) -> None:
    """Guards a cluster without nodes: EKS lets in those of its own pools by itself, and no others."""
    graph = phase_graph(phase)
    entries = [e for e in graph.of_type("aws:eks/accessEntry:AccessEntry") if e.inputs["type"] == "EC2"]
    assert len(entries) == len(graph.of_type(CLUSTER))
    for entry in entries:
        cluster = entry.name.removesuffix("-nodes")
        assert waits_for(entry, "principalArn") == {f"{cluster}-node"}
        granted = graph.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", entry.name)
        assert str(granted.inputs["policyArn"]).endswith("/AmazonEKSAutoNodePolicy")
        assert granted.inputs["accessScope"] == {"type": "cluster"}
        assert granted.urn in graph.one("pulumi:providers:kubernetes", f"{cluster}-kubernetes").dependencies


def test_principals_of_one_last_name_are_told_apart() -> None:
    """Guards a plan that ends with two resources of one name: a role and a user, or roles of two paths."""
    account = "arn:aws:iam::111122223333:"
    names = [principal_name(f"{account}{who}") for who in ("role/admin", "user/admin", "role/team/admin")]
    assert names == ["admin", "user-admin", "team-admin"]


@pytest.mark.parametrize("phase", PHASES)
def test_no_token_stands_in_the_provider_and_its_cluster_is_pinned(phase_graph, phase: str) -> None:
    """Guards against a token in the state, and against a changed kubeconfig that would replace everything."""
    for provider in phase_graph(phase).of_type("pulumi:providers:kubernetes"):
        assert provider.inputs["clusterIdentifier"] in provider.name
        assert "token" not in provider.inputs


def test_an_api_that_no_range_may_reach_is_private() -> None:
    """Guards against the default of AWS, where an endpoint without ranges is everybody's."""
    config = selected("baseline").config
    closed = config.cluster.model_copy(update={"endpoint_cidrs": ()})
    (cluster,) = plan_config(config.model_copy(update={"cluster": closed})).of_type(CLUSTER)
    assert inputs(cluster)["vpcConfig"]["endpointPublicAccess"] is False
    assert "publicAccessCidrs" not in inputs(cluster)["vpcConfig"]


def test_metrics_server_is_installed(phase_graph) -> None:
    """Guards the HPA, which has no CPU figures without it: Auto Mode brings none."""
    addons = phase_graph("baseline").of_type("aws:eks/addon:Addon")
    assert "metrics-server" in [addon.inputs["addonName"] for addon in addons]


@pytest.mark.parametrize(("addon", "part"), [("metrics-server", ()), ("amazon-cloudwatch-observability", ("manager",))])
def test_the_pods_of_an_add_on_have_nodes_to_run_on(phase_graph, addon: str, part: tuple[str, ...]) -> None:
    """Guards the add-on's state: every node is tainted, and a pod that tolerates none, or comes before there can be one,
    waits until `up` gives up."""
    graph = phase_graph("baseline")
    found = next(a for a in graph.of_type("aws:eks/addon:Addon") if a.inputs["addonName"] == addon)
    values = json.loads(str(found.inputs["configurationValues"]))
    for key in part:
        values = values[key]
    pool = graph.one("kubernetes:karpenter.sh/v1:NodePool", "mgx-ai-us-east-1-platform-pool")
    (taint,) = inputs(pool)["spec"]["template"]["spec"]["taints"]
    assert values["tolerations"] == [{**taint, "operator": "Equal"}]
    assert pool.urn in found.dependencies


def test_the_agents_of_the_add_on_run_on_every_node(phase_graph) -> None:
    """Guards the logs of every pool's nodes: the chart's tolerations hold for every taint, and any list would replace them."""
    addons = [inputs(addon) for addon in phase_graph("baseline").of_type("aws:eks/addon:Addon")]
    values = next(a["configurationValues"] for a in addons if a["addonName"] == "amazon-cloudwatch-observability")
    assert "tolerations" not in json.loads(values)


def pool_specs(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, Any]:
    """The node pools of a region's cluster by name."""
    pools = [p for p in graph.of_type("kubernetes:karpenter.sh/v1:NodePool") if f"-{region}-" in p.name]
    return {inputs(pool)["metadata"]["name"]: inputs(pool)["spec"] for pool in pools}


def capacity(spec: dict[str, Any]) -> list[str]:
    requirements = {r["key"]: r["values"] for r in spec["template"]["spec"]["requirements"]}
    return requirements["karpenter.sh/capacity-type"]


@pytest.mark.parametrize(
    ("phase", "region", "counted", "most"),
    [
        ("baseline", "us-east-1", 4, 4),
        ("phase1", "us-east-1", 8, 10),
        ("phase2", "us-east-1", 20, 25),
        ("phase3", "us-east-1", 50, 63),
        ("phase3", "us-west-2", 50, 63),
    ],
)
def test_spot_is_for_what_exceeds_the_documents_count_and_both_pools_stop_at_the_maximum_and_its_surge(
    phase_graph, phase: str, region: str, counted: int, most: int
) -> None:
    """Guards the bill, and a standby that takes over the active region's load on servers that AWS may take back."""
    pools = pool_specs(phase_graph(phase), region)
    bought, burst = pools["app"], pools.get("app-burst")
    assert capacity(bought) == ["on-demand"]
    assert bought["limits"] == {"cpu": str((counted + 2) * 8), "memory": f"{(counted + 2) * 16}Gi"}
    assert (burst is None) == (most == counted)
    if burst:
        assert capacity(burst) == ["spot"]
        assert burst["limits"] == {"cpu": str((most - counted) * 8), "memory": f"{(most - counted) * 16}Gi"}


def test_the_same_pods_run_on_both_pools_and_fill_the_bought_one_first(phase_graph) -> None:
    """Guards against burst servers that no pod may use, and against those that are used before the others are full."""
    pools = pool_specs(phase_graph("phase2"))
    bought, burst = pools["app"], pools["app-burst"]
    assert bought["weight"] > burst["weight"]
    assert bought["template"]["metadata"] == burst["template"]["metadata"]
    assert bought["template"]["spec"]["taints"] == burst["template"]["spec"]["taints"]


def test_network_policies_are_enforced_and_services_have_addresses_of_their_own(phase_graph) -> None:
    """Guards policies that the API server takes and nothing enforces, and the cluster DNS address that they name."""
    for phase in PHASES:
        graph: ResourceGraph = phase_graph(phase)
        for cluster in graph.of_type(CLUSTER):
            assert inputs(cluster)["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "172.20.0.0/16"
            name = f"{cluster.name.removesuffix('-eks')}-network-policy"
            switch = inputs(graph.one("kubernetes:core/v1:ConfigMap", name))
            assert (switch["metadata"]["namespace"], switch["metadata"]["name"]) == ("kube-system", "amazon-vpc-cni")
            assert switch["data"] == {"enable-network-policy-controller": "true"}
        for node_class in graph.of_type("kubernetes:eks.amazonaws.com/v1:NodeClass"):
            assert inputs(node_class)["spec"]["networkPolicy"] == "DefaultAllow"


def test_pools_ask_for_instance_types_of_exactly_the_documents_server(phase_graph) -> None:
    """Guards against a node class that Karpenter would otherwise choose by price alone."""
    pool = phase_graph("phase2").one("kubernetes:karpenter.sh/v1:NodePool", "mgx-ai-us-east-1-app-pool")
    requirements = {r["key"]: r["values"] for r in pool.inputs["spec"]["template"]["spec"]["requirements"]}
    assert requirements["node.kubernetes.io/instance-type"][0] == "c7g.2xlarge"
    assert requirements["kubernetes.io/arch"] == ["arm64"]


@pytest.mark.parametrize("phase", PHASES)
def test_the_api_is_private_and_public_for_named_ranges_alone_and_the_cluster_cant_be_deleted(
    phase_graph, phase: str
) -> None:
    """Guards the cluster's API from the world, and the cluster from a mistake."""
    for cluster in phase_graph(phase).of_type(CLUSTER):
        vpc = inputs(cluster)["vpcConfig"]
        assert (vpc["endpointPrivateAccess"], vpc["endpointPublicAccess"]) == (True, True)
        assert vpc["publicAccessCidrs"] == ["203.0.113.0/24"]
        assert cluster.inputs["deletionProtection"] is True


@pytest.mark.parametrize("phase", PHASES)
def test_every_namespace_enforces_the_restricted_standard(phase_graph, phase: str) -> None:
    """Guards against a pod that asks for more than its container."""
    for namespace in phase_graph(phase).of_type("kubernetes:core/v1:Namespace"):
        assert inputs(namespace)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("phase", PHASES)
def test_a_rollout_waits_for_the_load_balancer(phase_graph, phase: str) -> None:
    """Guards a rollout of few pods: without the gate the old ones go before the balancer has found a new one healthy."""
    graph = phase_graph(phase)
    bound = {
        inputs(r)["metadata"]["namespace"] for r in graph.of_type("kubernetes:eks.amazonaws.com/v1:TargetGroupBinding")
    }
    spaces = graph.of_type("kubernetes:core/v1:Namespace")
    gate = "eks.amazonaws.com/pod-readiness-gate-inject"
    gated = [inputs(r)["metadata"]["name"] for r in spaces if inputs(r)["metadata"]["labels"].get(gate) == "enabled"]
    assert set(gated) == bound == {"mgx-ai"}
    assert len(gated) == (2 if phase == "phase3" else 1)


@pytest.mark.parametrize("phase", PHASES)
def test_disks_of_nodes_are_encrypted_by_our_key(phase_graph, phase: str) -> None:
    """Guards what pods and kubelet write to a node: images, logs, memory of a pod that was moved to disk. A pool of EKS's
    own has a class that can't be edited, and AWS's key."""
    graph: ResourceGraph = phase_graph(phase)
    for node_class in graph.of_type("kubernetes:eks.amazonaws.com/v1:NodeClass"):
        assert "kmsKeyID" in inputs(node_class)["spec"]["ephemeralStorage"]
        region = node_class.name.removeprefix("mgx-ai-").removesuffix("-private")
        assert f"mgx-ai-{region}-keys-volumes" in waits_for(node_class, "spec")
    pools = graph.of_type("kubernetes:karpenter.sh/v1:NodePool")
    assert all(inputs(cluster)["computeConfig"] == {"enabled": True} for cluster in graph.of_type(CLUSTER))
    assert {inputs(pool)["spec"]["template"]["spec"]["nodeClassRef"]["name"] for pool in pools} == {"private"}


@pytest.mark.parametrize("phase", PHASES)
def test_volumes_are_encrypted_by_our_key_and_kept_when_their_claim_goes(phase_graph, phase: str) -> None:
    """Guards the queue's messages and the metrics, at rest and against a StatefulSet that is deleted."""
    for storage in phase_graph(phase).of_type("kubernetes:storage.k8s.io/v1:StorageClass"):
        region = storage.name.removeprefix("mgx-ai-").removesuffix("-gp3-encrypted")
        assert (inputs(storage)["parameters"]["encrypted"], storage.inputs["reclaimPolicy"]) == ("true", "Retain")
        assert f"mgx-ai-{region}-keys-volumes" in waits_for(storage, "parameters")
        assert inputs(storage)["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true"


@pytest.mark.parametrize("phase", PHASES)
def test_a_cluster_never_slips_into_extended_support(phase_graph, phase: str) -> None:
    """Guards the bill: a control plane in extended support costs six times as much."""
    for cluster in phase_graph(phase).of_type(CLUSTER):
        assert inputs(cluster)["upgradePolicy"] == {"supportType": "STANDARD"}
