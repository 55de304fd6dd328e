"""The replication block: the database's private names, ports and the lag a replica may have."""

from __future__ import annotations

import re

from infra.roadmap.blocks import Node, known_keys, load, number, text
from infra.roadmap.document import Code
from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import DatabaseHost, Fact
from infra.roadmap.numbers import DURATION, seconds

_KEYS = ("role", "host", "port", "lag")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*", re.IGNORECASE | re.ASCII)
_LAG = re.compile(rf"(?:<=?|≤)?\s*{DURATION.pattern}", re.I | re.ASCII)
MAX_LAG_SECONDS = 86_400


def read_replication(code: Code, reading: Reading) -> tuple[DatabaseHost, ...]:
    """The hosts in the block's order; an empty tuple, with mistakes reported, where it cannot be read."""
    root = load(code, "replication block", reading)
    if root is None:
        return ()
    if not isinstance(root.value, list):
        reading.mistake(root.line, "replication block", root.shown(), "a list of hosts with role, host, port and lag")
        return ()
    hosts = [host for node in root.value if (host := _host(node, reading))]
    if len(hosts) == len(root.value):
        _check_roles(hosts, root.line, reading)
    return tuple(hosts)


def _host(node: Node, reading: Reading) -> DatabaseHost | None:
    known_keys(node, _KEYS, "replication block", reading)
    role = text(node.get("role"), "replication block: role", node.line, reading)
    host = text(node.get("host"), "replication block: host", node.line, reading)
    port = number(node.get("port"), "replication block: port", node.line, 1, 65_535, reading)
    lag = node.get("lag")
    lag_ms = _lag(lag, reading) if lag else None
    if role and role.value not in ("primary", "replica"):
        hint = meant(role.value, ("primary", "replica"))
        reading.mistake(role.line, "replication block: role", role.value, "primary, replica", hint)
        return None
    if host and not _HOST.fullmatch(host.value):
        reading.mistake(host.line, "replication block: host", host.value, "a DNS name such as db-primary.internal")
        return None
    if lag and role and role.value == "primary":
        reading.mistake(lag.line, "replication block: lag", lag.shown(), "a lag of replicas only")
    if not (role and host and port):
        return None
    return DatabaseHost(role.value, host, port, lag_ms)


def _lag(node: Node, reading: Reading) -> Fact[int] | None:
    match = _LAG.fullmatch(node.value.strip()) if isinstance(node.value, str) else None
    lag = seconds(match[0]) if match else None
    if lag is None or not 0 < lag <= MAX_LAG_SECONDS:
        reading.mistake(node.line, "replication block: lag", node.shown(), "a duration such as < 100ms or < 2s")
        return None
    return Fact(round(lag * 1000), node.line)


def _check_roles(hosts: list[DatabaseHost], line: int, reading: Reading) -> None:
    primaries = [host for host in hosts if host.role == "primary"]
    if hosts and not primaries:
        reading.report(line, "replication block", "no primary", "exactly one host of role primary")
    for host in hosts:
        if primaries and host.port.value != primaries[0].port.value:
            allowed = f"the primary's, {primaries[0].port.value} on line {primaries[0].port.line}"
            reading.mistake(host.port.line, "replication block: port", str(host.port.value), allowed)
    for host in primaries[1:]:
        line = host.host.line
        reading.report(line, "replication block: role", "a second primary", "exactly one host of role primary")
    seen: dict[str, int] = {}
    for host in hosts:
        if host.host.value in seen:
            reading.mistake(
                host.host.line,
                "replication block: host",
                host.host.value,
                f"a name of its own (it is taken on line {seen[host.host.value]})",
            )
        seen.setdefault(host.host.value, host.host.line)
