"""The database in the plans."""

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
INSTANCE = "aws:rds/instance:Instance"


def instances(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, Resource]:
    """A region's instances by what stands behind the component's name."""
    prefix = f"mgx-ai-{region}-postgres-"
    return {r.name.removeprefix(prefix): r for r in graph.of_type(INSTANCE) if r.name.startswith(prefix)}


@pytest.mark.parametrize(
    ("phase", "instance_class", "replicas"),
    [
        ("baseline", "db.m7g.4xlarge", 0),
        ("phase1", "db.m7g.8xlarge", 0),
        ("phase2", "db.m7g.8xlarge", 2),
        ("phase3", "db.m7g.12xlarge", 4),
    ],
)
def test_primary_and_replicas_have_the_documents_class_and_count(
    phase_graph, phase: str, instance_class: str, replicas: int
) -> None:
    """Guards the database row of each phase's table."""
    found = instances(phase_graph(phase))
    assert set(found) == {"primary", *(f"replica-{n}" for n in range(1, replicas + 1))}
    assert {i.inputs["instanceClass"] for i in found.values()} == {instance_class}
    assert found["primary"].inputs["allocatedStorage"] == 1024


@pytest.mark.parametrize("phase", PHASES)
def test_what_forces_a_replacement_later_is_right_from_the_first_phase(phase_graph, phase: str) -> None:
    """Guards growth in place: each of these replaces the instance when it changes."""
    found = instances(phase_graph(phase))["primary"]
    primary = found.inputs
    assert waits_for(found, "kmsKeyId") == {"mgx-ai-us-east-1-keys-database"}
    assert (primary["engine"], primary["dbName"], primary["username"]) == ("postgres", "mgx_ai", "ramp_admin")
    assert primary["storageEncrypted"] is True
    assert "manageMasterUserPassword" not in primary
    assert "availabilityZone" not in primary


@pytest.mark.parametrize("phase", PHASES)
def test_every_instance_is_protected_three_times(phase_graph, phase: str) -> None:
    """Guards the data against Pulumi, against the console, and after both. RDS deletes no replica that asks for a snapshot."""
    for instance in phase_graph(phase).of_type(INSTANCE):
        replica = "replicateSourceDb" in instance.inputs
        assert instance.protect
        assert instance.inputs["deletionProtection"] is True
        assert instance.inputs["skipFinalSnapshot"] is replica
        assert ("finalSnapshotIdentifier" in instance.inputs) is not replica


@pytest.mark.parametrize("phase", PHASES)
def test_what_an_instance_logs_is_encrypted_and_ends(phase_graph, phase: str) -> None:
    """Guards slow statements with their values: RDS makes a missing group itself, without a key, and keeps it for ever."""
    graph: ResourceGraph = phase_graph(phase)
    groups = {
        group.inputs["name"]: group
        for group in graph.of_type("aws:cloudwatch/logGroup:LogGroup")
        if "name" in group.inputs
    }
    for instance in graph.of_type(INSTANCE):
        for kind in inputs(instance)["enabledCloudwatchLogsExports"]:
            group = groups[f"/aws/rds/instance/{instance.inputs['identifier']}/{kind}"]
            assert group.urn in instance.dependencies
            assert group.inputs["retentionInDays"] == 30
            assert "kmsKeyId" in group.inputs


def test_a_replica_names_its_source_by_arn_and_sets_no_login(phase_graph) -> None:
    """Guards what RDS refuses: an identifier beside a subnet group, and a password on a replica."""
    found = instances(phase_graph("phase3"))
    for number in range(1, 5):
        replica = found[f"replica-{number}"]
        assert replica.property_dependencies["replicateSourceDb"] == (found["primary"].urn,)
        assert not {"password", "username", "dbName", "engine", "allocatedStorage"} & set(replica.inputs)


def test_the_standby_regions_instance_follows_the_active_regions_primary(phase_graph) -> None:
    """Guards the cross-region replica, encrypted by a key of its own region."""
    graph: ResourceGraph = phase_graph("phase3")
    standby = instances(graph, "us-west-2")["primary"]
    assert standby.property_dependencies["replicateSourceDb"] == (instances(graph)["primary"].urn,)
    (key,) = standby.property_dependencies["kmsKeyId"]
    assert "us-west-2" in key


@pytest.mark.parametrize(("phase", "replicas"), [("baseline", 0), ("phase1", 0), ("phase2", 2), ("phase3", 4)])
def test_each_instance_has_its_private_name(phase_graph, phase: str, replicas: int) -> None:
    """Guards the replication block's host names, and those that it leaves out."""
    graph: ResourceGraph = phase_graph(phase)
    names = {r.inputs["name"] for r in graph.of_type("aws:route53/record:Record") if "us-east-1-postgres" in r.name}
    assert names == {"db-primary.internal", *(f"db-replica-{n}.internal" for n in range(1, replicas + 1))}


@pytest.mark.parametrize("phase", PHASES)
def test_only_the_cluster_reaches_the_database(phase_graph, phase: str) -> None:
    """Guards the database's port: by reference to a group, never by address."""
    rules = phase_graph(phase).of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    own = [rule for rule in rules if "-postgres-" in rule.name]
    assert own
    assert not [rule for rule in own if "cidrIpv4" in rule.inputs]


@pytest.mark.parametrize("phase", PHASES)
def test_instances_stand_in_subnets_without_a_way_out(phase_graph, phase: str) -> None:
    """Guards the data's place: each instance is in its own region's group, of data subnets alone."""
    graph: ResourceGraph = phase_graph(phase)
    for instance in graph.of_type(INSTANCE):
        (urn,) = instance.property_dependencies["dbSubnetGroupName"]
        assert graph.region_of(graph[urn]) == graph.region_of(instance)
        subnets = waits_for(graph[urn], "subnetIds")
        assert len(subnets) == 3 and all("-network-data-" in name for name in subnets)


@pytest.mark.parametrize("phase", PHASES)
def test_a_new_version_and_what_restarts_come_when_they_are_planned(phase_graph, phase: str) -> None:
    """Guards users from a restart in the middle of a day, and a plan from a version that RDS has chosen meanwhile."""
    for instance in phase_graph(phase).of_type(INSTANCE):
        assert instance.inputs["autoMinorVersionUpgrade"] is False
        assert instance.inputs["applyImmediately"] is False
        assert instance.inputs["performanceInsightsRetentionPeriod"] == 7, "what Database Insights has free of charge"


@pytest.mark.parametrize("phase", PHASES)
def test_no_password_is_readable_in_the_plan(phase_graph, phase: str) -> None:
    """Guards `--json`, logs and committed plans."""
    (primary, *_) = [i for i in phase_graph(phase).to_json() if i["type"] == INSTANCE and "password" in i["inputs"]]
    assert primary["inputs"]["password"] in {"[secret]", "[unknown]"}


@pytest.mark.parametrize("phase", PHASES)
def test_disks_grow_by_themselves_and_what_may_lead_stands_in_two_zones(phase_graph, phase: str) -> None:
    """Guards a full disk, and a zone's failure: an instance that takes writes, or may once, has its twin elsewhere."""
    for instance in phase_graph(phase).of_type(INSTANCE):
        assert (instance.inputs["storageType"], instance.inputs["maxAllocatedStorage"]) == ("gp3", 2048)
        assert not {"iops", "storageThroughput"} & set(instance.inputs)
        assert instance.inputs["multiAz"] is instance.name.endswith("-primary")


@pytest.mark.parametrize("phase", PHASES)
def test_no_instance_is_public_and_each_is_watched_from_within(phase_graph, phase: str) -> None:
    """Guards the way in from the world, and the figures that tell why an instance is slow."""
    for instance in phase_graph(phase).of_type(INSTANCE):
        assert instance.inputs["publiclyAccessible"] is False
        assert instance.inputs["performanceInsightsEnabled"] is True
        assert instance.inputs["monitoringInterval"] == 15
        assert any(
            urn.endswith("-postgres-monitoring") and "RolePolicyAttachment" in urn for urn in instance.dependencies
        )


@pytest.mark.parametrize("phase", PHASES)
def test_what_may_lead_keeps_backups_and_no_read_replica_does(phase_graph, phase: str) -> None:
    """Guards point-in-time recovery, of a standby too once it leads."""
    for instance in phase_graph(phase).of_type(INSTANCE):
        kept = (instance.inputs.get("backupRetentionPeriod"), instance.inputs.get("backupWindow"))
        assert kept == ((14, "03:00-04:00") if instance.name.endswith("-primary") else (None, None))
        deleted_with_it = instance.inputs.get("deleteAutomatedBackups", True)
        assert deleted_with_it is not instance.name.endswith("-primary"), "RDS would throw them away with the instance"


@pytest.mark.parametrize("phase", PHASES)
def test_people_come_by_iam_and_poolers_by_a_known_authority(phase_graph, phase: str) -> None:
    """Guards both ways in, and the tags of what is restored from a snapshot."""
    for instance in phase_graph(phase).of_type(INSTANCE):
        assert instance.inputs["iamDatabaseAuthenticationEnabled"] is True
        assert instance.inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"
        assert instance.inputs["copyTagsToSnapshot"] is True
