"""The proxies of a phase: the API gateway before the application, the egress proxy behind it."""

from __future__ import annotations

from typing import Any

from infra.config.proxies import EgressServices, GatewayLimits
from infra.derive import rules
from infra.derive.sources import Sourced, settings_section
from infra.derive.step import Step

Tree = dict[str, Any]

API_GATEWAY = r"\bapi[- ]gateways?\b"
CIRCUIT_BREAKERS = r"\bcircuit[- ]?break"


def gateway(step: Step) -> Tree | Sourced[None]:
    """The API gateway, from the phase on whose lists name one."""
    named = step.named(API_GATEWAY)
    if named is None:
        return step.absent()
    return {
        **{key: step.setting(f"gateway.{key}") for key in ("image", *GatewayLimits.model_fields)},
        "replicas": rules.proxied_from(named, step.setting("gateway.replicas")),
        "idle_seconds": rules.outlives_balancer(step.setting("load_balancer.idle_timeout_seconds")),
    }


def egress(step: Step) -> Tree | Sourced[None]:
    """The egress proxy, from the phase on whose lists name circuit breakers."""
    named = step.named(CIRCUIT_BREAKERS)
    if named is None:
        return step.absent()
    copied = ("image", *(key for key in EgressServices.model_fields if key != "services"))
    services = step.settings.settings.egress.services
    return {
        **{key: step.setting(f"egress.{key}") for key in copied},
        "replicas": rules.proxied_from(named, step.setting("egress.replicas")),
        "services": {name: settings_section(step.settings, f"egress.services.{name}") for name in services},
    }
