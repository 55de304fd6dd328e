"""The stand-ins reject what the real plugins would: a preview that they let pass would otherwise prove nothing."""

from typing import Any

import pytest

from tests.engine.plugin import Plugin
from tests.engine.standin import sdk
from tests.engine.standin.cfn import MAPPING, root, schema
from tests.engine.standin.changes import TABLE
from tests.engine.standin.outputs import TEMPLATES
from tests.engine.standin.wire import UNKNOWN_STRING, secret

INSTANCE = "aws:rds/instance:Instance"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
DATABASE = {"engine": "postgres", "instanceClass": "db.m7g.xlarge", "allocatedStorage": 400, "storageType": "gp3"}
CLUSTER = {"name": "app", "roleArn": "arn:aws:iam::111122223333:role/app", "vpcConfig": {"subnetIds": ["subnet-1"]}}
POD = {"containers": [{"name": "api", "image": "api:1"}]}
IAM_USER = {"userId": "a", "engine": "redis", "accessString": "on", "authenticationMode": {"type": "iam"}}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api"},
    "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": POD}},
}


@pytest.fixture(scope="module")
def aws() -> Plugin:
    return Plugin("aws", region="eu-west-1")


@pytest.fixture(scope="module")
def kubernetes() -> Plugin:
    return Plugin("kubernetes", clusterIdentifier="eu-west-1/app")


def test_good_inputs_pass(aws: Plugin, kubernetes: Plugin) -> None:
    """A plugin that rejects everything would make every test below pass."""
    assert aws.complaints(INSTANCE, DATABASE) == []
    assert aws.complaints("aws:eks/cluster:Cluster", CLUSTER) == []
    assert aws.complaints(REDIS, {"description": "x", "nodeType": "cache.m7g.xlarge"}) == []
    assert kubernetes.complaints("kubernetes:apps/v1:Deployment", DEPLOYMENT) == []


@pytest.mark.parametrize(
    ("token", "inputs", "complaint"),
    [
        (INSTANCE, DATABASE | {"instanceKlass": "x"}, "instanceKlass: unknown property"),
        (INSTANCE, {"engine": "postgres"}, "instanceClass: missing required property"),
        (INSTANCE, DATABASE | {"allocatedStorage": "400"}, "allocatedStorage: '400' is a str; int is needed"),
        (INSTANCE, DATABASE | {"multiAz": "true"}, "multiAz: 'true' is a str; bool is needed"),
        (
            INSTANCE,
            DATABASE | {"vpcSecurityGroupIds": "sg-1"},
            "vpcSecurityGroupIds: 'sg-1' is a str; Sequence is needed",
        ),
        ("aws:eks/cluster:Cluster", CLUSTER | {"vpcConfig": {"subnets": []}}, "vpcConfig.subnets: unknown property"),
        ("aws:ec2/vpcs:Vpcs", {}, "aws:ec2/vpcs:Vpcs is no type of the aws SDK"),
    ],
)
def test_what_the_sdk_does_not_have_is_rejected(aws: Plugin, token: str, inputs: Any, complaint: str) -> None:
    """A misspelt or missing property, at any depth, goes unnoticed by Python when it sits in a dict."""
    assert any(complaint in told for told in aws.complaints(token, inputs)), aws.complaints(token, inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "complaint"),
    [
        (INSTANCE, DATABASE | {"instanceClass": "db.m7g.3xlarge"}, "'db.m7g.3xlarge' is not one of"),
        (INSTANCE, DATABASE | {"identifier": "app--1"}, "'app--1' does not match"),
        (INSTANCE, DATABASE | {"backupRetentionPeriod": 36}, "36 is greater than the maximum of 35"),
        (REDIS, {"description": "x", "nodeType": "cache.m7g.3xlarge"}, "'cache.m7g.3xlarge' is none of the"),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 42}, "42 is not one of"),
        ("aws:eks/cluster:Cluster", CLUSTER | {"accessConfig": {"authenticationMode": "IAM"}}, "'IAM' is not one of"),
        ("aws:lb/targetGroup:TargetGroup", {"protocol": "SMTP"}, "'SMTP' is not one of"),
        ("aws:lb/loadBalancer:LoadBalancer", {"subnets": ["subnet-1"]}, "['subnet-1'] is too short"),
        ("aws:secretsmanager/secret:Secret", {"description": "x" * 2049}, "is too long"),
    ],
)
def test_a_value_outside_awss_own_schema_is_rejected(aws: Plugin, token: str, inputs: Any, complaint: str) -> None:
    """A class, a name or a count that AWS doesn't take would be found out only by an apply, half-way through."""
    assert any(complaint in told for told in aws.complaints(token, inputs)), aws.complaints(token, inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "complaint"),
    [
        (INSTANCE, DATABASE | {"allocatedStorage": 100, "iops": 3000}, "gp3 below 400 GiB takes no iops"),
        (INSTANCE, DATABASE | {"storageThroughput": 125}, "125 is below gp3's base of 500"),
        (INSTANCE, DATABASE | {"replicateSourceDb": "arn:aws:rds:x", "password": "p"}, "a read replica takes password"),
        (
            INSTANCE,
            {"instanceClass": "db.m7g.xlarge", "replicateSourceDb": "app", "dbSubnetGroupName": "app"},
            "names its source by ARN",
        ),
        ("aws:eks/cluster:Cluster", CLUSTER | {"computeConfig": {"enabled": True}}, "three flags go together"),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.1/16"}, "has host bits set"),
        ("aws:elasticache/user:User", IAM_USER | {"userName": "b"}, "an IAM user's name is its id"),
        ("aws:route53/record:Record", {"zoneId": "Z", "name": "a", "type": "A", "records": ["1"]}, "needs a ttl"),
        ("aws:iam/policy:Policy", {"policy": "{"}, "no JSON"),
    ],
)
def test_a_rule_between_properties_is_kept(aws: Plugin, token: str, inputs: Any, complaint: str) -> None:
    """Each value may be fine alone and the resource still be refused: AWS's and Terraform's own cross-checks."""
    assert any(complaint in told for told in aws.complaints(token, inputs)), aws.complaints(token, inputs)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"apiVersion": "apps/v2"}, "'apps/v2' is not one of"),
        ({"spec": {**DEPLOYMENT["spec"], "replica": 3}}, "spec.replica: unknown property"),
        ({"metadata": {"name": "Not_A_Name", "labels": {"a": 1}}}, "metadata.labels.a: 1 is a int; str is needed"),
    ],
)
def test_what_the_kubernetes_api_would_refuse_is_rejected(kubernetes: Plugin, change: Any, complaint: str) -> None:
    """The API server answers only once there is a cluster, which is when half a phase exists already."""
    told = kubernetes.complaints("kubernetes:apps/v1:Deployment", DEPLOYMENT | change)
    assert any(complaint in line for line in told), told


def test_an_unknown_value_passes_everywhere(aws: Plugin) -> None:
    """In a preview most identifiers are unknown; a plugin that judged them would reject every plan."""
    inputs = dict.fromkeys(("instanceClass", "identifier", "allocatedStorage", "engine", "iops"), UNKNOWN_STRING)
    assert aws.complaints(INSTANCE, inputs | {"vpcSecurityGroupIds": [UNKNOWN_STRING], "tags": UNKNOWN_STRING}) == []


def test_a_secret_is_looked_into_and_stays_a_secret(aws: Plugin) -> None:
    """A plugin that strips the mark would write the password into the state in plain text."""
    assert aws.complaints(INSTANCE, DATABASE | {"password": secret(3)}) == ["password: 3 is a int; str is needed"]
    assert aws.checked(INSTANCE, DATABASE | {"password": secret("p")})["password"] == secret("p")


def test_an_absent_name_is_made_up_once_and_marked_as_a_default(aws: Plugin) -> None:
    """A name that changed with each run would replace the resource each time."""
    first = aws.checked("aws:ec2/securityGroup:SecurityGroup", {}, name="web")
    assert first == aws.checked("aws:ec2/securityGroup:SecurityGroup", {}, first, name="web")
    assert first["name"].startswith("web-") and len(first["name"]) == len("web-1234567")
    assert first["__defaults"] == ["name"]


@pytest.mark.parametrize("token", MAPPING)
def test_each_row_of_the_aws_schema_table_names_what_both_sides_have(token: str) -> None:
    """A row with a name that no side has checks nothing, silently."""
    row, known = MAPPING[token], sdk.resource_type(token)
    whole = schema(row["type"], "us-east-1")
    assert known is not None and whole is not None
    properties = root(row, whole)["properties"]
    assert set(row.get("names", {}).values()) <= properties.keys()
    assert {*row.get("names", {}), *row.get("skip", [])} <= known.inputs.keys()


@pytest.mark.parametrize("token", sorted({*TABLE, *TEMPLATES}))
def test_each_row_of_the_other_tables_names_properties_that_the_sdk_has(token: str) -> None:
    """A misspelt row would make a replacement look like an update, or leave an output out."""
    known = sdk.resource_type(token)
    assert known is not None
    row = TABLE.get(token, {})
    paths = {path.split(".")[0] for path in [*row.get("replaces", []), *row.get("keeps", [])]}
    assert paths <= known.inputs.keys()
    assert set(TEMPLATES.get(token, {})) - {"named", "id"} <= known.outputs.keys()
