"""What a step does to each resource, on graphs small enough to see whole."""

from __future__ import annotations

from typing import Any

import pytest

from infra.diff.change import ABSENT, Change
from infra.diff.compare import compare
from infra.diff.table import UnknownTypeError
from infra.graph import UNKNOWN, ResourceGraph, Secret
from tests.unit.diff.handmade import DATABASE, KEY, SUBNET, VPC, graph, resource, urn


def actions(old: ResourceGraph, new: ResourceGraph) -> dict[str, str]:
    return {change.resource.name: change.action for change in compare(old, new)}


def only(old: ResourceGraph, new: ResourceGraph) -> Change:
    (change,) = compare(old, new)
    return change


def network(cidr: str, **options: Any) -> ResourceGraph:
    return graph(
        resource(VPC, "vpc", {"cidrBlock": cidr}),
        resource(
            SUBNET, "subnet", {"vpcId": UNKNOWN, "cidrBlock": "10.0.1.0/24"}, {"vpcId": urn(VPC, "vpc")}, **options
        ),
        resource(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "association",
            {"subnetId": UNKNOWN},
            {"subnetId": urn(SUBNET, "subnet")},
        ),
    )


def test_two_stacks_of_one_program_are_the_same() -> None:
    """Guards against a difference that is nothing but the stack's name."""
    one = resource(KEY, "key", {"description": "data"})
    other = resource(KEY, "key", {"description": "data"}, stack="other")
    assert compare(graph(one), graph(other)) == ()


def test_a_replacement_is_followed_to_everything_that_hangs_on_it() -> None:
    """Guards against a plan that looks harmless because what isn't known yet equals what isn't known yet."""
    assert actions(network("10.0.0.0/16"), network("10.1.0.0/16")) == {
        "vpc": "replace",
        "subnet": "replace",
        "association": "replace",
    }


def test_what_takes_only_a_known_name_from_a_replaced_resource_stays() -> None:
    """Guards against a cascade over names that are given by hand and stay the same."""

    def named(usage: str) -> ResourceGraph:
        return graph(
            resource(KEY, "key", {"keyUsage": usage}),
            resource("aws:sns/topic:Topic", "topic", {"name": "alerts"}, {"name": urn(KEY, "key")}),
        )

    assert actions(named("ENCRYPT_DECRYPT"), named("SIGN_VERIFY")) == {"key": "replace"}


def test_what_is_deleted_with_a_replaced_resource_is_replaced_with_it() -> None:
    """Guards against `deletedWith`, which the engine follows on a replacement too."""

    def bound(usage: str) -> ResourceGraph:
        return graph(
            resource(KEY, "key", {"keyUsage": usage}),
            resource("aws:sns/topic:Topic", "topic", {}, deleted_with=urn(KEY, "key")),
        )

    (_, topic) = compare(bound("ENCRYPT_DECRYPT"), bound("SIGN_VERIFY"))
    assert (topic.action, topic.reason) == ("replace", "it goes with key, which is made anew")


def test_an_unknown_that_comes_from_another_resource_is_a_change() -> None:
    """Guards against a database that is given another key, unknown before and after."""

    def encrypted(by: str) -> ResourceGraph:
        keys = [resource(KEY, name) for name in ("one", "other")]
        return graph(*keys, resource(DATABASE, "db", {"kmsKeyId": UNKNOWN}, {"kmsKeyId": urn(KEY, by)}))

    change = only(encrypted("one"), encrypted("other"))
    assert (change.action, change.properties[0].path) == ("replace", "kmsKeyId")
    assert "it hangs on another resource: one, other" in change.properties[0].reason


def test_an_alias_finds_a_renamed_resource_and_its_dependents_stay() -> None:
    """Guards against a rename that is shown as one deletion and one creation, and drags along what hangs on it."""
    old = graph(resource(KEY, "old"), resource(DATABASE, "db", {"kmsKeyId": UNKNOWN}, {"kmsKeyId": urn(KEY, "old")}))
    new = graph(
        resource(KEY, "new", aliases=(urn(KEY, "old"),)),
        resource(DATABASE, "db", {"kmsKeyId": UNKNOWN}, {"kmsKeyId": urn(KEY, "new")}),
    )
    assert compare(old, new) == ()
    assert actions(old, graph(resource(KEY, "new"))) == {"new": "create", "old": "delete", "db": "delete"}


def test_a_secret_is_compared_by_its_digest_and_never_shown() -> None:
    """Guards against a changed secret that goes unseen, and against one that is printed."""
    change = only(
        graph(resource(DATABASE, "db", {"password": Secret.of("one")})),
        graph(resource(DATABASE, "db", {"password": Secret.of("other")})),
    )
    assert change.to_json()["properties"] == [
        {"path": "password", "old": "[secret]", "new": "[secret]", "effect": "in place", "reason": ""}
    ]
    shown, hidden = resource(DATABASE, "db", {"password": Secret.of("one")}), Secret(None)
    assert compare(graph(resource(DATABASE, "db", {"password": hidden})), graph(shown)) == ()


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"instanceClass": "a"}, {"instanceClass": "b"}, "interrupts"),
        ({"dbName": "a"}, {"dbName": "b"}, "replaces"),
        ({"maxAllocatedStorage": 1}, {"maxAllocatedStorage": 2}, "in place"),
        ({}, {"dbName": "b"}, "replaces"),
    ],
)
def test_the_table_says_what_a_change_does(before: dict[str, object], after: dict[str, object], effect: str) -> None:
    """Guards the way from a property to its row."""
    change = only(graph(resource(DATABASE, "db", before)), graph(resource(DATABASE, "db", after)))
    assert [each.effect for each in change.properties] == [effect]


def test_what_the_program_ignores_is_no_change_and_what_it_asks_to_replace_is() -> None:
    """Guards against `ignoreChanges` and `replaceOnChanges`, which the engine obeys before it asks a plugin."""

    def tagged(value: str, **options: Any) -> ResourceGraph:
        return graph(resource(KEY, "key", {"tags": {"a": value}}, **options))

    assert compare(tagged("1"), tagged("2", ignore_changes=("tags",))) == ()
    assert only(tagged("1"), tagged("2", replace_on_changes=("tags.a",))).action == "replace"


def test_a_rule_whose_source_changes_its_kind_is_replaced() -> None:
    """Guards against the one replacement that depends on which properties there are, not on their values."""
    type_ = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

    def from_(**source: str) -> ResourceGraph:
        return graph(resource(type_, "rule", source))

    assert only(from_(cidrIpv4="10.0.0.0/8"), from_(cidrIpv4="10.1.0.0/16")).action == "update"
    assert only(from_(cidrIpv4="10.0.0.0/8"), from_(prefixListId="pl-1")).action == "replace"


def test_the_contents_of_a_config_map_replace_it_unless_the_provider_says_otherwise() -> None:
    """Guards against an object that is deleted and made again, with a moment in between in which no pod can start."""
    provider = "pulumi:providers:kubernetes"

    def told(text: str, mutable: bool) -> ResourceGraph:
        options = {"enableConfigMapMutable": True} if mutable else {}
        here = resource(provider, "cluster", options)
        return graph(here, resource("kubernetes:core/v1:ConfigMap", "map", {"data": {"a": text}}, provider=here.urn))

    assert only(told("1", mutable=False), told("2", mutable=False)).action == "replace"
    assert only(told("1", mutable=True), told("2", mutable=True)).action == "update"


def test_a_secrets_type_replaces_it_even_where_its_contents_change_in_place() -> None:
    """Guards against a Secret that is called safe and deleted: the provider's setting is for its contents."""

    def told(**inputs: object) -> ResourceGraph:
        here = resource("pulumi:providers:kubernetes", "cluster", {"enableSecretMutable": True})
        return graph(here, resource("kubernetes:core/v1:Secret", "secret", inputs, provider=here.urn))

    assert only(told(stringData={"a": "1"}), told(stringData={"a": "2"})).action == "update"
    assert only(told(type="Opaque"), told(type="kubernetes.io/tls")).action == "replace"
    fixed, other = told(stringData={"a": "1"}, immutable=True), told(stringData={"a": "2"}, immutable=True)
    assert only(fixed, other).action == "replace"


CACHE, CLUSTER = "aws:elasticache/replicationGroup:ReplicationGroup", "aws:eks/cluster:Cluster"


@pytest.mark.parametrize(
    ("type_", "old", "new", "action"),
    [
        (CACHE, {"engineVersion": "8.1"}, {"engineVersion": "8.2"}, "update"),
        (CACHE, {"engineVersion": "8.2"}, {"engineVersion": "8.1"}, "replace"),
        (CACHE, {"engine": "redis"}, {"engine": "valkey"}, "update"),
        (CACHE, {"engine": "valkey"}, {"engine": "redis"}, "replace"),
        (CLUSTER, {}, {"encryptionConfig": {"resources": ["secrets"]}}, "update"),
        (CLUSTER, {"encryptionConfig": {"resources": ["secrets"]}}, {}, "replace"),
    ],
)
def test_what_replaces_in_one_direction_does_so_in_that_one_alone(
    type_: str, old: dict[str, object], new: dict[str, object], action: str
) -> None:
    """Guards against a way back that costs the data, and against a false alarm on the way up."""
    assert only(graph(resource(type_, "it", old)), graph(resource(type_, "it", new))).action == action


def test_another_region_of_the_provider_makes_everything_anew() -> None:
    """Guards against a resource that is the same in all but where it is."""

    def where(region: str) -> ResourceGraph:
        provider = resource("pulumi:providers:aws", "aws", {"region": region})
        return graph(provider, resource(KEY, "key", {}, provider=provider.urn))

    assert actions(where("us-east-1"), where("us-west-2")) == {"aws": "replace", "key": "replace"}


def test_items_of_a_list_are_told_apart_by_name_and_json_is_opened() -> None:
    """Guards against a variable at the top of a list that makes all the others look changed, and an unreadable policy."""

    def with_(*variables: tuple[str, str], policy: str = '{"Version": "1", "Statement": []}') -> ResourceGraph:
        env = [{"name": name, "value": value} for name, value in variables]
        return graph(resource("kubernetes:apps/v1:Deployment", "app", {"spec": {"env": env}, "policy": policy}))

    change = only(
        with_(("A", "1"), ("B", "2")),
        with_(("C", "3"), ("A", "1"), ("B", "4"), policy='{"Version": "2", "Statement": []}'),
    )
    assert [(each.path, each.old, each.new) for each in change.properties] == [
        ("policy.Version", "1", "2"),
        ("spec.env[B].value", "2", "4"),
        ("spec.env[C]", ABSENT, {"name": "C", "value": "3"}),
    ]


def test_a_type_without_a_row_is_named() -> None:
    """Guards against a type that nobody looked up and that would pass as harmless."""
    with pytest.raises(UnknownTypeError, match="aws:new/thing:Thing has no row in infra/diff/data"):
        compare(graph(), graph(resource("aws:new/thing:Thing", "thing")))
