"""The parts that every Envoy bootstrap here has, as plain data: admin, metrics, access log, limits of the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Data = dict[str, Any]

GATEWAY, EGRESS, COMPRESSOR = "gateway", "egress", "compressor"
"""What the proxies are called in the application's namespace; no service of its own may have these names."""
ADMIN_PORT = 9901
"""Where Envoy's admin interface listens, for the pod itself alone: it could change and stop the proxy."""
METRICS_PORT = 9902
"""Where two of the admin interface's paths are open to others: `/ready` and `/stats/prometheus`."""
WEBSOCKETS = [{"upgrade_type": "websocket"}]
"""`upgrade_configs` of a listener that users reach: without it a proxy refuses what worked without the proxy."""
MAX_DOWNSTREAM_CONNECTIONS = 20_000
_TYPES = "type.googleapis.com/envoy"
_MANAGER = "extensions.filters.network.http_connection_manager.v3"


def typed(kind: str, **values: Any) -> Data:
    """A message of an Envoy extension: `kind` without `type.googleapis.com/envoy.`."""
    return {"@type": f"{_TYPES}.{kind}", **values}


def bootstrap(name: str, listeners: Sequence[Data], clusters: Sequence[Data], memory_mib: int) -> Data:
    """A static bootstrap: no control plane. The process sheds load before it reaches `memory_mib`, its pod's limit."""
    return {
        "node": {"id": name, "cluster": name},
        "admin": {"address": _address("127.0.0.1", ADMIN_PORT)},
        "static_resources": {
            "listeners": [*listeners, _metrics_listener()],
            "clusters": [*clusters, _admin_cluster()],
        },
        "overload_manager": _overload(memory_mib),
    }


def http_listener(name: str, port: int, virtual_host: Data, *, filters: Sequence[Data] = (), **manager: Any) -> Data:
    """A listener for HTTP on `port` with one virtual host for all names. `filters` stand before the router; `manager`
    are further settings of the connection manager."""
    settings = {
        "stat_prefix": name,
        "access_log": [access_log()],
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "300s",
        **manager,
        "http_filters": [*filters, _router()],
        "route_config": {"name": name, "virtual_hosts": [{"name": name, "domains": ["*"], **virtual_host}]},
    }
    connection_manager = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": typed(f"{_MANAGER}.HttpConnectionManager", **settings),
    }
    return {
        "name": name,
        "address": _address("0.0.0.0", port),
        "per_connection_buffer_limit_bytes": 32768,
        "filter_chains": [{"filters": [connection_manager]}],
    }


@dataclass(frozen=True)
class Compression:
    """Responses of these types are compressed, for clients that take gzip, from `least_bytes` on."""

    content_types: Sequence[str]
    least_bytes: int


def compression(wanted: Compression) -> Data:
    """A filter that compresses responses. An ETag of one becomes weak, and still saves what hasn't changed."""
    return {
        "name": "envoy.filters.http.compressor",
        "typed_config": typed(
            "extensions.filters.http.compressor.v3.Compressor",
            response_direction_config={
                "common_config": {
                    "min_content_length": wanted.least_bytes,
                    "content_type_matcher": [{"exact": each} for each in wanted.content_types],
                },
                "weaken_etag_on_compress": True,
            },
            compressor_library={
                "name": "gzip",
                "typed_config": typed("extensions.compression.gzip.compressor.v3.Gzip"),
            },
        ),
    }


def access_log() -> Data:
    """One line of JSON a request to standard output. The query is left out: it may hold what nobody should read."""
    fields = {
        "time": "%START_TIME%",
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ:ORIG)%",
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "duration_ms": "%DURATION%",
        "received_bytes": "%BYTES_RECEIVED%",
        "sent_bytes": "%BYTES_SENT%",
        "cluster": "%UPSTREAM_CLUSTER%",
        "upstream": "%UPSTREAM_HOST%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "request_id": "%REQ(X-REQUEST-ID)%",
    }
    return {
        "name": "envoy.access_loggers.stdout",
        "typed_config": typed(
            "extensions.access_loggers.stream.v3.StdoutAccessLog", log_format={"json_format": fields}
        ),
    }


def dns_cluster(name: str, host: str, port: int, *, one_endpoint: bool, connect_timeout: str, **rest: Any) -> Data:
    """A cluster found by DNS: each address an endpoint of its own, or with `one_endpoint` all of them one."""
    resolution = typed(
        "extensions.clusters.dns.v3.DnsCluster",
        dns_refresh_rate="5s",
        respect_dns_ttl=True,
        dns_lookup_family="V4_ONLY",
        all_addresses_in_single_endpoint=one_endpoint,
    )
    endpoint = {"endpoint": {"address": _address(host, port)}}
    return {
        "name": name,
        "connect_timeout": connect_timeout,
        "cluster_type": {"name": "envoy.clusters.dns", "typed_config": resolution},
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        **rest,
    }


def connection_options(**options: Any) -> Data:
    """HTTP/1.1 to a cluster, with options that all protocols have in common."""
    key = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    explicit = {"http_protocol_options": {}}
    message = typed("extensions.upstreams.http.v3.HttpProtocolOptions", explicit_http_config=explicit)
    return {key: {**message, "common_http_protocol_options": options}}


def outlier_detection(consecutive_errors: int, ejection_seconds: int, max_ejection_percent: int) -> Data:
    """An endpoint that fails so often in a row gets no requests for a while, each time for longer, up to ten times it."""
    return {
        "consecutive_5xx": consecutive_errors,
        "consecutive_gateway_failure": consecutive_errors,
        "enforcing_consecutive_5xx": 100,
        "enforcing_consecutive_gateway_failure": 100,
        "enforcing_success_rate": 0,
        "interval": "5s",
        "base_ejection_time": f"{ejection_seconds}s",
        "max_ejection_time": f"{10 * ejection_seconds}s",
        "max_ejection_percent": max_ejection_percent,
    }


def safe_retries(retries: int) -> Data:
    """Retries where the request can't have been acted upon, whatever its method: no answer began, or none was connected."""
    return {
        "retry_on": "connect-failure,refused-stream,reset-before-request",
        "num_retries": retries,
        "retry_back_off": {"base_interval": "0.05s", "max_interval": "1s"},
    }


def _metrics_listener() -> Data:
    """Two exact paths of the admin interface, to read only; `/metrics` is where Prometheus looks."""
    method = [{"name": ":method", "string_match": {"exact": "GET"}}]
    routes = [
        {"match": {"path": path, "headers": method}, "route": {"cluster": "admin"}}
        for path in ("/ready", "/stats/prometheus")
    ]
    scraped = {"cluster": "admin", "prefix_rewrite": "/stats/prometheus"}
    routes.append({"match": {"path": "/metrics", "headers": method}, "route": scraped})
    return http_listener("metrics", METRICS_PORT, {"routes": routes}, access_log=[])


def _admin_cluster() -> Data:
    endpoint = {"endpoint": {"address": _address("127.0.0.1", ADMIN_PORT)}}
    return {
        "name": "admin",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": "admin", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def _overload(memory_mib: int) -> Data:
    """At 90 % of nine tenths of the memory it gives back what it can, at 95 % it takes no further requests."""
    heap = memory_mib * 1024 * 1024 * 9 // 10
    monitor = "envoy.resource_monitors."
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            {
                "name": f"{monitor}fixed_heap",
                "typed_config": typed(
                    "extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig", max_heap_size_bytes=heap
                ),
            },
            {
                "name": f"{monitor}global_downstream_max_connections",
                "typed_config": typed(
                    "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    max_active_downstream_connections=MAX_DOWNSTREAM_CONNECTIONS,
                ),
            },
        ],
        "actions": [
            _action("shrink_heap", f"{monitor}fixed_heap", 0.90),
            _action("stop_accepting_requests", f"{monitor}fixed_heap", 0.95),
        ],
    }


def _action(name: str, monitor: str, threshold: float) -> Data:
    trigger = {"name": monitor, "threshold": {"value": threshold}}
    return {"name": f"envoy.overload_actions.{name}", "triggers": [trigger]}


def _router() -> Data:
    """Without Envoy's own headers, which would tell others of its timeouts and retries."""
    router = typed("extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    return {"name": "envoy.filters.http.router", "typed_config": router}


def _address(host: str, port: int) -> Mapping[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}
