"""The gateway's routes, for any services."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.gateway import GatewayArgs, ServiceRoute, gateway_routes
from tests.servers.envoy import GATEWAY

SEGMENT = st.sampled_from(["a", "b"])  # few, so that paths often stand below each other
PATH = st.lists(SEGMENT, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
VERSIONS = st.lists(st.sampled_from(["v1", "v2", "v3"]), min_size=1, unique=True)


def gateway(paths: list[str], versions: list[str]) -> GatewayArgs:
    others = [ServiceRoute(f"service{number}", 8080, path) for number, path in enumerate(paths)]
    return replace(GATEWAY, routes=[ServiceRoute("main", 8080, "/"), *others], api_versions=versions)


def taken(routes: list[dict[str, Any]], path: str) -> str:
    """The cluster of the first route that fits, as Envoy chooses it."""
    for route in routes:
        prefix = route["match"].get("path_separated_prefix")
        if prefix is None or path == prefix or path.startswith(f"{prefix}/"):
            return route["route"]["cluster"]
    raise AssertionError(f"no route takes {path}")


@given(st.lists(PATH, min_size=1, max_size=6, unique=True), VERSIONS)
def test_every_service_is_reached_by_its_own_path_in_every_version(paths: list[str], versions: list[str]) -> None:
    """Guards the order: a shorter path that stands first would take the requests of a longer one below it."""
    routes = gateway_routes(gateway(paths, versions))
    for number, path in enumerate(paths):
        for version in versions:
            assert taken(routes, f"/{version}{path}") == f"service{number}"
            deeper = f"{path}/0"  # no service has a digit in its path
            assert taken(routes, f"/{version}{deeper}") == f"service{number}"


@given(st.lists(PATH, max_size=6, unique=True), VERSIONS)
def test_what_no_service_has_is_the_applications_own(paths: list[str], versions: list[str]) -> None:
    """Guards requests of before there were services: their paths have no version."""
    routes = gateway_routes(gateway(paths, versions))
    for path in ("/", "/v9/tasks", *paths):
        assert taken(routes, path) == "main"
