"""What is kept, and under which key: of the class of its data, and of the region in which it lies."""

from typing import Any

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
KEY = "aws:kms/key:Key"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
UNDER = {
    "aws:backup/vault:Vault": {"kmsKeyArn": "backup"},
    "aws:cloudwatch/logGroup:LogGroup": {"kmsKeyId": "logs"},
    "aws:ecr/repository:Repository": {"encryptionConfigurations": "images"},
    "aws:eks/cluster:Cluster": {"encryptionConfig": "cluster"},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"kmsKeyId": "cache"},
    "aws:rds/instance:Instance": {"kmsKeyId": "database", "performanceInsightsKmsKeyId": "database"},
    "aws:secretsmanager/secret:Secret": {"kmsKeyId": "secrets"},
    "aws:sns/topic:Topic": {"kmsMasterKeyId": "alerts"},
    "kubernetes:eks.amazonaws.com/v1:NodeClass": {"spec": "volumes"},
    "kubernetes:storage.k8s.io/v1:StorageClass": {"parameters": "volumes"},
}
"""The class of data of what each type keeps, by the input that names the key."""
UNDER_S3S_OWN = ("aws-waf-logs-", "-fence")
"""Buckets whose writers or readers have no way to KMS: log services, health checkers. By a part of the name."""


def keys(graph: ResourceGraph, resource: Resource, property_: str) -> list[Resource]:
    urns = resource.property_dependencies.get(property_, ())
    return [graph[urn] for urn in urns if graph[urn].type == KEY]


@pytest.mark.parametrize("phase", PHASES)
def test_everything_kept_is_under_its_own_classs_key_of_its_own_region(phase_graph, phase: str) -> None:
    """Guards against AWS's own keys, another class's, and a copy that goes with the region it is copied from."""
    graph: ResourceGraph = phase_graph(phase)
    for resource in (each for type_ in UNDER for each in graph.of_type(type_)):
        cluster = resource.package == "kubernetes"
        region = "us-west-2" if "us-west-2" in resource.name else "us-east-1"
        for property_, data_class in UNDER[resource.type].items():
            (key,) = keys(graph, resource, property_)
            assert key.name.rsplit("-", 1)[1] == data_class, resource.name
            assert graph.region_of(key) == (region if cluster else graph.region_of(resource)), resource.name


@pytest.mark.parametrize("phase", PHASES)
def test_no_other_type_asks_for_a_key(phase_graph, phase: str) -> None:
    """Guards the table above: a new kind of store belongs into it."""
    asking = {
        resource.type
        for resource in phase_graph(phase)
        for key in resource.inputs
        if "kmskey" in key.lower() and resource.package == "aws"
    }
    assert asking <= UNDER.keys()


def test_a_copy_of_a_secret_is_under_the_other_regions_key(phase_graph) -> None:
    """Guards the standby's logins: a replica under the failed region's key can't be read."""
    graph: ResourceGraph = phase_graph("phase3")
    for secret in graph.of_type("aws:secretsmanager/secret:Secret"):
        (replica,) = inputs(secret)["replicas"]
        (key,) = keys(graph, secret, "replicas")
        assert replica["region"] == graph.region_of(key) != graph.region_of(secret)
        assert key.name.endswith("-secrets")


COMPANIONS: dict[str, dict[str, Any]] = {
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
    "aws:s3/bucketVersioning:BucketVersioning": {"versioningConfiguration": {"status": "Enabled"}},
}
"""What stands beside every bucket, and says just this of it."""


@pytest.mark.parametrize("phase", PHASES)
def test_every_bucket_is_private_versioned_encrypted_and_ends_what_was_replaced(phase_graph, phase: str) -> None:
    """Guards the next bucket too: whatever it is for, nobody reaches it without a policy, and nobody without TLS."""
    graph: ResourceGraph = phase_graph(phase)
    for bucket in graph.of_type("aws:s3/bucket:Bucket"):
        beside = {r.type: r for r in graph if r.property_dependencies.get("bucket") == (bucket.urn,)}
        for type_, expected in COMPANIONS.items():
            told = inputs(beside[type_])
            assert {key: told[key] for key in told if key != "bucket"} == expected, bucket.name
        (rule,) = inputs(beside["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"])["rules"]
        assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
        assert rule["noncurrentVersionExpiration"]["noncurrentDays"] >= 1
        assert ("expiration" in rule and rule["expiration"] is not None) is bucket.name.startswith("aws-waf-logs-")
        (encryption,) = inputs(beside[ENCRYPTION])["rules"]
        own = any(part in bucket.name for part in UNDER_S3S_OWN)
        algorithm = encryption["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
        assert algorithm == ("AES256" if own else "aws:kms"), bucket.name
        assert [key.name.rsplit("-", 1)[1] for key in keys(graph, beside[ENCRYPTION], "rules")] == (
            [] if own else ["assets"]
        )
        assert "aws:s3/bucketPolicy:BucketPolicy" in beside


@pytest.mark.parametrize("phase", PHASES)
def test_generated_passwords_are_long_and_renewed_by_their_epoch(phase_graph, phase: str) -> None:
    """Guards passwords that can be guessed, and one that no rotation reaches: a cookie alone is never renewed."""
    passwords = phase_graph(phase).of_type("random:index/randomPassword:RandomPassword")
    assert passwords
    for password in passwords:
        assert (password.inputs["length"], password.inputs["special"]) == (40, False)
        assert ("keepers" in password.inputs) is not password.name.endswith("-cookie"), password.name
