"""AWS's and Terraform's rules between properties: what the schemas of single values don't say."""

import ipaddress
import json
from collections.abc import Callable, Iterator
from typing import Any

from .shape import Failure
from .wire import Props, is_unknown

Rule = Callable[[Props], Iterator[Failure]]
_RULES: dict[str, list[Rule]] = {}
_CREATION_RULES: dict[str, list[Rule]] = {}

GP3_BASELINE_FROM_GIB = 400
GP3_BASE_IOPS, GP3_BASE_MIBPS = 12_000, 500
GLOBAL_DATASTORE_DECIDES = (
    *("nodeType", "engine", "engineVersion", "numNodeGroups"),
    *("atRestEncryptionEnabled", "transitEncryptionEnabled", "parameterGroupName"),
)
POLICY_LIMITS = {"aws:iam/policy:Policy": 6_144, "aws:iam/rolePolicy:RolePolicy": 10_240}
NO_STATEMENTS = {"aws:ecr/lifecyclePolicy:LifecyclePolicy"}  # a policy in a language of its own
NAME_LIMITS = {"aws:lb/loadBalancer:LoadBalancer": 32, "aws:lb/targetGroup:TargetGroup": 32, "aws:iam/role:Role": 64}


def check(token: str, props: Props, *, exists: bool = False) -> Iterator[Failure]:
    """Yields (path, reason) for each rule that the inputs break; a rule whose values are unknown passes.

    What only a creation needs isn't asked of a resource that `exists`.
    """
    for rule in (*_RULES.get(token, []), *([] if exists else _CREATION_RULES.get(token, []))):
        yield from rule(props)
    limit = NAME_LIMITS.get(token)
    name = props.get("name")
    if limit and isinstance(name, str) and not is_unknown(name) and len(name) > limit:
        yield "name", f"{name!r} has {len(name)} characters; at most {limit} are allowed"
    for key in ("policy", "assumeRolePolicy"):
        yield from _policy(key, props.get(key), POLICY_LIMITS.get(token), statements=token not in NO_STATEMENTS)


def _rule(token: str, rules: dict[str, list[Rule]] = _RULES) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        rules.setdefault(token, []).append(rule)
        return rule

    return register


def _known(props: Props, *path: str) -> Any:
    """Returns the value at a path, or None where it is absent or unknown."""
    value: Any = props
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return None if is_unknown(value) else value


@_rule("aws:rds/instance:Instance")
def _gp3(props: Props) -> Iterator[Failure]:
    size = _known(props, "allocatedStorage")
    if _known(props, "storageType") != "gp3" or size is None:
        return
    for key, base in (("iops", GP3_BASE_IOPS), ("storageThroughput", GP3_BASE_MIBPS)):
        value = _known(props, key)
        if value is None:
            continue
        if size < GP3_BASELINE_FROM_GIB:
            yield key, f"gp3 below {GP3_BASELINE_FROM_GIB} GiB takes no {key}"
        elif value < base:
            yield key, f"{value} is below gp3's base of {base} from {GP3_BASELINE_FROM_GIB} GiB on"


@_rule("aws:rds/instance:Instance", _CREATION_RULES)
def _engine(props: Props) -> Iterator[Failure]:
    if not {"replicateSourceDb", "engine", "snapshotIdentifier"} & props.keys():
        yield "engine", "a database that is no replica and no restored snapshot needs an engine"


@_rule("aws:rds/instance:Instance")
def _replica(props: Props) -> Iterator[Failure]:
    source = props.get("replicateSourceDb")
    if source is None:
        return
    for key in ("password", "passwordWo", "username", "dbName", "manageMasterUserPassword"):
        if props.get(key) is not None:
            yield key, f"a read replica takes {key} from its source and sets none"
    if "dbSubnetGroupName" in props and not is_unknown(source) and not str(source).startswith("arn:"):
        yield "replicateSourceDb", f"a replica with a subnet group names its source by ARN, not {source!r}"


@_rule("aws:rds/instance:Instance")
def _monitoring(props: Props) -> Iterator[Failure]:
    interval = _known(props, "monitoringInterval")
    if interval not in (None, 0, 1, 5, 10, 15, 30, 60):
        yield "monitoringInterval", f"{interval} is not one of 0, 1, 5, 10, 15, 30, 60"
    if interval and "monitoringRoleArn" not in props:
        yield "monitoringRoleArn", "enhanced monitoring needs a role"
    if "performanceInsightsKmsKeyId" in props and not props.get("performanceInsightsEnabled"):
        yield "performanceInsightsKmsKeyId", "a key for Performance Insights, which is off"


@_rule("aws:eks/cluster:Cluster")
def _auto_mode(props: Props) -> Iterator[Failure]:
    flags = {
        "computeConfig.enabled": _known(props, "computeConfig", "enabled"),
        "kubernetesNetworkConfig.elasticLoadBalancing.enabled": _known(
            props, "kubernetesNetworkConfig", "elasticLoadBalancing", "enabled"
        ),
        "storageConfig.blockStorage.enabled": _known(props, "storageConfig", "blockStorage", "enabled"),
    }
    if len({bool(value) for value in flags.values()}) > 1:
        yield "computeConfig", f"EKS Auto Mode's three flags go together, not {flags}"
    if flags["computeConfig.enabled"] and props.get("bootstrapSelfManagedAddons", True):
        yield "bootstrapSelfManagedAddons", "EKS Auto Mode needs bootstrapSelfManagedAddons to be false"


@_rule("aws:elasticache/replicationGroup:ReplicationGroup")
def _redis(props: Props) -> Iterator[Failure]:
    if "globalReplicationGroupId" in props:
        for key in GLOBAL_DATASTORE_DECIDES:
            if props.get(key) is not None:
                yield key, f"a member of a global datastore takes {key} from it"
    if "numNodeGroups" in props and "numCacheClusters" in props:
        yield "numCacheClusters", "numNodeGroups and numCacheClusters exclude each other"
    if props.get("multiAzEnabled") and not props.get("automaticFailoverEnabled"):
        yield "multiAzEnabled", "Multi-AZ needs automaticFailoverEnabled"
    encrypted = props.get("transitEncryptionEnabled") or "globalReplicationGroupId" in props
    if props.get("userGroupIds") and not encrypted:
        yield "userGroupIds", "user groups need transitEncryptionEnabled"


@_rule("aws:elasticache/user:User")
def _iam_user(props: Props) -> Iterator[Failure]:
    if _known(props, "authenticationMode", "type") == "iam" and props.get("userId") != props.get("userName"):
        yield "userName", f"an IAM user's name is its id {props.get('userId')!r}, not {props.get('userName')!r}"


@_rule("aws:route53/record:Record")
def _record(props: Props) -> Iterator[Failure]:
    if "aliases" in props and ("ttl" in props or "records" in props):
        yield "aliases", "an alias record has no ttl and no records"
    if "records" in props and "ttl" not in props:
        yield "ttl", "a record that is no alias needs a ttl"
    policies = [key for key in props if key.endswith(("RoutingPolicies", "RoutingPolicy"))]
    if policies and "setIdentifier" not in props:
        yield "setIdentifier", f"{policies[0]} needs a setIdentifier"
    if len(policies) > 1:
        yield policies[1], f"{policies[0]} and {policies[1]} exclude each other"


@_rule("aws:route53/healthCheck:HealthCheck")
def _health_check(props: Props) -> Iterator[Failure]:
    interval = _known(props, "requestInterval")
    if interval not in (None, 10, 30):
        yield "requestInterval", f"{interval} is not 10 or 30"


@_rule("aws:ec2/vpc:Vpc")
@_rule("aws:ec2/subnet:Subnet")
def _cidr(props: Props) -> Iterator[Failure]:
    block = _known(props, "cidrBlock")
    if block is None:
        return
    try:
        size = ipaddress.IPv4Network(block).prefixlen
    except ValueError as error:
        yield "cidrBlock", str(error)
        return
    if not 16 <= size <= 28:
        yield "cidrBlock", f"{block} is not between /16 and /28"


@_rule("aws:wafv2/webAcl:WebAcl")
def _priorities(props: Props) -> Iterator[Failure]:
    priorities = [rule.get("priority") for rule in props.get("rules", []) if isinstance(rule, dict)]
    if len(priorities) != len(set(priorities)):
        yield "rules", f"rules share a priority: {priorities}"


@_rule("aws:cloudfront/distribution:Distribution")
def _behaviours(props: Props) -> Iterator[Failure]:
    groups = {_known(group, "originId") for group in props.get("originGroups", [])}
    origins = {_known(origin, "originId") for origin in props.get("origins", [])}
    for behaviour in [props.get("defaultCacheBehavior", {}), *props.get("orderedCacheBehaviors", [])]:
        target = _known(behaviour, "targetOriginId")
        if target is not None and target not in origins | groups:
            yield "targetOriginId", f"{target!r} is none of the origins"
        if target in groups - {None} and set(behaviour.get("allowedMethods", [])) - {"GET", "HEAD", "OPTIONS"}:
            yield "allowedMethods", "an origin group serves GET, HEAD and OPTIONS only"


def _policy(key: str, value: Any, limit: int | None, *, statements: bool) -> Iterator[Failure]:
    if not isinstance(value, str) or is_unknown(value):
        return
    try:
        document = json.loads(value)
    except ValueError as error:
        yield key, f"no JSON: {error}"
        return
    if statements and "Statement" not in document:
        yield key, "a policy needs a Statement"
    elif limit and len(json.dumps(document, separators=(",", ":"))) > limit:
        yield key, f"the policy is longer than {limit} characters"
