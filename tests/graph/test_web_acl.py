"""Web ACLs and the limit of a user in the plans."""

from typing import Any

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs

BEFORE, SINCE = ("baseline", "phase1"), ("phase2", "phase3")
ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
UNITS = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
}
"""Web ACL capacity units. [AWS WAF Developer Guide, AWS Managed Rules rule groups list]"""
RATE_UNITS, KEY_UNITS, TRANSFORMATION_UNITS = 2, 30, 10
PRICED_UNITS = 1_500


def rules(graph: ResourceGraph) -> list[dict[str, Any]]:
    return list(inputs(graph.one(ACL))["rules"])


@pytest.mark.parametrize("phase", BEFORE)
def test_before_the_cdn_the_acl_protects_the_balancer(phase_graph, phase: str) -> None:
    """Guards the first phases, whose balancer is open to the world."""
    graph: ResourceGraph = phase_graph(phase)
    acl = graph.one(ACL)
    assert (inputs(acl)["scope"], graph.region_of(acl)) == ("REGIONAL", "us-east-1")
    association = graph.one(ASSOCIATION)
    (balancer,) = association.property_dependencies["resourceArn"]
    assert graph[balancer].type == "aws:lb/loadBalancer:LoadBalancer"


@pytest.mark.parametrize("phase", SINCE)
def test_with_the_cdn_the_acl_is_cloudfronts_and_no_other(phase_graph, phase: str) -> None:
    """Guards the address rule: on the balancer it would count CloudFront itself, and block all users at once."""
    graph: ResourceGraph = phase_graph(phase)
    acl = graph.one(ACL)
    assert (inputs(acl)["scope"], graph.region_of(acl)) == ("CLOUDFRONT", "us-east-1")
    assert not graph.of_type(ASSOCIATION)
    distribution = graph.one("aws:cloudfront/distribution:Distribution")
    assert distribution.property_dependencies["webAclId"] == (acl.urn,)


@pytest.mark.parametrize("phase", BEFORE)
def test_nobody_is_limited_before_the_document_says_so(phase_graph, phase: str) -> None:
    """Guards users of the phases before: the list of phase 2 is the first that names a limit."""
    assert not [rule for rule in rules(phase_graph(phase)) if "rateBasedStatement" in rule["statement"]]


@pytest.mark.parametrize("phase", SINCE)
def test_each_user_is_limited_by_the_api_key_and_behind_it_each_address(phase_graph, phase: str) -> None:
    """Guards the limit: requests without the header are not counted by key, so an address rule stands behind it."""
    user, address = rules(phase_graph(phase))[:2]
    by_key, by_address = (rule["statement"]["rateBasedStatement"] for rule in (user, address))
    assert by_key["aggregateKeyType"] == "CUSTOM_KEYS"
    assert [key["header"]["name"] for key in by_key["customKeys"]] == ["x-api-key"]
    assert (by_key["limit"], by_key["evaluationWindowSec"]) == (300, 60)
    assert (by_address["aggregateKeyType"], by_address["limit"]) == ("IP", 3000)
    for rule in (user, address):
        response = rule["action"]["block"]["customResponse"]
        assert (response["responseCode"], list(response["responseHeaders"])) == (
            429,
            [{"name": "Retry-After", "value": "60"}],
        )


@pytest.mark.parametrize("phase", (*BEFORE, *SINCE))
def test_the_managed_groups_stand_in_every_phase_and_within_the_priced_capacity(phase_graph, phase: str) -> None:
    """Guards the bill and the 1,500 units, beyond which AWS charges more for each request."""
    found = rules(phase_graph(phase))
    groups = [r["statement"]["managedRuleGroupStatement"] for r in found if "overrideAction" in r]
    assert [group["name"] for group in groups] == list(UNITS)
    limits = len(found) - len(groups)
    units = sum(UNITS[group["name"]] for group in groups) + limits * RATE_UNITS
    assert units + (KEY_UNITS + TRANSFORMATION_UNITS if limits else 0) <= PRICED_UNITS


@pytest.mark.parametrize("phase", (*BEFORE, *SINCE))
def test_long_bodies_are_counted_and_not_blocked(phase_graph, phase: str) -> None:
    """Guards prompts: the common rule set blocks a body of more than 8 KB unless its rule only counts."""
    common = next(r for r in rules(phase_graph(phase)) if r["name"] == "AWSManagedRulesCommonRuleSet")
    overrides = common["statement"]["managedRuleGroupStatement"]["ruleActionOverrides"]
    assert {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}} in overrides


@pytest.mark.parametrize("phase", (*BEFORE, *SINCE))
def test_every_rule_has_its_own_priority_and_metric(phase_graph, phase: str) -> None:
    """Guards the web ACL, which AWS refuses with two rules of one priority, and the panels that read the metrics."""
    found = rules(phase_graph(phase))
    assert [rule["priority"] for rule in found] == list(range(len(found)))
    assert len({rule["visibilityConfig"]["metricName"] for rule in found}) == len(found)
