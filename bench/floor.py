"""`python -m bench.floor`: the least that a plan takes: Python, and the SDK's modules that it touches. No collector."""

import gc

gc.disable()

from importlib import import_module  # noqa: E402

MODULES = [
    "pulumi",
    "pulumi.runtime",
    "pulumi_random",
    "pulumi_tls",
    "pulumi_aws.acm",
    "pulumi_aws.cloudfront",
    "pulumi_aws.cloudwatch",
    "pulumi_aws.ec2",
    "pulumi_aws.ecr",
    "pulumi_aws.eks",
    "pulumi_aws.elasticache",
    "pulumi_aws.iam",
    "pulumi_aws.kms",
    "pulumi_aws.lb",
    "pulumi_aws.rds",
    "pulumi_aws.route53",
    "pulumi_aws.s3",
    "pulumi_aws.secretsmanager",
    "pulumi_aws.sns",
    "pulumi_aws.vpc",
    "pulumi_aws.wafv2",
    "pulumi_kubernetes.apiextensions",
    "pulumi_kubernetes.apiregistration.v1",
    "pulumi_kubernetes.apps.v1",
    "pulumi_kubernetes.autoscaling.v2",
    "pulumi_kubernetes.batch.v1",
    "pulumi_kubernetes.core.v1",
    "pulumi_kubernetes.meta.v1",
    "pulumi_kubernetes.networking.v1",
    "pulumi_kubernetes.policy.v1",
    "pulumi_kubernetes.rbac.v1",
    "pulumi_kubernetes.storage.v1",
]


def main() -> None:
    """Imports every module and touches it, since the packages load theirs only then; ends as `ramp` does."""
    for name in MODULES:
        getattr(import_module(name), "__all__", None)
    gc.freeze()


if __name__ == "__main__":
    main()
