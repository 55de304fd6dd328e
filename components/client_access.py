"""A security group that lets clients in by their own groups, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws


def client_access(
    name: str,
    what: str,
    vpc_id: pulumi.Input[str],
    port: int,
    clients: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """Creates the group `<name>-access` and a rule a client on TCP `port`; returns the group's id.

    `clients` are security groups by a name each.
    """
    group = aws.ec2.SecurityGroup(
        f"{name}-access", vpc_id=vpc_id, description=f"{what} of {name}, from its clients only", opts=opts
    )
    for client, client_group in clients.items():
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-{client}",
            security_group_id=group.id,
            referenced_security_group_id=client_group,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            opts=opts,
        )
    return group.id
