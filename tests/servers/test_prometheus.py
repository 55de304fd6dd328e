"""Prometheus's and Alertmanager's own checkers on what the plans hand them, and the rules at work on made-up series."""

from pathlib import Path

import pytest

from components.certificate_rules import certificate_groups
from components.prometheus_rules import rule_groups
from components.templates import dump_yaml
from infra.arguments.monitoring import rules_input
from infra.graph import ResourceGraph
from tests.servers.debian import SHARED, debian, run
from tests.servers.missing import require
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")


def files(graph: ResourceGraph, component: str) -> dict[str, str]:
    """The files of a component's ConfigMap in the active region."""
    maps = graph.of_type("kubernetes:core/v1:ConfigMap")
    return next(m.inputs["data"] for m in maps if m.name == f"mgx-ai-us-east-1-{component}-configuration")


@pytest.mark.parametrize("phase", PHASES)
def test_promtool_accepts_the_rules_and_the_configuration(phase_graph, tmp_path: Path, phase: str) -> None:
    """Guards the server's start: Prometheus refuses to run with one bad expression."""
    require(debian, "promtool")
    found = files(phase_graph(phase), "prometheus")
    (tmp_path / "rules.yml").write_text(found["rules.yml"])
    (tmp_path / "prometheus.yml").write_text(found["prometheus.yml"].replace("/etc/prometheus/", f"{SHARED}/"))
    rules = run(tmp_path, "promtool", "check", "rules", f"{SHARED}/rules.yml")
    assert rules.returncode == 0, rules.stderr
    config = run(tmp_path, "promtool", "check", "config", "--syntax-only", f"{SHARED}/prometheus.yml")
    assert config.returncode == 0, config.stderr + config.stdout


def test_amtool_accepts_the_routes_and_sends_a_page_to_the_page_topic(phase_graph, tmp_path: Path) -> None:
    """Guards against a page that arrives as a ticket."""
    require(debian, "amtool")
    (tmp_path / "alertmanager.yml").write_text(files(phase_graph("phase3"), "alertmanager")["alertmanager.yml"])
    config = f"--config.file={SHARED}/alertmanager.yml"
    checked = run(tmp_path, "amtool", "check-config", f"{SHARED}/alertmanager.yml")
    assert checked.returncode == 0, checked.stderr + checked.stdout
    for severity in ("page", "ticket"):
        routed = run(tmp_path, "amtool", "config", "routes", "test", config, f"severity={severity}")
        assert routed.stdout.strip() == severity


SCENARIOS = """
rule_files: [rules.yml]
evaluation_interval: 15s
tests:
  - name: queue depth above 1000 presses at once, in proportion
    interval: 15s
    input_series:
      - {series: 'rabbitmq_queue_messages_ready{queue="a"}', values: '2000x80'}
    promql_expr_test:
      - expr: ramp:queue_depth_pressure
        eval_time: 2m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 2}]
  - name: inside the band it neither presses nor yields
    interval: 15s
    input_series:
      - {series: 'rabbitmq_queue_messages_ready{queue="a"}', values: '500x80'}
    promql_expr_test:
      - expr: ramp:queue_depth_pressure
        eval_time: 15m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 1}]
  - name: below 100 it yields only after ten minutes
    interval: 15s
    input_series:
      - {series: 'rabbitmq_queue_messages_ready{queue="a"}', values: '500x8 50x80'}
    promql_expr_test:
      - expr: ramp:queue_depth_pressure
        eval_time: 8m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 1}]
      - expr: ramp:queue_depth_pressure
        eval_time: 14m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 0}]
  - name: latency of 6 s presses after five minutes, twice its threshold
    interval: 15s
    input_series:
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="6"}', values: '0x12 0+0x80'}
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="6.0000001"}', values: '0+100x92'}
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="+Inf"}', values: '0+100x92'}
    promql_expr_test:
      - expr: round(ramp:p95_latency_pressure, 0.01)
        eval_time: 10m
        exp_samples: [{labels: '{service="mgx-api",roadmap_line="LATENCY"}', value: 2}]
"""


def test_the_scaling_signals_hold_the_documents_thresholds_and_durations(tmp_path: Path) -> None:
    """Guards queue depth 1000 and 100 for ten minutes, and p95 above 3 s for five: a target of 1 must mean just that."""
    require(debian, "promtool")
    given = rules_input(selected("phase2").config, "us-east-1")
    lines = {signal.metric: ",".join(map(str, signal.lines)) for signal in given.signals}
    scenarios = SCENARIOS.replace("QUEUE", lines["queue_depth"]).replace("LATENCY", lines["p95_latency"])
    (tmp_path / "rules.yml").write_text(dump_yaml(rule_groups(given)))
    (tmp_path / "scenarios.yml").write_text(scenarios)
    result = run(tmp_path, "promtool", "test", "rules", f"{SHARED}/scenarios.yml")
    assert result.returncode == 0, result.stdout + result.stderr


BURNS = """
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'http_requests_total{code="200"}', values: '0+98x120'}
      - {series: 'http_requests_total{code="500"}', values: '0+2x120'}
    alert_rule_test:
      - eval_time: 65m
        alertname: ErrorRateBurn1h
        exp_alerts:
          - exp_labels: {severity: page, roadmap_line: "LINE"}
            exp_annotations:
              summary: The error rate of 0.1 % is in danger
              description: The budget burns 14.4 times too fast over 1h and 5m.
  - interval: 1m
    input_series:
      - {series: 'http_requests_total{code="200"}', values: '0+99950x120'}
      - {series: 'http_requests_total{code="500"}', values: '0+50x120'}
    alert_rule_test:
      - {eval_time: 65m, alertname: ErrorRateBurn1h, exp_alerts: []}
"""


def test_two_percent_errors_page_within_the_hour_and_half_the_budget_does_not(tmp_path: Path) -> None:
    """Guards the burn-rate alerts against firing always, and never."""
    require(debian, "promtool")
    given = rules_input(selected("phase1").config, "us-east-1")
    line = next(objective.line for objective in given.objectives if objective.name == "error_rate")
    (tmp_path / "rules.yml").write_text(dump_yaml(rule_groups(given)))
    (tmp_path / "burns.yml").write_text(BURNS.replace("LINE", str(line)))
    result = run(tmp_path, "promtool", "test", "rules", f"{SHARED}/burns.yml")
    assert result.returncode == 0, result.stdout + result.stderr


CERTIFICATES = """
rule_files: [certificates.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: []
    alert_rule_test:
      - eval_time: 20m
        alertname: CertificateExpires
        exp_alerts:
          - exp_labels: {severity: page, certificate: soon}
            exp_annotations: {summary: "soon expires in less than 14 days: run pulumi up"}
      - eval_time: 20m
        alertname: CertificateNotRenewed
        exp_alerts:
          - exp_labels: {severity: ticket, certificate: soon}
            exp_annotations: {summary: "soon expires in less than 60 days: run pulumi up"}
          - exp_labels: {severity: ticket, certificate: overdue}
            exp_annotations: {summary: "overdue expires in less than 60 days: run pulumi up"}
"""


def test_a_certificate_that_no_update_renewed_is_told_and_pages_before_it_ends(tmp_path: Path) -> None:
    """Guards TLS to the pooler, the queue, the proxies and the adapter, which would end with the certificate's year."""
    require(debian, "promtool")
    ends = {"soon": "1970-01-10T00:00:00Z", "overdue": "1970-02-10T00:00:00Z", "fresh": "1970-12-01T00:00:00Z"}
    (tmp_path / "certificates.yml").write_text(dump_yaml(certificate_groups(ends)))
    (tmp_path / "scenarios.yml").write_text(CERTIFICATES)
    result = run(tmp_path, "promtool", "test", "rules", f"{SHARED}/scenarios.yml")
    assert result.returncode == 0, result.stdout + result.stderr
