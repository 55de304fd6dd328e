"""Everything that rules, autoscalers, panels and alarms ask for is told by something that Prometheus or CloudWatch sees."""

import re
from typing import Any

import pytest
import yaml

from infra.graph import ResourceGraph
from tests.graph import metrics
from tests.graph.dashboards import widgets
from tests.graph.reachability import WORKLOADS, Reachability
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
CLUSTERS = [*((phase, "us-east-1") for phase in PHASES), ("phase3", "us-west-2")]
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
MAP = "kubernetes:core/v1:ConfigMap"


def file(graph: ResourceGraph, region: str, component: str, key: str) -> dict[str, Any]:
    """A file of a component's ConfigMap, read."""
    found = graph.one(MAP, f"mgx-ai-{region}-{component}-configuration")
    return yaml.safe_load(inputs(found)["data"][key])


def rules(graph: ResourceGraph, region: str) -> list[dict[str, Any]]:
    return [rule for group in file(graph, region, "prometheus", "rules.yml")["groups"] for rule in group["rules"]]


def scraped(graph: ResourceGraph, region: str) -> set[tuple[str, int]]:
    """Every target that Prometheus finds among the pods of a region: whose it is, and its port."""
    jobs = file(graph, region, "prometheus", "prometheus.yml")["scrape_configs"]
    (job,) = [job for job in jobs if job["kubernetes_sd_configs"][0]["role"] == "pod"]
    namespaces = job["kubernetes_sd_configs"][0]["namespaces"]["names"]
    keep = next(r["regex"] for r in job["relabel_configs"] if r.get("action") == "keep")
    provider = graph.one("pulumi:providers:kubernetes", f"mgx-ai-{region}-kubernetes").urn
    found = set()
    for workload in (r for r in graph if r.provider == provider and r.type in WORKLOADS):
        template = inputs(workload)["spec"]["template"]
        containers = (*template["spec"]["containers"], *template["spec"].get("initContainers", ()))
        ports = [port for container in containers for port in container.get("ports", ())]
        if inputs(workload)["metadata"]["namespace"] in namespaces:
            app = template.get("metadata", {}).get("labels", {}).get("app.kubernetes.io/name")
            found |= {(app, port["containerPort"]) for port in ports if re.fullmatch(keep, port.get("name", ""))}
    return found


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_prometheus_reaches_every_target_that_it_finds(phase_graph: Any, phase: str, region: str) -> None:
    """Guards against targets that are down for ever, whose alert would teach people to ignore it."""
    graph = phase_graph(phase)
    cluster = Reachability(graph, region)
    found = scraped(graph, region)
    assert {"mgx-api", "rabbitmq", "prometheus", "alertmanager", "postgres-exporter"} <= {app for app, _ in found}
    for app, port in found:
        assert cluster.reaches(cluster.pods["prometheus"], cluster.pods[app], port), (app, port)


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_every_metric_of_a_rule_is_recorded_or_told_by_a_target(phase_graph: Any, phase: str, region: str) -> None:
    """Guards rules that can't fire: a misspelled metric, or the exporter of a system that the phase doesn't have."""
    graph = phase_graph(phase)
    told = {name for app, _ in scraped(graph, region) for name in metrics.EXPORTERS.get(app, ())}
    recorded = {rule["record"] for rule in rules(graph, region) if "record" in rule}
    for rule in rules(graph, region):
        asked = metrics.named(rule["expr"])
        assert asked, rule
        assert asked <= told | recorded | metrics.EVERYWHERE, rule


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_every_metric_of_an_autoscaler_is_served_from_a_recording_with_its_labels(
    phase_graph: Any, phase: str, region: str
) -> None:
    """Guards the whole way: HPA → adapter → recording → the label that a service's pods carry."""
    graph = phase_graph(phase)
    served = {rule["seriesQuery"] for rule in file(graph, region, "metrics-adapter", "config.yaml")["externalRules"]}
    recorded = {rule["record"]: rule["expr"] for rule in rules(graph, region) if "record" in rule}
    for hpa in (h for h in graph.of_type(HPA) if f"-{region}-" in h.name):
        for metric in (m["external"]["metric"] for m in inputs(hpa)["spec"]["metrics"] if m["type"] == "External"):
            record = f"ramp:{metric['name']}"
            assert f'{{__name__="{record}"}}' in served
            wanted = metric.get("selector", {}).get("matchLabels", {})
            assert wanted in ({}, {"service": inputs(hpa)["spec"]["scaleTargetRef"]["name"]})
            (value,) = {name for name in metrics.named(recorded[record]) if name.startswith("ramp:")}
            assert set(wanted) == set(re.findall(r"sum by \((\w+), le\)", recorded[value]))


def panels(phase: str) -> list[dict[str, Any]]:
    """The metric panels of the phase's dashboard."""
    return [widget for widget in widgets(phase) if widget["type"] == "metric"]


QUERY = re.compile(r'SELECT (?:MAX|MIN|AVG|SUM)\((\w+)\) FROM "([\w/]+)"')
WORDS = re.compile(r"\b[a-z]\w*\b")


def graphed(phase_graph: Any, phase: str) -> list[list[dict[str, Any]]]:
    """What each alarm and each panel is made of: metrics with namespace, name, dimensions and id, and expressions."""
    found = []
    for alarm in map(inputs, phase_graph(phase).of_type("aws:cloudwatch/metricAlarm:MetricAlarm")):
        queries = alarm.get("metricQueries") or [{"metric": alarm}]
        found.append([{**query, **query.get("metric", {})} for query in queries])
    for widget in panels(phase):
        parts = []
        for metric in widget["properties"]["metrics"]:
            texts, options = [part for part in metric if isinstance(part, str)], metric[-1]
            plain = {"namespace": texts[0], "metricName": texts[1], "dimensions": texts[2::2]} if texts else {}
            parts.append({**plain, **(options if isinstance(options, dict) else {})})
        found.append(parts)
    return found


@pytest.mark.parametrize("phase", PHASES)
def test_every_alarm_and_panel_names_a_metric_of_aws_with_its_dimensions(phase_graph: Any, phase: str) -> None:
    """Guards alarms and panels that stay empty: CloudWatch takes any name, and never has data for a wrong one."""
    asked = [part for parts in graphed(phase_graph, phase) for part in parts if "metricName" in part]
    assert len(asked) > 20
    for part in asked:
        dimensions = tuple(sorted(part.get("dimensions", ())))
        assert part["metricName"] in metrics.CLOUDWATCH[part["namespace"]].get(dimensions, ()), part


@pytest.mark.parametrize("phase", PHASES)
def test_every_expression_of_an_alarm_or_panel_reads_a_metric_of_aws_or_its_own_queries(
    phase_graph: Any, phase: str
) -> None:
    """Guards the same where a query stands between: a misspelled metric in it is no error, and no data either."""
    seen = 0
    for parts in graphed(phase_graph, phase):
        ids = {part["id"] for part in parts if "id" in part}
        for part in (part for part in parts if "expression" in part):
            seen += 1
            if part["expression"].startswith(("SELECT", "SEARCH")):
                query = QUERY.fullmatch(part["expression"])
                assert query and query[1] in metrics.SELECTED[query[2]], part
            else:
                read = set(WORDS.findall(part["expression"]))
                assert read and read <= ids - {part.get("id")}, part
    assert seen >= (5 if phase == "phase3" else 3)
