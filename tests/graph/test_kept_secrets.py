"""The secrets in Secrets Manager in the plans, and their copies in the other region."""

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
SECRET = "aws:secretsmanager/secret:Secret"
REGIONS = ("us-east-1", "us-west-2")


@pytest.mark.parametrize("phase", PHASES)
def test_every_secret_is_encrypted_by_its_regions_own_key_protected_and_can_be_brought_back(
    phase_graph, phase: str
) -> None:
    """Guards what nothing else remembers."""
    graph: ResourceGraph = phase_graph(phase)
    assert graph.of_type(SECRET)
    for secret in graph.of_type(SECRET):
        region = graph.region_of(secret)
        assert waits_for(secret, "kmsKeyId") == {f"mgx-ai-{region}-keys-secrets"}
        assert secret.protect
        assert secret.inputs["recoveryWindowInDays"] == 30


@pytest.mark.parametrize("phase", PHASES)
def test_every_generated_password_is_kept(phase_graph, phase: str) -> None:
    """Guards a login that only the state and the cluster know: when both are lost, nobody can log in with it again."""
    graph: ResourceGraph = phase_graph(phase)
    made = {password.name for password in graph.of_type("random:index/randomPassword:RandomPassword")}
    versions = graph.of_type("aws:secretsmanager/secretVersion:SecretVersion")
    assert made
    assert made - {name for version in versions for name in waits_for(version, "secretString")} == set()


def test_every_secret_has_a_copy_in_the_other_region_under_that_regions_key(phase_graph) -> None:
    """Guards a failover: without the active region nobody could log in to the database that has just been promoted."""
    graph: ResourceGraph = phase_graph("phase3")
    for secret in graph.of_type(SECRET):
        (there,) = [region for region in REGIONS if region != graph.region_of(secret)]
        assert [replica["region"] for replica in inputs(secret)["replicas"]] == [there]
        assert waits_for(secret, "replicas") == {f"mgx-ai-{there}-keys-secrets"}


@pytest.mark.parametrize("phase", ["baseline", "phase1", "phase2"])
def test_one_region_keeps_its_secrets_to_itself(phase_graph, phase: str) -> None:
    """Guards against a copy in a region that isn't there."""
    assert not any(inputs(secret).get("replicas") for secret in phase_graph(phase).of_type(SECRET))
