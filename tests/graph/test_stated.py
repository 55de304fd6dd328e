"""Single inputs that hold for every resource of a type, in every phase: each is what AWS or Kubernetes would do otherwise."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy.securityHeadersConfig"
WEB_ACL = "aws:wafv2/webAcl:WebAcl.visibilityConfig"

STATED: dict[str, Any] = {
    "aws:acm/certificate:Certificate.validationMethod": "DNS",
    "aws:acm/certificate:Certificate.domainName": "mgx.example.com",
    "aws:acm/certificate:Certificate.subjectAlternativeNames.*": "*.mgx.example.com",
    "aws:backup/plan:Plan.rules.*.copyActions.*.lifecycle.deleteAfter": 35,
    "aws:cloudfront/distribution:Distribution.enabled": True,
    "aws:cloudfront/distribution:Distribution.origins.*.customHeaders.*.name": "x-origin-key",
    "aws:cloudfront/distribution:Distribution.origins.*.customOriginConfig.originSslProtocols.*": "TLSv1.2",
    f"{HEADERS}.strictTransportSecurity.override": True,
    f"{HEADERS}.frameOptions.frameOption": "DENY",
    "aws:ec2/vpc:Vpc.enableDnsHostnames": True,
    "aws:ec2/vpc:Vpc.enableDnsSupport": True,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation.accessScope.type": "cluster",
    "aws:eks/cluster:Cluster.version": "1.36",
    "aws:elasticache/replicationGroup:ReplicationGroup.autoMinorVersionUpgrade": False,
    "aws:elasticache/user:User.accessString": "on ~* &* +@all -@dangerous",
    "aws:kms/key:Key.deletionWindowInDays": 30,
    "aws:lb/loadBalancer:LoadBalancer.internal": False,
    "aws:rds/instance:Instance.applyImmediately": False,
    "aws:rds/instance:Instance.autoMinorVersionUpgrade": False,
    "aws:rds/parameterGroup:ParameterGroup.family": "postgres17",
    "aws:secretsmanager/secret:Secret.recoveryWindowInDays": 30,
    f"{WEB_ACL}.cloudwatchMetricsEnabled": True,
    "kubernetes:batch/v1:Job.spec.activeDeadlineSeconds": 900,
    "kubernetes:storage.k8s.io/v1:StorageClass.allowVolumeExpansion": True,
    "kubernetes:storage.k8s.io/v1:StorageClass.volumeBindingMode": "WaitForFirstConsumer",
    "pulumi:providers:aws.allowedAccountIds": '["111122223333"]',
    "pulumi:providers:kubernetes.enableConfigMapMutable": "true",
    "pulumi:providers:kubernetes.enableSecretMutable": "true",
    "tls:index/locallySignedCert:LocallySignedCert.earlyRenewalHours": 90 * 24,
    "tls:index/locallySignedCert:LocallySignedCert.validityPeriodHours": 365 * 24,
}
"""By type and path; `*` stands for each element of a list. A path that a resource doesn't have isn't asked of it."""


def values(value: Any, path: list[str]) -> Iterator[Any]:
    """What stands at a path, in each element of the lists on the way."""
    if not path:
        yield value
    elif path[0] == "*":
        for element in value:
            yield from values(element, path[1:])
    elif path[0] in value:
        yield from values(value[path[0]], path[1:])


@pytest.mark.parametrize("phase", PHASES)
def test_what_is_stated_of_a_type_holds_for_each_of_it(phase_graph, phase: str) -> None:
    """Guards each input in the table from being turned or left out, and the table from a path that leads nowhere."""
    graph: ResourceGraph = phase_graph(phase)
    for stated, expected in STATED.items():
        type_, *path = _split(stated)
        for resource in graph.of_type(type_):
            found = list(values(inputs(resource), path))
            assert all(value == expected for value in found), (resource.name, stated, found)
        if phase == "phase3":
            assert any(list(values(inputs(r), path)) for r in graph.of_type(type_)), stated


def _split(stated: str) -> list[str]:
    """A type with dots in its group, and the path behind it."""
    type_, name = stated.rsplit(":", 1)
    kind, *path = name.split(".")
    return [f"{type_}:{kind}", *path]


def test_a_certificate_holds_the_names_by_which_it_is_asked_for(phase_graph) -> None:
    """Guards every connection within the cluster: clients verify the name that they were given."""
    graph: ResourceGraph = phase_graph("phase3")
    names = {r.name: list(inputs(r)["dnsNames"]) for r in graph.of_type("tls:index/certRequest:CertRequest")}
    told = inputs(graph.one("kubernetes:apps/v1:Deployment", "mgx-ai-us-east-1-mgx-api-deployment"))
    environment = {e["name"]: e.get("value") for e in told["spec"]["template"]["spec"]["containers"][0]["env"]}
    egress = str(environment["EGRESS_OPENAI_URL"]).removeprefix("https://").split(":")[0]
    for part, host in (
        ("pooler", environment["DATABASE_HOST"]),
        ("queue", environment["QUEUE_HOST"]),
        ("egress", egress),
    ):
        assert host in names[f"mgx-ai-us-east-1-{part}-tls-request"]
    for certificate in graph.of_type("tls:index/locallySignedCert:LocallySignedCert"):
        assert "server_auth" in inputs(certificate)["allowedUses"]
        assert waits_for(certificate, "certRequestPem") == {certificate.name.removesuffix("-certificate") + "-request"}
