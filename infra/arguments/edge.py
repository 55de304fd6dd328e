"""Arguments of what stands between the users and the application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components.access_logs import AccessLogs, AccessLogsArgs
from components.app_tier import AppTier
from components.cdn import AssetsCopy, CdnArgs
from components.cluster import Cluster
from components.compressor import Compressor
from components.failover import Endpoint, FailoverArgs
from components.fence import FenceArgs
from components.gateway import Gateway
from components.kept_secret import SecretKeys
from components.keys import Keys, KeysArgs
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from components.network import Network
from components.origin_guard import OriginGuardArgs
from components.origin_keys import OriginKeys, OriginKeysArgs
from components.private_bucket import PrivateBucketArgs
from components.web_acl import RateLimit, WebAcl, WebAclArgs
from components.zone import PublicZone
from infra.config import PhaseConfig
from infra.config.edge import CdnConfig

ANYONE = ("0.0.0.0/0",)


def load_balancer(
    config: PhaseConfig,
    region: str,
    zone: PublicZone,
    network: Network,
    cluster: Cluster,
    target: AppTier | Compressor | Gateway,
    logs: AccessLogs,
) -> LoadBalancerArgs:
    """In every zone of the region, since it reaches no pod in another one: pods there would never become ready.

    It sends to `target`: a proxy, or the application's own service.

    Open to anyone until there is a CDN, from then on to CloudFront and the health checkers alone.
    """
    return LoadBalancerArgs(
        vpc_id=network.vpc_id,
        subnet_ids=network.public_subnet_ids,
        sources=(config.cdn.origin_prefix_lists[region],) if config.cdn else ANYONE,
        checker_cidrs=config.failover.checker_cidrs if config.cdn else (),
        domain=config.domain,
        validation_fqdn=zone.validation_fqdn,
        cluster_name=cluster.cluster_name,
        cluster_security_group_id=cluster.security_group_id,
        namespace=config.app.namespace,
        service=target.service,
        port=target.port,
        after=[target],
        health_path=config.app.health_path,
        logs_bucket=logs.bucket,
        logs_ready=logs.ready,
        idle_timeout_seconds=config.load_balancer.idle_timeout_seconds,
        deregistration_seconds=config.drain_seconds,
    )


def public_fqdn(config: PhaseConfig) -> str:
    """The name that users know. It never changes; what it stands for does."""
    return f"app.{config.domain}"


def origin_fqdn(config: PhaseConfig) -> str:
    """The name that moves from region to region."""
    return f"origin.{config.domain}"


def failover(config: PhaseConfig, zone: PublicZone, endpoints: Mapping[str, Endpoint]) -> FailoverArgs:
    return FailoverArgs(
        zone_id=zone.zone_id,
        fqdn=origin_fqdn(config),
        endpoints=endpoints,
        health_path=config.app.health_path,
        check_interval_seconds=config.failover.check_interval_seconds,
        failure_threshold=config.failover.failure_threshold,
        ttl_seconds=config.failover.ttl_seconds,
    )


def fence(config: PhaseConfig) -> FenceArgs:
    return FenceArgs(checker_cidrs=config.failover.checker_cidrs)


def regional_acl(config: PhaseConfig, balancer: LoadBalancer) -> WebAclArgs:
    """Before there is a CDN: behind one, an address would be CloudFront's own."""
    rules, limit = config.web_acl.managed_rules, _rate_limit(config)
    return WebAclArgs(scope="REGIONAL", managed_rules=rules, rate_limit=limit, protects=balancer.arn)


def cdn_acl(config: PhaseConfig) -> WebAclArgs:
    return WebAclArgs(
        scope="CLOUDFRONT", managed_rules=config.web_acl.managed_rules, rate_limit=_rate_limit(config), protects=None
    )


def _rate_limit(config: PhaseConfig) -> RateLimit | None:
    limit = config.web_acl.rate_limit
    if limit is None:
        return None
    return RateLimit(
        header=config.web_acl.api_key_header,
        window_seconds=limit.window_seconds,
        requests_per_user=limit.requests_per_user,
        requests_per_address=limit.requests_per_address,
    )


def keys(config: PhaseConfig, region: str) -> KeysArgs:
    classes = ("alerts", "assets") if config.cdn else ("alerts",)
    return KeysArgs(account_id=config.account_id, region=region, data_classes=classes)


def access_logs(config: PhaseConfig, region: str) -> AccessLogsArgs:
    days = config.access_logs.retention_days
    return AccessLogsArgs(account_id=config.account_id, region=region, retention_days=days)


def secret_headers(config: PhaseConfig) -> tuple[str, ...]:
    """Headers whose values open an account to whoever reads them."""
    return ("authorization", "cookie", config.web_acl.api_key_header)


def origin_keys(cdn: CdnConfig) -> OriginKeysArgs:
    return OriginKeysArgs(epoch=cdn.origin_key_epoch)


def origin_guard(config: PhaseConfig, balancer: LoadBalancer, keys: OriginKeys, secrets: SecretKeys) -> OriginGuardArgs:
    return OriginGuardArgs(
        listener_arn=balancer.https_listener_arn,
        target_group_arn=balancer.target_group_arn,
        keys=keys.accepted,
        secret_keys=secrets,
        health_path=config.app.health_path,
    )


def assets(cdn: CdnConfig, keys: Keys) -> PrivateBucketArgs:
    """The copy of the CDN's assets, under the key of its own region."""
    return PrivateBucketArgs(key_arn=keys.arns["assets"], noncurrent_days=cdn.assets_noncurrent_days)


def cdn(
    config: PhaseConfig,
    cdn: CdnConfig,
    zone: PublicZone,
    keys: Keys,
    acl: WebAcl,
    origin_keys: OriginKeys,
    assets_copy: AssetsCopy | None,
    after: Sequence[pulumi.Resource],
) -> CdnArgs:
    """In front of the failover name, `after` load balancers take its key.

    A response belongs to whom its API key, token, origin and format say.
    """
    return CdnArgs(
        fqdn=public_fqdn(config),
        certificate_arn=zone.certificate_arn,
        web_acl_arn=acl.arn,
        origin_fqdn=origin_fqdn(config),
        origin_key=origin_keys.current,
        after=after,
        assets_path=cdn.assets_path,
        assets_key_arn=keys.arns["assets"],
        assets_copy=assets_copy,
        noncurrent_days=cdn.assets_noncurrent_days,
        user_headers=("Authorization", config.web_acl.api_key_header, "Origin", "Accept"),
        api_max_ttl_seconds=cdn.api_max_ttl_seconds,
        connection_attempts=cdn.connection_attempts,
        connection_timeout_seconds=cdn.connection_timeout_seconds,
        read_timeout_seconds=cdn.read_timeout_seconds,
        keepalive_timeout_seconds=cdn.keepalive_timeout_seconds,
        price_class=cdn.price_class,
    )
