"""The proxies of a phase: the API gateway before the application, the egress proxy behind it."""

from __future__ import annotations

import re
from typing import Any

from infra.config.proxies import CompressionLimits, EgressServices, GatewayLimits
from infra.derive.rules import systems
from infra.derive.sources import Sourced, fact, settings_section
from infra.derive.step import Step
from infra.roadmap.model import Fact, Role

Tree = dict[str, Any]

API_GATEWAY = r"\bapi[- ]gateways?\b"
COMPRESSION = r"\bcompress\b.*\bgzip\b"
CIRCUIT_BREAKERS = r"\bcircuit[- ]?break"


def gateway(step: Step) -> Tree | Sourced[None]:
    """The API gateway, from the phase on whose lists name one."""
    named = step.named(API_GATEWAY)
    if named is None:
        return step.absent()
    return {
        **{key: step.setting(f"gateway.{key}") for key in ("image", *GatewayLimits.model_fields)},
        "replicas": systems.proxied_from(named, step.setting("gateway.replicas")),
        "idle_seconds": systems.outlives_balancer(step.setting("load_balancer.idle_timeout_seconds")),
    }


def compressor(step: Step) -> Tree | Sourced[None]:
    """What compresses responses, for a document that asks for it, until there is a CDN."""
    stated = _compression(step)
    if stated is None:
        return step.absent()
    if step.has(Role.CDN):
        return systems.cdn_compresses(stated)
    return {
        **{key: step.setting(f"compressor.{key}") for key in ("image", *CompressionLimits.model_fields)},
        "replicas": systems.compressed_by_proxy(stated, step.setting("compressor.replicas")),
        "idle_seconds": systems.outlives_balancer(step.setting("load_balancer.idle_timeout_seconds")),
    }


def former_compressor(step: Step) -> Tree | Sourced[None]:
    """The room of the compressor that an earlier phase runs and this one doesn't."""
    stated, before = _compression(step), step.history[:-1]
    earlier = any(_runs_compressor(Step(step.roadmap, phase, step.settings)) for phase in before)
    if stated is None or not earlier or _runs_compressor(step):
        return systems.no_former_compressor(fact(Fact(step.phase.key, step.phase.line)))
    return {
        "replicas": systems.compressor_goes_last(stated, step.setting("compressor.replicas")),
        **{key: step.setting(f"compressor.{key}") for key in ("cpu_millicores", "memory_mib")},
    }


def _compression(step: Step) -> Sourced[str] | None:
    """The recommendation by which responses are compressed, if the document has one."""
    asked = next((item for item in step.roadmap.recommendations if re.search(COMPRESSION, item.text, re.I)), None)
    return fact(Fact(asked.text, asked.line)) if asked else None


def _runs_compressor(step: Step) -> bool:
    """Whether the phase has a compressor of its own: a CDN compresses by itself, and so does a gateway."""
    return _compression(step) is not None and not step.has(Role.CDN) and step.named(API_GATEWAY) is None


def egress(step: Step) -> Tree | Sourced[None]:
    """The egress proxy, from the phase on whose lists name circuit breakers."""
    named = step.named(CIRCUIT_BREAKERS)
    if named is None:
        return step.absent()
    copied = ("image", *(key for key in EgressServices.model_fields if key != "services"))
    services = step.settings.settings.egress.services
    return {
        **{key: step.setting(f"egress.{key}") for key in copied},
        "replicas": systems.proxied_from(named, step.setting("egress.replicas")),
        "services": {name: settings_section(step.settings, f"egress.services.{name}") for name in services},
    }
