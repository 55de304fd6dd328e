"""What compresses the application's responses before there is a CDN: Envoy behind the load balancer, which can't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from components.envoy import Envoy, EnvoyArgs, ProxyPods, service_host
from components.envoy_config import (
    COMPRESSOR,
    WEBSOCKETS,
    Compression,
    bootstrap,
    compression,
    connection_options,
    dns_cluster,
    http_listener,
    safe_retries,
)
from components.gateway import ServiceRoute, headless, pods_service


@dataclass(frozen=True, kw_only=True)
class CompressorArgs:
    """`pods` that listen on `port`, pass everything on to `target` and compress what it answers (`compression`).

    An idle connection is kept for `idle_seconds`, longer than the balancer before it does. At most `max_requests` are
    underway in one pod; one that `target` can't have acted upon is tried on up to `retries` further pods.
    """

    pods: ProxyPods
    port: int
    target: ServiceRoute
    compression: Compression
    idle_seconds: int
    max_requests: int
    retries: int
    drain_seconds: int


class Compressor(pulumi.ComponentResource):
    """Envoy that changes nothing but the encoding of responses: paths, timeouts and WebSockets are the application's.

    Creates: an Envoy (components/envoy.py), and a headless Service, by whose DNS name it sees every ready pod.
    Outputs: `service` (the name, a plain string), `port`.
    """

    service: str
    port: int

    def __init__(self, name: str, args: CompressorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:compressor:Compressor", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        envoy = EnvoyArgs(
            app=COMPRESSOR,
            pods=args.pods,
            ports={"http": args.port},
            bootstrap=compressor_bootstrap(args),
            drain_seconds=args.drain_seconds,
        )
        headless(f"{name}-{args.target.service}-pods", args.pods.namespace, args.target, child)
        self.service, self.port = Envoy(f"{name}-envoy", envoy, child).service, args.port
        self.register_outputs({"service": self.service})


def compressor_bootstrap(args: CompressorArgs) -> dict[str, Any]:
    """Everything that the compressor's Envoy reads. How long an answer may take is the application's to say."""
    route = {"cluster": args.target.service, "timeout": "0s", "retry_policy": safe_retries(args.retries)}
    listener = http_listener(
        COMPRESSOR,
        args.port,
        {"routes": [{"match": {"prefix": "/"}, "route": route}]},
        filters=[compression(args.compression)],
        use_remote_address=True,
        xff_num_trusted_hops=1,
        server_header_transformation="PASS_THROUGH",
        upgrade_configs=WEBSOCKETS,
        common_http_protocol_options={"idle_timeout": f"{args.idle_seconds}s"},
    )
    return bootstrap(COMPRESSOR, [listener], [_cluster(args)], args.pods.memory_mib)


def _cluster(args: CompressorArgs) -> dict[str, Any]:
    most = dict.fromkeys(("max_connections", "max_pending_requests", "max_requests"), args.max_requests)
    return dns_cluster(
        args.target.service,
        service_host(pods_service(args.target.service), args.pods.namespace),
        args.target.port,
        one_endpoint=False,
        connect_timeout="1s",
        lb_policy="LEAST_REQUEST",
        circuit_breakers={"thresholds": [most]},
        typed_extension_protocol_options=connection_options(idle_timeout="30s"),
    )
