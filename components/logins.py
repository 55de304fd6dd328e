"""The logins of a database role: two that take turns, so that a password rotates without a moment in which none works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_random as random

from components import naming
from components.scram import scram_secret

TURNS = ("a", "b")


@dataclass(frozen=True, kw_only=True)
class LoginsArgs:
    """`role` owns the data; its logins are `<role>_a` and `<role>_b`. Raise `epoch` by one to rotate.

    `servers` are the numbers of the database servers, each of which has an administrator.
    """

    role: str
    epoch: int
    servers: Sequence[int]


class Logins(pulumi.ComponentResource):
    """The passwords of two logins. Each epoch makes a new password for one of them and leaves the other's as it was.

    Applications that still run with the login of the epoch before go on working while they are replaced one by one;
    its password ends with the next epoch. Creates: a password and a salt for each login, and a password for each
    server's administrator. They belong to no region, since a replica in another region has the same logins, and keeps
    them when it is promoted.

    Outputs: `role`, `current` (the login of this epoch), `passwords` and `verifiers` by login, both Pulumi secrets; a
    verifier is the SCRAM secret that servers store; `administrators`, passwords by server, Pulumi secrets.
    """

    role: str
    current: str
    passwords: dict[str, pulumi.Output[str]]
    verifiers: dict[str, pulumi.Output[str]]
    administrators: dict[int, pulumi.Output[str]]

    def __init__(self, name: str, args: LoginsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:logins:Logins", name, None, opts)
        self.role, self.current = args.role, current_login(args.role, args.epoch)
        self.passwords, self.verifiers = {}, {}
        child = pulumi.ResourceOptions(parent=self)
        for turn, epoch in turns(args.epoch).items():
            login, keepers = login_name(args.role, turn), {"epoch": str(epoch)}
            password = random.RandomPassword(f"{name}-{turn}", length=40, special=False, keepers=keepers, opts=child)
            salt = random.RandomBytes(f"{name}-{turn}-salt", length=16, keepers=keepers, opts=child)
            self.passwords[login] = password.result
            self.verifiers[login] = pulumi.Output.secret(
                pulumi.Output.all(password.result, salt.base64).apply(lambda both: scram_secret(*both))
            )
        # Letters and digits only: pool configs and URLs take it unquoted.
        self.administrators = {
            server: random.RandomPassword(
                f"{name}-administrator-{server}",
                length=40,
                special=False,
                keepers={"epoch": str(args.epoch)},
                opts=child,
            ).result
            for server in args.servers
        }
        self.register_outputs({"current": self.current})


def turns(epoch: int) -> dict[str, int]:
    """The epoch in which each of the two logins got its password: one this epoch, the other the one before."""
    return {turn: epoch if epoch % 2 == 1 - index else epoch - 1 for index, turn in enumerate(TURNS)}


def login_name(role: str, turn: str) -> str:
    """A login of `role`. Raises InvalidName where PostgreSQL would refuse it."""
    return naming.physical(naming.DATABASE, f"{role}_{turn}")


def current_turn(epoch: int) -> str:
    """The turn whose password is of this epoch: `a` in odd ones, `b` in even ones."""
    return TURNS[(epoch + 1) % 2]


def current_login(role: str, epoch: int) -> str:
    """The login whose password is of this epoch."""
    return login_name(role, current_turn(epoch))


def turn_pair(current: str, passwords: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Input[str]]:
    """What Secrets Manager keeps of two logins: this epoch's, and the one before, which works until the next epoch."""
    (previous,) = passwords.keys() - {current}
    return {
        "username": current,
        "password": passwords[current],
        "previous_username": previous,
        "previous_password": passwords[previous],
    }
