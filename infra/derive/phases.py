"""From a roadmap and settings to one config a phase, each with the provenance of its every value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from infra.checked import allowed_by, named_each
from infra.config import PhaseConfig
from infra.config.scalars import SCHEMA_VERSION
from infra.derive import cache, compute, data, edge, leadership, monitoring, pooler, proxies, queue
from infra.derive.rules import names, steps
from infra.derive.sources import Provenance, RuleError, Source, Sourced, fact, settings_section, split
from infra.derive.step import Step
from infra.errors import InputError, Mistake, together
from infra.roadmap.mistakes import meant
from infra.roadmap.model import Fact, Phase, Roadmap
from infra.settings import SettingsFile


@dataclass(frozen=True)
class Derived:
    """A phase's config, and the source of each of its leaves by dotted path."""

    config: PhaseConfig
    provenance: Provenance


def derive(roadmap: Roadmap, settings: SettingsFile) -> tuple[Derived, ...]:
    """The config of every phase, the baseline first.

    Raises InputError with every mistake of every phase: where the document lacks what a phase needs, or where what
    follows from it can't be.
    """
    steps = [Step(roadmap, phase, settings) for phase in roadmap.phases]
    _, *derived = together(lambda: _check_phases(roadmap, settings), *(partial(_derive, step) for step in steps))
    return tuple(derived)


def _check_phases(roadmap: Roadmap, settings: SettingsFile) -> None:
    """Raises InputError for the phases that the settings' usage speaks of and the document hasn't."""
    keys = [phase.key for phase in roadmap.phases]
    unknown = [
        Mistake(
            settings.path,
            settings.line(f"usage.phases.{phase}"),
            "usage.phases",
            phase,
            ", ".join(keys),
            meant(phase, keys),
        )
        for phase in settings.settings.usage.phases
        if phase not in keys
    ]
    if unknown:
        raise InputError(unknown)


def _derive(step: Step) -> Derived:
    try:
        tree, provenance = split(_tree(step))
    except RuleError as error:
        line = _line(error.source, step.phase)
        raise InputError([Mistake(step.roadmap.path, line, step.phase.title, "", str(error))]) from error
    try:
        return Derived(PhaseConfig.model_validate_json(json.dumps(tree)), provenance)
    except ValidationError as error:
        raise InputError([one for detail in error.errors() for one in _mistakes(detail, step, provenance)]) from None


def _tree(step: Step) -> dict[str, Any]:
    """The config as sourced leaves, in the order in which an operator reads it."""
    roadmap, phase = step.roadmap, step.phase
    application = names.application_slug(fact(roadmap.application))
    regions = compute.regions(step)
    return {
        "schema_version": steps.current_schema(Sourced(SCHEMA_VERSION, Source("rule", "rule: infra/config"))),
        "application": application,
        "name": steps.phase_key(fact(Fact(phase.number, phase.line))),
        "owner": _owner(step),
        "users": fact(phase.users),
        "account_id": step.setting("account_id"),
        "domain": step.setting("domain"),
        "active_region": compute.active_region(step),
        "standby_regions": compute.standby_regions(step),
        "take_overs": leadership.take_overs(step),
        "regions": regions,
        "network": settings_section(step.settings, "network"),
        "cluster": compute.cluster(step),
        "registry": settings_section(step.settings, "registry"),
        "platform": compute.platform(step),
        "app": compute.app(step, application),
        "load_balancer": edge.load_balancer(step),
        "access_logs": settings_section(step.settings, "access_logs"),
        "failover": edge.failover(step),
        "web_acl": edge.web_acl(step),
        "cdn": edge.cdn(step, regions),
        "compressor": proxies.compressor(step),
        "former_compressor": proxies.former_compressor(step),
        "gateway": proxies.gateway(step),
        "egress": proxies.egress(step),
        "database": (database := data.database(step, application)),
        "backup": settings_section(step.settings, "backup"),
        "cache": cache.cache(step),
        "queue": queue.queue(step, application),
        "monitoring": monitoring.monitoring(step),
        "pooler": pooler.pooler(step, database["instance_class"]),
        "shards": pooler.shards(step),
    }


def _owner(step: Step) -> Sourced[str]:
    """Who owns the application, as the document or else the settings name them."""
    if step.roadmap.owner is None:
        return step.setting("owner")
    stated, written = fact(step.roadmap.owner), names.owner_tag(fact(step.roadmap.owner))
    return stated if stated.value == written.value else written


def _mistakes(detail: Any, step: Step, provenance: Provenance) -> list[Mistake]:
    """Values that the config refuses, each told at the line of the document or the setting that it came from."""
    key, text = ".".join(str(part) for part in detail["loc"] if part != "[key]"), allowed_by(detail)
    if not isinstance(detail["input"], dict | list):
        return [_mistake(key, json.dumps(detail["input"], default=str), text, step, provenance)]
    found = named_each(text, lambda name: _source(_joined(key, name), provenance) is not None)
    return [_mistake(_joined(key, own), "", text, step, provenance) for own, text in found]


def _mistake(key: str, received: str, text: str, step: Step, provenance: Provenance) -> Mistake:
    source = _source(key, provenance)
    if setting := _setting(source):
        return Mistake(step.settings.path, setting.line, setting.text.removeprefix("settings: "), received, text)
    shown = f"{step.phase.key}: {key or 'the phase'}"
    return Mistake(step.roadmap.path, _line(source, step.phase), shown, received, text)


def _setting(source: Source | None) -> Source | None:
    """The setting that a value is, or the first that its rule was applied to where no line of the document was."""
    if source is None or source.kind == "setting":
        return source
    return None if source.lines() else next(filter(None, map(_setting, source.inputs)), None)


def _joined(key: str, inner: str) -> str:
    return ".".join(part for part in (key, inner) if part)


def _source(key: str, provenance: Provenance) -> Source | None:
    """The source of a value, or of the first one in a section."""
    return next((source for path, source in provenance.items() if path == key or path.startswith(f"{key}.")), None)


def _line(source: Source | None, phase: Phase) -> int:
    lines = source.lines() if source else ()
    return lines[0] if lines else phase.line
