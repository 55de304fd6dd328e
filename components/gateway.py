"""The API gateway of one region: Envoy behind the load balancer, which routes each path to its service and limits who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components import naming
from components.envoy import Envoy, EnvoyArgs, ProxyPods, service_host
from components.envoy_config import (
    GATEWAY,
    WEBSOCKETS,
    Compression,
    bootstrap,
    compression,
    connection_options,
    dns_cluster,
    http_listener,
    outlier_detection,
    safe_retries,
    typed,
)
from components.pods import NAME_LABEL

LIMIT = "envoy.filters.http.local_ratelimit"
USER_LIMIT = "user-limit"
REMEMBERED_USERS = 10_000
"""How many users a pod counts at once; beyond it the one that was seen longest ago is forgotten."""

# Of Envoy's guide for a proxy at the edge: one spelling of a path, or a route could be had by another.
EDGE = {
    "use_remote_address": True,
    "normalize_path": True,
    "merge_slashes": True,
    "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
    "server_header_transformation": "PASS_THROUGH",
}


@dataclass(frozen=True)
class ServiceRoute:
    """A service of the application tier: its Kubernetes name, its port, and the path below which it answers (`/tasks`)."""

    service: str
    port: int
    path: str


@dataclass(frozen=True)
class Rate:
    """Requests a second of one gateway pod, and how many may come at once after a pause."""

    per_second: int
    burst: int


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """`pods` that listen on `port` and send each of `routes` to its service.

    Every path but `/` stands below a version of `api_versions` (`/v1/tasks`). `health_path` is asked of the first route's
    service. `user_header` tells one user from another; `user_rate` and `service_rate` are of one user and of one route.
    `trusted_hops` is how many proxies before the gateway add the client's address. The gateway gives up after
    `timeout_seconds`, and keeps an idle connection for `idle_seconds`, longer than the balancer before it. Retries are at
    most `retries` a request and `retry_budget_percent` of all. Thresholds of outlier detection are of one pod of a service.
    `compression` is for where no CDN does it; None: responses pass as they are.
    """

    pods: ProxyPods
    port: int
    routes: Sequence[ServiceRoute]
    api_versions: Sequence[str]
    health_path: str
    user_header: str
    user_rate: Rate
    service_rate: Rate
    trusted_hops: int
    timeout_seconds: int
    idle_seconds: int
    retries: int
    retry_budget_percent: int
    max_requests: int
    consecutive_errors: int
    ejection_seconds: int
    max_ejection_percent: int
    drain_seconds: int
    compression: Compression | None = None


class Gateway(pulumi.ComponentResource):
    """Envoy with a route for each service and version.

    Creates: an Envoy (components/envoy.py), and for each service a headless Service, by whose DNS name the gateway sees
    every ready pod and can leave out one that fails.

    Outputs: `service` (the name, a plain string), `port`.
    """

    service: str
    port: int

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:gateway:Gateway", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        envoy = EnvoyArgs(
            app=GATEWAY,
            pods=args.pods,
            ports={"http": args.port},
            bootstrap=gateway_bootstrap(args),
            drain_seconds=args.drain_seconds,
        )
        for route in args.routes:
            headless(f"{name}-{route.service}-pods", args.pods.namespace, route, child)
        self.service, self.port = Envoy(f"{name}-envoy", envoy, child).service, args.port
        self.register_outputs({"service": self.service})


def headless(name: str, namespace: str, route: ServiceRoute, opts: pulumi.ResourceOptions) -> None:
    """A Service whose DNS name stands for every ready pod of another one."""
    k8s.core.v1.Service(
        name,
        metadata=k8s.meta.v1.ObjectMetaArgs(name=pods_service(route.service), namespace=namespace),
        spec=k8s.core.v1.ServiceSpecArgs(
            cluster_ip="None",
            selector={NAME_LABEL: route.service},
            ports=[k8s.core.v1.ServicePortArgs(name="http", port=route.port, target_port=route.port)],
        ),
        opts=opts,
    )


def pods_service(service: str) -> str:
    """The name of the headless Service beside a service."""
    return naming.physical(naming.OBJECT, f"{service}-pods")


def gateway_bootstrap(args: GatewayArgs) -> dict[str, Any]:
    """Everything that the gateway's Envoy reads."""
    listener = http_listener(
        GATEWAY,
        args.port,
        {"routes": [_health_route(args), *gateway_routes(args)]},
        filters=[*([compression(args.compression)] if args.compression else []), _user_limit(args), _service_limit()],
        upgrade_configs=WEBSOCKETS,
        xff_num_trusted_hops=args.trusted_hops,
        common_http_protocol_options={
            "headers_with_underscores_action": "REJECT_REQUEST",
            "idle_timeout": f"{args.idle_seconds}s",
        },
        **EDGE,
    )
    return bootstrap(GATEWAY, [listener], [_cluster(args, route) for route in args.routes], args.pods.memory_mib)


def gateway_routes(args: GatewayArgs) -> list[dict[str, Any]]:
    """A route for each path in each version, the longest first, since the first that fits is taken."""
    versioned = [
        (f"/{version}{route.path}", version, route)
        for route in args.routes
        if route.path != "/"
        for version in args.api_versions
    ]
    longest_first = sorted(versioned, key=lambda entry: (-len(entry[0]), entry[0]))
    routes = [
        {
            "match": {"path_separated_prefix": prefix},
            **_forward(args, route),
            "request_headers_to_add": [
                {
                    "header": {"key": "x-api-version", "value": version},
                    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                }
            ],
        }
        for prefix, version, route in longest_first
    ]
    rest = [{"match": {"prefix": "/"}, **_forward(args, route)} for route in args.routes if route.path == "/"]
    return routes + rest


def _health_route(args: GatewayArgs) -> dict[str, Any]:
    """Health is the application's, through the gateway: a region whose application is gone must not look well."""
    route = {"cluster": args.routes[0].service, "timeout": "5s", "retry_policy": _retries(args)}
    return {"match": {"path": args.health_path}, "route": route}


def _forward(args: GatewayArgs, route: ServiceRoute) -> dict[str, Any]:
    return {
        "route": {
            "cluster": route.service,
            "timeout": f"{args.timeout_seconds}s",
            "retry_policy": _retries(args),
        },
        "typed_per_filter_config": {LIMIT: _limit(route.service, token_bucket=_bucket(args.service_rate))},
    }


def _retries(args: GatewayArgs) -> dict[str, Any]:
    """On another pod than the one that failed."""
    predicate = typed("extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")
    return {
        **safe_retries(args.retries),
        "retry_host_predicate": [{"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": predicate}],
        "host_selection_retry_max_attempts": 3,
    }


def _cluster(args: GatewayArgs, route: ServiceRoute) -> dict[str, Any]:
    threshold = {
        "max_connections": args.max_requests,
        "max_pending_requests": args.max_requests,
        "max_requests": args.max_requests,
        "retry_budget": {"budget_percent": {"value": args.retry_budget_percent}, "min_retry_concurrency": 3},
        "track_remaining": True,
    }
    return dns_cluster(
        route.service,
        service_host(pods_service(route.service), args.pods.namespace),
        route.port,
        one_endpoint=False,
        connect_timeout="1s",
        lb_policy="LEAST_REQUEST",
        circuit_breakers={"thresholds": [threshold]},
        outlier_detection=outlier_detection(args.consecutive_errors, args.ejection_seconds, args.max_ejection_percent),
        typed_extension_protocol_options=connection_options(idle_timeout="30s"),
    )


def _user_limit(args: GatewayArgs) -> dict[str, Any]:
    """A bucket for each value of the user's header. Who sends none is limited by address at the edge, and by service here."""
    per_user = {"entries": [{"key": "user"}], "token_bucket": _bucket(args.user_rate)}
    header = {"request_headers": {"header_name": args.user_header, "descriptor_key": "user"}}
    limit = _limit(
        "users",
        descriptors=[per_user],
        rate_limits=[{"actions": [header]}],
        max_dynamic_descriptors=REMEMBERED_USERS,
        token_bucket=_bucket(Rate(args.max_requests * 1000, args.max_requests * 1000)),
    )
    return {"name": USER_LIMIT, "typed_config": limit}


def _service_limit() -> dict[str, Any]:
    """The filter that the routes give a bucket each; by itself it limits nothing."""
    return {
        "name": LIMIT,
        "typed_config": typed("extensions.filters.http.local_ratelimit.v3.LocalRateLimit", stat_prefix="services"),
    }


def _limit(name: str, **limit: Any) -> dict[str, Any]:
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return typed(
        "extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix=name,
        filter_enabled=always,
        filter_enforced=always,
        **limit,
    )


def _bucket(rate: Rate) -> dict[str, Any]:
    return {"max_tokens": rate.burst, "tokens_per_fill": rate.per_second, "fill_interval": "1s"}
