"""The failover name, its health checks and fences in the plans."""

import pytest

from infra.config import load_file
from infra.config.leadership import TakeOverConfig
from infra.graph import Resource, ResourceGraph
from infra.plan import plan_config
from infra.project import stack_file
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
CHECK = "aws:route53/healthCheck:HealthCheck"
RECORD = "aws:route53/record:Record"
WEST_LEADS = {
    "active_region": "us-west-2",
    "standby_regions": ("us-east-1",),
    "take_overs": (TakeOverConfig(region="us-west-2", led_before="us-east-1", servers=1, former="keep"),),
}
"""Phase 3 after the west took over."""


def record(graph: ResourceGraph, role: str) -> Resource:
    return graph.one(RECORD, f"mgx-ai-edge-failover-{role}")


@pytest.mark.parametrize("phase", PHASES)
def test_the_origin_is_a_failover_record_from_the_first_phase_on(phase_graph, phase: str) -> None:
    """Guards phase 3: Route 53 refuses a failover record beside a simple one of the same name."""
    primary = record(phase_graph(phase), "primary")
    assert inputs(primary)["name"] == "origin.mgx.example.com"
    assert (inputs(primary)["type"], inputs(primary)["ttl"]) == ("CNAME", 20)
    assert inputs(primary)["failoverRoutingPolicies"] == [{"type": "PRIMARY"}]
    assert inputs(primary)["setIdentifier"] == "primary"
    assert waits_for(primary, "records") == {"mgx-ai-us-east-1-alb-alb"}


@pytest.mark.parametrize("phase", PHASES)
def test_the_primary_record_has_a_health_check_in_every_phase(phase_graph, phase: str) -> None:
    """Guards the first phase: AWS refuses a PRIMARY that is no alias and has no health check."""
    lead = "lead" if phase == "phase3" else "endpoint"
    assert waits_for(record(phase_graph(phase), "primary"), "healthCheckId") == {
        f"mgx-ai-edge-failover-{lead}-us-east-1"
    }


@pytest.mark.parametrize("phase", PHASES)
def test_endpoints_are_checked_over_https_every_30_seconds_and_one_failure_counts(phase_graph, phase: str) -> None:
    """Guards the document's interval, which can't be changed later, and a failover within a minute."""
    checks = [check for check in phase_graph(phase).of_type(CHECK) if "-endpoint-" in check.name]
    assert len(checks) == (2 if phase == "phase3" else 1)
    for check in checks:
        assert (inputs(check)["type"], inputs(check)["port"]) == ("HTTPS", 443)
        assert (inputs(check)["requestInterval"], inputs(check)["failureThreshold"]) == (30, 1)
        assert inputs(check)["resourcePath"] == "/healthz"
        assert waits_for(check, "fqdn") == {check.name.replace("edge-failover-endpoint-", "") + "-alb-alb"}


@pytest.mark.parametrize("phase", PHASES)
def test_the_sum_of_the_plans_own_figures_stays_below_the_documents_60_seconds(phase_graph, phase: str) -> None:
    """Guards the promise by what reaches AWS, not by what the config says: interval × threshold + 6 + TTL."""
    graph: ResourceGraph = phase_graph(phase)
    ttl = max(int(str(inputs(r)["ttl"])) for r in graph.of_type(RECORD) if "-failover-" in r.name)
    for check in graph.of_type(CHECK):
        if inputs(check)["type"] == "HTTPS":
            interval, threshold = (
                int(str(inputs(check)["requestInterval"])),
                int(str(inputs(check)["failureThreshold"])),
            )
            assert interval * threshold + 6 + ttl < 60


@pytest.mark.parametrize("phase", PHASES[:3])
def test_one_region_has_no_secondary_and_no_fence(phase_graph, phase: str) -> None:
    """Guards against a record that would send users to a region that isn't there."""
    graph: ResourceGraph = phase_graph(phase)
    assert [r.name for r in graph.of_type(RECORD) if "-failover-" in r.name] == ["mgx-ai-edge-failover-primary"]
    assert not graph.of_type("ramp:fence:Fence")


def test_the_active_region_leads_while_it_answers_and_the_standbys_fence_is_open(phase_graph) -> None:
    """Guards against a split brain: without the fence DNS flips back as soon as the old region answers."""
    graph: ResourceGraph = phase_graph("phase3")
    for region, other in (("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")):
        lead = graph.one(CHECK, f"mgx-ai-edge-failover-lead-{region}")
        assert (inputs(lead)["type"], inputs(lead)["childHealthThreshold"]) == ("CALCULATED", 2)
        children = {f"mgx-ai-edge-failover-endpoint-{region}", f"mgx-ai-edge-failover-fence-{other}"}
        assert waits_for(lead, "childHealthchecks") == children
        fence = graph.one(CHECK, f"mgx-ai-edge-failover-fence-{region}")
        assert inputs(fence)["invertHealthcheck"] is True
        assert inputs(fence)["resourcePath"] == "/closed"
        assert waits_for(fence, "fqdn") == {f"mgx-ai-{region}-fence"}


def test_the_fence_stands_in_the_region_that_it_lets_take_over(phase_graph) -> None:
    """Guards closing it while the failed region, and everything in it, is gone."""
    graph: ResourceGraph = phase_graph("phase3")
    for region in ("us-east-1", "us-west-2"):
        bucket = graph.one("aws:s3/bucket:Bucket", f"mgx-ai-{region}-fence")
        assert graph.region_of(bucket) == region
        assert bucket.protect


def test_the_secondary_record_has_no_health_check(phase_graph) -> None:
    """Guards a closed fence: behind an unhealthy SECONDARY Route 53 answers with the PRIMARY, whatever its health."""
    secondary = record(phase_graph("phase3"), "secondary")
    assert inputs(secondary)["failoverRoutingPolicies"] == [{"type": "SECONDARY"}]
    assert "healthCheckId" not in inputs(secondary)
    assert waits_for(secondary, "records") == {"mgx-ai-us-west-2-alb-alb"}


def test_swapping_the_active_region_changes_what_the_roles_point_to_and_nothing_else() -> None:
    """Guards the planned swap: AWS refuses a second PRIMARY, and the PRIMARY must move before the SECONDARY does."""
    config = load_file(stack_file("phase3"))
    before = plan_config(config)
    after = plan_config(config.model_copy(update=WEST_LEADS))
    ours = [{r.urn for r in graph if "-edge-" in r.name or "-fence" in r.name} for graph in (before, after)]
    assert ours[0] == ours[1]
    for role, region in (("primary", "us-west-2"), ("secondary", "us-east-1")):
        then, now = record(before, role), record(after, role)
        for fixed in ("name", "type", "setIdentifier", "failoverRoutingPolicies"):
            assert inputs(then)[fixed] == inputs(now)[fixed]
        assert waits_for(now, "records") == {f"mgx-ai-{region}-alb-alb"}
    assert waits_for(record(after, "primary"), "healthCheckId") == {"mgx-ai-edge-failover-lead-us-west-2"}
    assert record(after, "primary").urn in record(after, "secondary").dependencies


@pytest.mark.parametrize("phase", PHASES)
def test_records_and_checks_belong_to_no_region_that_may_fail(phase_graph, phase: str) -> None:
    """Guards the swap once more: what is global hangs on the provider that never moves."""
    graph: ResourceGraph = phase_graph(phase)
    for resource in (*graph.of_type(CHECK), *graph.of_type(RECORD)):
        if "-edge-" in resource.name:
            provider = graph.provider_of(resource)
            assert provider is not None
            assert provider.name == "mgx-ai-global"
