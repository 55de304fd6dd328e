"""What a month of use leaves behind: logs, observations, copies of backups, images; each where it is written, once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from infra.cost.items import LineItem
from infra.graph import Resource
from tests.unit.cost.handmade import amounts, bill_of, resource, urn
from tests.unit.cost.test_cost_nodes import pods, pool

BUCKET = "aws:s3/bucket:Bucket"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GROUP = "aws:cloudwatch/logGroup:LogGroup"


def logs_of(bucket: str, region: str = "us-east-1") -> Resource:
    return resource(BUCKET, bucket, {}, region, parent=urn("ramp:accesslogs:AccessLogs", bucket))


def parent_of(bucket: str) -> Resource:
    type_ = "ramp:accesslogs:AccessLogs"
    return Resource(urn=urn(type_, bucket), type=type_, name=bucket, custom=False, inputs={})


def stored(*resources: Resource) -> dict[str, Decimal]:
    """GB-months of access logs by bucket: 10,000 users, one request an hour, 1 KiB a request, 90 days."""
    bill = bill_of(*resources, access_log_kib_per_request=1)
    return {
        i.charge.resource.rpartition("::")[2]: i.quantity.expected for i in bill.items if i.price.service == "s3"
    }  # fmt: skip


def test_a_bucket_of_access_logs_is_charged_for_each_that_writes_every_request_into_it() -> None:
    """Guards an unused bucket against a bill, a standby's balancer too, and a CDN's bucket against being forgotten."""
    names = ("unused", "here", "there", "edge")
    buckets = [logs_of(name, "us-west-2" if name == "there" else "us-east-1") for name in names]
    writers = [
        resource(BALANCER, "a", {"internal": True}, "us-east-1", {"accessLogs": (urn(BUCKET, "here"),)}),
        resource(BALANCER, "b", {"internal": True}, "us-west-2", {"accessLogs": (urn(BUCKET, "there"),)}),
        resource(
            "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "cdn", {},
            takes={"deliveryDestinationConfiguration": (urn(BUCKET, "edge"),)},
        ),
    ]  # fmt: skip
    # 7.3 million KiB a month are 6.961823 GiB, kept for three months.
    assert stored(*map(parent_of, names), *buckets, *writers) == {
        "here": Decimal("20.885469"),
        "edge": Decimal("20.885469"),
    }


def test_flow_logs_grow_with_connections_and_only_where_users_are_served() -> None:
    """Worked by hand: 7.3 million connections of 1 MiB are 7,128.90625 GiB at $0.50; 15 % is kept a month."""
    groups = [resource(GROUP, region, {"retentionInDays": 30}, region) for region in ("us-east-1", "us-west-2")]
    flows = [
        resource("aws:ec2/flowLog:FlowLog", r, {}, r, {"logDestination": (urn(GROUP, r),)})
        for r in ("us-east-1", "us-west-2")
    ]
    assert amounts(bill_of(*groups, *flows, flow_log_kib_per_connection=1024)) == {
        "cloudwatch: log ingestion": "3564.453125",
        "cloudwatch: log storage": "32.08007814",
    }


def test_container_insights_is_charged_by_observation_of_each_node_and_not_by_what_it_logs() -> None:
    """Worked by hand: 600 a minute of one node are 26.28 million a month at $0.21; nothing without the add-on."""
    nodes = (pool(), pods("Deployment", "api", replicas=2))
    addon = resource("aws:eks/addon:Addon", "insights", {"addonName": "amazon-cloudwatch-observability"})
    group = resource(GROUP, "insights-performance", {"retentionInDays": 30})
    watched = amounts(bill_of(*nodes, addon, group, observations_per_node_minute=600, idle_log_gib=2))
    assert watched["cloudwatch: container insights observations"] == "11.0376"
    assert "cloudwatch: log ingestion" not in watched
    other = resource("aws:eks/addon:Addon", "metrics", {"addonName": "metrics-server"})
    elsewhere = resource("aws:eks/addon:Addon", "west", {**addon.inputs}, "us-west-2")
    unwatched = amounts(bill_of(*nodes, other, elsewhere, observations_per_node_minute=600))
    assert "cloudwatch: container insights observations" not in unwatched


def test_a_database_pays_for_each_log_that_it_writes_itself() -> None:
    """Guards the server's own log, which no log group of the plan stands for: 2 GiB each at $0.50."""
    inputs = {"engine": "postgres", "instanceClass": "db.m7g.large", "storageType": "gp3", "allocatedStorage": 100}
    logging = {**inputs, "monitoringInterval": 15, "enabledCloudwatchLogsExports": ["postgresql"]}
    for given, expected in ((logging, "2"), ({**logging, "monitoringInterval": 0}, "1"), (inputs, None)):
        found = amounts(bill_of(resource("aws:rds/instance:Instance", "it", given), idle_log_gib=2))
        assert found.get("cloudwatch: log ingestion") == expected


def test_a_log_with_a_group_in_the_plan_is_charged_there_and_not_with_the_database() -> None:
    """Guards against charging a server's log twice: $1 for 2 GiB of the group, and $1 for 2 of enhanced monitoring."""
    inputs = {"engine": "postgres", "instanceClass": "db.m7g.large", "storageType": "gp3", "allocatedStorage": 100}
    logging = {**inputs, "monitoringInterval": 15, "enabledCloudwatchLogsExports": ["postgresql"]}
    group = resource(GROUP, "group", {})
    database = replace(resource("aws:rds/instance:Instance", "it", logging), dependencies=(group.urn,))
    bill = bill_of(group, database, idle_log_gib=2)
    assert [item.amount.expected for item in bill.items if item.price.item == "log ingestion"] == [1, 1]


def copied(**figures: Any) -> list[LineItem]:
    vaults = [resource("aws:backup/vault:Vault", region, {}, region) for region in ("us-east-1", "us-west-2")]
    return [i for i in bill_of(*vaults, **figures).items if i.price.service == "transfer"]


def test_a_standbys_vault_pays_for_what_each_day_sends_it() -> None:
    """Worked by hand: half of 1,024 GiB, 3 % of it a day for 730 / 24 days, at $0.02 out of the active region."""
    (item,) = copied(database_filled_percent=50, daily_change_percent=3)
    assert (item.price.region, item.charge.serves) == ("us-east-1", "us-west-2")
    assert item.quantity.expected == Decimal("467.200000")
    assert item.amount.expected == Decimal("9.344")


def test_a_registry_pays_for_each_services_images_in_each_region() -> None:
    """Worked example: infracost, ecr_repository_test: 1 GB $0.10."""
    images = [
        resource("aws:ecr/repository:Repository", f"{name}-{region}", {}, region)
        for name in ("api", "task")
        for region in ("us-east-1", "us-west-2")
    ]
    assert bill_of(*images, images_gib=5).total.expected == 4 * 5 * Decimal("0.1")


def test_events_pass_the_balancer_of_the_region_that_they_are_fetched_from() -> None:
    """Guards the direction of federation: a standby fetches; 7.3 million MiB are 7,128.90625 units at $0.006."""
    balancers = [resource(BALANCER, r, {"loadBalancerType": "network"}, r) for r in ("us-east-1", "us-west-2")]
    bill = bill_of(*balancers, event_kib_per_request=1024)
    (units,) = [i for i in bill.items if i.price.item == "NLCU"]
    assert units.charge.region == "us-east-1"
    assert units.amount.expected == Decimal("42.7734375")


def test_a_copied_bucket_pays_for_what_travels_and_its_copy_for_what_it_holds() -> None:
    """Worked by hand: 5 GiB at $0.02 out of us-east-1, 20 GiB at $0.023 in the other region."""
    copy = resource(BUCKET, "copy", {}, "us-west-2")
    type_ = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    replication = resource(type_, "to-copy", {}, "us-east-1", {"rules": (copy.urn,)})
    bill = bill_of(copy, replication, assets_gib=20, assets_published_gib=5)
    assert amounts(bill) == {"transfer: to us-west-2": "0.1", "s3: standard storage": "0.46"}
    assert bill.standby().expected == bill.total.expected
    assert not bill.unpriced
