"""Findings about the services of the application tier and the way to them."""

from __future__ import annotations

from collections.abc import Iterator

from infra.findings.finding import Finding, Situation


def images_copied_elsewhere(situation: Situation) -> Iterator[Finding]:
    """Somebody else keeps the rules by which images reach the other regions."""
    config = situation.config
    if config.registry.replication == "own" or not config.standby_regions:
        return
    regions = ", ".join(config.regions)
    message = (
        f"Someone else keeps the registries' replication rules: the prefix {config.application}/ has to be among them in "
        f"each of {regions}, toward the others, or a region that takes over finds no image to start."
    )
    yield Finding("registry-rules-elsewhere", "info", message, situation.source("registry.replication"))


def unrouted_services(situation: Situation) -> Iterator[Finding]:
    """The document takes the application apart before it names a gateway that would route to the parts."""
    main, *others = situation.config.app.services
    if not others or situation.config.gateway is not None:
        return
    names = ", ".join(service.name for service in others)
    message = (
        f"The document names microservices and, up to this phase, no API gateway: the load balancer sends everything to "
        f"{main.name}, and {names} are reached inside the cluster only."
    )
    yield Finding("services-unrouted", "warning", message, situation.source("app.services.1.name"))
