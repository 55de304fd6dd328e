"""A plan says what the engine's preview says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from infra.graph import UNKNOWN

ROOT = Path(__file__).resolve().parents[3]
VPC, SUBNET, BUCKET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:s3/bucket:Bucket"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"


def test_a_urn_holds_the_types_of_all_its_parents(graph_of, network, here):
    """Guards against the mocks' URNs, which name the stack's type and forget grandparents: no state would match them."""

    class Region(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:index:Region", "region", None, here())
            network("inner", pulumi.ResourceOptions(parent=self))

    graph = graph_of(Region)
    assert (
        graph.one(VPC).urn == "urn:pulumi:test::test::test:index:Region$test:index:Network$aws:ec2/vpc:Vpc::inner-vpc"
    )
    assert graph.one("test:index:Region").urn == "urn:pulumi:test::test::test:index:Region::region"
    assert graph.one("test:index:Region").parent == "urn:pulumi:test::test::pulumi:pulumi:Stack::test-test"


def test_a_provider_carries_its_plugins_version_as_the_engine_adds_it(graph_of, here):
    """Guards against a provider that differs from the engine's in every diff against a state."""
    provider = graph_of(here).one("pulumi:providers:aws")
    assert provider.inputs["version"] == metadata.version("pulumi_aws")
    assert provider.inputs["__internal"] == {}
    assert provider.inputs["region"] == "eu-west-1"


def test_a_package_that_reads_nothing_ambient_gets_the_engines_default_provider(graph_of):
    """Guards against refusing random passwords, and against a provider name that the engine doesn't use."""
    password = graph_of(lambda: random.RandomPassword("password", length=20)).one(
        "random:index/randomPassword:RandomPassword"
    )
    assert password.provider is not None
    assert password.provider.startswith("urn:pulumi:test::test::pulumi:providers:random::default_4_")


def test_what_is_given_is_known_and_what_creation_gives_is_unknown(graph_of, network, here):
    """Guards against plans that make up ids, or that forget what the program itself said."""

    def program() -> None:
        made = network("network", here())
        pulumi.export("cidr", made.vpc.cidr_block)
        pulumi.export("id", made.vpc.id)

    graph = graph_of(program)
    assert graph.exports == {"cidr": "10.0.0.0/16", "id": UNKNOWN}
    assert graph.one(SUBNET).inputs == {"cidrBlock": "10.0.1.0/24", "vpcId": UNKNOWN}


def test_an_unknown_spreads_only_to_what_is_computed_from_it(graph_of, network, here):
    """Guards against an unknown value that swallows its neighbours, or a computed text that shows a placeholder."""

    def program() -> None:
        made = network("network", here())
        tags = {"vpc": pulumi.Output.concat("vpc:", made.vpc.id), "cidr": made.vpc.cidr_block, "plain": "yes"}
        aws.s3.Bucket("bucket", tags=tags, opts=pulumi.ResourceOptions(parent=made))

    graph = graph_of(program)
    bucket = graph.one(BUCKET)
    assert bucket.inputs == {"tags": {"vpc": UNKNOWN, "cidr": "10.0.0.0/16", "plain": "yes"}}
    assert bucket.property_dependencies == {"tags": (graph.one(VPC).urn,)}


def test_nothing_is_known_of_what_an_unconfigured_provider_makes(graph_of, here):
    """Guards against knowing more than the engine, which doesn't call a provider whose kubeconfig is still unknown."""

    def program() -> None:
        vpc = aws.ec2.Vpc("vpc", opts=here())
        for name, kubeconfig in (("later", vpc.arn), ("now", "a kubeconfig")):
            cluster = pulumi.ResourceOptions(provider=k8s.Provider(name, kubeconfig=kubeconfig))
            first = k8s.core.v1.ConfigMap(f"{name}-1", metadata={"name": "one"}, opts=cluster)
            k8s.core.v1.ConfigMap(f"{name}-2", data={"first": first.metadata.name}, opts=cluster)

    graph = graph_of(program)
    assert graph.one(CONFIG_MAP, "later-2").inputs["data"] == {"first": UNKNOWN}
    assert graph.one(CONFIG_MAP, "now-2").inputs["data"] == {"first": "one"}


def test_depending_on_a_component_means_depending_on_what_is_in_it(graph_of, network, here):
    """Guards against an order that starts before a component's resources exist."""

    def program() -> None:
        options = here()
        made = network("network", options)
        aws.s3.Bucket("bucket", opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[made])))

    graph = graph_of(program)
    assert graph.one(BUCKET).dependencies == tuple(sorted([graph.one(VPC).urn, graph.one(SUBNET).urn]))
    assert graph.dependents(graph.one(VPC)) == (graph.one(BUCKET), graph.one(SUBNET))


def test_protection_reaches_the_children_of_what_is_protected(graph_of, network, here):
    """Guards against a database that the plan shows as unprotected, or the other way round."""
    graph = graph_of(lambda: network("network", here(protect=True)))
    assert graph.one(VPC).protect
    assert graph.one("test:index:Network").protect
    assert not graph.one("pulumi:providers:aws").protect


def test_every_option_that_steers_an_update_is_in_the_graph(graph_of, network, here):
    """Guards against what mocks forget: findings and diffs judge a step by these."""

    def program() -> None:
        made = network("network", here())
        options = pulumi.ResourceOptions(
            parent=made,
            additional_secret_outputs=["arn"],
            custom_timeouts=pulumi.CustomTimeouts(create="1h30m"),
            delete_before_replace=True,
            deleted_with=made.vpc,
            ignore_changes=["tags"],
            import_="bucket-id",
            replace_on_changes=["bucket"],
            retain_on_delete=True,
        )
        aws.s3.Bucket("bucket", opts=options)

    graph = graph_of(program)
    bucket = graph.one(BUCKET)
    assert bucket.additional_secret_outputs == ("arn",)
    assert bucket.custom_timeouts == {"create": 5400}
    assert bucket.delete_before_replace is True
    assert bucket.deleted_with == graph.one(VPC).urn
    assert bucket.ignore_changes == ("tags",)
    assert bucket.import_id == "bucket-id"
    assert bucket.replace_on_changes == ("bucket",)
    assert bucket.retain_on_delete is True


def test_two_files_with_the_same_contents_are_the_same_asset(graph_of, here, tmp_path):
    """Guards against a diff that sees a change because a checkout moved, or none when a file's contents changed."""
    file = tmp_path / "page.html"
    file.write_text("hello")

    def program() -> None:
        options = here()
        for name, source in (("file", pulumi.FileAsset(str(file))), ("text", pulumi.StringAsset("hello"))):
            aws.s3.BucketObject(name, bucket="bucket", source=source, opts=options)

    one, other = (found.inputs["source"] for found in graph_of(program).of_type("aws:s3/bucketObject:BucketObject"))
    assert one == other
    assert one.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_a_resource_made_from_an_output_is_in_the_plan(graph_of, here):
    """Guards against a plan that ends before everything has been registered."""

    def program() -> None:
        options = here()
        first = aws.s3.Bucket("first", bucket="known", opts=options)
        first.bucket.apply(lambda name: aws.s3.Bucket("second", bucket=f"{name}-logs", opts=options))

    assert graph_of(program).one(BUCKET, "second").inputs == {"bucket": "known-logs"}


def test_a_program_sees_its_stack_and_its_config(graph_of):
    """Guards against config that comes from somewhere else than the caller."""

    def program() -> None:
        config = pulumi.Config()
        pulumi.export("seen", [pulumi.get_project(), pulumi.get_stack(), config.require("a"), config.get("b")])

    assert graph_of(program, config={"test:a": "1"}).exports["seen"] == ["test", "test", "1", None]
    assert pulumi.Config("test").get("a") is None


def test_a_program_may_be_asynchronous(graph_of, network, here):
    """Guards against a coroutine that is never awaited: an empty plan that looks like a good one."""

    async def program() -> None:
        network("network", here())

    assert graph_of(program).one(VPC)


_PROGRAM = """
import json, pulumi, pulumi_aws as aws
from infra.plan import plan
def program():
    options = pulumi.ResourceOptions(provider=aws.Provider("here", region="eu-west-1"))
    vpcs = [aws.ec2.Vpc(f"vpc-{n}", tags={c: c for c in "zyxw"}, opts=options) for n in range(9)]
    more = pulumi.ResourceOptions(provider=options.provider, depends_on=vpcs)
    aws.s3.Bucket("bucket", tags={"ids": pulumi.Output.all(*[vpc.id for vpc in vpcs])[0]}, opts=more)
print(json.dumps(plan(program, project="p", stack="s").to_json()))
"""


def test_a_plan_is_the_same_to_the_byte_in_every_process():
    """Guards against sets whose order changes with the hash seed: golden plans would change by themselves."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    plans = [
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    ]
    assert len(json.loads(plans[0])) == 12
    assert plans[0] == plans[1] == plans[2]
