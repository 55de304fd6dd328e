"""sql_exporter's two files: the program itself is served by no package registry, so what it takes is written down here."""

from typing import Any

import pytest

from components.postgres_exporter import configuration
from components.postgres_queries import QUERIES, collector

# burningalchemist/sql_exporter 0.24.6, config/*_config.go; it refuses a file with any other key.
TOP = {"global", "collector_files", "target", "jobs", "collectors"}
GLOBAL = {
    "min_interval", "scrape_timeout", "scrape_timeout_offset", "scrape_error_drop_interval", "max_connection_lifetime",
    "ping_interval", "warmup_delay", "max_connections", "max_idle_connections", "enable_query_metrics",
}  # fmt: skip
JOB = {"job_name", "collectors", "static_configs", "enable_ping"}
TARGETS = {"targets", "labels"}
COLLECTOR = {"collector_name", "min_interval", "metrics", "queries"}
METRIC = {
    "metric_name", "type", "help", "key_labels", "static_labels", "value_label", "values", "query", "query_ref",
    "no_prepared_statement", "static_value", "timestamp_value",
}  # fmt: skip

FILE = configuration({"1": "one.test", "2": "other.test"}, 5432, "monitor", "secret")
JOBS: list[dict[str, Any]] = FILE["jobs"]
METRICS: list[dict[str, Any]] = collector()["metrics"]


@pytest.mark.parametrize(
    ("section", "known"),
    [
        (FILE, TOP), (FILE["global"], GLOBAL), (collector(), COLLECTOR), *((job, JOB) for job in JOBS),
        *((targets, TARGETS) for job in JOBS for targets in job["static_configs"]),
        *((metric, METRIC) for metric in METRICS),
    ],
)  # fmt: skip
def test_every_key_is_one_that_the_exporter_knows(section: dict[str, Any], known: set[str]) -> None:
    """Guards the exporter's start: it refuses a file with a key that it doesn't know."""
    assert section.keys() <= known


def test_a_job_names_a_collector_that_is_there() -> None:
    """Guards the exporter's start: a reference that leads nowhere is refused."""
    assert {name for job in JOBS for name in job["collectors"]} == {collector()["collector_name"]}


def test_every_server_is_a_target_of_its_own() -> None:
    """Guards the metrics of the others while one server is gone: two targets of one address would be refused."""
    addresses = [address for job in JOBS for part in job["static_configs"] for address in part["targets"].values()]
    assert len(set(addresses)) == 2


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.metric)
def test_no_label_of_a_query_is_one_that_the_exporter_adds(query: Any) -> None:
    """Guards against a collision: the labels `job` and `target` say which server a row is of."""
    assert not {"job", "target"} & set(query.labels)
    assert len(set(query.labels)) == len(query.labels)
