"""Who reads a ConfigMap or a Secret as it starts is started again when it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.config import load_file
from infra.diff.change import Change
from infra.diff.compare import compare
from infra.graph import Resource, ResourceGraph
from infra.graph.values import to_json
from infra.plan import plan_config
from infra.project import stack_file

PhaseGraph = Callable[[str], ResourceGraph]
Object = tuple[str, str, str]
"""Kind, namespace and name."""

PHASES = ("baseline", "phase1", "phase2", "phase3")
RUN_ON = ("Deployment", "StatefulSet", "DaemonSet")
"""What runs until it is told to start again; a Job runs once."""


def _inputs(resource: Resource) -> dict[str, Any]:
    return {name: to_json(value) for name, value in resource.inputs.items()}


def _object(resource: Resource) -> Object:
    metadata = _inputs(resource)["metadata"]
    return resource.type.rpartition(":")[2], metadata.get("namespace", ""), metadata["name"]


def _workloads(graph: ResourceGraph) -> Iterator[tuple[Resource, dict[str, Any], set[Object]]]:
    """Each workload, its pods' template, and the objects that its pods take."""
    for resource in graph:
        if resource.type.rpartition(":")[2] in RUN_ON and resource.package == "kubernetes":
            inputs = _inputs(resource)
            template, namespace = inputs["spec"]["template"], inputs["metadata"]["namespace"]
            taken = {(kind, namespace, name) for kind, name in _references(template["spec"])}
            yield resource, template, taken


def _references(value: Any) -> Iterator[tuple[str, str]]:
    """(kind, name) for each ConfigMap and Secret that a pod mounts or takes variables from."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("configMap", "configMapRef", "configMapKeyRef"):
                yield "ConfigMap", item["name"]
            elif key in ("secret", "secretRef", "secretKeyRef"):
                yield "Secret", item.get("secretName") or item["name"]
            else:
                yield from _references(item)


@pytest.mark.parametrize("phase", PHASES)
def test_pods_that_take_configuration_carry_a_digest_of_it(phase: str, phase_graph: PhaseGraph) -> None:
    """Guards against a component whose pods go on with the old configuration, since Kubernetes restarts none for it."""
    takers = [(resource, template) for resource, template, taken in _workloads(phase_graph(phase)) if taken]
    assert len(takers) >= 4
    for resource, template in takers:
        annotations = template["metadata"].get("annotations", {})
        assert [key for key in annotations if key.startswith("ramp/")], resource.name


@pytest.mark.parametrize("phase", PHASES)
def test_what_pods_take_is_there_and_changes_in_place(phase: str, phase_graph: PhaseGraph) -> None:
    """Guards against a name that nothing makes, and against an object that is deleted before it is made anew."""
    graph = phase_graph(phase)
    there = {_object(resource): resource for resource in graph if resource.type.endswith(("v1:ConfigMap", "v1:Secret"))}
    assert set().union(*(taken for _, _, taken in _workloads(graph))) <= there.keys()
    for resource in there.values():
        provider = graph.provider_of(resource)
        assert provider is not None
        assert provider.inputs["enableConfigMapMutable"] and provider.inputs["enableSecretMutable"]


def _left_running(before: ResourceGraph, after: ResourceGraph) -> tuple[list[str], set[Object]]:
    """The workloads that stay as they are although an object that they take changes, and what changes."""
    changes = {change.key: change for change in compare(before, after)}
    changed = {_object(c.resource) for c in changes.values() if _holds_configuration(c)}
    stay = [
        resource.name
        for resource, _, taken in _workloads(after)
        if taken & changed and not _restarts(changes.get(resource.key))
    ]
    return stay, changed


def _holds_configuration(change: Change) -> bool:
    return change.action == "update" and change.resource.type.endswith(("v1:ConfigMap", "v1:Secret"))


def _restarts(change: Change | None) -> bool:
    return change is not None and (
        change.action != "update" or any(each.effect == "restarts" for each in change.properties)
    )


@pytest.mark.parametrize(("old", "new"), [("baseline", "phase1"), ("phase1", "phase2"), ("phase2", "phase3")])
def test_a_step_restarts_the_pods_whose_configuration_it_changes(old: str, new: str, phase_graph: PhaseGraph) -> None:
    """Guards against a phase that is there on paper: its pods would still run with the settings of the one before."""
    stay, changed = _left_running(phase_graph(old), phase_graph(new))
    assert changed
    assert stay == []


@pytest.mark.parametrize("section", ["database", "queue"])
def test_another_password_epoch_restarts_the_pods_that_take_a_password(section: str, phase_graph: PhaseGraph) -> None:
    """Guards against pods that keep the login of the epoch before, which the next epoch ends."""
    config = load_file(stack_file("phase1"))
    now = getattr(config, section)
    rotated = config.model_copy(update={section: now.model_copy(update={"password_epoch": now.password_epoch + 1})})
    stay, changed = _left_running(phase_graph("phase1"), plan_config(rotated))
    assert {kind for kind, _, _ in changed} >= {"Secret"}
    assert stay == []
