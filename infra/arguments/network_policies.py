"""Every connection that a phase needs on its clusters, and the way out of them: what is not listed here is denied."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from components import (
    alertmanager,
    app_tier,
    metrics_adapter,
    naming,
    pooler,
    postgres_exporter,
    prometheus,
    queue_pod,
    sql_job,
)
from components.envoy_config import COMPRESSOR, EGRESS, GATEWAY, METRICS_PORT
from components.network_policies import WORLD, Addresses, Flow, NetworkPoliciesArgs, Pods
from components.subnets import ZoneSubnets, allocate
from infra.config import PhaseConfig
from infra.config.pooler import DATABASE_NAMESPACE as DATABASE

POD_IDENTITY = Addresses(("169.254.170.23/32",))
"""The EKS Pod Identity agent, which answers on the node (EKS user guide, "Pod Identity: considerations")."""
HTTPS, KUBELET, DNS = 443, 10250, 53
DISTRIBUTION = (4369, 25672)
"""Erlang's port mapper, and the ports by which RabbitMQ nodes talk to each other."""


def network_policies(config: PhaseConfig, region: str) -> NetworkPoliciesArgs:
    namespaces = (config.app.namespace, DATABASE, config.monitoring.namespace)
    return NetworkPoliciesArgs(namespaces=namespaces, flows=list(Arrows(config, region).all()))


class Arrows:
    """The arrows of one region, as an operator would draw them: from the edge inwards, then what serves and watches."""

    def __init__(self, config: PhaseConfig, region: str) -> None:
        self._config, self._region = config, region
        app = config.app.namespace
        subnets = self._subnets(region)
        self._public = Addresses(tuple(zone.public for zone in subnets))
        self._private = Addresses(tuple(zone.private for zone in subnets))
        self._data = Addresses(tuple(zone.data for zone in subnets))
        services = ipaddress.ip_network(config.cluster.service_cidr)
        self._dns = Addresses((f"{services[10]}/32",))
        self._api_server = Addresses((f"{services[1]}/32", *self._private.cidrs))
        self._services = {service.name: service.port for service in config.app.services}
        self._gateway = Pods(app, naming.physical(naming.OBJECT, GATEWAY))
        self._compressor = Pods(app, naming.physical(naming.OBJECT, COMPRESSOR))
        self._egress = Pods(app, naming.physical(naming.OBJECT, EGRESS))
        self._queue = Pods(app, queue_pod.NAME)
        self._pooler = Pods(DATABASE, pooler.NAME)
        self._postgres_exporter = Pods(config.monitoring.namespace, postgres_exporter.NAME)
        self._jobs = Pods(DATABASE, sql_job.NAME)
        self._prometheus = Pods(config.monitoring.namespace, prometheus.NAME)
        self._alertmanager = Pods(config.monitoring.namespace, alertmanager.NAME)
        self._adapter = Pods(config.monitoring.namespace, metrics_adapter.NAME)

    def all(self) -> Iterator[Flow]:
        yield from self._names()
        yield from self._requests()
        yield from self._database()
        yield from self._calls(Pods(self._config.app.namespace, component=app_tier.COMPONENT))
        if self._config.egress:
            ports = sorted({service.port for service in self._config.egress.services.values()})
            yield Flow(self._egress, WORLD, tuple(ports))
        yield from self._queue_nodes()
        yield from self._metrics()
        yield from self._alerts()
        yield from self._autoscaling()

    def _subnets(self, region: str) -> tuple[ZoneSubnets, ...]:
        here = self._config.regions[region]
        return allocate(here.cidr, here.zones)

    def _names(self) -> Iterator[Flow]:
        """DNS. Auto Mode runs it on each node and not in pods, so it is told by its address (aws/containers-roadmap#2552)."""
        for namespace in (self._config.app.namespace, DATABASE, self._config.monitoring.namespace):
            yield Flow(Pods(namespace), self._dns, (DNS,), ("UDP", "TCP"))

    def _requests(self) -> Iterator[Flow]:
        """From the load balancer to the gateway and on to each service, or to the main one, by a compressor if need be."""
        app, main = self._config.app, self._config.app.services[0]
        if self._config.gateway:
            yield Flow(self._public, self._gateway, (main.port,))
            for name, port in self._services.items():
                yield Flow(self._gateway, Pods(app.namespace, name), (port,))
            return
        if self._config.compressor:
            yield Flow(self._public, self._compressor, (main.port,))
        source = self._compressor if self._config.compressor else self._public
        yield Flow(source, Pods(app.namespace, main.name), (main.port,))

    def _database(self) -> Iterator[Flow]:
        """The servers, from the pooler, from the Jobs that make roles and shards, and from the exporter."""
        yield Flow(self._postgres_exporter, self._data, (self._config.database.port,))
        for client in (self._pooler, self._jobs) if self._config.pooler else (self._jobs,):
            yield Flow(client, self._data, (self._config.database.port,))

    def _calls(self, pods: Pods) -> Iterator[Flow]:
        """What services call: each other, database, cache, queue, their identity, AWS's private endpoints, and the world."""
        config = self._config
        if len(self._services) > 1:
            yield Flow(pods, pods, tuple(sorted(set(self._services.values()))))
        if config.pooler:
            yield Flow(pods, self._pooler, (config.pooler.port,))
        else:
            yield Flow(pods, self._data, (config.database.port,))
        if config.cache:
            yield Flow(pods, self._data, (config.cache.port,))
        if config.queue:
            yield Flow(pods, self._queue, (queue_pod.AMQPS_PORT,))
        yield Flow(pods, POD_IDENTITY, (80,))
        yield Flow(pods, self._private, (HTTPS,))
        if config.egress:
            ports = sorted(service.listen_port for service in config.egress.services.values())
            yield Flow(pods, self._egress, tuple(ports))
        else:
            yield Flow(pods, WORLD, (HTTPS,))

    def _queue_nodes(self) -> Iterator[Flow]:
        """Among the nodes, and between regions: through an internal load balancer in the private subnets."""
        config, amqps = self._config, (queue_pod.AMQPS_PORT,)
        if config.queue is None:
            return
        yield Flow(self._queue, self._queue, DISTRIBUTION)
        if len(config.regions) > 1:
            yield Flow(self._private, self._queue, amqps)
        if self._region != config.active_region:
            followed = tuple(zone.private for zone in self._subnets(config.active_region))
            yield Flow(self._queue, Addresses(followed), amqps)

    def _metrics(self) -> Iterator[Flow]:
        """What Prometheus asks: the API server for what there is, nodes, and pods."""
        yield Flow(self._prometheus, self._api_server, (HTTPS,))
        yield Flow(self._prometheus, self._private, (KUBELET,))
        yield Flow(self._prometheus, self._prometheus, (prometheus.PORT,))
        yield Flow(self._prometheus, self._alertmanager, (alertmanager.PORT,))
        services = Pods(self._config.app.namespace, component=app_tier.COMPONENT)
        yield Flow(self._prometheus, services, (self._config.app.metrics_port,))
        yield Flow(self._prometheus, self._postgres_exporter, (postgres_exporter.PORT,))
        if self._config.pooler:
            yield Flow(self._prometheus, self._pooler, (pooler.EXPORTER_PORT, METRICS_PORT))
        front = self._gateway if self._config.gateway else self._compressor
        proxies = ((self._config.gateway or self._config.compressor, front), (self._config.egress, self._egress))
        for there, proxy in proxies:
            if there:
                yield Flow(self._prometheus, proxy, (METRICS_PORT,))
        if self._config.queue:
            yield Flow(self._prometheus, self._queue, (queue_pod.METRICS_PORT,))

    def _alerts(self) -> Iterator[Flow]:
        """Alertmanagers among themselves, and to SNS: through a private endpoint where there is one."""
        yield Flow(self._alertmanager, self._alertmanager, (alertmanager.PEER_PORT,), ("TCP", "UDP"))
        yield Flow(self._alertmanager, POD_IDENTITY, (80,))
        yield Flow(self._alertmanager, self._private, (HTTPS,))
        yield Flow(self._alertmanager, WORLD, (HTTPS,))

    def _autoscaling(self) -> Iterator[Flow]:
        """The API server asks the adapter, from its addresses in the private subnets; the adapter asks Prometheus."""
        if self._config.monitoring.signals:
            yield Flow(self._private, self._adapter, (metrics_adapter.PORT,))
            yield Flow(self._adapter, self._api_server, (HTTPS,))
            yield Flow(self._adapter, self._prometheus, (prometheus.PORT,))
