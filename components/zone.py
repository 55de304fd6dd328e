"""The public DNS zone of the application, and the proof by which certificates for it are issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class PublicZoneArgs:
    """`domain` is the zone's name, and what its certificates cover together with everything one label below it."""

    domain: str


class PublicZone(pulumi.ComponentResource):
    """A public hosted zone with one certificate in the provider's region, and the record that validates it.

    The record's name and value depend on the account and the domain alone, so it validates the certificates of all
    regions. Creates: the zone, the certificate, the validation record, the validation.

    Outputs: `zone_id`, `name_servers` (delegate the domain to them), `certificate_arn` (validated),
    `validation_fqdn`.
    """

    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]
    certificate_arn: pulumi.Output[str]
    validation_fqdn: pulumi.Output[str]

    def __init__(self, name: str, args: PublicZoneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:zone:PublicZone", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        zone = aws.route53.Zone(
            f"{name}-zone",
            name=args.domain,
            comment=f"Public names of {name}",
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        certificate = domain_certificate(f"{name}-certificate", args.domain, child)
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-validation",
            zone_id=zone.zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=300,
            opts=child,
        )
        validation = aws.acm.CertificateValidation(
            f"{name}-certificate", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn], opts=child
        )
        self.zone_id, self.name_servers = zone.zone_id, zone.name_servers
        self.certificate_arn, self.validation_fqdn = validation.certificate_arn, record.fqdn
        self.register_outputs({"zone_id": self.zone_id, "name_servers": self.name_servers})


def domain_certificate(name: str, domain: str, opts: pulumi.ResourceOptions) -> aws.acm.Certificate:
    """A certificate for `domain` and every name one label below it. Changing its names would replace it: they never do."""
    return aws.acm.Certificate(
        name, domain_name=domain, subject_alternative_names=[f"*.{domain}"], validation_method="DNS", opts=opts
    )


def public_name(
    name: str,
    zone_id: pulumi.Input[str],
    fqdn: str,
    target: pulumi.Input[str],
    ttl_seconds: int,
    opts: pulumi.ResourceOptions,
) -> aws.route53.Record:
    """A name that stands for another one. A CNAME, so that what it stands for changes in place, whatever that is."""
    return aws.route53.Record(
        name, zone_id=zone_id, name=fqdn, type="CNAME", records=[target], ttl=ttl_seconds, opts=opts
    )
