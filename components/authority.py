"""The stack's own certificate authority, for TLS between what runs inside its clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_tls as tls

AUTHORITY_HOURS = 10 * 365 * 24
CERTIFICATE_HOURS = 365 * 24
RENEWAL_HOURS = 90 * 24


@dataclass(frozen=True, kw_only=True)
class AuthorityArgs:
    """`organization` is the subject's, for people who look at a certificate."""

    organization: str


@dataclass(frozen=True)
class Certificate:
    """A server's certificate and its key, both PEM; the key is a Pulumi secret."""

    certificate_pem: pulumi.Output[str]
    private_key_pem: pulumi.Output[str]


class Authority(pulumi.ComponentResource):
    """A self-signed authority of ten years (ECDSA P-256). Its key is a secret of the stack's state and nowhere else.

    Outputs: `certificate_pem`, which clients trust; `issue` makes a server's certificate; `issued` is when each of those
    expires (RFC 3339), by the name that it was issued under.
    """

    certificate_pem: pulumi.Output[str]
    issued: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: AuthorityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:authority:Authority", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._organization, self._key = args.organization, _key(f"{name}-key", child)
        self.issued = {}
        self.certificate_pem = tls.SelfSignedCert(
            f"{name}-certificate",
            private_key_pem=self._key,
            is_ca_certificate=True,
            set_subject_key_id=True,
            subject=tls.SelfSignedCertSubjectArgs(
                common_name=f"{args.organization} internal", organization=args.organization
            ),
            validity_period_hours=AUTHORITY_HOURS,
            allowed_uses=["cert_signing", "crl_signing"],
            opts=child,
        ).cert_pem
        self.register_outputs({"certificate_pem": self.certificate_pem})

    def issue(self, name: str, dns_names: Sequence[str], opts: pulumi.ResourceOptions) -> Certificate:
        """A certificate for `dns_names`, valid for a year and made anew by an update in its last 90 days.

        Creates, under the parent of `opts`: a key, a request and the certificate.
        """
        key = _key(f"{name}-key", opts)
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=key,
            dns_names=list(dns_names),
            subject=tls.CertRequestSubjectArgs(organization=self._organization),
            opts=opts,
        )
        certificate = tls.LocallySignedCert(
            f"{name}-certificate",
            ca_private_key_pem=self._key,
            ca_cert_pem=self.certificate_pem,
            cert_request_pem=request.cert_request_pem,
            validity_period_hours=CERTIFICATE_HOURS,
            early_renewal_hours=RENEWAL_HOURS,
            allowed_uses=["digital_signature", "server_auth"],
            opts=opts,
        )
        self.issued[name] = certificate.validity_end_time
        return Certificate(certificate.cert_pem, key)


def _key(name: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    return pulumi.Output.secret(
        tls.PrivateKey(name, algorithm="ECDSA", ecdsa_curve="P256", opts=opts).private_key_pem_pkcs8
    )
