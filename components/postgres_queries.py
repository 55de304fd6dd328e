"""What is asked of a PostgreSQL server, and which metric each answer becomes: plain data for sql_exporter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COLLECTOR = "postgres"
HEARTBEAT = """\
-- A transaction that changes nothing: a message in the log, by whose age each replica is measured while nobody writes.
SELECT pg_logical_emit_message(true, 'ramp', 'heartbeat')
\\watch 1
"""
"""psql's script. RDS's ReplicaLag is the age of the last replayed transaction, which would grow on an idle primary."""


@dataclass(frozen=True)
class Query:
    """One metric: its rows' columns are `labels`, and `value`."""

    metric: str
    help: str
    labels: tuple[str, ...]
    sql: str


QUERIES = (
    # A replica's slot carries its region's name (rds_us_west_2_db_…), and tells a standby region's replica from others.
    # Without a lag it has replayed everything. Subscriptions, by which shards move, are no replicas.
    Query(
        "pg_stat_replication_replay_lag_seconds",
        "Time from a commit on this server to when the replica has replayed it.",
        ("application_name", "client_addr", "slot_name"),
        """\
SELECT r.application_name, coalesce(host(r.client_addr), '') AS client_addr, coalesce(s.slot_name, '') AS slot_name,
       coalesce(extract(epoch FROM r.replay_lag), 0)::float8 AS value
FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
WHERE s.slot_type IS DISTINCT FROM 'logical'
""",
    ),
    Query(
        "pg_replica_replay_age_seconds",
        "On a replica: age of the last transaction that it has replayed.",
        (),
        """\
SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS value
WHERE pg_is_in_recovery() AND pg_last_xact_replay_timestamp() IS NOT NULL
""",
    ),
    Query(
        "pg_connections",
        "Connections of clients, by database and state.",
        ("datname", "state"),
        """\
SELECT coalesce(datname, '') AS datname, coalesce(state, 'unknown') AS state, count(*)::float8 AS value
FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1, 2
""",
    ),
    Query(
        "pg_max_connections",
        "Connections that the server allows.",
        (),
        "SELECT setting::float8 AS value FROM pg_settings WHERE name = 'max_connections'\n",
    ),
    Query(
        "pg_oldest_transaction_seconds",
        "Age of the oldest transaction of a client, which vacuum waits for.",
        (),
        """\
SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float8 AS value
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
""",
    ),
)


def collector() -> dict[str, Any]:
    """The content of sql_exporter's collector file."""
    return {
        "collector_name": COLLECTOR,
        "metrics": [
            {
                "metric_name": query.metric,
                "type": "gauge",
                "help": query.help,
                "key_labels": list(query.labels),
                "values": ["value"],
                "query": query.sql,
            }
            for query in QUERIES
        ],
    }
