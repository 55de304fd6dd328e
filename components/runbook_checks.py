"""What the take-over runbook checks, and how it closes the fence. Systems Manager runs this file by itself: it imports
nothing of the project.

Each handler takes the step's payload, and raises where the runbook has to stop. In an outage nothing that is only told
may stop it: `mode` is then "outage", and what was seen is returned.
"""

import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any


def lag(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The latest replication lag of each replica, in seconds, and whether all are within the limit, if there is one.

    What leads already, since an earlier run promoted it, has none.
    """
    found: dict[str, Any] = {}
    for identifier in payload["replicas"]:
        try:
            if not _leads(_client("rds"), identifier):
                measured = _latest_lag(identifier)
                found[identifier] = measured[1] if measured else None
        except Exception:
            if payload["mode"] == "planned":
                raise
            found[identifier] = None
    limit = payload.get("limit_seconds")
    late = [name for name, seconds in found.items() if limit is not None and (seconds is None or seconds > limit)]
    if late and payload["mode"] == "planned":
        raise RuntimeError(f"not within {limit} s of the leading region: {late}, measured {found}")
    return {"lag_seconds": found, "within_limit": not late}


def close_fence(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """Closes the fence: from here on DNS doesn't lead back, whatever the other region does. The object says who did it."""
    _client("s3").put_object(Bucket=payload["bucket"], Key=payload["key"], Body=payload["execution"].encode())
    return {"closed": f"s3://{payload['bucket']}/{payload['key']}"}


def dns(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whether the failover name leads to this region's load balancer, waited for as long as a failover may take."""
    deadline = time.monotonic() + payload["wait_seconds"]
    while True:
        name, balancer = _addresses(payload["name"]), _addresses(payload["load_balancer"])
        if name and name <= balancer:
            return {"moved": True, "addresses": sorted(name)}
        if time.monotonic() >= deadline:
            break
        time.sleep(5)
    if payload["mode"] == "planned":
        raise RuntimeError(f"{payload['name']} leads to {sorted(name)}, this region is {sorted(balancer)}")
    return {"moved": False, "addresses": sorted(name)}


def caught_up(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """That each replica has what was written before this step began; in an outage there is nothing to wait for.

    A measurement of `lag` seconds at a time says that all until `lag` seconds before it was replayed. The leading region
    writes a heartbeat a second, so that the lag tells so also while nobody writes.
    """
    if payload["mode"] != "planned":
        return {"waited": False}
    began = datetime.now(UTC)
    deadline = time.monotonic() + payload["wait_seconds"]
    while True:
        waiting = [name for name in payload["replicas"] if not _has_all_until(began, name)]
        if not waiting:
            return {"waited": True, "has_all_until": began.isoformat()}
        if time.monotonic() >= deadline:
            raise RuntimeError(f"nothing shows that they have what was written until {began.isoformat()}: {waiting}")
        time.sleep(10)


def promoted(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """That every database is available and follows no other; waits, since a promotion begins after its request."""
    rds = _client("rds")
    deadline = time.monotonic() + payload["wait_seconds"]
    while True:
        waiting = [name for name in payload["databases"] if not _leads(rds, name)]
        if not waiting:
            return {"promoted": payload["databases"]}
        if time.monotonic() >= deadline:
            raise RuntimeError(f"still replicas, or not available: {waiting}")
        time.sleep(10)


def cache(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """That this region's group leads the Global Datastore."""
    answer = _client("elasticache").describe_global_replication_groups(
        GlobalReplicationGroupId=payload["datastore"], ShowMemberInfo=True
    )
    members = answer["GlobalReplicationGroups"][0]["Members"]
    roles = {member["ReplicationGroupId"]: member["Role"] for member in members}
    if roles.get(payload["group"]) != "PRIMARY":
        raise RuntimeError(f"{payload['group']} does not lead the cache: {roles}")
    return {"roles": roles}


def _latest_lag(identifier: str) -> tuple[datetime, float] | None:
    """When it was measured last, in the last quarter of an hour, and the lag then; None where nothing was measured."""
    now = datetime.now(UTC)
    answer = _client("cloudwatch").get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName="ReplicaLag",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": identifier}],
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return (points[-1]["Timestamp"], points[-1]["Maximum"]) if points else None


def _has_all_until(moment: datetime, identifier: str) -> bool:
    if _leads(_client("rds"), identifier):
        return True
    measured = _latest_lag(identifier)
    return measured is not None and measured[0] - timedelta(seconds=measured[1]) >= moment


def _leads(rds: Any, identifier: str) -> bool:
    instance = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    return instance["DBInstanceStatus"] == "available" and not instance.get("ReadReplicaSourceDBInstanceIdentifier")


def _addresses(name: str) -> set[str]:
    try:
        return set(socket.gethostbyname_ex(name)[2])
    except OSError:
        return set()


def _client(service: str) -> Any:
    import boto3  # pyright: ignore[reportMissingImports]  # Systems Manager's runtime has it

    return boto3.client(service)
