"""Who logs in to the message queue of one region: passwords, what each login may, and where people find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_random as random

from components import queue_definitions as definitions
from components.kept_secret import SecretKeys, keep
from components.logins import TURNS, current_turn, turn_pair, turns
from components.queue_definitions import User

if TYPE_CHECKING:
    from components.queue import QueueArgs

ADMINISTRATOR = "administrator"
FEDERATION = "federation"


class QueueLogins:
    """The passwords of a queue, children of `parent`: the administrator's, two of the application, and one `federated`.

    The application's logins take turns by `epoch`, so that pods which still run keep one. `passwords` and `salts` are by
    login; `current` is the application's login of this epoch.
    """

    def __init__(self, name: str, epoch: int, parent: pulumi.Resource, *, federated: bool) -> None:
        self._name, self._parent = name, parent
        self.current = application_login(current_turn(epoch))
        epochs = {ADMINISTRATOR: epoch, **{application_login(turn): since for turn, since in turns(epoch).items()}}
        epochs |= {FEDERATION: epoch} if federated else {}
        self.passwords = {login: self._password(login, since) for login, since in epochs.items()}
        self.salts = {login: self._salt(login, since) for login, since in epochs.items()}

    @property
    def of_application(self) -> Mapping[str, pulumi.Output[str]]:
        """The passwords of the application's logins, by login."""
        return {login: self.passwords[login] for login in map(application_login, TURNS)}

    def keep(self, host: str, cookie: pulumi.Input[str], keys: SecretKeys) -> None:
        """In Secrets Manager of this region: a secret of people, one of applications, one of the nodes."""
        logins = self.of_application
        nodes = {"cookie": cookie} | {k: v for k, v in self.passwords.items() if k == FEDERATION}
        administrator = {"username": ADMINISTRATOR, "password": self.passwords[ADMINISTRATOR]}
        for role, what, content in (
            ("administrator", "Administrator", {"host": host, **administrator}),
            ("application", "Logins of the application", {"host": host, **turn_pair(self.current, logins)}),
            ("nodes", "What the nodes share", nodes),
        ):
            keep(f"{self._name}-{role}", f"{what} of {self._name}", content, keys, self._parent)

    def _password(self, login: str, epoch: int) -> pulumi.Output[str]:
        return random.RandomPassword(
            f"{self._name}-{login}", length=40, special=False, keepers={"epoch": str(epoch)}, opts=self._child
        ).result

    def _salt(self, login: str, epoch: int) -> pulumi.Output[str]:
        """Of the password's own epoch, so that the hash changes with the password and at no other time."""
        return random.RandomBytes(
            f"{self._name}-{login}-salt", length=4, keepers={"epoch": str(epoch)}, opts=self._child
        ).hex

    @property
    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self._parent)


def application_login(turn: str) -> str:
    """The application's login of a turn, "a" or "b"."""
    return f"application-{turn}"


def logins_file(args: QueueArgs, passwords: Mapping[str, str], salts: Mapping[str, str], upstream: str | None) -> str:
    """The users of the cluster: the administrator, the application's two logins, and with peers the federation's."""
    hashes = {login: definitions.password_hash(password, salts[login]) for login, password in passwords.items()}
    published = definitions.exchanges(args.subscribers)
    worked = (*definitions.queues(args.work_queues, args.subscribers), definitions.DEAD_LETTERS)
    may_work = {"write": definitions.anything_of(published), "read": definitions.anything_of(worked)}
    own = f"^{definitions.FEDERATED}.*$"
    grants: dict[str, dict[str, Any]] = {
        ADMINISTRATOR: {"tags": ("administrator",), "configure": ".*", "write": ".*", "read": ".*"},
        **{application_login(turn): may_work for turn in TURNS},
        FEDERATION: {"configure": own, "write": own, "read": f"^({definitions.FEDERATED}.*|{'|'.join(published)})$"},
    }
    users = [User(name=login, password_hash=hashed, **grants[login]) for login, hashed in hashes.items()]
    follows = definitions.upstream(upstream, args.window_seconds) if upstream else None
    return definitions.logins(args.vhost, users, follows)
