"""A program that is wrong fails at once, as itself, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import traceback

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest
from pulumi.runtime import settings

from infra.plan import PlanError


def test_an_error_of_the_program_comes_out_as_itself(graph_of, network, here):
    """Guards against an error that hides behind another one, or whose traceback ends in the SDK."""

    def program() -> None:
        network("network", here())
        raise ZeroDivisionError("of the program")

    with pytest.raises(ZeroDivisionError, match="of the program") as caught:
        graph_of(program)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].filename == __file__
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("uses", [0, 1, 3])
def test_an_error_in_a_computed_value_comes_out_as_itself(graph_of, network, here, uses):
    """Guards against a hang, against a plan without what waits for the value, and against a traceback cut off."""

    def program() -> None:
        made = network("network", here())
        broken = made.vpc.cidr_block.apply(lambda cidr: cidr["no such key"])
        for number in range(uses):
            broken.apply(lambda _: None)
            aws.s3.Bucket(f"bucket-{number}", bucket=broken, opts=pulumi.ResourceOptions(parent=made))

    with pytest.raises(TypeError, match="string indices") as caught:
        graph_of(program)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].filename == __file__
    assert caught.value.__cause__ is not caught.value


def test_the_first_error_wins(graph_of, network, here):
    """Guards against being told of a consequence instead of its cause."""

    def program() -> None:
        aws.ec2.Vpc("no-provider")
        network("network", here()).vpc.id.apply(lambda _: None)
        raise ValueError("of the program")

    with pytest.raises(ValueError, match="of the program"):
        graph_of(program)


def test_a_wrong_argument_names_its_resource(graph_of, here):
    """Guards against an error that doesn't say which of four hundred resources it is about."""

    def program() -> None:
        options = here()
        aws.s3.Bucket("the-bucket", tags=object(), opts=options)  # pyright: ignore[reportArgumentType]

    with pytest.raises(ValueError, match="the-bucket"):
        graph_of(program)


def test_a_failed_plan_leaves_nothing_for_the_next(graph_of, network, here):
    """Guards against resources, settings or pending tasks of one plan that turn up in another."""

    def good() -> None:
        network("network", here())

    def bad() -> None:
        network("other", here())
        pulumi.runtime.register_resource_transform(lambda _: None)
        raise RuntimeError("half-way")

    before = graph_of(good)
    with pytest.raises(RuntimeError, match="half-way"):
        graph_of(bad)
    assert graph_of(good) == before


def test_a_plan_leaves_the_callers_pulumi_settings_alone(graph_of, network, here):
    """Guards against mocks, or a running program, that stop working after a plan."""
    before = (settings.get_monitor(), settings.get_root_resource(), settings.get_stack(), settings.is_dry_run())
    graph_of(lambda: network("network", here()))
    assert before == (settings.get_monitor(), settings.get_root_resource(), settings.get_stack(), settings.is_dry_run())


def test_two_resources_with_one_urn_are_refused(graph_of, network, here):
    """Guards against a graph in which one of the two silently wins."""

    def program() -> None:
        options = here()
        network("network", options)
        network("network", options)

    with pytest.raises(
        PlanError, match=r"urn:pulumi:test::test::test:index:Network::network; give one of them another"
    ):
        graph_of(program)


@pytest.mark.parametrize(
    ("make", "package"),
    [(lambda: aws.ec2.Vpc("thing"), "aws"), (lambda: k8s.core.v1.ConfigMap("thing"), "kubernetes")],
)
def test_a_resource_without_an_explicit_provider_is_refused(graph_of, make, package):
    """Guards against resources whose region or cluster depends on who runs the program."""
    with pytest.raises(PlanError, match=f"'thing' has no explicit {package} provider"):
        graph_of(make)


@pytest.mark.parametrize(
    "call",
    [
        lambda: aws.get_availability_zones(),
        lambda: aws.get_region_output(),
        lambda: aws.ec2.Vpc.get("existing", "vpc-1"),
        lambda: pulumi.StackReference("organization/other/stack"),
    ],
    ids=["data source", "data source nobody waits for", "existing resource", "other stack"],
)
def test_whatever_asks_the_cloud_is_refused(graph_of, call):
    """Guards against plans that need an account, also where nobody uses the answer."""
    with pytest.raises(PlanError, match=r"asks the cloud"):
        graph_of(call)


def test_a_refusal_stands_even_if_the_program_catches_it(graph_of):
    """Guards against a plan of the program's way out, which isn't what the engine would register."""

    def program() -> None:
        with contextlib.suppress(Exception):
            aws.get_availability_zones()

    with pytest.raises(PlanError, match=r"asks the cloud"):
        graph_of(program)


def test_waiting_for_what_never_comes_is_an_error(graph_of):
    """Guards against a plan that hangs for ever."""

    async def program() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(PlanError, match="waits for a value"):
        graph_of(program)
