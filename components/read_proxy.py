"""The proxy before a server's read replicas: Envoy beside PgBouncer, which sends each connection to a replica that is well.

PgBouncer takes several hosts in turn whether they answer or not, and verifies a certificate against the one host name that
it connects to. So it connects to a socket in its pod, and Envoy picks the replica, speaks TLS to it and verifies that
replica's own name. It begins with TLS at once, which PostgreSQL takes from version 17 on ("direct" negotiation, with ALPN
`postgresql`; PostgreSQL documentation, "SSL Session Encryption").
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi_kubernetes as k8s

from components.envoy_config import METRICS_PORT, bootstrap, typed
from components.pods import container_security

SOCKETS = "/sockets"
BOOTSTRAP = "read-proxy.json"
AUTHORITY = "rds-ca.pem"
ATTEMPTS = 4
"""Replicas tried for one connection, one after the other."""


@dataclass(frozen=True, kw_only=True)
class ReadProxy:
    """Envoy's image, and what it asks for in each pod; the memory is also its limit."""

    image: str
    cpu_millicores: int
    memory_mib: int


def read_bootstrap(
    replicas: Mapping[int, Sequence[str]],
    port: int,
    per_replica: int,
    memory_mib: int,
    configuration: str,
    sockets: str = SOCKETS,
) -> str:
    """The file that Envoy reads: for each server by number a socket, and behind it the host names of its `replicas`.

    No replica gets more than `per_replica` connections of this pod, also while another one is gone. `configuration` is
    the folder with the servers' certificate authority.
    """
    listeners = [_listener(server, f"{sockets}/{socket(server)}") for server in replicas]
    clusters = [
        _cluster(server, hosts, port, per_replica, f"{configuration}/{AUTHORITY}") for server, hosts in replicas.items()
    ]
    return json.dumps(bootstrap("read-proxy", listeners, clusters, memory_mib), indent=1) + "\n"


def socket(server: int) -> str:
    """A socket's file name as PostgreSQL's clients make it of a folder and a port: the server's number is the port."""
    return f".s.PGSQL.{server}"


def _listener(server: int, path: str) -> dict[str, Any]:
    proxy = typed(
        "extensions.filters.network.tcp_proxy.v3.TcpProxy",
        stat_prefix=_name(server),
        cluster=_name(server),
        max_connect_attempts=ATTEMPTS,
    )
    return {
        "name": _name(server),
        "address": {"pipe": {"path": path, "mode": 0o600}},
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]}],
    }


def _cluster(server: int, hosts: Sequence[str], port: int, per_replica: int, authority: str) -> dict[str, Any]:
    """The replicas in turn, so that what one refuses the next one gets. One that doesn't answer is left out.

    Not the one with the fewest connections: that is the one that has just gone.
    """
    resolution = typed(
        "extensions.clusters.dns.v3.DnsCluster",
        dns_refresh_rate="5s",
        respect_dns_ttl=True,
        dns_lookup_family="V4_ONLY",
    )
    total = {"max_connections": per_replica * len(hosts), "max_pending_requests": per_replica * len(hosts)}
    return {
        "name": _name(server),
        "connect_timeout": "2s",
        "lb_policy": "ROUND_ROBIN",
        "cluster_type": {"name": "envoy.clusters.dns", "typed_config": resolution},
        "load_assignment": {
            "cluster_name": _name(server),
            "endpoints": [{"lb_endpoints": [_endpoint(host, port) for host in hosts]}],
        },
        "health_checks": [
            {
                "timeout": "2s",
                "interval": "2s",
                "no_traffic_interval": "5s",
                "unhealthy_threshold": 2,
                "healthy_threshold": 2,
                "tcp_health_check": {},
            }
        ],
        "close_connections_on_host_health_failure": True,
        "outlier_detection": {
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": 2,
            "enforcing_consecutive_local_origin_failure": 100,
            "enforcing_local_origin_success_rate": 0,
            "interval": "2s",
            "base_ejection_time": "5s",
            "max_ejection_percent": 100,
        },
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {"thresholds": [total], "per_host_thresholds": [{"max_connections": per_replica}]},
        "upstream_connection_options": {"tcp_keepalive": {"keepalive_time": 30, "keepalive_interval": 5}},
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": _tls(authority)},
    }


def _endpoint(host: str, port: int) -> dict[str, Any]:
    address = {"socket_address": {"address": host, "port_value": port}}
    return {"endpoint": {"hostname": host, "address": address}}


def _tls(authority: str) -> dict[str, Any]:
    """What `sslmode=verify-full` means: a certificate of the authority that carries the chosen replica's own name."""
    common = {
        "alpn_protocols": ["postgresql"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
        "validation_context": {"trusted_ca": {"filename": authority}},
    }
    return typed(
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        auto_host_sni=True,
        auto_sni_san_validation=True,
        common_tls_context=common,
    )


def _name(server: int) -> str:
    return f"replicas-{server}"


def sidecar(
    proxy: ReadProxy, mounts: Sequence[k8s.core.v1.VolumeMountArgs], configuration: str
) -> k8s.core.v1.ContainerArgs:
    """Envoy as a sidecar (an init container that goes on): it is there before the pooler starts, and until it has ended."""
    memory, workers = f"{proxy.memory_mib}Mi", str(max(1, math.ceil(proxy.cpu_millicores / 1000)))
    ready = k8s.core.v1.HTTPGetActionArgs(path="/ready", port="proxy-metrics")
    return k8s.core.v1.ContainerArgs(
        name="read-proxy",
        image=proxy.image,
        restart_policy="Always",
        command=["envoy"],
        args=["--config-path", f"{configuration}/{BOOTSTRAP}", "--concurrency", workers, "--disable-hot-restart"],
        ports=[k8s.core.v1.ContainerPortArgs(name="proxy-metrics", container_port=METRICS_PORT)],
        startup_probe=k8s.core.v1.ProbeArgs(http_get=ready, period_seconds=1, failure_threshold=60),
        liveness_probe=k8s.core.v1.ProbeArgs(http_get=ready, period_seconds=10, failure_threshold=6),
        resources=k8s.core.v1.ResourceRequirementsArgs(
            requests={"cpu": f"{proxy.cpu_millicores}m", "memory": memory}, limits={"memory": memory}
        ),
        security_context=container_security(),
        volume_mounts=list(mounts),
    )
