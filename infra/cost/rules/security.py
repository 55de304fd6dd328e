"""Keys, secrets, identities, images, runbooks."""

from __future__ import annotations

from infra.cost.items import Group
from infra.cost.subject import Outcome, Subject


def key(kms: Subject) -> Outcome:
    """A customer-managed key, and each of its replicas in another region."""
    yield kms.charge(Group.OTHER, "kms", "customer managed key", "key-month", 1, "1 key")


def secret(held: Subject) -> Outcome:
    """A secret, and each of its replicas in another region."""
    copies = 1 + len(held.inputs.get("replicas") or ())
    yield held.charge(Group.OTHER, "secrets-manager", "secret", "secret-month", copies, f"{copies} secrets")


def repository(images: Subject) -> Outcome:
    """What the images of one service take in a region's registry."""
    gib = images.usage.settings.images_gib
    yield images.charge(Group.OTHER, "ecr", "image storage", "GB-month", gib, "usage.images_gib", fixed=False)


PRICED = {
    "aws:ecr/repository:Repository": repository,
    "aws:kms/key:Key": key,
    "aws:kms/replicaKey:ReplicaKey": key,
    "aws:secretsmanager/secret:Secret": secret,
}
FREE = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "part of a repository",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": "copies are charged where they are stored",
    "aws:kms/alias:Alias": "a name",
    "aws:kms/keyPolicy:KeyPolicy": "a permission",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "a permission",
    "aws:secretsmanager/secretVersion:SecretVersion": "part of a secret",
    "aws:ssm/document:Document": "runbooks are free up to 100,000 steps a month",
    "aws:ssm/parameter:Parameter": "standard parameters are free",
    **{
        f"aws:iam/{name[0].lower()}{name[1:]}:{name}": "identities and permissions are free"
        for name in ("Policy", "Role", "RolePolicy", "RolePolicyAttachment", "InstanceProfile", "OpenIdConnectProvider")
    },
}
