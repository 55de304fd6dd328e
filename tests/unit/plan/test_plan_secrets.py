"""A secret never leaves the planner, and yet a changed secret is a change."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest

from infra.graph import Secret

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"


@pytest.fixture
def keeping(graph_of, here):
    """Plans a program that stores a text in Secrets Manager, tags a bucket with it and exports it."""

    def planned(text: pulumi.Input[str]):
        def program() -> None:
            options = here()
            secret = pulumi.Output.secret(text)
            aws.secretsmanager.SecretVersion("version", secret_id="id", secret_string=secret, opts=options)
            aws.s3.Bucket("bucket", tags={"hidden": secret, "shown": "tag"}, opts=options)
            pulumi.export("derived", pulumi.Output.concat("derived from ", secret))

        return graph_of(program)

    return planned


def test_no_secret_is_in_anything_that_a_plan_prints(keeping):
    """Guards against passwords in CI logs, JSON files and assertion messages."""
    graph = keeping("hush-hush")
    for printed in (json.dumps(graph.to_json()), repr(list(graph)), repr(graph.exports)):
        assert "hush-hush" not in printed
        assert "[secret]" in printed
    bucket = graph.one("aws:s3/bucket:Bucket").to_json()
    assert bucket["inputs"] == {"tags": {"hidden": "[secret]", "shown": "tag"}}


def test_a_changed_secret_is_a_change_and_the_same_secret_is_none(keeping):
    """Guards against diffs that are blind to a new password, or that see one in every run."""
    assert keeping("hush") == keeping("hush")
    assert keeping("hush").one(VERSION) != keeping("hush!").one(VERSION)


def test_a_secret_that_is_not_made_yet_is_not_known(graph_of, here):
    """Guards against a digest of nothing that would make two different passwords look equal."""

    def program() -> None:
        password = random.RandomPassword("password", length=20)
        text = pulumi.Output.json_dumps({"user": "app", "password": password.result})
        options = here()
        aws.secretsmanager.SecretVersion("version", secret_id="id", secret_string=text, opts=options)

    secret = graph_of(program).one(VERSION).inputs["secretString"]
    assert isinstance(secret, Secret)
    assert not secret.known
