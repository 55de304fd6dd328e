"""Regions, cluster and application tier of a phase."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from infra.config.compute import TAKEN_NAMES
from infra.derive import leadership
from infra.derive.rules import geography, names, scaling, sizes, systems
from infra.derive.sources import Source, Sourced, fact, settings_section
from infra.derive.step import Step
from infra.errors import InputError, Mistake
from infra.roadmap.mistakes import nearest
from infra.roadmap.model import Fact, Hpa, MultiRegion, Phase, Policy, Role

Tree = dict[str, Any]

MICROSERVICES = r"\bmicro[- ]?services?\b"


def active_region(step: Step) -> Sourced[str]:
    """The AWS region that serves and writes."""
    plan = step.anywhere(lambda phase: phase.multi_region)
    if plan is None:
        word = step.setting("regions.home").value
        return geography.home_region(step.setting("regions.home"), step.setting(f"regions.names.{word}.region"))
    _check_words(step, plan)
    here = step.latest(lambda phase: phase.multi_region)
    leader = leadership.words(step, here)[0] if here else fact(plan.regions[0].name)
    if leader.source.kind == "setting":
        return geography.took_over(leader, step.setting(f"regions.names.{leader.value}.region"))
    return geography.home_region(*_region_behind(step, plan.regions[0].name))


def standby_regions(step: Step) -> Sourced[Any]:
    """The AWS regions that wait, in the document's order: the first takes over."""
    plan = step.latest(lambda phase: phase.multi_region)
    if plan is None:
        return step.absent_list()
    return geography.regions_in_order(*leadership.words(step, plan)[1:]).pick(
        lambda words: [step.setting(f"regions.names.{word}.region").value for word in words]
    )


def regions(step: Step) -> Tree:
    """Every region of the phase by its AWS name, the active one first. Figures go with the role, not with the place."""
    planned = step.anywhere(lambda phase: phase.multi_region)
    if planned:
        _check_words(step, planned)
    plan = step.latest(lambda phase: phase.multi_region)
    servers = _required(step, step.count(Role.APPLICATION), "a count of application servers")
    if plan is None:
        return {active_region(step).value: _region(step, _home_word(step), servers, _range(step, servers))}
    active, *standbys = plan.regions
    active_servers = fact(active.pods) if active.pods else servers
    active_range = _range(step, active_servers)
    leader, *waiting = (word.value for word in leadership.words(step, plan))
    tree = {_aws_name(step, leader): _region(step, leader, active_servers, active_range)}
    for standby, word in zip(standbys, waiting, strict=True):
        own = (
            fact(standby.pods)
            if standby.pods
            else geography.standby_servers(active_servers, step.setting("regions.standby_ratio"))
        )
        bounds = (geography.standby_minimum(own), geography.standby_maximum(active_range[1], own))
        name = _aws_name(step, word)
        tree[name] = _region(step, word, own, bounds)
    return tree


def _region(step: Step, word: str, servers: Sourced[int], bounds: tuple[Sourced[int], Sourced[int]]) -> Tree:
    return {
        "cidr": step.setting(f"regions.names.{word}.cidr"),
        "zones": step.setting(f"regions.names.{word}.zones"),
        "servers": servers,
        "min_replicas": bounds[0],
        "max_replicas": bounds[1],
    }


def _range(step: Step, servers: Sourced[int]) -> tuple[Sourced[int], Sourced[int]]:
    """The active region's HPA range: the phase's own block, the block's ratio, the fixed count, or the settings'."""
    if step.phase.hpa:
        return fact(step.phase.hpa.min_replicas), fact(step.phase.hpa.max_replicas)
    if step.phase.number == 0:
        return scaling.fixed_count(servers), scaling.fixed_count(servers)
    given = step.current(lambda phase: phase if phase.hpa else None)
    if given is None or given.hpa is None:
        low, high = (step.setting(f"app.scaling.{bound}_replicas_ratio") for bound in ("min", "max"))
        return scaling.range_from_settings(servers, low), scaling.range_from_settings(servers, high)
    there = _servers_of(step, given)
    return (
        scaling.range_keeps_ratio(servers, fact(given.hpa.min_replicas), there),
        scaling.range_keeps_ratio(servers, fact(given.hpa.max_replicas), there),
    )


def _servers_of(step: Step, phase: Phase) -> Sourced[int]:
    other = Step(step.roadmap, phase, step.settings)
    return _required(other, other.count(Role.APPLICATION), "a count of application servers")


def _home_word(step: Step) -> str:
    plan = step.anywhere(lambda phase: phase.multi_region)
    return plan.regions[0].name.value if plan else step.setting("regions.home").value


def _aws_name(step: Step, word: str) -> str:
    return step.setting(f"regions.names.{word}.region").value


def _region_behind(step: Step, word: Fact[str]) -> tuple[Sourced[str], Sourced[str]]:
    return fact(word), step.setting(f"regions.names.{word.value}.region")


def _check_words(step: Step, plan: MultiRegion) -> None:
    """Raises InputError with every region of the document that the settings don't explain."""
    known = step.settings.settings.regions.names
    what = f"a region word of {step.settings.path}, regions.names: {', '.join(known)}"
    mistakes = []
    for word in (region.name for region in plan.regions if region.name.value not in known):
        alike = next((name for name, each in known.items() if each.region == word.value), "")
        alike = alike or nearest(word.value, known)
        hint = f"Add it to the settings, or write {alike}." if alike else "Add it to the settings."
        mistakes.append(Mistake(step.roadmap.path, word.line, "region", f"'{word.value}'", what, hint))
    if mistakes:
        raise InputError(mistakes)


def cluster(step: Step) -> Tree:
    """The Kubernetes cluster, all of it from the settings."""
    return {
        **settings_section(step.settings, "cluster"),
        "administrators": step.setting("administrators"),
        "endpoint_cidrs": step.setting("endpoint_cidrs"),
    }


def platform(step: Step) -> Tree:
    """The node pool of what serves the application, all of it from the settings."""
    size = {key: step.setting(f"platform.{key}") for key in ("vcpu", "memory_gib", "architecture", "max_nodes")}
    asked = (size["vcpu"], size["memory_gib"], size["architecture"], step.setting("platform.families"))
    return {**size, "instance_types": sizes.instance_types(*asked)}


def app(step: Step, application: Sourced[str]) -> Tree:
    """The application tier: its servers, when it scales, its services."""
    hpa = step.current(lambda phase: phase.hpa)
    copied = ("metrics_port", "health_path", "termination_grace_seconds", "deregistration_seconds")
    return {
        "namespace": fact(hpa.namespace) if hpa and hpa.namespace else names.namespace_of(application),
        "server": _server(step),
        "scaling": _scaling(step, hpa),
        "services": _services(step, application, hpa),
        **{key: step.setting(f"app.{key}") for key in copied},
    }


def _server(step: Step) -> Tree:
    size = _required(step, step.stated(Role.APPLICATION, lambda cell: cell.size), "a size of application servers")
    vcpu, memory = size.pick(lambda s: s.vcpu), size.pick(lambda s: s.memory_gib)
    architecture, families = step.setting("app.server.architecture"), step.setting("app.server.families")
    copied = ("max_pods", "daemon_cpu_millicores", "daemon_memory_mib", "surge", "burst_capacity_type")
    return {
        "vcpu": vcpu,
        "memory_gib": memory,
        "architecture": architecture,
        "instance_types": sizes.instance_types(vcpu, memory, architecture, families),
        **{key: step.setting(f"app.server.{key}") for key in copied},
    }


def _scaling(step: Step, hpa: Hpa | None) -> Tree:
    cpu = _threshold(step, "cpu", hpa, hpa.cpu_percent if hpa else None)
    memory = _threshold(step, "memory", hpa, hpa.memory_percent if hpa else None)
    leading, metric = (cpu, "cpu") if cpu.value is not None else (memory, "memory")
    tree: Tree = {
        "cpu_percent": cpu,
        "memory_percent": memory,
        "scale_up_window_seconds": _window(step, "up", hpa.scale_up.window_seconds if hpa else None),
        "scale_down_window_seconds": _window(step, "down", hpa.scale_down.window_seconds if hpa else None),
        "scale_down_tolerance": scaling.down_tolerance(leading, _down(step, metric)),
        "scale_up_policies": _policies(step, hpa.scale_up.policies if hpa else ()),
        "scale_down_policies": _policies(step, hpa.scale_down.policies if hpa else ()),
        "scale_up_select": fact(hpa.scale_up.select) if hpa and hpa.scale_up.select else _unstated(step),
        "scale_down_select": fact(hpa.scale_down.select) if hpa and hpa.scale_down.select else _unstated(step),
    }
    stated = [value for key, value in tree.items() if key.endswith(("_percent", "_seconds", "_tolerance"))]
    policies = (*hpa.scale_up.policies, *hpa.scale_down.policies) if hpa else ()
    lines = {*(policy.line for policy in policies), *(line for value in stated for line in value.source.lines())}
    return {**tree, "lines": Sourced(sorted(lines), leading.source)}


def _policies(step: Step, stated: Sequence[Policy]) -> list[Tree] | Sourced[Any]:
    trees = [
        {
            "type": fact(Fact(policy.kind, policy.line)),
            "value": fact(Fact(policy.value, policy.line)),
            "period_seconds": fact(Fact(policy.period_seconds, policy.line)),
        }
        for policy in stated
    ]
    return trees or scaling.no_policies(fact(Fact(step.phase.key, step.phase.line)))


def _unstated(step: Step) -> Sourced[None]:
    return scaling.no_policy_selected(fact(Fact(step.phase.key, step.phase.line)))


def _threshold(step: Step, metric: str, hpa: Hpa | None, listed: Fact[int] | None) -> Sourced[Any]:
    """The HPA block's target, the document's trigger, or, for a document with neither, the settings'."""
    trigger = step.trigger("up", metric)
    if listed:
        return fact(listed)
    if trigger:
        return scaling.whole(fact(Fact(trigger.value, trigger.line)))
    return scaling.metric_not_listed(fact(hpa.name)) if hpa else step.setting(f"app.scaling.{metric}_percent")


def _down(step: Step, metric: str) -> Sourced[Any]:
    trigger = step.trigger("down", metric)
    return fact(Fact(trigger.value, trigger.line)) if trigger else step.setting(f"app.scaling.{metric}_down_percent")


def _window(step: Step, direction: str, block: Fact[int] | None) -> Sourced[Any]:
    if block:
        return fact(block)
    trigger = step.trigger(direction, "cpu")
    if trigger and trigger.for_seconds is not None:
        return fact(Fact(trigger.for_seconds, trigger.line))
    return step.setting(f"app.scaling.scale_{direction}_window_seconds")


def _services(step: Step, application: Sourced[str], hpa: Hpa | None) -> list[Tree]:
    """The main service, and from the phase on that names microservices those of the settings."""
    name = fact(hpa.target) if hpa else names.api_name(application)
    microservices = step.named(MICROSERVICES)
    listed = step.settings.settings.app.services if microservices else {}
    _check_names(step, name, listed)
    others = [_other_service(step, microservices, key) for key in listed if microservices]
    main = {
        "name": name,
        "hpa": fact(hpa.name) if hpa else names.hpa_name(name),
        "image_tag": step.setting("app.image_tag"),
        "share_percent": scaling.main_share(*(other["share_percent"] for other in others)),
        "port": step.setting("app.port"),
        "path": step.setting("app.path"),
    }
    return [main, *others]


def _check_names(step: Step, main: Sourced[str], listed: Collection[str]) -> None:
    """Raises InputError for each service of the settings with the main one's name or that of something beside them."""
    taken = {**TAKEN_NAMES, main.value: f"the main service ({main.source.comment()})"}
    path, line = step.settings.path, step.settings.line
    mistakes = [
        Mistake(path, line(f"app.services.{key}"), "app.services", key, f"another name; {taken[key]} has it")
        for key in listed
        if key in taken
    ]
    if mistakes:
        raise InputError(mistakes)


def _other_service(step: Step, microservices: Sourced[str], key: str) -> Tree:
    line = step.settings.line(f"app.services.{key}")
    name = systems.service_from(
        microservices, Sourced(key, Source("setting", f"settings: app.services.{key}", line=line))
    )
    return {**settings_section(step.settings, f"app.services.{key}"), "name": name, "hpa": names.hpa_name(name)}


def _required(step: Step, value: Sourced[Any] | None, what: str) -> Sourced[Any]:
    if value is None:
        line = step.phase.line
        raise InputError([Mistake(step.roadmap.path, line, step.phase.title, "none up to here", what)])
    return value
