"""Between users and the application: load balancers, web ACLs, CDN, asset store, DNS."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from infra.catalogue.prices import GLOBAL
from infra.catalogue.quantities import quantity
from infra.cost.items import Group
from infra.cost.subject import Outcome, Subject

_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_LOGS = {
    _BALANCER: "accessLogs",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "deliveryDestinationConfiguration",
}
"""Who writes every request into a bucket, and the input that names it. A web ACL writes only what it stops."""
_COPY_TO = {"aws:s3/bucketReplicationConfig:BucketReplicationConfig": "rules"}
"""What copies into a bucket, and the input that names it."""
_DAYS_A_MONTH = 30
_MILLION, _TEN_THOUSAND, _THOUSAND = 1_000_000, 10_000, 1_000


def load_balancer(balancer: Subject) -> Outcome:
    """Hours, capacity units by the dimension that needs most of them, and the public addresses of an open one."""
    kind = balancer.inputs.get("loadBalancerType") or "application"
    if kind == "network":
        yield from network_balancer(balancer)
        return
    if kind != "application":
        yield balancer.unpriced(f"the price book has no {kind} load balancer")
        return
    group = Group.LOAD_BALANCER
    yield balancer.hourly(group, "alb", "load balancer", 1, "1 load balancer all month")
    if not balancer.inputs.get("internal"):
        zones = len(balancer.inputs.get("subnets") or balancer.inputs.get("subnetMappings") or ())
        yield balancer.hourly(group, "vpc", "public IPv4 in use", zones, f"1 address in each of {zones} zones")
    if balancer.active:
        units, basis = _capacity_units(balancer)
        yield balancer.charge(group, "alb", "LCU", "LCU-hour", units, basis, fixed=False)


def network_balancer(balancer: Subject) -> Outcome:
    """Hours of a network load balancer, and units for what standby regions fetch from the queue through it."""
    yield balancer.hourly(Group.QUEUE, "nlb", "load balancer", 1, "1 load balancer all month")
    standbys = len(balancer.plan.config.standby_regions)
    if balancer.active and standbys:
        units = standbys * balancer.usage.events_gib / quantity("nlb nlcu data")
        basis = f"1 GiB an hour a unit, of events forwarded to {standbys} standby regions"
        yield balancer.charge(Group.QUEUE, "nlb", "NLCU", "NLCU-hour", units, basis, fixed=False)


def _capacity_units(balancer: Subject) -> tuple[Decimal, str]:
    """A month's LCU-hours, and the dimension that they follow from."""
    use, hours = balancer.usage, quantity("month hours")
    gib = use.responses_gib + use.received_gib + (0 if balancer.plan.has_cdn else use.assets_gib)
    needs = {
        "new connections": use.new_connections_a_second * hours / quantity("alb lcu new connections"),
        "active connections": (use.active_connections * hours / quantity("alb lcu active connections")),
        "data": gib / quantity("alb lcu data"),
    }
    dimension = max(needs, key=lambda name: needs[name])
    return needs[dimension].quantize(Decimal("0.000001")), f"by {dimension}, the dimension that needs most units"


def web_acl(acl: Subject) -> Outcome:
    """The ACL, each of its rules, and the requests that it inspects. CLOUDFRONT's scope costs the same."""
    at_edge = acl.inputs.get("scope") == "CLOUDFRONT"
    group = Group.CDN if at_edge else Group.LOAD_BALANCER
    rules = len(acl.inputs.get("rules") or ())
    yield acl.charge(group, "waf", "web ACL", "month", 1, "1 ACL")
    yield acl.charge(group, "waf", "rule", "rule-month", rules, f"{rules} rules and rule groups")
    if at_edge or acl.active:
        assets = acl.usage.asset_requests if at_edge or not acl.plan.has_cdn else 0
        millions = (acl.usage.requests + assets) / _MILLION
        yield acl.charge(group, "waf", "requests", "1M requests", millions, "every request", fixed=False)


def distribution(cdn: Subject) -> Outcome:
    """What users load through CloudFront, reckoned at its United States rates; from the origin it is free."""
    use, group = cdn.usage, Group.CDN
    more = {"fixed": False, "region": GLOBAL}
    gib = use.responses_gib + use.assets_gib
    item, basis = "data to viewers, United States", "responses, compressed, and assets"
    yield cdn.charge(group, "cloudfront", item, "GB", gib, basis, **more)
    item, basis = "data to origin, United States", "what users send"
    yield cdn.charge(group, "cloudfront", item, "GB", use.received_gib, basis, **more)
    requests = (use.requests + use.asset_requests) / _TEN_THOUSAND
    item, basis = "HTTPS requests, United States", "requests to the API and for assets"
    yield cdn.charge(group, "cloudfront", item, "10k requests", requests, basis, **more)


def bucket(store: Subject) -> Outcome:
    """The CDN's asset store, or access logs: what it holds, and requests. A region's fence is all but empty."""
    if "accesslogs" in store.components:
        yield from _access_logs(store)
        return
    if "fence" in store.components:
        return
    copied = bool(store.takers(_COPY_TO))
    if "cdn" not in store.components and not copied:
        yield store.unpriced("what it will hold can't be told: it is neither assets, nor access logs, nor a fence")
        return
    gib = store.usage.settings.assets_gib
    yield store.charge(Group.CDN, "s3", "standard storage", "GB-month", gib, "usage.assets_gib", fixed=False)
    if copied:
        return
    misses = store.usage.asset_misses / _THOUSAND
    basis = "asset requests that miss the CDN (usage.cdn_hit_percent)"
    yield store.charge(Group.CDN, "s3", "get and other requests", "1k requests", misses, basis, fixed=False)


def bucket_copy(replication: Subject) -> Outcome:
    """What is published of assets goes to the other region; what S3 asks for a request there is below a cent."""
    copy = replication.plan.config.cdn.assets_copy_region if replication.plan.config.cdn else None
    gib, basis = replication.usage.settings.assets_published_gib, f"usage.assets_published_gib, copied to {copy}"
    more = {"fixed": False, "serves": copy}
    yield replication.charge(Group.CDN, "transfer", f"to {copy}", "GB", gib, basis, **more)


def _access_logs(store: Subject) -> Outcome:
    """What requests leave behind within the logs' retention: of the CDN, and of a load balancer where users are served."""
    writers = [one for one in store.takers(_LOGS) if one.resource.type != _BALANCER or one.active]
    if writers:
        days = store.plan.config.access_logs.retention_days
        gib = len(writers) * store.usage.access_logs_gib * days / _DAYS_A_MONTH
        basis = f"usage.access_log_kib_per_request, kept for {days} days"
        yield store.charge(Group.MONITORING, "s3", "standard storage", "GB-month", gib, basis, fixed=False)


def zone(dns: Subject) -> Outcome:
    """A hosted zone, and the queries to a public one."""
    more = {"region": dns.region, "price_region": GLOBAL}
    yield dns.charge(Group.NETWORK, "route53", "hosted zone", "zone-month", 1, "1 zone", **more)
    if not dns.inputs.get("vpcs"):
        millions = dns.usage.queries / _MILLION
        item, basis = "standard queries", "usage.queries_per_user_hour"
        yield dns.charge(Group.NETWORK, "route53", item, "1M queries", millions, basis, fixed=False, **more)


def health_check(check: Subject) -> Outcome:
    """A health check of an endpoint on AWS, and each option that makes it dearer."""
    inputs: Mapping[str, object] = check.inputs
    kind = str(inputs.get("type") or "")
    options = {
        "HTTPS": "HTTPS" in kind,
        "string matching": "STR_MATCH" in kind,
        "every 10 s": inputs.get("requestInterval") == 10,
        "latency": bool(inputs.get("measureLatency")),
    }
    chosen = [name for name, given in options.items() if given]
    more = {"region": check.region, "price_region": GLOBAL}
    item = "health check, AWS endpoint"
    yield check.charge(Group.NETWORK, "route53", item, "check-month", 1, f"1 check, {kind}", **more)
    if chosen:
        item = "health check feature, AWS endpoint"
        yield check.charge(Group.NETWORK, "route53", item, "feature-month", len(chosen), ", ".join(chosen), **more)


PRICED = {
    _BALANCER: load_balancer,
    "aws:wafv2/webAcl:WebAcl": web_acl,
    "aws:cloudfront/distribution:Distribution": distribution,
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": bucket_copy,
    "aws:route53/zone:Zone": zone,
    "aws:route53/healthCheck:HealthCheck": health_check,
}
FREE = {
    "aws:acm/certificate:Certificate": "public certificates are free",
    "aws:acm/certificateValidation:CertificateValidation": "no resource of AWS",
    "aws:cloudfront/cachePolicy:CachePolicy": "settings of a distribution",
    "aws:cloudfront/originAccessControl:OriginAccessControl": "settings of a distribution",
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": "settings of a distribution",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": "settings of a distribution",
    "aws:lb/listener:Listener": "part of the load balancer",
    "aws:lb/listenerCertificate:ListenerCertificate": "part of the load balancer",
    "aws:lb/listenerRule:ListenerRule": "part of the load balancer",
    "aws:lb/targetGroup:TargetGroup": "part of the load balancer",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": "part of the load balancer",
    "aws:route53/record:Record": "a zone's first 10,000 records are free",
    "aws:route53/zoneAssociation:ZoneAssociation": "settings of a zone",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "settings of a bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "settings of a bucket",
    "aws:s3/bucketPolicy:BucketPolicy": "settings of a bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "settings of a bucket",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "settings of a bucket",
    "aws:s3/bucketVersioning:BucketVersioning": "settings of a bucket",
    "aws:wafv2/ipSet:IpSet": "part of a web ACL",
    "aws:wafv2/ruleGroup:RuleGroup": "charged as a rule of the web ACL",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "part of a web ACL",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "its log group is charged",
}
