"""The egress proxy of one region: Envoy between the application and the services of others, with a breaker for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.authority import Authority
from components.envoy import TLS_FOLDER, Envoy, EnvoyArgs, ProxyPods, service_host
from components.envoy_config import (
    EGRESS,
    bootstrap,
    connection_options,
    dns_cluster,
    http_listener,
    outlier_detection,
    safe_retries,
    typed,
)

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
"""The public certificate authorities, in Envoy's image."""
CONNECTION_SECONDS = 60
"""How long the application keeps a connection to the proxy: less than a proxy that goes stays."""
OPEN = ["UO", "UH", "UF", "UT", "URX"]
"""Envoy's flags of a call that the service didn't answer: breaker open, no healthy host, connection failed, timeout."""
HIDDEN = ["x-forwarded-for", "x-forwarded-proto", "x-request-id"]
"""Headers that Envoy adds and an outside service has no business with."""


@dataclass(frozen=True, kw_only=True)
class ExternalService:
    """A service of others: `host`:`port`, called through the proxy's port `listen_port`.

    At most `max_connections` and `max_requests` at once, `max_pending_requests` that wait for a connection, and
    `max_retries` retries at once, each of one proxy pod; beyond that a call fails at once. After `consecutive_errors`
    (5xx, or no answer) the service is left alone for `ejection_seconds`, each time for longer, up to ten times it. A call
    is given up after `timeout_seconds`, and is retried up to `retries` times where the service can't have acted upon it.
    """

    name: str
    host: str
    port: int
    listen_port: int
    max_connections: int
    max_pending_requests: int
    max_requests: int
    max_retries: int
    consecutive_errors: int
    ejection_seconds: int
    timeout_seconds: int
    retries: int


@dataclass(frozen=True, kw_only=True)
class EgressArgs:
    """`pods` with a port for each of `services`. `authority` issues the proxy's certificate."""

    pods: ProxyPods
    services: Sequence[ExternalService]
    authority: Authority


class Egress(pulumi.ComponentResource):
    """Envoy with a listener, a circuit breaker and outlier detection for each external service.

    The application calls `https://<host>:<listen_port>` with the path and headers of the service itself; the proxy speaks
    TLS to both sides and checks the service's certificate against its host name. Creates: a certificate of the stack's
    authority and an Envoy (components/envoy.py).

    Outputs: `host` (a name in the cluster, a plain string), `addresses` (a URL by service).
    """

    host: str
    addresses: dict[str, str]

    def __init__(self, name: str, args: EgressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:egress:Egress", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.host = service_host(EGRESS, args.pods.namespace)
        self.addresses = {service.name: f"https://{self.host}:{service.listen_port}" for service in args.services}
        envoy = EnvoyArgs(
            app=EGRESS,
            pods=args.pods,
            ports={f"tls-{service.listen_port}": service.listen_port for service in args.services},
            bootstrap=egress_bootstrap(args.services, args.pods.memory_mib),
            drain_seconds=drain_seconds(args.services),
            certificate=args.authority.issue(f"{name}-tls", [self.host, EGRESS], child),
        )
        Envoy(f"{name}-envoy", envoy, child)
        self.register_outputs({"host": self.host})


def drain_seconds(services: Sequence[ExternalService]) -> int:
    """How long a pod that goes must stay: until its connections are given up, and the last call on one has ended."""
    return CONNECTION_SECONDS + max(service.timeout_seconds for service in services)


def egress_bootstrap(services: Sequence[ExternalService], memory_mib: int) -> dict[str, Any]:
    """Everything that the egress proxy's Envoy reads."""
    return bootstrap(EGRESS, [_listener(s) for s in services], [_cluster(s) for s in services], memory_mib)


def _listener(service: ExternalService) -> dict[str, Any]:
    route = {
        "cluster": service.name,
        "host_rewrite_literal": service.host,
        "timeout": f"{service.timeout_seconds}s",
        "retry_policy": safe_retries(service.retries),
    }
    listener = http_listener(
        service.name,
        service.listen_port,
        {"routes": [{"match": {"prefix": "/"}, "route": route}], "request_headers_to_remove": HIDDEN},
        drain_timeout=f"{service.timeout_seconds}s",
        common_http_protocol_options={"max_connection_duration": f"{CONNECTION_SECONDS}s"},
        local_reply_config={"mappers": [_fallback(service)]},
    )
    listener["filter_chains"][0]["transport_socket"] = _serve_tls()
    return listener


def _fallback(service: ExternalService) -> dict[str, Any]:
    """What the application is told, at once, where the service doesn't answer: which one, why, and when to ask again."""
    body = {"error": "external_service_unavailable", "service": service.name, "reason": "%RESPONSE_FLAGS%"}
    retry_after = {"header": {"key": "retry-after", "value": str(service.ejection_seconds)}}
    return {
        "filter": {"response_flag_filter": {"flags": OPEN}},
        "body_format_override": {"json_format": body},
        "headers_to_add": [{**retry_after, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
    }


def _cluster(service: ExternalService) -> dict[str, Any]:
    """All addresses are one endpoint, so that one breaker stands for the service. No panic threshold: it stays open."""
    threshold = {
        "max_connections": service.max_connections,
        "max_pending_requests": service.max_pending_requests,
        "max_requests": service.max_requests,
        "max_retries": service.max_retries,
        "track_remaining": True,
    }
    return dns_cluster(
        service.name,
        service.host,
        service.port,
        one_endpoint=True,
        connect_timeout="3s",
        circuit_breakers={"thresholds": [threshold]},
        outlier_detection=outlier_detection(service.consecutive_errors, service.ejection_seconds, 100),
        common_lb_config={"healthy_panic_threshold": {"value": 0}},
        typed_extension_protocol_options=connection_options(idle_timeout="60s"),
        transport_socket=_call_tls(service),
    )


def _serve_tls() -> dict[str, Any]:
    certificate = {
        "certificate_chain": {"filename": f"{TLS_FOLDER}/tls.crt"},
        "private_key": {"filename": f"{TLS_FOLDER}/tls.key"},
    }
    context = typed(
        "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={"tls_certificates": [certificate], "tls_params": _tls_1_2()},
    )
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _call_tls(service: ExternalService) -> dict[str, Any]:
    names = [{"san_type": "DNS", "matcher": {"exact": service.host}}]
    validation = {"trusted_ca": {"filename": CA_BUNDLE}, "match_typed_subject_alt_names": names}
    context = typed(
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        sni=service.host,
        common_tls_context={"validation_context": validation, "tls_params": _tls_1_2()},
    )
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _tls_1_2() -> dict[str, Any]:
    return {"tls_minimum_protocol_version": "TLSv1_2"}
