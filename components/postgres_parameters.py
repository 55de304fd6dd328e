"""The parameters of a PostgreSQL server on RDS that differ from RDS's own: pure functions of its memory.

What RDS derives from the class by itself is left to it, as its default parameter group for PostgreSQL 17 has it:
`shared_buffers` a quarter and `effective_cache_size` half of the memory, `maintenance_work_mem` 1.6 %,
`autovacuum_max_workers`, `autovacuum_work_mem` and `autovacuum_vacuum_cost_limit` (Amazon RDS user guide, "Working with
parameters on your RDS for PostgreSQL DB instance"; AWS Prescriptive Guidance, "Tuning PostgreSQL parameters").
"""

from __future__ import annotations

MOST_CONNECTIONS = 5000
MEMORY_PER_CONNECTION = 9_531_392
SLOW_MS = 1000
"""A statement that takes longer is logged, with its plan."""
IDLE_TRANSACTION_MS = 60_000
"""A transaction that does nothing for so long is ended: it holds a pooled connection, its locks, and dead rows."""
LEAST_WORK_MEM_KIB = 4096
"""PostgreSQL's own default."""
STATIC = frozenset({"max_connections", "rds.force_ssl", "rds.logical_replication", "shared_preload_libraries"})
"""Parameters that a running server doesn't take over; RDS refuses them with `immediate`.

But `rds.force_ssl` is among them since 1 is its value anyway from PostgreSQL 15 on: RDS then tells `pending-reboot`,
whatever it was given, and each plan would show a change.
"""


def max_connections(memory_gib: float) -> int:
    """How many connections a server of so much memory allows: RDS's default for its class.

    It is `LEAST({DBInstanceClassMemory/9531392},5000)` with the memory that the class is sold with. RDS itself counts a
    little less; stated as a number, the server and the pooler's pools agree.
    """
    return min(int(memory_gib * 2**30) // MEMORY_PER_CONNECTION, MOST_CONNECTIONS)


def work_mem_kib(memory_gib: float) -> int:
    """What one sort or hash may take: a quarter of the memory over all connections, at least PostgreSQL's 4 MiB.

    Beside the quarter of `shared_buffers` that leaves half for the connections themselves and the file cache, even
    while every connection sorts.
    """
    return max(LEAST_WORK_MEM_KIB, int(memory_gib * 2**20) // 4 // max_connections(memory_gib))


def parameters(memory_gib: float) -> dict[str, str]:
    """Every parameter that is stated, by name, with its value in RDS's unit."""
    return {
        "max_connections": str(max_connections(memory_gib)),
        "work_mem": str(work_mem_kib(memory_gib)),
        "rds.force_ssl": "1",
        "password_encryption": "scram-sha-256",
        # Shards move by logical replication; turning it on restarts the server, so it is on from the start.
        "rds.logical_replication": "1",
        # Without it, a vacuum on the primary cancels what a replica still reads, or keeps it from replaying.
        "hot_standby_feedback": "1",
        "idle_in_transaction_session_timeout": str(IDLE_TRANSACTION_MS),
        "shared_preload_libraries": "pg_stat_statements,auto_explain",
        "log_min_duration_statement": str(SLOW_MS),
        "auto_explain.log_min_duration": str(SLOW_MS),
        "log_lock_waits": "1",
        "log_temp_files": str(64 * 1024),
        "log_autovacuum_min_duration": str(SLOW_MS),
        "track_io_timing": "1",
    }


def apply_method(name: str) -> str:
    """When a change of a parameter takes effect: at once, or with the next restart."""
    return "pending-reboot" if name in STATIC else "immediate"
