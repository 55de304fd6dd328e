"""The Kubernetes cluster of each region in the plans."""

import pytest

from infra.graph import ResourceGraph

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
        assert len(cluster.inputs["enabledClusterLogTypes"]) == 5


@pytest.mark.parametrize("phase", PHASES)
def test_no_token_stands_in_the_provider_and_its_cluster_is_pinned(phase_graph, phase: str) -> None:
    """Guards against a token in the state, and against a changed kubeconfig that would replace everything."""
    for provider in phase_graph(phase).of_type("pulumi:providers:kubernetes"):
        assert provider.inputs["clusterIdentifier"] in provider.name
        assert "token" not in provider.inputs


def test_metrics_server_is_installed(phase_graph) -> None:
    """Guards the HPA, which has no CPU figures without it: Auto Mode brings none."""
    addons = phase_graph("baseline").of_type("aws:eks/addon:Addon")
    assert "metrics-server" in [addon.inputs["addonName"] for addon in addons]


@pytest.mark.parametrize(("phase", "most"), [("baseline", 4), ("phase1", 10), ("phase2", 25), ("phase3", 63)])
def test_the_app_pool_stops_at_the_phases_maximum_and_its_surge(phase_graph, phase: str, most: int) -> None:
    """Guards the bill: a pool without a limit scales as far as the account goes."""
    graph: ResourceGraph = phase_graph(phase)
    for pool in graph.of_type("kubernetes:karpenter.sh/v1:NodePool"):
        if pool.inputs["metadata"]["name"] == "app":
            assert pool.inputs["spec"]["limits"] == {"cpu": str((most + 2) * 8), "memory": f"{(most + 2) * 16}Gi"}


def test_pools_ask_for_instance_types_of_exactly_the_documents_server(phase_graph) -> None:
    """Guards against a node class that Karpenter would otherwise choose by price alone."""
    pool = phase_graph("phase2").one("kubernetes:karpenter.sh/v1:NodePool", "mgx-ai-us-east-1-app-pool")
    requirements = {r["key"]: r["values"] for r in pool.inputs["spec"]["template"]["spec"]["requirements"]}
    assert requirements["node.kubernetes.io/instance-type"][0] == "c7g.2xlarge"
    assert requirements["kubernetes.io/arch"] == ["arm64"]
