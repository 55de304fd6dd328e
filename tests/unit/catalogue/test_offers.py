"""Which product of AWS's price lists is which item of the book."""

from __future__ import annotations

from infra.catalogue import bookfile
from infra.catalogue.offers import offers


def test_the_carried_book_is_covered_by_the_offers_except_for_what_no_list_carries() -> None:
    """Guards against a renamed item: a refresh would add it anew and keep the old one for ever."""
    uncovered = {
        (price.service, price.item)
        for region in ("us-east-1", "global")
        for service in bookfile.services(bookfile.DATA, region)
        for price in bookfile.read(bookfile.DATA, region, service)
        if price.kind == "on-demand" and not any(o.covers(price.service, price.item, price.unit) for o in offers())
    }
    assert uncovered == {
        ("cloudfront", "data to origin, United States"),
        ("cloudfront", "origin shield requests"),
        ("cloudwatch", "api requests"),
        ("cloudwatch", "canary run"),
        ("cloudwatch", "composite alarm"),
        ("cloudwatch", "container insights observations"),
        ("cloudwatch", "dashboard"),
        ("cloudwatch", "logs insights"),
        ("eks", "extended support surcharge"),
        ("eks-auto-mode", "rate"),
        ("rds", "Multi-AZ replication traffic"),
        ("rds", "io1 iops Single-AZ"),
        ("rds", "io1 storage Single-AZ"),
        ("route53", "alias queries"),
        ("route53", "latency queries"),
        ("s3", "infrequent access storage"),
        ("sns", "api requests"),
        ("sns", "http notifications"),
        ("transfer", "origin to CloudFront"),
        ("vpc", "Transit Gateway VPC attachment"),
        ("vpc", "Transit Gateway data (VPC attachment)"),
        ("vpc", "Transit Gateway peering attachment"),
        ("waf", "bot control requests"),
        ("waf", "bot control subscription"),
    }
