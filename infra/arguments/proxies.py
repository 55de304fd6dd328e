"""Arguments of the proxies of one region: the compressor, the API gateway and the egress proxy."""

from __future__ import annotations

from components.authority import Authority
from components.compressor import CompressorArgs
from components.egress import EgressArgs, ExternalService
from components.envoy import ProxyPods
from components.envoy_config import Compression
from components.gateway import GatewayArgs, Rate, ServiceRoute
from components.node_pool import NodePool
from infra.config import PhaseConfig
from infra.config.proxies import CompressorConfig, EgressConfig, GatewayConfig


def gateway(config: PhaseConfig, gateway: GatewayConfig, pool: NodePool) -> GatewayArgs:
    """It listens on the port of the application's own service, so that the load balancer's target group stays as it is."""
    services = config.app.services
    return GatewayArgs(
        pods=_pods(config, gateway, pool),
        port=services[0].port,
        routes=[ServiceRoute(service.name, service.port, service.path) for service in services],
        api_versions=gateway.api_versions,
        health_path=config.app.health_path,
        user_header=config.web_acl.api_key_header,
        user_rate=Rate(gateway.user_requests_per_second, gateway.user_burst),
        service_rate=Rate(gateway.requests_per_second, gateway.burst),
        trusted_hops=2 if config.cdn else 1,
        timeout_seconds=gateway.timeout_seconds,
        idle_seconds=gateway.idle_seconds,
        retries=gateway.retries,
        retry_budget_percent=gateway.retry_budget_percent,
        max_requests=gateway.max_requests,
        consecutive_errors=gateway.consecutive_errors,
        ejection_seconds=gateway.ejection_seconds,
        max_ejection_percent=gateway.max_ejection_percent,
        drain_seconds=config.drain_seconds,
        compression=_compression(config.compressor) if config.compressor else None,
    )


def compressor(config: PhaseConfig, compressor: CompressorConfig, pool: NodePool) -> CompressorArgs:
    """It listens on the port of the application's own service, as the gateway does that takes its place."""
    main = config.app.services[0]
    return CompressorArgs(
        pods=_pods(config, compressor, pool),
        port=main.port,
        target=ServiceRoute(main.name, main.port, main.path),
        compression=_compression(compressor),
        idle_seconds=compressor.idle_seconds,
        max_requests=compressor.max_requests,
        retries=compressor.retries,
        drain_seconds=config.drain_seconds,
    )


def _compression(compressor: CompressorConfig) -> Compression:
    return Compression(compressor.content_types, compressor.least_bytes)


def _pods(config: PhaseConfig, proxy: CompressorConfig | EgressConfig | GatewayConfig, pool: NodePool) -> ProxyPods:
    return ProxyPods(
        namespace=config.app.namespace,
        image=proxy.image,
        replicas=proxy.replicas,
        cpu_millicores=proxy.cpu_millicores,
        memory_mib=proxy.memory_mib,
        node_selector=pool.selector,
        pool=pool.pool,
    )


def egress(config: PhaseConfig, egress: EgressConfig, pool: NodePool, authority: Authority) -> EgressArgs:
    """Services in the order of their names: the engine hands a config's mapping over in that order, whatever the file's."""
    return EgressArgs(
        pods=_pods(config, egress, pool),
        services=[ExternalService(name=name, **dict(service)) for name, service in sorted(egress.services.items())],
        authority=authority,
    )
