"""Access logs, the origin's guard and the endpoint alarms in the plans."""

from typing import Any

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
RULE = "aws:lb/listenerRule:ListenerRule"
EAST = "us-east-1"


@pytest.mark.parametrize("phase", PHASES)
def test_every_balancer_and_web_acl_logs_to_a_private_bucket(phase_graph: Any, phase: str) -> None:
    """Guards the one trace of who asked for what; WAF takes only a bucket whose name begins with aws-waf-logs-."""
    graph: ResourceGraph = phase_graph(phase)
    for balancer in graph.of_type("aws:lb/loadBalancer:LoadBalancer"):
        if inputs(balancer).get("loadBalancerType") == "application":
            assert inputs(balancer)["accessLogs"]["enabled"] is True
            assert any(name.startswith("aws-waf-logs-mgx-ai-") for name in waits_for(balancer, "accessLogs"))
    acls = graph.of_type("aws:wafv2/webAcl:WebAcl")
    logged = graph.of_type("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    assert len(logged) == len(acls) > 0
    for logging in logged:
        assert {field["singleHeader"]["name"] for field in inputs(logging)["redactedFields"]} == {
            "authorization", "cookie", "x-api-key",
        }  # fmt: skip
        (kept,) = inputs(logging)["loggingFilter"]["filters"]
        assert {c["actionCondition"]["action"] for c in kept["conditions"]} == {"BLOCK", "COUNT"}


@pytest.mark.parametrize("phase", PHASES)
def test_logs_go_after_their_time(phase_graph: Any, phase: str) -> None:
    """Guards the bill and the users: addresses aren't kept for ever."""
    lifecycles = phase_graph(phase).of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    logs = [inputs(each)["rules"][0] for each in lifecycles if each.name.startswith("aws-waf-logs-")]
    assert logs
    assert all(rule["expiration"]["days"] == 90 for rule in logs)


def test_behind_a_cdn_only_its_key_and_the_health_path_pass(phase_graph: Any) -> None:
    """Guards against another account's distribution in front of this load balancer, past its web ACL."""
    for phase in PHASES[:2]:
        assert not phase_graph(phase).of_type(RULE)
    graph: ResourceGraph = phase_graph("phase3")
    for region in (EAST, "us-west-2"):
        key, health, refuse = (graph.one(RULE, f"mgx-ai-{region}-guard-{r}") for r in ("key", "health", "refuse"))
        assert inputs(key)["conditions"][0]["httpHeader"]["httpHeaderName"] == "x-origin-key"
        assert waits_for(key, "conditions") == {"mgx-ai-edge-origin-a", "mgx-ai-edge-origin-b"}
        assert inputs(health)["conditions"][0]["pathPattern"]["values"] == ["/healthz"]
        assert inputs(refuse)["actions"][0]["fixedResponse"]["statusCode"] == "403"
        assert inputs(key)["priority"] < inputs(health)["priority"] < inputs(refuse)["priority"]
        assert "mgx-ai-edge-app" in {urn.rsplit("::", 1)[1] for urn in refuse.dependencies}
    cdn = graph.one("aws:cloudfront/distribution:Distribution", "mgx-ai-edge-cdn-distribution")
    assert "mgx-ai-edge-origin-a" in waits_for(cdn, "origins")


def test_the_cdn_sends_no_key_that_a_load_balancer_does_not_take_yet(phase_graph: Any) -> None:
    """Guards a rotation: CloudFront spreads a new key within seconds, and users would see 403 until the rules follow."""
    graph: ResourceGraph = phase_graph("phase3")
    cdn = graph.one("aws:cloudfront/distribution:Distribution", "mgx-ai-edge-cdn-distribution")
    waited_for = {urn.rsplit("::", 1)[1] for urn in cdn.dependencies}
    assert {f"mgx-ai-{region}-guard-key" for region in (EAST, "us-west-2")} <= waited_for


@pytest.mark.parametrize("phase", PHASES)
def test_balancers_say_https_only_with_and_without_a_cdn(phase_graph: Any, phase: str) -> None:
    """Guards the phases before the CDN, whose response headers policy isn't there yet."""
    https = [r for r in phase_graph(phase).of_type("aws:lb/listener:Listener") if inputs(r).get("protocol") == "HTTPS"]
    assert https
    for listener in https:
        told = inputs(listener)
        assert told["routingHttpResponseStrictTransportSecurityHeaderValue"] == "max-age=31536000; includeSubDomains"
        assert told["routingHttpResponseXContentTypeOptionsHeaderValue"] == "nosniff"
        assert told["routingHttpResponseServerEnabled"] is False


@pytest.mark.parametrize("phase", PHASES)
def test_an_endpoint_that_fails_its_checks_pages_from_us_east_1(phase_graph: Any, phase: str) -> None:
    """Guards the one alarm that sees a region from outside: Route 53's metrics are nowhere else."""
    graph: ResourceGraph = phase_graph(phase)
    alarms = [r for r in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm") if "-edge-alerts-endpoint-" in r.name]
    assert len(alarms) == (2 if phase == "phase3" else 1)
    for alarm in alarms:
        provider = graph.provider_of(alarm)
        assert provider is not None
        assert provider.name == "mgx-ai-global"
        assert (inputs(alarm)["namespace"], inputs(alarm)["metricName"]) == ("AWS/Route53", "HealthCheckStatus")


def test_the_cdn_writes_its_logs(phase_graph: Any) -> None:
    """Guards who asked the CDN: the load balancer sees only what isn't cached."""
    graph: ResourceGraph = phase_graph("phase3")
    source = graph.one("aws:cloudwatch/logDeliverySource:LogDeliverySource", "mgx-ai-edge-cdn-logs")
    assert waits_for(source, "resourceArn") == {"mgx-ai-edge-cdn-distribution"}
    assert graph.of_type("aws:cloudwatch/logDelivery:LogDelivery")
