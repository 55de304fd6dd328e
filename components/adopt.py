"""Adopting what exists: a transform that makes components take over resources instead of creating them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Existing:
    """A resource that exists: the id its type is imported by, and the properties in which it differs from the program.

    What is in `as_it_is` stays as it is until it is taken out; what differs elsewhere is changed right after the import.
    """

    id: str
    as_it_is: Sequence[str] = ()


def adopt(existing: Mapping[str, Existing]) -> pulumi.ResourceTransform:
    """Returns a transform that imports resources by logical name (`mgx-ai-us-east-1-postgres-primary`).

    Give it to one component (`ResourceOptions(transforms=[…])`), or to the whole program by
    `pulumi.runtime.register_resource_transform`. Take it out once the import is done.
    """

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        found = existing.get(args.name) if args.custom else None
        if found is None:
            return None
        ignored = [*(args.opts.ignore_changes or ()), *found.as_it_is]
        adopted = pulumi.ResourceOptions(import_=found.id, ignore_changes=ignored)
        return pulumi.ResourceTransformResult(args.props, pulumi.ResourceOptions.merge(args.opts, adopted))

    return transform
