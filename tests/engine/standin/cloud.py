"""The cloud behind the stand-in plugins: what exists, and which call is to fail or to hang next."""

import threading
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .wire import Props, reveal

# What AWS refuses to delete, and the input that says so.
DELETION_PROTECTION = {
    "aws:eks/cluster:Cluster": "deletionProtection",
    "aws:lb/loadBalancer:LoadBalancer": "enableDeletionProtection",
    "aws:rds/cluster:Cluster": "deletionProtection",
    "aws:rds/instance:Instance": "deletionProtection",
}


INSTANCE = "aws:rds/instance:Instance"


class CloudError(Exception):
    """A call that the cloud refuses; the text is what it answers."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One existing resource: who asked for it, where it is, its inputs, its outputs and the seed that they come from."""

    urn: str
    scope: str
    token: str
    id: str
    name: str | None
    inputs: Props
    outputs: Props
    seed: str

    @property
    def of_the_state(self) -> bool:
        """True for what exists in the state alone, such as a random password: no name or id of it is ever taken."""
        return self.scope == self.urn


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is to happen, once, to a creation of a type: it fails, or it hangs before or after it is done."""

    token: str
    kind: Literal["fail", "hang before", "hang after"]


@dataclass
class Cloud:
    """Everything that exists. One cloud outlives any number of engine runs; all methods are safe across threads."""

    things: dict[tuple[str, str, str], Thing] = field(default_factory=dict)
    creations: dict[str, int] = field(default_factory=dict)
    deleted: list[Thing] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    _lock: Any = field(default_factory=threading.RLock)

    def fail_next(self, token: str) -> None:
        """Makes the next creation of the type fail."""
        self.faults.append(Fault(token=token, kind="fail"))

    def hang_next(self, token: str, *, done: bool) -> None:
        """Makes the next creation of the type hang; `done` says whether the resource exists by then."""
        self.hanging.clear()
        self.released.clear()
        self.faults.append(Fault(token=token, kind="hang after" if done else "hang before"))

    def next_seed(self, urn: str) -> str:
        """Returns a seed that is the same for the n-th creation of a resource in any cloud."""
        with self._lock:
            self.creations[urn] = self.creations.get(urn, 0) + 1
            return f"{urn}#{self.creations[urn]}"

    def create(self, thing: Thing) -> None:
        """Adds the resource; CloudError if it fails as told, its name is taken, or it contradicts what exists."""
        fault = self._take_fault(thing.token)
        if fault == "fail":
            raise CloudError(f"stand-in: creating {thing.token} fails, as told")
        if fault == "hang before":
            self._hang()
            raise CloudError("stand-in: the caller was gone before anything was created")
        with self._lock:
            self._refuse_conflicts(thing)
            self.things[thing.scope, thing.token, thing.id] = thing
        if fault == "hang after":
            self._hang()

    def update(self, thing: Thing) -> None:
        """Puts the resource in the place of the one with its id; CloudError if a primary is to become a replica."""
        with self._lock:
            there = self.things.get((thing.scope, thing.token, thing.id))
            if thing.token == INSTANCE and there and _source(thing) and not _source(there):
                raise CloudError(f"cannot elect new source database for replication: {thing.name} is a primary")
            self.things[thing.scope, thing.token, thing.id] = thing

    def promote(self, identifier: str) -> None:
        """Makes a replica a primary, as RDS does when somebody else than the engine tells it; CloudError if it is one."""
        with self._lock:
            replica = next(t for t in self.find(INSTANCE) if reveal(t.inputs).get("identifier") == identifier)
            if not _source(replica):
                raise CloudError(f"InvalidDBInstanceState: {identifier} is not a read replica")
            gone = "replicateSourceDb"
            self.update(
                replace(
                    replica,
                    inputs={key: value for key, value in replica.inputs.items() if key != gone},
                    outputs={key: value for key, value in replica.outputs.items() if key != gone},
                )
            )

    def lead(self, group: str) -> None:
        """Makes a replication group the primary of the one global datastore, as its failover does."""
        with self._lock:
            (datastore,) = self.find("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup")
            told = {"primaryReplicationGroupId": group}
            self.update(replace(datastore, inputs={**datastore.inputs, **told}, outputs={**datastore.outputs, **told}))

    def delete(self, scope: str, token: str, resource_id: str) -> None:
        """Removes the resource, if it is there; CloudError if it is protected or would lose its data."""
        with self._lock:
            thing = self.things.get((scope, token, resource_id))
            if thing is None:
                return
            inputs = reveal(thing.inputs)
            if inputs.get(DELETION_PROTECTION.get(token, "")):
                name = thing.name or thing.id
                raise CloudError(f"InvalidParameterCombination: deletion protection of {token} {name} is on")
            snapshot = inputs.get("skipFinalSnapshot") or inputs.get("finalSnapshotIdentifier")
            if token == INSTANCE and not snapshot:
                raise CloudError("final_snapshot_identifier is required when skip_final_snapshot is false")
            if token == INSTANCE and "replicateSourceDb" in inputs and not inputs.get("skipFinalSnapshot"):
                raise CloudError("FinalDBSnapshotIdentifier can not be specified when deleting a replica instance")
            self.deleted.append(self.things.pop((scope, token, resource_id)))

    def get(self, scope: str, token: str, resource_id: str) -> Thing | None:
        """Returns the resource; None if there is none."""
        return self.things.get((scope, token, resource_id))

    def find(self, token: str, name: str | None = None) -> list[Thing]:
        """Returns the resources of a type, with this physical name if one is given."""
        return [t for t in self.things.values() if t.token == token and name in (None, t.name)]

    def _take_fault(self, token: str) -> str | None:
        with self._lock:
            fault = next((fault for fault in self.faults if fault.token == token), None)
            if fault is None:
                return None
            self.faults.remove(fault)
            return fault.kind

    def _hang(self) -> None:
        self.hanging.set()
        self.released.wait(timeout=60)

    def _refuse_conflicts(self, thing: Thing) -> None:
        for other in self.find(thing.token):
            if other.scope == thing.scope and thing.name is not None and other.name == thing.name:
                raise CloudError(f"AlreadyExists: {thing.token} named {thing.name} exists in {thing.scope}")
            if thing.token == "aws:route53/record:Record":
                _refuse_mixed_records(reveal(thing.inputs), reveal(other.inputs))
        if (thing.scope, thing.token, thing.id) in self.things and not thing.of_the_state:
            raise CloudError(f"AlreadyExists: {thing.token} {thing.id} exists in {thing.scope}")
        source = reveal(thing.inputs).get("replicateSourceDb")
        if thing.token == INSTANCE and source:
            self._refuse_bad_source(source)

    def _refuse_bad_source(self, source: str) -> None:
        primary = next((t for t in self.find(INSTANCE) if source in (t.name, t.outputs.get("arn"))), None)
        if primary is None:
            raise CloudError(f"DBInstanceNotFound: the source {source} of the replica does not exist")
        inputs = reveal(primary.inputs)
        if inputs.get("manageMasterUserPassword"):
            raise CloudError("InvalidDBInstanceState: a source that manages its master password in Secrets Manager")
        if not inputs.get("backupRetentionPeriod"):
            raise CloudError("InvalidDBInstanceState: automated backups are off on the source")


def _source(instance: Thing) -> Any:
    return reveal(instance.inputs).get("replicateSourceDb")


def _refuse_mixed_records(new: Props, old: Props) -> None:
    one_name = all(new.get(key) == old.get(key) for key in ("zoneId", "name", "type"))
    mixed = ("setIdentifier" in new) != ("setIdentifier" in old)
    if one_name and (mixed or new.get("setIdentifier") == old.get("setIdentifier")):
        raise CloudError(f"InvalidChangeBatch: a record {new['name']} {new['type']} exists with another routing policy")
