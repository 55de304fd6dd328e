"""One resource of a graph: what the program asks for, in the engine's own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.graph import urn as urns
from infra.graph.values import Value, to_json


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as the Pulumi engine registers it: lists sorted, references as URNs, what is absent None or empty.

    `inputs` are the program's own, named as the engine has them (camelCase). `outputs` are what a component registered,
    or what a deployed stack has stored; a custom resource that isn't deployed has none. `id` is known once deployed.
    `dependencies` are all that it waits for; `property_dependencies` says which property makes it wait for what.
    `aliases` are the URNs that it may be found under in an older state, inherited ones included; only a plan knows them.
    `delete_before_replace` is None where the plugin decides. `custom_timeouts` are in seconds.
    """

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any]
    parent: str | None = None
    provider: str | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool | None = None
    deleted_with: str | None = None
    replace_with: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict)
    import_id: str | None = None
    outputs: Mapping[str, Value] = field(default_factory=dict)
    id: str | None = None

    @property
    def key(self) -> str:
        """The URN without its stack: the same in every stack of the project."""
        return urns.without_stack(self.urn)

    @property
    def package(self) -> str:
        """The package of its type: "aws", "kubernetes", "pulumi"; a component's is its own ("ramp")."""
        return self.type.partition(":")[0]

    @property
    def is_provider(self) -> bool:
        """True for an explicit provider, such as one AWS region."""
        return self.type.startswith("pulumi:providers:")

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON data with camelCase keys. A secret shows as `[secret]`, an unknown as `[unknown]`."""
        return {
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            "custom": self.custom,
            "inputs": to_json(self.inputs),
            "parent": self.parent,
            "provider": self.provider,
            "dependencies": list(self.dependencies),
            "propertyDependencies": {key: list(deps) for key, deps in self.property_dependencies.items()},
            "aliases": list(self.aliases),
            "protect": self.protect,
            "retainOnDelete": self.retain_on_delete,
            "deleteBeforeReplace": self.delete_before_replace,
            "deletedWith": self.deleted_with,
            "replaceWith": list(self.replace_with),
            "ignoreChanges": list(self.ignore_changes),
            "replaceOnChanges": list(self.replace_on_changes),
            "additionalSecretOutputs": list(self.additional_secret_outputs),
            "customTimeouts": dict(self.custom_timeouts),
            "importId": self.import_id,
            **({"outputs": to_json(self.outputs)} if self.outputs else {}),
            **({"id": self.id} if self.id else {}),
        }
