"""Who may read a bucket: the fence's switch and the CDN's assets."""

from components.cdn import distribution_reads
from components.fence import checkers_look


def test_the_switch_is_read_from_the_checkers_ranges_alone() -> None:
    """Guards Block Public Access: S3 holds a policy for public unless a fixed range limits it."""
    statement = checkers_look("arn:aws:s3:::fence/closed", ["15.177.0.0/18", "54.228.16.0/26"])
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == ["arn:aws:s3:::fence/closed"]
    assert statement["Condition"] == {"IpAddress": {"aws:SourceIp": ["15.177.0.0/18", "54.228.16.0/26"]}}


def test_assets_are_read_by_one_distribution_alone() -> None:
    """Guards against a distribution of another account that names our bucket as its origin."""
    statement = distribution_reads("arn:aws:s3:::assets/*", "arn:aws:cloudfront::111122223333:distribution/E1")
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Condition"]["StringEquals"] == {
        "AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"
    }
