"""The stand-ins' cloud keeps what is created, and their answers to a change are those of the real plugins."""

import pytest

from infra.diff.table import rules
from tests.engine.plugin import Plugin, Refused
from tests.engine.standin import changes, sdk
from tests.engine.standin.wire import UNKNOWN_STRING, secret

INSTANCE = "aws:rds/instance:Instance"
RECORD = "aws:route53/record:Record"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
DATABASE = {"identifier": "app", "engine": "postgres", "backupRetentionPeriod": 7, "finalSnapshotIdentifier": "last"}


@pytest.fixture
def aws() -> Plugin:
    return Plugin("aws", region="eu-west-1")


@pytest.mark.parametrize(
    ("token", "key", "replaces"),
    [
        (INSTANCE, "dbName", True),
        (INSTANCE, "kmsKeyId", True),
        (INSTANCE, "storageEncrypted", True),
        (INSTANCE, "availabilityZone", True),
        (INSTANCE, "identifier", False),
        (INSTANCE, "multiAz", False),
        (INSTANCE, "instanceClass", False),
        (INSTANCE, "dbSubnetGroupName", False),
        (REDIS, "port", True),
        (REDIS, "subnetGroupName", True),
        (REDIS, "nodeGroupConfigurations", True),
        (REDIS, "numNodeGroups", False),
        (REDIS, "nodeType", False),
        ("aws:ec2/vpc:Vpc", "cidrBlock", True),
        ("aws:ec2/vpc:Vpc", "tags", False),
        ("aws:ec2/vpc:Vpc", "region", True),
        ("random:index/randomPassword:RandomPassword", "length", True),
        ("kubernetes:apps/v1:Deployment", "metadata.name", True),
        ("kubernetes:apps/v1:Deployment", "spec.selector", True),
        ("kubernetes:apps/v1:Deployment", "spec.replicas", False),
        ("kubernetes:apps/v1:StatefulSet", "spec.volumeClaimTemplates", True),
        ("kubernetes:core/v1:ConfigMap", "data", True),
    ],
)
def test_a_change_replaces_where_the_real_plugin_replaces(token: str, key: str, replaces: bool) -> None:
    """A table that calls a replacement an update would prove a step safe that loses a database."""
    old, new = _at(key, "old"), _at(key, "new")
    assert bool(changes.compare(token, old, new).replaces) is replaces
    assert changes.compare(token, old, old).paths == ()


def test_a_config_map_changes_in_place_where_the_provider_says_so() -> None:
    """The real plugin has a setting for it; a stand-in that ignores it would see replacements everywhere."""
    token, settings = "kubernetes:core/v1:ConfigMap", {"enableConfigMapMutable": True}
    old, new = _at("data", "old"), _at("data", "new")
    assert changes.compare(token, old, new, settings).replaces == ()
    assert changes.compare(token, old | {"immutable": True}, new | {"immutable": True}, settings).replaces == ("data",)
    assert changes.compare(token, _at("metadata.name", "old"), _at("metadata.name", "new"), settings).replaces


def test_a_secrets_type_replaces_it_even_where_its_contents_change_in_place() -> None:
    """The real plugin has no way to change it; a stand-in that lets it pass would hide a deletion."""
    token, settings = "kubernetes:core/v1:Secret", {"enableSecretMutable": True}
    assert changes.compare(token, _at("stringData", "old"), _at("stringData", "new"), settings).replaces == ()
    assert changes.compare(token, _at("type", "Opaque"), _at("type", "kubernetes.io/tls"), settings).replaces


def test_a_cache_that_goes_back_a_version_is_replaced() -> None:
    """One direction only: the way up is online."""
    assert changes.compare(REDIS, {"engineVersion": "8.1"}, {"engineVersion": "8.2"}).replaces == ()
    assert changes.compare(REDIS, {"engineVersion": "8.2"}, {"engineVersion": "8.1"}).replaces == ("engineVersion",)


TYPES = sorted(type_ for type_ in rules() if not type_.startswith("pulumi:"))


@pytest.mark.parametrize("token", TYPES)
def test_the_stand_in_replaces_for_what_the_table_of_ramp_diff_names(token: str) -> None:
    """Two readings of one source: where they part, the engine's tests would prove one of them by the other's mistake."""
    row, known = rules()[token].row, sdk.resource_type(token)
    stands = changes.TABLE.get(token, {})
    assert (row.replaces == "everything") is bool(stands.get("everything"))
    if row.replaces == "everything":
        return
    inputs = known.inputs if known else {}
    here = {*stands.get("replaces", []), *stands.get("contents", []), *stands.get("except", [])}
    here |= {name for name in inputs if changes._create_only(token, name)}
    there = {*row.replaces, *row.replaces_unless_mutable, *row.replaces_except}
    assert _known(here, inputs) == _known(there, inputs)
    directions = {name: when for when in ("falls", "vanishes") for name in stands.get(when, [])}
    assert directions == dict(row.replaces_when)


def _known(paths: set[str], inputs: dict[str, object]) -> set[str]:
    """Without what this version of the SDK doesn't know; a custom resource has no SDK."""
    return {path for path in paths if not inputs or path.split(".")[0] in inputs}


def test_a_value_that_becomes_unknown_counts_as_changed(aws: Plugin) -> None:
    """When what a property refers to is replaced, its new value is unknown in the preview: it must not look the same."""
    answer = aws.diff(INSTANCE, {"kmsKeyId": "arn:1"}, {"kmsKeyId": UNKNOWN_STRING})
    assert list(answer.replaces) == ["kmsKeyId"]


def test_only_the_mark_of_a_secret_is_no_change(aws: Plugin) -> None:
    """The engine keeps old secrets marked: comparing the marks would update the database in each run."""
    assert (
        aws.diff(INSTANCE, {"password": secret("p")}, {"password": "p"}).changes == aws.diff(INSTANCE, {}, {}).changes
    )


def test_a_resource_named_by_hand_goes_before_its_replacement_comes(aws: Plugin) -> None:
    """Two databases of one name can't exist: creating first would fail."""
    assert aws.diff(
        INSTANCE, {"identifier": "a", "dbName": "x"}, {"identifier": "a", "dbName": "y"}
    ).deleteBeforeReplace
    assert not aws.diff(INSTANCE, {"dbName": "x"}, {"dbName": "y"}).deleteBeforeReplace


def test_a_protected_database_is_not_deleted(aws: Plugin) -> None:
    """AWS's own deletion protection is the last line behind Pulumi's."""
    resource_id, _ = aws.create(INSTANCE, DATABASE | {"deletionProtection": True})
    with pytest.raises(Refused, match="deletion protection of aws:rds/instance:Instance app is on"):
        aws.delete(INSTANCE, resource_id)
    assert aws.read(INSTANCE, resource_id) == resource_id


def test_a_database_without_a_final_snapshot_is_not_deleted(aws: Plugin) -> None:
    """The real plugin refuses too; a stand-in that deletes would hide that a stack can't be taken down."""
    resource_id, _ = aws.create(INSTANCE, {"identifier": "app", "engine": "postgres"})
    with pytest.raises(Refused, match="final_snapshot_identifier is required"):
        aws.delete(INSTANCE, resource_id)


def test_a_replica_needs_a_source_that_keeps_backups(aws: Plugin) -> None:
    """A replica whose source doesn't exist, or keeps no backups, is refused by AWS."""
    with pytest.raises(Refused, match="the source app of the replica does not exist"):
        aws.create(INSTANCE, {"identifier": "replica", "replicateSourceDb": "app"}, name="replica")
    aws.create(INSTANCE, DATABASE | {"backupRetentionPeriod": 0})
    with pytest.raises(Refused, match="automated backups are off"):
        aws.create(INSTANCE, {"identifier": "replica", "replicateSourceDb": "app"}, name="replica")


def test_a_name_is_taken_once_a_region(aws: Plugin) -> None:
    """Two resources of one name in one region are a mistake that only AWS would tell."""
    aws.create(INSTANCE, DATABASE)
    with pytest.raises(Refused, match="named app exists in eu-west-1"):
        aws.create(INSTANCE, DATABASE, name="other")
    aws.create(INSTANCE, DATABASE | {"region": "eu-central-1"}, name="elsewhere")


def test_two_records_of_one_name_live_side_by_side_under_a_routing_policy(aws: Plugin) -> None:
    """The primary and the secondary of a failover have one name and type, and differ in their identifier alone."""
    record = {"zoneId": "Z1", "name": "api", "type": "CNAME", "ttl": 20, "records": ["a"]}
    for role in ("primary", "secondary"):
        aws.create(RECORD, record | {"setIdentifier": role}, name=role)
    assert len(aws.cloud.find(RECORD)) == 2


def test_a_simple_and_a_failover_record_of_one_name_conflict(aws: Plugin) -> None:
    """Route 53 refuses it: a name that will fail over has to be a failover record from its first phase."""
    record = {"zoneId": "Z1", "name": "api", "type": "CNAME", "ttl": 20, "records": ["a"]}
    aws.create(RECORD, record)
    failover = {"setIdentifier": "primary", "failoverRoutingPolicies": [{"type": "PRIMARY"}]}
    with pytest.raises(Refused, match="api CNAME exists with another routing policy"):
        aws.create(RECORD, record | failover, name="other")


def test_what_a_creation_tells_is_the_same_each_time_and_new_for_a_replacement() -> None:
    """Outputs that differed from run to run would make every comparison of two runs fail."""
    clouds = [Plugin("aws", region="eu-west-1") for _ in range(2)]
    first, again = (plugin.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}) for plugin in clouds)
    assert first == again
    replacement, _ = clouds[0].create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.1.0.0/16"})
    assert replacement != first[0]


def test_what_a_creation_tells_has_the_types_of_the_sdk(aws: Plugin) -> None:
    """A program that reads an endpoint or a port must meet what it would meet in AWS."""
    _, told = aws.create(INSTANCE, DATABASE)
    assert told["arn"] == "arn:aws:rds:eu-west-1:111122223333:db:app"
    assert told["endpoint"] == f"{told['address']}:5432" and told["port"] == 5432
    _, cluster = aws.create("aws:eks/cluster:Cluster", {"name": "app", "vpcConfig": {"subnetIds": ["subnet-1"]}})
    assert cluster["vpcConfig"].keys() == {"subnetIds", "clusterSecurityGroupId", "vpcId"}


def test_a_preview_leaves_unknown_what_only_a_creation_tells(aws: Plugin) -> None:
    """A preview that made an id up would hide that its dependents wait for it."""
    resource_id, told = aws.create("aws:eks/cluster:Cluster", {"name": "app", "vpcConfig": {}}, preview=True)
    assert resource_id == ""
    assert told == {"name": "app", "vpcConfig": dict.fromkeys(["clusterSecurityGroupId", "vpcId"], UNKNOWN_STRING)}


def test_a_load_balancer_of_kubernetes_gets_an_address_once_it_exists() -> None:
    """What waits for the address would stay unknown for ever, and be changed again by every run."""
    kubernetes, token = Plugin("kubernetes", clusterIdentifier="app"), "kubernetes:core/v1:Service"
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"type": "LoadBalancer"}}
    assert "status" not in kubernetes.create(token, service, preview=True)[1]
    assert kubernetes.create(token, service)[1]["status"] == {
        "loadBalancer": {"ingress": [{"hostname": "default-a.elb.amazonaws.com"}]}
    }


def test_a_creation_fails_once_when_told_to(aws: Plugin) -> None:
    """The test of a failed step rests on it: the next run must find the way free."""
    aws.cloud.fail_next(INSTANCE)
    with pytest.raises(Refused, match="as told"):
        aws.create(INSTANCE, DATABASE)
    assert aws.cloud.find(INSTANCE) == []
    aws.create(INSTANCE, DATABASE)


def _at(path: str, value: str) -> dict[str, object]:
    first, _, rest = path.partition(".")
    return {first: _at(rest, value) if rest else value}


def test_a_password_is_made_anew_before_the_old_one_goes() -> None:
    """Guards rotation on the engine: passwords have one id for all, and the old one's end must not take the new one."""
    random, token = Plugin("random"), "random:index/randomPassword:RandomPassword"
    resource_id, old = random.create(token, {"length": 40, "keepers": {"epoch": "1"}})
    _, new = random.create(token, {"length": 40, "keepers": {"epoch": "2"}})
    assert new != old
    random.delete(token, resource_id, old)
    assert random.read(token, resource_id) == resource_id
    random.delete(token, resource_id, new)
    assert random.read(token, resource_id) == ""
