"""Every Kubernetes object of the plans against the API server's own schema."""

import json
from functools import cache

import kubernetes_validate
import pytest
from kubernetes_validate import SchemaNotFoundError, ValidationError

from infra.graph import Resource
from infra.graph.values import to_json

PHASES = ("baseline", "phase1", "phase2", "phase3")
VERSION = "1.36"


def shown(resource: Resource) -> str:
    """The object as JSON; without the texts of a Secret, since a plan doesn't show them as a map."""
    hidden = ("stringData", "data") if resource.inputs.get("kind") == "Secret" else ()
    return json.dumps(to_json({key: value for key, value in resource.inputs.items() if key not in hidden}))


@cache
def refusal(text: str) -> str | None:
    """What is wrong with an object; one that several phases or regions have is looked at once."""
    try:
        kubernetes_validate.validate(json.loads(text), VERSION, strict=True)
    except SchemaNotFoundError:  # a custom resource
        return None
    except ValidationError as error:
        return str(error.message)
    return None


@pytest.mark.parametrize("phase", PHASES)
def test_the_api_server_would_take_every_object(phase_graph, phase: str) -> None:
    """Guards a misspelled or misplaced field, which no preview tells: the provider asks the cluster, which isn't there yet."""
    objects = [r for r in phase_graph(phase) if r.package == "kubernetes" and "metadata" in r.inputs]
    assert objects
    assert {r.name: said for r in objects if (said := refusal(shown(r)))} == {}
