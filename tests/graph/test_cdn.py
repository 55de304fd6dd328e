"""The CDN, the name in front of it, and who reaches the load balancers behind it, in the plans."""

import json

import pytest

from components.cdn import EITHER_BUCKET
from infra.graph import ResourceGraph
from tests.graph.reading import inputs, waits_for

BEFORE, SINCE = ("baseline", "phase1"), ("phase2", "phase3")
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COPY = "mgx-ai-us-west-2-assets"
GROUP_RULES = 60
CLOUDFRONT_WEIGHT = 55
"""What AWS counts for com.amazonaws.global.cloudfront.origin-facing. [VPC User Guide, AWS-managed prefix lists]"""


@pytest.mark.parametrize("phase", BEFORE)
def test_there_is_no_cdn_before_the_document_names_it(phase_graph, phase: str) -> None:
    """Guards against paying for it early; users reach the failover name directly."""
    graph: ResourceGraph = phase_graph(phase)
    assert not [resource for resource in graph if resource.type.startswith("aws:cloudfront/")]
    app = graph.one("aws:route53/record:Record", "mgx-ai-edge-app")
    assert inputs(app)["records"] == ["origin.mgx.example.com"]


@pytest.mark.parametrize("phase", SINCE)
def test_the_users_name_points_to_the_cdn_and_keeps_its_record(phase_graph, phase: str) -> None:
    """Guards the step to phase 2: name and type stay, so that the record is updated and never gone."""
    app = phase_graph(phase).one("aws:route53/record:Record", "mgx-ai-edge-app")
    assert (inputs(app)["name"], inputs(app)["type"]) == ("app.mgx.example.com", "CNAME")
    assert waits_for(app, "records") == {"mgx-ai-edge-cdn-distribution"}


@pytest.mark.parametrize("phase", SINCE)
def test_the_api_has_one_origin_on_the_failover_name(phase_graph, phase: str) -> None:
    """Guards writes: an origin group fails over reads only, and a behaviour with POST is refused on one."""
    distribution = phase_graph(phase).one(DISTRIBUTION)
    assert inputs(distribution)["defaultCacheBehavior"]["targetOriginId"] == "application"
    application, *buckets = inputs(distribution)["origins"]
    assert application["domainName"] == "origin.mgx.example.com"
    assert application["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    assert application["connectionAttempts"] * application["connectionTimeout"] <= 10
    for bucket in buckets:
        assert "customOriginConfig" not in bucket and "originAccessControlId" in bucket
        assert bucket["connectionAttempts"] * bucket["connectionTimeout"] <= 10


@pytest.mark.parametrize("phase", SINCE)
def test_assets_come_from_the_bucket_and_everything_else_from_the_application(phase_graph, phase: str) -> None:
    """Guards the paths that worked before the CDN, and the Host that the origin's certificate is for."""
    distribution = phase_graph(phase).one(DISTRIBUTION)
    rest, (assets,) = inputs(distribution)["defaultCacheBehavior"], inputs(distribution)["orderedCacheBehaviors"]
    copied = phase == "phase3"
    assert (assets["pathPattern"], assets["targetOriginId"]) == ("/assets/*", EITHER_BUCKET if copied else "assets")
    assert set(assets["allowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    assert rest["targetOriginId"] == "application"
    assert {"POST", "PUT", "PATCH", "DELETE"} < set(rest["allowedMethods"])
    assert rest["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    for behaviour in (rest, assets):
        assert behaviour["compress"] is True
        assert behaviour["viewerProtocolPolicy"] == "redirect-to-https"


@pytest.mark.parametrize("phase", SINCE)
def test_an_api_response_is_cached_only_if_it_says_so_and_for_one_user(phase_graph, phase: str) -> None:
    """Guards users from each other's responses, and ETags: what isn't fresh is asked for again, with its tag."""
    api = phase_graph(phase).one("aws:cloudfront/cachePolicy:CachePolicy", "mgx-ai-edge-cdn-api")
    assert (inputs(api)["minTtl"], inputs(api)["defaultTtl"], inputs(api)["maxTtl"]) == (0, 0, 3600)
    key = inputs(api)["parametersInCacheKeyAndForwardedToOrigin"]
    assert {"Authorization", "x-api-key"} <= set(key["headersConfig"]["headers"]["items"])
    assert key["cookiesConfig"] == {"cookieBehavior": "all"}
    assert key["queryStringsConfig"] == {"queryStringBehavior": "all"}
    assert (key["enableAcceptEncodingGzip"], key["enableAcceptEncodingBrotli"]) == (True, True)


@pytest.mark.parametrize("phase", SINCE)
def test_the_edge_speaks_tls_1_2_or_newer_under_the_users_name(phase_graph, phase: str) -> None:
    """Guards against old protocols, and against CloudFront's own name and certificate."""
    graph: ResourceGraph = phase_graph(phase)
    distribution = graph.one(DISTRIBUTION)
    assert inputs(distribution)["aliases"] == ["app.mgx.example.com"]
    certificate = inputs(distribution)["viewerCertificate"]
    assert (certificate["minimumProtocolVersion"], certificate["sslSupportMethod"]) == ("TLSv1.2_2021", "sni-only")
    assert waits_for(distribution, "viewerCertificate") == {"mgx-ai-edge-certificate"}
    assert (inputs(distribution)["httpVersion"], inputs(distribution)["isIpv6Enabled"]) == ("http2and3", True)
    headers = inputs(graph.one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"))["securityHeadersConfig"]
    assert headers["strictTransportSecurity"]["accessControlMaxAgeSec"] >= 31_536_000
    assert headers["contentTypeOptions"] == {"override": True}


@pytest.mark.parametrize("phase", SINCE)
def test_what_cloudfront_needs_in_us_east_1_is_there(phase_graph, phase: str) -> None:
    """Guards the certificate and the web ACL, which CloudFront takes from no other region."""
    graph: ResourceGraph = phase_graph(phase)
    distribution = graph.one(DISTRIBUTION)
    for property_ in ("viewerCertificate", "webAclId"):
        for urn in distribution.property_dependencies[property_]:
            assert graph.region_of(graph[urn]) == "us-east-1"


@pytest.mark.parametrize("phase", SINCE)
def test_the_assets_bucket_is_closed_to_all_but_this_distribution(phase_graph, phase: str) -> None:
    """Guards the assets: no ACL, no public policy, a key of ours, versions, and a policy for this distribution."""
    graph: ResourceGraph = phase_graph(phase)
    name = "mgx-ai-edge-cdn-assets"
    assert graph.one("aws:s3/bucket:Bucket", name).protect
    block = inputs(graph.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", f"{name}-public-access"))
    assert {key: block[key] for key in block if key != "bucket"} == {
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    encryption = graph.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", f"{name}-encryption"
    )
    assert inputs(encryption)["rules"][0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert waits_for(encryption, "rules") == {"mgx-ai-edge-keys-assets"}
    policy = graph.one("aws:s3/bucketPolicy:BucketPolicy", f"{name}-policy")
    assert waits_for(policy, "policy") == {name, "mgx-ai-edge-cdn-distribution"}
    access = inputs(graph.one("aws:cloudfront/originAccessControl:OriginAccessControl"))
    assert (access["signingBehavior"], access["signingProtocol"]) == ("always", "sigv4")


def test_assets_are_served_from_their_copy_while_their_bucket_fails(phase_graph) -> None:
    """Guards the assets from the loss of us-east-1: two origins in one group, each under the same signature."""
    one_region: ResourceGraph = phase_graph("phase2")
    assert not inputs(one_region.one(DISTRIBUTION)).get("originGroups")
    assert not one_region.of_type(REPLICATION)
    graph: ResourceGraph = phase_graph("phase3")
    distribution = graph.one(DISTRIBUTION)
    (group,) = inputs(distribution)["originGroups"]
    assert [member["originId"] for member in group["members"]] == ["assets", "assets-us-west-2"]
    assert set(group["failoverCriteria"]["statusCodes"]) == {500, 502, 503, 504}
    _, assets, copy = inputs(distribution)["origins"]
    assert (assets["originId"], copy["originId"]) == ("assets", "assets-us-west-2")
    assert {"mgx-ai-edge-cdn-assets", COPY} <= waits_for(distribution, "origins")
    policy = graph.one("aws:s3/bucketPolicy:BucketPolicy", f"{COPY}-policy")
    assert waits_for(policy, "policy") == {COPY, "mgx-ai-edge-cdn-distribution"}


def test_the_copy_stands_in_the_other_region_under_that_regions_key(phase_graph) -> None:
    """Guards the copy from what it is there for: nothing of us-east-1 is needed to read it."""
    graph: ResourceGraph = phase_graph("phase3")
    bucket = graph.one("aws:s3/bucket:Bucket", COPY)
    assert bucket.protect and graph.region_of(bucket) == "us-west-2"
    encryption = graph.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", f"{COPY}-encryption"
    )
    assert waits_for(encryption, "rules") == {"mgx-ai-us-west-2-keys-assets"}
    key = graph.one("aws:kms/key:Key", "mgx-ai-us-west-2-keys-assets")
    readers = [s["Principal"].get("Service") for s in json.loads(str(inputs(key)["policy"]))["Statement"]]
    assert "cloudfront.amazonaws.com" in readers


def test_what_is_published_is_copied_and_what_is_taken_back_too(phase_graph) -> None:
    """Guards against a copy that holds nothing, or what was taken back: KMS objects and deletions are left out by default."""
    replication = phase_graph("phase3").one(REPLICATION)
    assert waits_for(replication, "bucket") == {"mgx-ai-edge-cdn-assets"}
    assert waits_for(replication, "rules") == {COPY, "mgx-ai-us-west-2-keys-assets"}
    (rule,) = inputs(replication)["rules"]
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    assert rule["deleteMarkerReplication"] == {"status": "Enabled"}
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    assert rule["destination"]["metrics"] == {"status": "Enabled"}
    waited = {urn.rsplit("::", 1)[1] for urn in replication.dependencies}
    assert {"mgx-ai-edge-cdn-assets-versioning", f"{COPY}-versioning", "mgx-ai-edge-cdn-assets-copy"} <= waited
    told = [r.name for r in phase_graph("phase3").of_type(ALARM) if r.name.endswith("-assets-copy-failed")]
    assert sorted(told) == ["mgx-ai-edge-alerts-assets-copy-failed", "mgx-ai-us-west-2-alerts-assets-copy-failed"]


@pytest.mark.parametrize("phase", SINCE)
def test_only_cloudfront_and_the_health_checkers_reach_a_balancer(phase_graph, phase: str) -> None:
    """Guards the way around the CDN, and the checkers, without whom every region would count as failed."""
    graph: ResourceGraph = phase_graph(phase)
    lists = {"us-east-1": "pl-3b927c52", "us-west-2": "pl-82a045eb"}
    balancers = graph.of_type("aws:lb/loadBalancer:LoadBalancer")
    assert len(balancers) == (2 if phase == "phase3" else 1)
    for balancer in balancers:
        name = balancer.name.removesuffix("-alb")
        assert waits_for(balancer, "securityGroups") == {f"{name}-access", f"{name}-checks"}
        region = graph.region_of(balancer)
        assert region is not None
        cloudfront = graph.one(INGRESS, f"{name}-https-{lists[region]}")
        assert inputs(cloudfront)["prefixListId"] == lists[region]
        checkers = graph.one("aws:ec2/managedPrefixList:ManagedPrefixList", f"{name}-checkers")
        assert {"cidr": "15.177.0.0/18"} in inputs(checkers)["entries"]
        inward = [rule for rule in graph.of_type(INGRESS) if rule.name.startswith(f"{name}-http")]
        assert len(inward) == 2
        assert not [rule for rule in inward if "cidrIpv4" in inputs(rule)]
        assert {inputs(rule)["fromPort"] for rule in inward} == {443}


@pytest.mark.parametrize("phase", SINCE)
def test_no_group_of_a_balancer_has_more_rules_than_aws_allows(phase_graph, phase: str) -> None:
    """Guards the deployment: a prefix list counts as many rules as it has entries, and a group holds 60."""
    graph: ResourceGraph = phase_graph(phase)
    own = graph.one("aws:ec2/managedPrefixList:ManagedPrefixList", "mgx-ai-us-east-1-alb-checkers")
    assert CLOUDFRONT_WEIGHT <= GROUP_RULES
    assert int(str(inputs(own)["maxEntries"])) == len(inputs(own)["entries"]) <= GROUP_RULES
    groups = [waits_for(rule, "securityGroupId") for rule in graph.of_type(INGRESS) if "prefixListId" in inputs(rule)]
    assert len(groups) == len({frozenset(group) for group in groups})
