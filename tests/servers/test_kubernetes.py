"""Every phase's objects on a real Kubernetes API server: made and grown as `pulumi up` does it, and their pods admitted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from infra.diff.compare import compare
from infra.graph import ResourceGraph
from tests.graph.deployed import deployed
from tests.servers.kubernetes import Api, Object, Refused, program, running, until
from tests.servers.missing import require
from tests.servers.objects import in_order, on, sent

PHASES = ("baseline", "phase1", "phase2", "phase3")
ACTIVE, STANDBY = "us-east-1", "us-west-2"
SECOND_REGION = "phase3, standby"
ROLLOUT = "test/rollout"
STEPS = (*PHASES, SECOND_REGION)


@dataclass
class Step:
    """What came of one step: what the server refused, what was made anew, and which workloads lack pods at their most."""

    refused: dict[str, str] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    lacking: dict[str, str] = field(default_factory=dict)
    full: list[Object] = field(default_factory=list)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Step]:
    """One cluster that grows from phase to phase, and the standby's, which begins with the last."""
    require(program, "etcd", "kube-apiserver", "kube-controller-manager")
    graphs = {phase: deployed(phase).graph for phase in PHASES}
    done = {}
    with running(tmp_path_factory.mktemp("active")) as api:
        done[PHASES[0]] = _step(api, None, graphs[PHASES[0]], ACTIVE)
        for old, new in pairwise(PHASES):
            done[new] = _step(api, graphs[old], graphs[new], ACTIVE)
    with running(tmp_path_factory.mktemp("standby")) as api:
        done[SECOND_REGION] = _step(api, None, graphs[PHASES[-1]], STANDBY)
    return done


def _step(api: Api, old: ResourceGraph | None, new: ResourceGraph, region: str) -> Step:
    """Takes a cluster to a phase, then scales it to its most."""
    step = Step()
    changes = {c.key: c for c in compare(old, new)} if old else {}
    for resource in in_order(new, region):
        change = changes.get(resource.key)
        if old and change is None:
            continue
        made = sent(resource)
        try:
            if change and change.action == "replace":
                step.replaced.append(resource.name)
                _delete(api, made)
            api.apply(made)
        except (Refused, LookupError) as error:
            step.refused[resource.name] = str(error)
    for change in changes.values():
        if change.action == "delete" and change.old and on(change.old, region):
            gone = sent(change.old)
            if gone["kind"] == "Deployment":  # its pods count until the garbage collector comes by
                _scale(api, {api.path(gone): 0})
            _delete(api, gone)
    _scale_to_the_most(api)
    step.lacking = _lacking(api)
    step.full = api.list("v1", "resourcequotas")
    return step


def _delete(api: Api, made: Object) -> None:
    api.delete(made)
    until(lambda: _gone(api, made), 20, lambda: f"{made['metadata']['name']} stays")


def _gone(api: Api, made: Object) -> bool:
    try:
        api.get(made)
    except Refused as error:
        return error.status == 404
    return False


def _scale_to_the_most(api: Api) -> None:
    """As many pods as the autoscalers may ask for, and a rollout on top, which adds what it may add.

    No pod gets ready here, so those of before would stay: they go first, as in a step that has come to its end.
    """
    scalers = {_target(api, scaler): scaler for scaler in api.list("autoscaling/v2", "horizontalpodautoscalers")}
    most = {path: scaler["spec"]["maxReplicas"] for path, scaler in scalers.items()}
    _scale(api, dict.fromkeys(most, 0))
    until(lambda: all(map(_counted, api.list("v1", "resourcequotas"))), 30, lambda: "the quota doesn't count")
    _scale(api, most)
    for path, scaler in scalers.items():
        version = {"annotations": {ROLLOUT: scaler["metadata"]["resourceVersion"]}}
        api.patch(path, {"spec": {"template": {"metadata": version}}})


def _counted(quota: Object) -> bool:
    return quota["status"].get("hard") == quota["spec"]["hard"] and "used" in quota["status"]


def _scale(api: Api, wanted: Mapping[str, int]) -> None:
    """Scales Deployments, and waits until they have their pods, or for a while: `_lacking` says what is missing then."""
    for path, count in wanted.items():
        api.patch(f"{path}/scale", {"spec": {"replicas": count}})
    with suppress(AssertionError):
        until(
            lambda: all(api.ask("GET", path)["status"].get("replicas", 0) == count for path, count in wanted.items()),
            20,
            str,
        )


def _target(api: Api, scaler: Object) -> str:
    target = scaler["spec"]["scaleTargetRef"]
    return api.path({**target, "metadata": {"name": target["name"], "namespace": scaler["metadata"]["namespace"]}})


def _lacking(api: Api) -> dict[str, str]:
    """Each workload that doesn't get its pods in time, with what its conditions say."""
    short: dict[str, str] = {}

    def complete() -> bool:
        short.clear()
        for plural in ("deployments", "statefulsets"):
            for workload in api.list("apps/v1", plural):
                have, want = workload["status"].get("replicas", 0), _wanted(workload)
                if have < want:
                    said = [c.get("message", "") for c in workload["status"].get("conditions", ())]
                    short[workload["metadata"]["name"]] = f"{have} of {want} pods: {said}"
        for job in api.list("batch/v1", "jobs"):
            if not job["status"].get("active"):
                short[job["metadata"]["name"]] = str(job["status"])
        return not short

    with suppress(AssertionError):
        until(complete, 20, str)
    return dict(short)


def _wanted(workload: Object) -> int:
    spec: dict[str, Any] = workload["spec"]
    surge = spec.get("strategy", {}).get("rollingUpdate", {}).get("maxSurge", 0)
    rolls = ROLLOUT in spec["template"]["metadata"].get("annotations", {})
    return spec["replicas"] + (surge if rolls else 0)


@pytest.mark.parametrize("phase", STEPS)
def test_the_server_takes_every_object_in_the_order_of_the_plan(steps: Mapping[str, Step], phase: str) -> None:
    """Guards an `up` that fails half-way: a field that doesn't exist, an immutable one, a namespace that comes too late."""
    assert steps[phase].refused == {}


@pytest.mark.parametrize("phase", STEPS)
def test_every_pod_is_admitted_at_the_most_and_during_a_rollout(steps: Mapping[str, Step], phase: str) -> None:
    """Guards against a quota without room, limits and pod security that refuse our own pods, and missing accounts."""
    assert steps[phase].lacking == {}


@pytest.mark.parametrize("phase", PHASES[1:])
def test_every_change_is_made_in_place(steps: Mapping[str, Step], phase: str) -> None:
    """Guards against what is deleted and made again under running pods: files, services, disks."""
    assert steps[phase].replaced == []
