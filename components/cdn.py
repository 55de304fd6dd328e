"""The content delivery network: static assets from a bucket, everything else from the application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import naming
from components.bucket_copy import BucketCopy, BucketCopyArgs
from components.origin_guard import HEADER
from components.policies import allow
from components.private_bucket import PrivateBucket, PrivateBucketArgs

ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS's own request policy of that name, the same in every account: the origin's certificate answers for its own name.
[CloudFront Developer Guide, managed origin request policies]"""
CACHED = ("GET", "HEAD")
READS = (*CACHED, "OPTIONS")
EVERY_METHOD = (*READS, "PUT", "POST", "PATCH", "DELETE")
TLS_POLICY = "TLSv1.2_2021"
DAY_SECONDS = 86_400
EITHER_BUCKET = "assets-of-either-region"
BUCKET_FAILS = (500, 502, 503, 504)
"""Answers of a bucket upon which its copy is asked; where there is no answer, CloudFront asks it by itself.
An object that isn't there isn't in the copy either."""


@dataclass(frozen=True, kw_only=True)
class AssetsCopy:
    """A private bucket in another region, and the key of its objects."""

    region: str
    bucket: PrivateBucket
    key_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class CdnArgs:
    """What stands in front (`fqdn`, with a certificate in us-east-1 and a CLOUDFRONT web ACL) and behind.

    `origin_fqdn` is the application's one origin: failing over is DNS's work, since an origin group fails over reads
    only. It knows the CDN by `origin_key`, from `after` on. Assets, which are only read, come from `assets_copy` while
    their own bucket fails; None: they have no copy.

    `user_headers` tell one user's response from another's. An API response is cached as its own headers say, for
    `api_max_ttl_seconds` at most. The origin is tried `connection_attempts` times (1–3) of
    `connection_timeout_seconds` (1–10) each, and may take `read_timeout_seconds` to answer.
    """

    fqdn: str
    certificate_arn: pulumi.Input[str]
    web_acl_arn: pulumi.Input[str]
    origin_fqdn: str
    origin_key: pulumi.Input[str]
    assets_path: str
    assets_key_arn: pulumi.Input[str]
    assets_copy: AssetsCopy | None
    noncurrent_days: int
    user_headers: Sequence[str]
    api_max_ttl_seconds: int
    connection_attempts: int
    connection_timeout_seconds: int
    read_timeout_seconds: int
    keepalive_timeout_seconds: int
    price_class: str
    after: Sequence[pulumi.Resource] = ()


class Cdn(pulumi.ComponentResource):
    """A CloudFront distribution over a private bucket and the application.

    What matches `assets_path` comes from the bucket, for reads alone; everything else goes to the application as before,
    so that putting the CDN in front changes no path. Both are compressed, HTTPS only from TLS 1.2 on, and carry security
    headers.

    Creates: the bucket (PrivateBucket) with a policy for this distribution alone, an origin access control, a cache
    policy for assets and one for the API, a response headers policy, the distribution; with a copy of the assets its
    replication (BucketCopy), a policy for the same distribution on it, and an origin group of the two.
    Outputs: `domain_name` (where `fqdn` must point), `distribution_id`, `distribution_arn`, `assets_bucket`.
    """

    domain_name: pulumi.Output[str]
    distribution_id: pulumi.Output[str]
    distribution_arn: pulumi.Output[str]
    assets_bucket: pulumi.Output[str]

    def __init__(self, name: str, args: CdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:cdn:Cdn", name, None, opts)
        self._logical_name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)

        bucket = PrivateBucketArgs(key_arn=args.assets_key_arn, noncurrent_days=args.noncurrent_days)
        assets = PrivateBucket(f"{name}-assets", bucket, self._child)
        distribution = self._distribution(assets)
        for store in (assets, *([args.assets_copy.bucket] if args.assets_copy else [])):
            store.grant(distribution_reads(pulumi.Output.concat(store.arn, "/*"), distribution.arn))
        if args.assets_copy:
            BucketCopy(f"{name}-assets-copy", self._replication(assets, args.assets_copy), self._child)
        self.domain_name, self.distribution_id = distribution.domain_name, distribution.id
        self.distribution_arn = distribution.arn
        self.assets_bucket = assets.bucket
        self.register_outputs({"domain_name": self.domain_name, "assets_bucket": self.assets_bucket})

    def _replication(self, assets: PrivateBucket, copy: AssetsCopy) -> BucketCopyArgs:
        return BucketCopyArgs(
            source=assets,
            source_key_arn=self._args.assets_key_arn,
            target=copy.bucket,
            target_key_arn=copy.key_arn,
        )

    def _distribution(self, assets: PrivateBucket) -> aws.cloudfront.Distribution:
        headers, copy = self._security_headers().id, self._args.assets_copy
        stores = {"assets": assets, **({f"assets-{copy.region}": copy.bucket} if copy else {})}
        return aws.cloudfront.Distribution(
            f"{self._logical_name}-distribution",
            enabled=True,
            comment=self._args.fqdn,
            aliases=[self._args.fqdn],
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=self._args.price_class,
            web_acl_id=self._args.web_acl_arn,
            origins=[self._application(), *self._assets(stores)],
            origin_groups=[either_bucket(list(stores))] if copy else None,
            ordered_cache_behaviors=[
                aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
                    path_pattern=self._args.assets_path,
                    target_origin_id=EITHER_BUCKET if copy else "assets",
                    allowed_methods=list(READS),
                    cached_methods=list(CACHED),
                    viewer_protocol_policy="redirect-to-https",
                    compress=True,
                    cache_policy_id=self._assets_cache().id,
                    response_headers_policy_id=headers,
                )
            ],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                target_origin_id="application",
                allowed_methods=list(EVERY_METHOD),
                cached_methods=list(CACHED),
                viewer_protocol_policy="redirect-to-https",
                compress=True,
                cache_policy_id=self._api_cache().id,
                origin_request_policy_id=ALL_VIEWER_EXCEPT_HOST,
                response_headers_policy_id=headers,
            ),
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=self._args.certificate_arn,
                minimum_protocol_version=TLS_POLICY,
                ssl_support_method="sni-only",
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )

    def _application(self) -> aws.cloudfront.DistributionOriginArgs:
        return aws.cloudfront.DistributionOriginArgs(
            origin_id="application",
            domain_name=self._args.origin_fqdn,
            connection_attempts=self._args.connection_attempts,
            connection_timeout=self._args.connection_timeout_seconds,
            custom_headers=[
                aws.cloudfront.DistributionOriginCustomHeaderArgs(
                    name=HEADER, value=pulumi.Output.secret(self._args.origin_key)
                )
            ],
            custom_origin_config=aws.cloudfront.DistributionOriginCustomOriginConfigArgs(
                http_port=80,
                https_port=443,
                origin_protocol_policy="https-only",
                origin_ssl_protocols=["TLSv1.2"],
                origin_read_timeout=self._args.read_timeout_seconds,
                origin_keepalive_timeout=self._args.keepalive_timeout_seconds,
            ),
        )

    def _assets(self, stores: Mapping[str, PrivateBucket]) -> list[aws.cloudfront.DistributionOriginArgs]:
        """The buckets by origin id, each asked under this distribution's signature."""
        access = aws.cloudfront.OriginAccessControl(
            naming.logical(naming.SHORT_NAME, f"{self._logical_name}-access"),
            description=f"Signs what {self._args.fqdn} asks of its assets",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self._child,
        )
        return [
            aws.cloudfront.DistributionOriginArgs(
                origin_id=origin_id,
                domain_name=store.regional_domain_name,
                origin_access_control_id=access.id,
                connection_attempts=self._args.connection_attempts,
                connection_timeout=self._args.connection_timeout_seconds,
            )
            for origin_id, store in stores.items()
        ]

    def _assets_cache(self) -> aws.cloudfront.CachePolicy:
        """For a day unless the object says otherwise: nothing of the request but its path makes a difference."""
        key = _cache_key(cookies="none", headers=(), query_strings="none")
        return self._cache("assets", "Static assets", key, (1, DAY_SECONDS, 365 * DAY_SECONDS))

    def _api_cache(self) -> aws.cloudfront.CachePolicy:
        """Only what the application allows: without Cache-Control each request goes to it, with the ETag it gave.

        The key holds all that may tell users apart, so that no response reaches another's.
        """
        key = _cache_key(cookies="all", headers=self._args.user_headers, query_strings="all")
        return self._cache("api", "API responses", key, (0, 0, self._args.api_max_ttl_seconds))

    def _cache(
        self, role: str, comment: str, key: dict[str, Any], ttls: tuple[int, int, int]
    ) -> aws.cloudfront.CachePolicy:
        """A cache policy whose least, default and greatest time to live are `ttls`, in seconds."""
        least, default, greatest = ttls
        return aws.cloudfront.CachePolicy(
            naming.logical(naming.SHORT_NAME, f"{self._logical_name}-{role}"),
            comment=comment,
            min_ttl=least,
            default_ttl=default,
            max_ttl=greatest,
            parameters_in_cache_key_and_forwarded_to_origin=(
                aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(**key)
            ),
            opts=self._child,
        )

    def _security_headers(self) -> aws.cloudfront.ResponseHeadersPolicy:
        """What the application sets itself wins, but for HTTPS only and the ban on guessing types."""
        return aws.cloudfront.ResponseHeadersPolicy(
            naming.logical(naming.SHORT_NAME, f"{self._logical_name}-headers"),
            comment=f"Security headers of {self._args.fqdn}",
            security_headers_config={
                "strict_transport_security": {
                    "access_control_max_age_sec": 365 * DAY_SECONDS,
                    "include_subdomains": True,
                    "override": True,
                },
                "content_type_options": {"override": True},
                "frame_options": {"frame_option": "DENY", "override": False},
                "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
            },
            opts=self._child,
        )


def distribution_reads(objects: pulumi.Input[str], distribution_arn: pulumi.Input[str]) -> dict[str, Any]:
    """The statement that lets one distribution read objects, and no other distribution of this account or of another."""
    return allow(
        ["s3:GetObject"],
        [objects],
        Sid="ThisDistributionReads",
        Principal={"Service": "cloudfront.amazonaws.com"},
        Condition={"StringEquals": {"AWS:SourceArn": distribution_arn}},
    )


def either_bucket(origin_ids: Sequence[str]) -> aws.cloudfront.DistributionOriginGroupArgs:
    """The origin group of the assets: the first origin, and while that one fails the second."""
    return aws.cloudfront.DistributionOriginGroupArgs(
        origin_id=EITHER_BUCKET,
        failover_criteria=aws.cloudfront.DistributionOriginGroupFailoverCriteriaArgs(status_codes=list(BUCKET_FAILS)),
        members=[aws.cloudfront.DistributionOriginGroupMemberArgs(origin_id=one) for one in origin_ids],
    )


def _cache_key(cookies: str, headers: Sequence[str], query_strings: str) -> dict[str, Any]:
    named = {"header_behavior": "whitelist", "headers": {"items": list(headers)}}
    return {
        "cookies_config": {"cookie_behavior": cookies},
        "headers_config": named if headers else {"header_behavior": "none"},
        "query_strings_config": {"query_string_behavior": query_strings},
        "enable_accept_encoding_gzip": True,
        "enable_accept_encoding_brotli": True,
    }
