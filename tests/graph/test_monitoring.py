"""What watches each phase in the plans."""

import json
from typing import Any

import pytest
import yaml

from components.key_metrics import KNOWN
from infra.arguments.monitoring import rules_input
from infra.graph import Resource, ResourceGraph
from infra.project import own_roadmap
from tests.unit.documents import document, selected

PHASES = ("baseline", "phase1", "phase2", "phase3")
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"


def rules(graph: ResourceGraph, region: str = "us-east-1") -> str:
    """The rule file of a region's Prometheus."""
    maps = graph.of_type("kubernetes:core/v1:ConfigMap")
    return next(m.inputs["data"]["rules.yml"] for m in maps if m.name == f"mgx-ai-{region}-prometheus-configuration")


def alarms(graph: ResourceGraph) -> dict[str, Resource]:
    return {alarm.name: alarm for alarm in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}


def external(hpa: Resource) -> dict[str, dict]:
    metrics = [m["external"] for m in hpa.inputs["spec"]["metrics"] if m["type"] == "External"]
    return {m["metric"]["name"]: m for m in metrics}


@pytest.mark.parametrize("phase", PHASES)
def test_every_trigger_of_the_document_moves_the_autoscaler(phase_graph, phase: str) -> None:
    """Guards the four triggers: CPU and memory by utilization, latency and queue depth by a signal that targets 1."""
    hpa = next(h for h in phase_graph(phase).of_type(HPA) if h.inputs["metadata"]["name"] == "mgx-api-hpa")
    assert {m["resource"]["name"] for m in hpa.inputs["spec"]["metrics"] if m["type"] == "Resource"} == {
        "cpu",
        "memory",
    }
    found = external(hpa)
    assert set(found) == {"p95_latency_pressure", "queue_depth_pressure"}
    assert {m["target"]["value"] for m in found.values()} == {"1"}
    assert found["p95_latency_pressure"]["metric"]["selector"]["matchLabels"] == {"service": "mgx-api"}


def test_a_standbys_autoscaler_follows_no_queue(phase_graph) -> None:
    """Guards 10 standby servers: what is federated there lies unworked, and would start all 63."""
    hpas = [h for h in phase_graph("phase3").of_type(HPA) if "us-west-2" in h.name]
    assert len(hpas) == 7
    assert {name for hpa in hpas for name in external(hpa)} == {"p95_latency_pressure"}


def test_a_breach_is_sent_to_every_alertmanager(phase_graph) -> None:
    """Guards pages: a name that stands for both would send each alert to one, which may be the one that is gone."""
    maps = phase_graph("phase3").of_type("kubernetes:core/v1:ConfigMap")
    data = next(m.inputs["data"] for m in maps if m.name == "mgx-ai-us-east-1-prometheus-configuration")
    ((told,),) = [m["static_configs"] for m in yaml.safe_load(data["prometheus.yml"])["alerting"]["alertmanagers"]]
    assert told["targets"] == [
        f"alertmanager-{ordinal}.alertmanager.monitoring.svc.cluster.local:9093" for ordinal in range(2)
    ]


@pytest.mark.parametrize("phase", PHASES)
def test_every_external_metric_of_an_autoscaler_is_recorded_and_served(phase_graph, phase: str) -> None:
    """Guards against an autoscaler that waits for ever for a metric that nothing records."""
    graph = phase_graph(phase)
    wanted = {name for hpa in graph.of_type(HPA) for name in external(hpa)}
    served = [
        m.inputs["data"]["config.yaml"] for m in graph.of_type("kubernetes:core/v1:ConfigMap") if "adapter" in m.name
    ]
    for name in wanted:
        assert f"ramp:{name}" in rules(graph)
        assert all(f"ramp:{name}" in text for text in served)


@pytest.mark.parametrize("phase", PHASES)
def test_every_key_metric_of_the_document_stands_in_a_rule_or_on_a_panel_with_its_line(phase_graph, phase: str) -> None:
    """Guards completeness: a metric that the document lists and nobody sees."""
    drawn = {key.metric for key in rules_input(selected(phase).config, "us-east-1").key_metrics}
    stated = document().roadmap.key_metrics
    assert len(drawn) == len(stated) == 14
    text = rules(phase_graph(phase))
    for key in rules_input(selected(phase).config, "us-east-1").key_metrics:
        known = KNOWN[key.metric]
        assert known.panel or known.expr
        if known.expr:
            assert f"ramp:key:{key.metric}" in text


@pytest.mark.parametrize("phase", PHASES)
def test_objectives_alert_at_two_severities_over_several_windows(phase_graph, phase: str) -> None:
    """Guards p99 below 5 s and errors below 0.1 %: an hour's fast burn pages, three days' slow burn files a ticket."""
    text = rules(phase_graph(phase))
    burns = [
        rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "Burn" in rule.get("alert", "")
    ]
    found = {(rule["alert"], rule["labels"]["window"], rule["labels"]["severity"]) for rule in burns}
    for name in ("P99LatencyBurn", "ErrorRateBurn", "AvailabilityBurn"):
        assert {(name, "1h", "page"), (name, "6h", "page"), (name, "1d", "ticket"), (name, "3d", "ticket")} <= found
    assert "(14.4 * 0.001)" in text
    assert 'le=~"5|5.0"' in text


@pytest.mark.parametrize(("phase", "budget"), [("phase2", "0.001"), ("phase3", "0.0001")])
def test_the_availability_objective_is_the_phases_own(phase_graph, phase: str, budget: str) -> None:
    """Guards 99.9 percent before the second region and 99.99 after."""
    text = rules(phase_graph(phase))
    assert f"ramp:availability:bad_ratio_rate1h > (14.4 * {budget})" in text


def test_the_regions_lag_alarm_is_the_documents_five_seconds(phase_graph) -> None:
    """Guards the recovery point: the standby's replica, and no data at all, page someone."""
    alarm = alarms(phase_graph("phase3"))["mgx-ai-us-west-2-alerts-region-lag"].inputs
    assert (alarm["metricName"], alarm["threshold"], alarm["treatMissingData"]) == ("ReplicaLag", 5, "breaching")
    assert not [name for name in alarms(phase_graph("phase2")) if name.endswith("region-lag")]


@pytest.mark.parametrize("phase", PHASES)
def test_every_alarm_tells_someone(phase_graph, phase: str) -> None:
    """Guards against an alarm that turns red in silence."""
    for alarm in alarms(phase_graph(phase)).values():
        (topic,) = alarm.property_dependencies["alarmActions"]
        assert topic.endswith(("-page", "-ticket"))


@pytest.mark.parametrize("phase", PHASES)
def test_who_may_publish_to_a_topic_may_use_its_key_and_nobody_else_publishes(phase_graph, phase: str) -> None:
    """Guards alarms and budgets on an encrypted topic, which stay silent without either, and it from the whole account."""
    graph = phase_graph(phase)
    policies = {policy.name: policy for policy in graph.of_type("aws:sns/topicPolicy:TopicPolicy")}
    topics = graph.of_type("aws:sns/topic:Topic")
    assert {topic.name for topic in topics} == policies.keys()
    for topic in topics:
        (key,) = topic.property_dependencies["kmsMasterKeyId"]
        publish = services(policies[topic.name].inputs["policy"])
        assert publish == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"} == services(graph[key].inputs["policy"])
        assert policies[topic.name].property_dependencies["arn"] == (topic.urn,)


def services(policy: Any) -> set[str]:
    """The services that a policy lets in."""
    principals = [statement["Principal"] for statement in json.loads(str(policy))["Statement"]]
    return {principal["Service"] for principal in principals if "Service" in principal}


def test_each_region_has_a_dashboard_of_its_own(phase_graph) -> None:
    """Guards the operator of the standby region, who looks there when the other is gone."""
    names = {d.inputs["dashboardName"] for d in phase_graph("phase3").of_type("aws:cloudwatch/dashboard:Dashboard")}
    assert names == {"mgx-ai-us-east-1", "mgx-ai-us-west-2"}


@pytest.mark.parametrize("phase", PHASES)
def test_what_the_document_limits_names_the_line_that_says_so(phase_graph, phase: str) -> None:
    """Guards the way back: who is woken, or asks why pods came, finds the figure in the document."""
    lines = own_roadmap().read_text(encoding="utf-8").splitlines()
    graph = phase_graph(phase)

    def stated(where: str) -> str:
        return "\n".join(lines[int(number) - 1] for number in where.split(","))

    for hpa in graph.of_type(HPA):
        said = stated(hpa.inputs["metadata"]["annotations"]["ramp/roadmap-lines"])
        wanted = ("averageUtilization: 70", "averageUtilization: 80", "> 70%", "< 40%", "latency", "queue depth")
        assert [words for words in wanted if words.lower() not in said.lower()] == []
    late = [
        rule
        for group in yaml.safe_load(rules(graph))["groups"]
        for rule in group["rules"]
        if rule.get("alert") == "ReplicaLag"
    ]
    assert len(late) == (phase in ("phase2", "phase3"))
    assert all("100ms" in stated(rule["labels"]["roadmap_line"]).replace(" ", "") for rule in late)
    far = [alarm.inputs["alarmDescription"] for name, alarm in alarms(graph).items() if name.endswith("region-lag")]
    assert len(far) == (3 if phase == "phase3" else 0)
    for description in far:
        assert "lag < 5s" in stated(description.rsplit("roadmap line ", 1)[1].rstrip(")"))
