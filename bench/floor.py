"""`python -m bench.floor`: the least that a plan takes: Python, and the SDK's modules that it touches. No collector."""

import gc

gc.disable()

from importlib import import_module  # noqa: E402

MODULES = (
    "pulumi",
    "pulumi.runtime",
    *(
        f"pulumi_aws.{name}"
        for name in ["acm", "cloudfront", "cloudwatch", "ec2", "ecr", "eks", "elasticache", "iam", "kms", "lb", "rds", "route53", "s3", "secretsmanager", "sns", "vpc", "wafv2"]
    ),
    *(
        f"pulumi_kubernetes.{name}"
        for name in ["apiextensions", "apiregistration.v1", "apps.v1", "autoscaling.v2", "batch.v1", "core.v1", "meta.v1", "networking.v1", "policy.v1", "rbac.v1", "storage.v1"]
    ),
    "pulumi_random",
    "pulumi_tls",
)


def main() -> None:
    """Imports every module and touches it, since the packages load theirs only then; ends as `ramp` does."""
    for name in MODULES:
        getattr(import_module(name), "__all__", None)
    gc.freeze()


if __name__ == "__main__":
    main()
