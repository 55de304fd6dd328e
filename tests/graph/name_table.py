"""Which inputs of which types hold a name, and what AWS and Kubernetes take there.

A path is an input's keys joined by dots, `*` for the elements of a list. tests/graph/named.py reads the tables: an input
that looks like a name, or that holds the application's, and stands in none of them fails a test, so no type is forgotten.
Limits are those of AWS's API models (botocore 1.44), as far as its resource schemas don't say them.
"""

from __future__ import annotations

from components import naming
from components.naming import NameRule

DNS = NameRule(
    "DNS name",
    255,
    r"([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]{2,63}|\*(\.[a-z0-9-]{1,63})+",
    "labels of at most 63",
)
FILTER = NameRule(
    "repository filter", 256, r"(?=.{2})([a-z0-9]+([._-][a-z0-9]*)*/)*[a-z0-9]*", "the beginning of a repository's name"
)

GIVEN: dict[str, dict[str, NameRule | tuple[str, str]]] = {
    "aws:backup/plan:Plan": {"name": naming.BACKUP_PLAN, "rules.*.ruleName": naming.BACKUP_PLAN},
    "aws:backup/selection:Selection": {"name": naming.BACKUP_PLAN},
    "aws:backup/vault:Vault": {"name": naming.BACKUP_VAULT},
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardName": naming.DASHBOARD},
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {"name": naming.LOG_DELIVERY},
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": {"name": naming.LOG_DELIVERY},
    "aws:cloudwatch/logGroup:LogGroup": {"name": naming.LOG_GROUP},
    "aws:ec2/managedPrefixList:ManagedPrefixList": {"name": naming.PREFIX_LIST},
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": {
        "replicationConfiguration.rules.*.repositoryFilters.*.filter": FILTER
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {"namespace": ("Namespace", "metadata.name")},
    "aws:ecr/repository:Repository": {"name": naming.REPOSITORY},
    "aws:eks/cluster:Cluster": {"name": naming.CLUSTER},
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": {
        "globalReplicationGroupIdSuffix": naming.DATASTORE
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "replicationGroupId": naming.CACHE,
        "finalSnapshotIdentifier": naming.SNAPSHOT,
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {"name": naming.CACHE_GROUP},
    "aws:elasticache/user:User": {"userId": naming.CACHE, "userName": naming.CACHE},
    "aws:elasticache/userGroup:UserGroup": {"userGroupId": naming.CACHE},
    "aws:kms/alias:Alias": {"name": naming.KEY_ALIAS},
    "aws:rds/instance:Instance": {
        "identifier": naming.DATABASE_INSTANCE,
        "finalSnapshotIdentifier": naming.SNAPSHOT,
        "dbName": naming.DATABASE,
        "username": naming.MASTER_LOGIN,
    },
    "aws:route53/record:Record": {"name": DNS},
    "aws:route53/zone:Zone": {"name": DNS},
    "aws:sns/topic:Topic": {"name": naming.TOPIC},
    "aws:ssm/document:Document": {"name": naming.DOCUMENT},
    "aws:wafv2/webAcl:WebAcl": {
        "rules.*.name": naming.WEB_ACL,
        "visibilityConfig.metricName": naming.WEB_ACL,
        "rules.*.visibilityConfig.metricName": naming.WEB_ACL,
    },
}
"""Names that the program gives, and those of something else whose input is called otherwise in other types."""
MADE: dict[str, NameRule] = {
    "aws:budgets/budget:Budget": naming.BUDGET,
    "aws:cloudfront/cachePolicy:CachePolicy": naming.SHORT_NAME,
    "aws:cloudfront/originAccessControl:OriginAccessControl": naming.SHORT_NAME,
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": naming.SHORT_NAME,
    "aws:cloudwatch/logGroup:LogGroup": naming.LOG_GROUP,
    "aws:cloudwatch/metricAlarm:MetricAlarm": naming.ALARM,
    "aws:ec2/securityGroup:SecurityGroup": naming.SECURITY_GROUP,
    "aws:elasticache/parameterGroup:ParameterGroup": naming.CACHE_GROUP,
    "aws:iam/role:Role": naming.ROLE,
    "aws:iam/rolePolicy:RolePolicy": naming.POLICY,
    "aws:lb/loadBalancer:LoadBalancer": naming.LOAD_BALANCER,
    "aws:lb/targetGroup:TargetGroup": naming.TARGET_GROUP,
    "aws:rds/parameterGroup:ParameterGroup": naming.DATABASE_GROUP,
    "aws:rds/subnetGroup:SubnetGroup": naming.DATABASE_GROUP,
    "aws:s3/bucket:Bucket": naming.BUCKET,
    "aws:secretsmanager/secret:Secret": naming.SECRET,
    "aws:wafv2/webAcl:WebAcl": naming.WEB_ACL,
}
"""Names that Pulumi makes: the logical name, a hyphen and seven digits."""
REFERENCES: dict[str, tuple[str, str]] = {
    "rules.*.targetVaultName": ("aws:backup/vault:Vault", "name"),
    "backupVaultName": ("aws:backup/vault:Vault", "name"),
    "dimensions.BackupVaultName": ("aws:backup/vault:Vault", "name"),
    "dimensions.ClusterName": ("aws:eks/cluster:Cluster", "name"),
    "dimensions.Namespace": ("Namespace", "metadata.name"),
    "dimensions.DBInstanceIdentifier": ("aws:rds/instance:Instance", "identifier"),
    "metricQueries.*.metric.dimensions.DBInstanceIdentifier": ("aws:rds/instance:Instance", "identifier"),
    "deliverySourceName": ("aws:cloudwatch/logDeliverySource:LogDeliverySource", "name"),
    "logDeliveryConfigurations.*.destination": ("aws:cloudwatch/logGroup:LogGroup", "name"),
    "repository": ("aws:ecr/repository:Repository", "name"),
    "clusterName": ("aws:eks/cluster:Cluster", "name"),
    "tags.eks:eks-cluster-name": ("aws:eks/cluster:Cluster", "name"),
    "subnetGroupName": ("aws:elasticache/subnetGroup:SubnetGroup", "name"),
    "userGroupIds.*": ("aws:elasticache/userGroup:UserGroup", "userGroupId"),
    "userIds.*": ("aws:elasticache/user:User", "userId"),
    "serviceAccount": ("ServiceAccount", "metadata.name"),
}
"""Names of something else in the plan, by path in any type of AWS."""
SET_IDENTIFIER = NameRule("set identifier", 128, r"[\w-]+", "letters, digits, _ and -")
TAG = NameRule("tag", 256, r"[\w .:/=+@-]+", "letters, digits, blanks and . : / = + - @ _")
FIXED: dict[str, NameRule] = {
    "domainName": DNS,
    "subjectAlternativeNames.*": DNS,
    "origins.*.domainName": DNS,
    "aliases.*": DNS,
    "setIdentifier": SET_IDENTIFIER,
    "tags.Name": TAG,
}
"""Names that don't begin with the application's, by path in any type: DNS names, tags."""
WORDS = {
    "addonName", "caCertIdentifier", "conditions.*.httpHeader.httpHeaderName", "metricName", "metricQueries.*.id",
    "metricQueries.*.label", "metricQueries.*.metric.metricName", "origins.*.customHeaders.*.name", "origins.*.originId",
    "orderedCacheBehaviors.*.targetOriginId", "defaultCacheBehavior.targetOriginId",
    "originGroups.*.members.*.originId", "originGroups.*.originId",
    "defaultCacheBehavior.originRequestPolicyId", "parameters.*.name", "podIdentityAssociations.*.serviceAccount",
    "prefixListId", "redactedFields.*.singleHeader.name", "replicationConfiguration.rules.*.destinations.*.registryId",
    "rules.*.action.block.customResponse.responseHeaders.*.name", "rules.*.filter.prefix", "rules.*.id",
    "rules.*.statement.managedRuleGroupStatement.name",
    "rules.*.statement.managedRuleGroupStatement.ruleActionOverrides.*.name",
    "rules.*.statement.managedRuleGroupStatement.vendorName",
    "rules.*.statement.rateBasedStatement.customKeys.*.header.name", "serviceName",
}  # fmt: skip
"""AWS's own words and ours, which are the same for every application."""
PROSE = {
    "alarmDescription", "assumeRolePolicy", "comment", "content", "dashboardBody", "description",
    "globalReplicationGroupDescription", "policy",
}  # fmt: skip
"""Texts that people read, and documents that other tests parse. AWS's schemas say how long they may be."""
DERIVED = {"dimensions.CacheClusterId": ("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId")}
"""Names that AWS makes of another: a node's of its group's."""

_SUBDOMAIN = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
_PART = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
OBJECT = NameRule("Kubernetes name", 253, _SUBDOMAIN, "lower-case letters, digits, - and .")
PORT = NameRule("port", 15, r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*", "lower-case letters, digits and single hyphens")
VARIABLE = NameRule("environment variable", 255, r"[-._a-zA-Z][-._a-zA-Z0-9]*", "letters, digits, - . and _")
KEY = NameRule("key of a ConfigMap or Secret", 253, r"[-._a-zA-Z0-9]+", "letters, digits, - . and _")
LABEL_KEY = NameRule("label or annotation", 317, rf"({_SUBDOMAIN}/)?{_PART}", "a domain, / and at most 63 characters")
LABEL_VALUE = NameRule("label's value", 63, rf"({_PART})?", "letters, digits, - . and _")
WORD = NameRule("word of Kubernetes' own", 253, r"[A-Za-z0-9:._-]*", "letters, digits, : . _ and -")

OBJECTS: dict[str, NameRule] = {
    "Service": naming.OBJECT,
    "Namespace": naming.NAMESPACE,
    "StatefulSet": naming.STATEFUL_SET,
    "Job": naming.OBJECT,
    "Deployment": naming.OBJECT,
    "NodePool": naming.OBJECT,
}
"""What `metadata.name` may be, by kind; other kinds take OBJECT. Those of Deployments and Jobs go on into labels and pods."""
BY_END: dict[str, NameRule | str] = {
    "volumeClaimTemplates.*.metadata.name": naming.OBJECT,
    "containers.*.name": naming.OBJECT,
    "initContainers.*.name": naming.OBJECT,
    "volumes.*.name": naming.OBJECT,
    "volumeMounts.*.name": naming.OBJECT,
    "ports.*.name": PORT,
    "env.*.name": VARIABLE,
    "secretKeyRef.key": KEY,
    "items.*.key": KEY,
    "requirements.*.key": LABEL_KEY,
    "tolerations.*.key": LABEL_KEY,
    "taints.*.key": LABEL_KEY,
    "topologyKey": LABEL_KEY,
    "external.metric.name": WORD,
    "resource.name": WORD,
    "roleRef.name": WORD,
    "roleRef.apiGroup": WORD,
    "spec.group": WORD,
    "nodeClassRef.group": WORD,
    "apiGroups.*": WORD,
    "subjects.*.name": naming.OBJECT,
    "secretKeyRef.name": "Secret",
    "secretRef.name": "Secret",
    "secret.secretName": "Secret",
    "configMap.name": "ConfigMap",
    "serviceAccountName": "ServiceAccount",
    "scaleTargetRef.name": "Deployment",
    "spec.serviceName": "Service",
    "spec.service.name": "Service",
    "serviceRef.name": "Service",
    "nodeClassRef.name": "NodeClass",
    "storageClassName": "StorageClass",
}
"""By the end of a path in an object: what a name may be, or the kind of the object in the plan whose name it is."""
KEYED: dict[str, tuple[NameRule, NameRule | None]] = {
    "labels": (LABEL_KEY, LABEL_VALUE),
    "matchLabels": (LABEL_KEY, LABEL_VALUE),
    "selector": (LABEL_KEY, LABEL_VALUE),
    "nodeSelector": (LABEL_KEY, LABEL_VALUE),
    "annotations": (LABEL_KEY, None),
    "data": (KEY, None),
    "binaryData": (KEY, None),
    "stringData": (KEY, None),
}
"""Objects whose keys a program names: what a key may be, and a value where it is limited too."""
