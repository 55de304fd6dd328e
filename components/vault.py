"""The backup vault of one region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming


@dataclass(frozen=True, kw_only=True)
class VaultArgs:
    """`key_arn` is a KMS key of the region. No recovery point goes before `min_retention_days`."""

    key_arn: pulumi.Input[str]
    min_retention_days: int


class Vault(pulumi.ComponentResource):
    """An AWS Backup vault under its own key, locked in governance mode.

    Governance: no recovery point is deleted, nor its retention shortened, but by whoever may take the lock off. The lock
    can be changed later; compliance mode's can't, by nobody. Copies from another region are encrypted anew by this key.

    Creates: the vault (protected), its lock. Outputs: `arn`, `vault` (its name, once it stands).
    """

    arn: pulumi.Output[str]
    vault: pulumi.Output[str]

    def __init__(self, name: str, args: VaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:vault:Vault", name, None, opts)
        vault = aws.backup.Vault(
            f"{name}-vault",
            name=naming.physical(naming.BACKUP_VAULT, name),
            kms_key_arn=args.key_arn,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.backup.VaultLockConfiguration(
            f"{name}-lock",
            backup_vault_name=vault.name,
            min_retention_days=args.min_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn, self.vault = vault.arn, vault.name
        self.register_outputs({"arn": self.arn})
