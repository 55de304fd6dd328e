"""The Application Load Balancer of one region, from HTTPS at its edge to the pods behind a Kubernetes service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components import naming
from components.zone import domain_certificate

HSTS = "max-age=31536000; includeSubDomains"
"""A year of HTTPS alone, said by the balancer itself: with or without a CDN in front."""
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """Placement of one load balancer, and the service that it sends to.

    `subnet_ids` are public, one in each zone in which targets may be, at least two: a target in another zone gets no
    request, and with a readiness gate it never becomes ready [ELB API, TargetHealth, Target.NotInUse]. `sources` may
    connect: IPv4 ranges, by HTTP and HTTPS, or the id of a prefix list, by HTTPS alone, since a list as long as
    CloudFront's fills a security group. `checker_cidrs` are the ranges of the health checkers, where `sources` leaves them
    out.
    `service` in `namespace` listens on `port`, and answers 200 on `health_path`; `after` is what must stand before it gets
    requests. `logs_bucket` gets the access logs, from `logs_ready` on.
    """

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    sources: Sequence[str]
    checker_cidrs: Sequence[str]
    domain: str
    validation_fqdn: pulumi.Input[str]
    cluster_name: str
    cluster_security_group_id: pulumi.Input[str]
    namespace: str
    service: str
    port: int
    health_path: str
    after: Sequence[pulumi.Resource] = ()
    logs_bucket: pulumi.Input[str]
    logs_ready: pulumi.Resource
    idle_timeout_seconds: int
    deregistration_seconds: int


class LoadBalancer(pulumi.ComponentResource):
    """An internet-facing ALB over at least two zones whose targets are pods.

    Creates: a certificate for the domain, a security group (in from `sources`, out to the pods' port), a second one with
    a prefix list for the health checkers where they need it, the ALB, its listeners (HTTPS; HTTP redirects to it), a
    target group of IP addresses, the rule that lets it reach the cluster's pods, and the TargetGroupBinding that
    registers them.

    Outputs: `dns_name`, `zone_id` (of the ALB), `arn`, `arn_suffix`, `target_group_arn`,
    `target_group_arn_suffix`, `security_group_id`,
    `https_listener_arn`.
    """

    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    target_group_arn: pulumi.Output[str]
    target_group_arn_suffix: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    https_listener_arn: pulumi.Output[str]

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:loadbalancer:LoadBalancer", name, None, opts)
        if len(args.subnet_ids) < 2:
            raise ValueError(f"{name}: a load balancer needs subnets in two zones, got {len(args.subnet_ids)}")
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)

        certificate_arn = self._certificate()
        self.security_group_id = self._access()
        groups = [self.security_group_id, *([self._checkers()] if args.checker_cidrs else [])]
        balancer = aws.lb.LoadBalancer(
            naming.logical(naming.LOAD_BALANCER, f"{name}-alb"),
            load_balancer_type="application",
            internal=False,
            subnets=list(args.subnet_ids),
            security_groups=groups,
            idle_timeout=args.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            enable_deletion_protection=True,
            enable_zonal_shift=True,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(bucket=args.logs_bucket, enabled=True),
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[args.logs_ready]),
        )
        targets = self._targets()
        self.https_listener_arn = self._listeners(balancer, targets, certificate_arn)
        self._binding(targets)

        self.dns_name, self.zone_id = balancer.dns_name, balancer.zone_id
        self.arn, self.arn_suffix = balancer.arn, balancer.arn_suffix
        self.target_group_arn, self.target_group_arn_suffix = targets.arn, targets.arn_suffix
        self.register_outputs({"dns_name": self.dns_name, "arn": self.arn})

    def _certificate(self) -> pulumi.Output[str]:
        certificate = domain_certificate(f"{self._name}-certificate", self._args.domain, self._child)
        return aws.acm.CertificateValidation(
            f"{self._name}-certificate",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[self._args.validation_fqdn],
            opts=self._child,
        ).certificate_arn

    def _access(self) -> pulumi.Output[str]:
        """In from the sources, out to the pods and nowhere else."""
        group = aws.ec2.SecurityGroup(
            f"{self._name}-access",
            vpc_id=self._args.vpc_id,
            description=f"HTTP and HTTPS to {self._name}",
            opts=self._child,
        )
        for source in self._args.sources:
            listed = source.startswith("pl-")
            for scheme, port in (("https", 443),) if listed else (("http", 80), ("https", 443)):
                aws.vpc.SecurityGroupIngressRule(
                    f"{self._name}-{scheme}-{source.replace('/', '-')}",
                    security_group_id=group.id,
                    cidr_ipv4=None if listed else source,
                    prefix_list_id=source if listed else None,
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    opts=self._child,
                )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-to-pods",
            security_group_id=group.id,
            referenced_security_group_id=self._args.cluster_security_group_id,
            ip_protocol="tcp",
            from_port=self._args.port,
            to_port=self._args.port,
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-into-cluster",
            security_group_id=self._args.cluster_security_group_id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=self._args.port,
            to_port=self._args.port,
            opts=self._child,
        )
        return group.id

    def _checkers(self) -> pulumi.Output[str]:
        """A group of their own: with CloudFront's 55 entries in the first one, 60 rules would not hold both."""
        cidrs = self._args.checker_cidrs
        checkers = aws.ec2.ManagedPrefixList(
            f"{self._name}-checkers",
            name=naming.physical(naming.PREFIX_LIST, f"{self._name}-checkers"),
            address_family="IPv4",
            max_entries=len(cidrs),
            entries=[aws.ec2.ManagedPrefixListEntryArgs(cidr=cidr) for cidr in cidrs],
            opts=self._child,
        )
        group = aws.ec2.SecurityGroup(
            f"{self._name}-checks",
            vpc_id=self._args.vpc_id,
            description=f"Health checkers to {self._name}",
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-https-checkers",
            security_group_id=group.id,
            prefix_list_id=checkers.id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=self._child,
        )
        return group.id

    def _targets(self) -> aws.lb.TargetGroup:
        """Auto Mode's controller may register pods in a group only if it carries the cluster's tag."""
        return aws.lb.TargetGroup(
            naming.logical(naming.TARGET_GROUP, f"{self._name}-tg"),
            vpc_id=self._args.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=self._args.port,
            deregistration_delay=self._args.deregistration_seconds,
            load_balancing_algorithm_type="least_outstanding_requests",
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=self._args.health_path,
                matcher="200",
                interval=10,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
            tags={"eks:eks-cluster-name": self._args.cluster_name},
            opts=self._child,
        )

    def _listeners(
        self, balancer: aws.lb.LoadBalancer, targets: aws.lb.TargetGroup, certificate_arn: pulumi.Output[str]
    ) -> pulumi.Output[str]:
        action = aws.lb.ListenerDefaultActionArgs
        redirect = aws.lb.ListenerDefaultActionRedirectArgs(port="443", protocol="HTTPS", status_code="HTTP_301")
        aws.lb.Listener(
            f"{self._name}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=[action(type="redirect", redirect=redirect)],
            opts=self._child,
        )
        return aws.lb.Listener(
            f"{self._name}-https",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate_arn,
            routing_http_response_strict_transport_security_header_value=HSTS,
            routing_http_response_x_content_type_options_header_value="nosniff",
            routing_http_response_server_enabled=False,
            default_actions=[action(type="forward", target_group_arn=targets.arn)],
            opts=self._child,
        ).arn

    def _binding(self, targets: aws.lb.TargetGroup) -> None:
        k8s.apiextensions.CustomResource(
            f"{self._name}-pods",
            api_version="eks.amazonaws.com/v1",
            kind="TargetGroupBinding",
            metadata=k8s.meta.v1.ObjectMetaArgs(name="load-balancer", namespace=self._args.namespace),
            spec={
                "serviceRef": {"name": self._args.service, "port": self._args.port},
                "targetGroupARN": targets.arn,
                "targetType": "ip",
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )
