"""Prometheus's and Alertmanager's own checkers on what the plans hand them, and the rules at work on made-up series."""

import json
from pathlib import Path

import pytest

from components.alertmanager import subject
from components.certificate_rules import certificate_groups
from components.prometheus_rules import rule_groups
from components.templates import dump_yaml
from infra.arguments.monitoring import rules_input
from infra.graph import ResourceGraph
from infra.project import SETTINGS
from infra.settings import load_settings
from tests.servers.debian import SHARED, debian, run
from tests.servers.missing import require
from tests.servers.monitoring import version
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


def test_what_is_built_to_be_tested_is_what_is_deployed() -> None:
    """Guards what the tests of prometheus-adapter and of PgBouncer's exporter are worth."""
    settings = load_settings(SETTINGS).settings
    assert settings.monitoring.adapter_image.endswith(f":{version('sigs.k8s.io/prometheus-adapter')}")
    exporter = version("github.com/prometheus-community/pgbouncer_exporter")
    assert settings.pooler.exporter_image.endswith(f":{exporter}")


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


def test_a_subject_is_cut_to_what_sns_takes_and_says_what_and_where(tmp_path: Path) -> None:
    """Guards alerts that reach nobody: SNS refuses a subject of 100 characters, and Alertmanager's own holds all labels."""
    require(debian, "amtool")
    groups = {"alertname": "CircuitBreakerOpen", "service": "s" * 80}
    data = {"status": "firing", "receiver": "page", "alerts": [], "groupLabels": groups, "commonLabels": groups}
    (tmp_path / "data.json").write_text(json.dumps({**data, "commonAnnotations": {}, "externalURL": ""}))
    (tmp_path / "none.tmpl").write_text("")
    given = (f"--template.glob={SHARED}/none.tmpl", f"--template.data={SHARED}/data.json")
    told = run(tmp_path, "amtool", "template", "render", *given, f"--template.text={subject('us-east-1')}")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("[FIRING] us-east-1 CircuitBreakerOpen sss")
    assert len(told.stdout.strip()) == 99


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
  - name: below 100 it yields at once, since the autoscaler itself waits ten minutes
    interval: 15s
    input_series:
      - {series: 'rabbitmq_queue_messages_ready{queue="a"}', values: '500x8 50x80'}
    promql_expr_test:
      - expr: ramp:queue_depth_pressure
        eval_time: 2m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 1}]
      - expr: ramp:queue_depth_pressure
        eval_time: 3m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 0}]
  - name: dead letters, and what another region has still to take, ask for no server
    interval: 15s
    input_series:
      - {series: 'rabbitmq_queue_messages_ready{queue="dead-letters"}', values: '5000x80'}
      - {series: 'rabbitmq_queue_messages_ready{queue="federation: work -> rabbitmq"}', values: '5000x80'}
      - {series: 'rabbitmq_queue_messages_ready{queue="tasks"}', values: '5x80'}
    promql_expr_test:
      - expr: ramp:queue_depth_pressure
        eval_time: 2m
        exp_samples: [{labels: 'ramp:queue_depth_pressure{roadmap_line="QUEUE"}', value: 0}]
  - name: latency of 6 s from the tenth minute on presses two minutes later, which with the autoscaler's three are five
    interval: 15s
    input_series:
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="0.5"}', values: '0+100x40 4000x60'}
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="6"}', values: '0+100x40 4000x60'}
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="6.0000001"}', values: '0+100x100'}
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="+Inf"}', values: '0+100x100'}
    promql_expr_test:
      - expr: round(ramp:p95_latency_pressure, 0.01)
        eval_time: 12m
        exp_samples: [{labels: '{service="mgx-api",roadmap_line="LATENCY"}', value: 0}]
      - expr: round(ramp:p95_latency_pressure, 0.01)
        eval_time: 12m30s
        exp_samples: [{labels: '{service="mgx-api",roadmap_line="LATENCY"}', value: 2}]
  - name: without a request there is no latency, and the autoscaler reads 0
    interval: 15s
    input_series:
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="0.5"}', values: '100x80'}
      - {series: 'http_request_duration_seconds_bucket{service="mgx-api",le="+Inf"}', values: '100x80'}
    promql_expr_test:
      - expr: ramp:p95_latency_pressure
        eval_time: 5m
        exp_samples: [{labels: 'ramp:p95_latency_pressure{service="mgx-api",roadmap_line="LATENCY"}', value: 0}]
"""


def test_the_scaling_signals_hold_the_documents_thresholds_and_durations(tmp_path: Path) -> None:
    """Guards queue depth 1000 and 100, and p95 above 3 s for five minutes: a target of 1 must mean just that, each in its time.

    Guards also the pods of a quiet night, for which a latency that is no number would be a gap or worse.
    """
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
        alertname: ErrorRateBurn
        exp_alerts:
          - exp_labels: {severity: page, window: 1h, roadmap_line: "LINE"}
            exp_annotations:
              summary: The error rate of 0.1 % is in danger
              description: The budget burns 14.4 times too fast over 1h and 5m.
          - exp_labels: {severity: page, window: 6h, roadmap_line: "LINE"}
            exp_annotations:
              summary: The error rate of 0.1 % is in danger
              description: The budget burns 6 times too fast over 6h and 30m.
          - exp_labels: {severity: ticket, window: 1d, roadmap_line: "LINE"}
            exp_annotations:
              summary: The error rate of 0.1 % is in danger
              description: The budget burns 3 times too fast over 1d and 2h.
          - exp_labels: {severity: ticket, window: 3d, roadmap_line: "LINE"}
            exp_annotations:
              summary: The error rate of 0.1 % is in danger
              description: The budget burns 1 times too fast over 3d and 6h.
  - interval: 1m
    input_series:
      - {series: 'http_requests_total{code="200"}', values: '0+99950x120'}
      - {series: 'http_requests_total{code="500"}', values: '0+50x120'}
    alert_rule_test:
      - {eval_time: 65m, alertname: ErrorRateBurn, exp_alerts: []}
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


SILENT = """
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'up{job="pods",service="postgres-exporter"}', values: '1x30'}
      - {series: 'up{job="pods",service="postgres-exporter",exported_job="postgres",target="server-2"}', values: '0x30'}
      - {series: 'up{job="pods",service="gateway"}', values: '0x30'}
      - {series: 'rabbitmq_queue_messages_ready{queue="dead-letters"}', values: '3x30'}
      - {series: 'rabbitmq_queue_messages_ready{queue="federation: work -> rabbitmq"}', values: '7x30'}
      - {series: 'rabbitmq_queue_messages_ready{queue="federation: events -> rabbitmq"}', values: '7 0 9 0 8 0x25'}
      - {series: 'rabbitmq_alarms_memory_used_watermark{pod="rabbitmq-1"}', values: '0x30'}
      - {series: 'rabbitmq_alarms_free_disk_space_watermark{pod="rabbitmq-1"}', values: '1x30'}
      - {series: 'envoy_cluster_outlier_detection_ejections_active{service="egress",envoy_cluster_name="openai"}', values: '1x30'}
      - {series: 'envoy_cluster_circuit_breakers_default_rq_open{service="egress",envoy_cluster_name="github"}', values: '0x30'}
      - {series: 'envoy_cluster_outlier_detection_ejections_active{service="gateway",envoy_cluster_name="task"}', values: '1x30'}
      - {series: 'container_memory_working_set_bytes{container="app",pod="leaks"}', values: '0+1x300'}
      - {series: 'container_memory_working_set_bytes{container="app",pod="rests"}', values: '900x300'}
      - {series: 'container_spec_memory_limit_bytes{container="app",pod="leaks"}', values: '1000x300'}
      - {series: 'container_spec_memory_limit_bytes{container="app",pod="rests"}', values: '1000x300'}
      - {series: 'pg_stat_replication_replay_lag_seconds{client_addr="10.0.0.1",slot_name="rds_1"}', values: '0.09x30'}
      - {series: 'pg_stat_replication_replay_lag_seconds{client_addr="10.0.0.2",slot_name="rds_2"}', values: '0.11x30'}
      - {series: 'pg_stat_replication_replay_lag_seconds{client_addr="10.1.0.2",slot_name="rds_us_west_2_db_1"}', values: '3x30'}
    alert_rule_test:
      - eval_time: 3h
        alertname: MemoryLeak
        exp_alerts:
          - exp_labels: {severity: ticket, container: app, pod: leaks}
            exp_annotations:
              summary: "leaks reaches its memory limit within a day at the rate of the last six hours"
      - eval_time: 20m
        alertname: TargetDown
        exp_alerts:
          - exp_labels: {severity: ticket, job: pods, service: gateway}
            exp_annotations: {summary: pods of gateway can't be scraped}
          - exp_labels:
              {severity: ticket, job: pods, service: postgres-exporter, exported_job: postgres, target: server-2}
            exp_annotations: {summary: "pods of postgres-exporter can't be scraped: server-2"}
      - eval_time: 20m
        alertname: ReplicaLag
        exp_alerts:
          - exp_labels: {severity: page, client_addr: 10.0.0.2, slot_name: rds_2, roadmap_line: "183"}
            exp_annotations: {summary: A read replica lags more than the roadmap allows}
      - eval_time: 20m
        alertname: DeadLetters
        exp_alerts:
          - exp_labels: {severity: ticket}
            exp_annotations: {summary: "Messages failed too often, were refused or grew too old: they lie in dead-letters"}
      - eval_time: 20m
        alertname: FederationBehind
        exp_alerts:
          - exp_labels: {severity: ticket, queue: "federation: work -> rabbitmq"}
            exp_annotations:
              summary: "Messages wait for another region, which doesn't take them: a failover would lose them"
      - eval_time: 20m
        alertname: QueueBlocksPublishers
        exp_alerts:
          - exp_labels: {severity: page, pod: rabbitmq-1}
            exp_annotations:
              summary: "rabbitmq-1 is short of memory or disk: the whole cluster takes no message until it isn't"
      - eval_time: 20m
        alertname: CircuitBreakerOpen
        exp_alerts:
          - exp_labels: {severity: ticket, envoy_cluster_name: openai}
            exp_annotations:
              summary: "Calls to openai fail at once: it doesn't answer, or has too many underway"
"""


def test_what_nobody_would_notice_tells_someone(tmp_path: Path) -> None:
    """Guards leaks, replicas beyond 100 ms, messages that were given up, a broker that takes no more, an open breaker."""
    require(debian, "promtool")
    (tmp_path / "rules.yml").write_text(dump_yaml(rule_groups(rules_input(selected("phase3").config, "us-east-1"))))
    (tmp_path / "silent.yml").write_text(SILENT)
    result = run(tmp_path, "promtool", "test", "rules", f"{SHARED}/silent.yml")
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
