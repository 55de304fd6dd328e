"""The image registry of each region in the plans."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from infra.config.compute import RegistryConfig
from infra.graph import ResourceGraph
from infra.plan import plan_config
from tests.graph.reading import inputs, waits_for
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")
REPOSITORY = "aws:ecr/repository:Repository"
REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICES = {"agent", "analytics", "llm-gateway", "mgx-api", "notification", "task", "workspace"}


@pytest.mark.parametrize("phase", PHASES)
def test_every_service_has_a_repository_in_every_region(phase_graph, phase: str) -> None:
    """Guards an image that has nowhere to go; names are the same everywhere, so that copies find their repository."""
    graph: ResourceGraph = phase_graph(phase)
    services = SERVICES if phase == "phase3" else {"mgx-api"}
    for region in ("us-east-1", "us-west-2") if phase == "phase3" else ("us-east-1",):
        here = [inputs(r)["name"] for r in graph.of_type(REPOSITORY) if graph.region_of(r) == region]
        assert sorted(here) == sorted(f"mgx-ai/{service}" for service in services)


@pytest.mark.parametrize("phase", PHASES)
def test_images_are_immutable_scanned_encrypted_and_protected(phase_graph, phase: str) -> None:
    """Guards what runs: a tag means one image for good. Encryption can't be changed later without a new repository."""
    for repository in phase_graph(phase).of_type(REPOSITORY):
        given, region = inputs(repository), repository.name.split("-registry-")[0]
        assert given["imageTagMutability"] == "IMMUTABLE"
        assert given["imageScanningConfiguration"] == {"scanOnPush": True}
        assert given["encryptionConfigurations"][0]["encryptionType"] == "KMS"
        assert waits_for(repository, "encryptionConfigurations") == {f"{region}-keys-images"}
        assert repository.protect


@pytest.mark.parametrize("phase", PHASES)
def test_old_images_go_and_those_that_may_run_stay(phase_graph, phase: str) -> None:
    """Guards the bill against every image ever built, and rollbacks against a rule that is too short."""
    graph: ResourceGraph = phase_graph(phase)
    policies = graph.of_type("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    assert len(policies) == len(graph.of_type(REPOSITORY))
    for policy in policies:
        untagged, newest = json.loads(str(policy.inputs["policy"]))["rules"]
        assert untagged["selection"] == {
            "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7,
        }  # fmt: skip
        assert newest["selection"] == {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50}
        assert newest["rulePriority"] > untagged["rulePriority"]


def test_each_region_copies_the_applications_images_to_the_other_and_only_from_two_regions_on(phase_graph) -> None:
    """Guards a standby whose nodes find no image once the active region's registry is gone, whichever is active."""
    assert not phase_graph("phase2").of_type(REPLICATION)
    graph: ResourceGraph = phase_graph("phase3")
    copies = {}
    for replication in graph.of_type(REPLICATION):
        (rule,) = inputs(replication)["replicationConfiguration"]["rules"]
        assert rule["repositoryFilters"] == [{"filter": "mgx-ai/", "filterType": "PREFIX_MATCH"}]
        (destination,) = rule["destinations"]
        assert destination["registryId"] == "111122223333"
        copies[graph.region_of(replication)] = destination["region"]
    assert copies == {"us-east-1": "us-west-2", "us-west-2": "us-east-1"}


def sharing(**registry: Any) -> ResourceGraph:
    """Phase 3 in an account whose registries others use too."""
    config = selected("phase3").config
    kept = RegistryConfig.model_validate({**config.registry.model_dump(), **registry})
    return plan_config(config.model_copy(update={"registry": kept}))


def test_rules_that_someone_else_keeps_are_left_alone() -> None:
    """Guards another application's images: a second list of rules would take the place of theirs."""
    assert not sharing(replication="others").of_type(REPLICATION)


def test_one_stack_keeps_the_rules_of_all_applications_in_an_account() -> None:
    """Guards the application whose stack leaves the rules to this one."""
    for replication in sharing(replicates_too=("shop/", "team/ledger/")).of_type(REPLICATION):
        (rule,) = inputs(replication)["replicationConfiguration"]["rules"]
        assert [each["filter"] for each in rule["repositoryFilters"]] == ["mgx-ai/", "shop/", "team/ledger/"]


@pytest.mark.parametrize("prefix", ["", "shop", "/", "Shop/", "shop//", "sh*p/", "shop/ ", "-shop/"])
def test_a_prefix_that_holds_more_than_one_application_or_that_ecr_refuses_is_refused(prefix: str) -> None:
    """Guards `shop`, which is the beginning of shoplifter's repositories too."""
    with pytest.raises(ValidationError, match="replicates_too"):
        sharing(replicates_too=(prefix,))


def test_prefixes_without_a_rule_to_stand_in_are_refused() -> None:
    """Guards against an application that two stacks each leave to the other."""
    with pytest.raises(ValidationError, match="replicates_too shop/ stands in no rule while replication is others"):
        sharing(replication="others", replicates_too=("shop/",))


@pytest.mark.parametrize("phase", PHASES)
def test_every_pod_of_a_service_takes_its_image_from_its_own_regions_registry(phase_graph, phase: str) -> None:
    """Guards a failover: a pod that starts in the standby must not need the region that failed."""
    graph: ResourceGraph = phase_graph(phase)
    seen = set()
    for deployment in graph.of_type(DEPLOYMENT):
        service = inputs(deployment)["metadata"]["name"]
        if service in SERVICES:
            region = "us-west-2" if "us-west-2" in deployment.name else "us-east-1"
            (container,) = inputs(deployment)["spec"]["template"]["spec"]["containers"]
            assert container["image"] == f"111122223333.dkr.ecr.{region}.amazonaws.com/mgx-ai/{service}:1.0.0"
            seen.add((region, service))
    assert len(seen) == (14 if phase == "phase3" else 1)
