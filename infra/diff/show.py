"""A step on a terminal: what is dangerous first, then what to do around it, then the rest by component."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from infra.cost.figures import money, percentage, signed
from infra.cost.items import Group
from infra.diff.change import Change, Danger, Effect, PropertyChange, Side, counts
from infra.diff.cost import StepCost
from infra.diff.order import UNKNOWN, Action
from infra.diff.step import Step
from infra.diff.table import rules
from infra.diff.words import few, text
from infra.graph import urn as urns
from infra.plural import counted
from infra.show import console

_SIGNS = {
    "create": "[green]+[/green]",
    "update": "[yellow]~[/yellow]",
    "replace": "[red]±[/red]",
    "delete": "[red]-[/red]",
}
_WHEN = {"before": "Before the step", "with": "While it runs", "after": "After it"}
_LONGEST = 60
"""Of a value, in characters."""
_URNS = 6
"""So many dangers are told one by one, with the URNs that `--allow` takes."""


def show_step(step: Step) -> None:
    """Prints a step."""
    out = console()
    out.print(f"[bold]{escape(step.old)} → {escape(step.new)}[/bold]: {_summary(step)}")
    _show_dangers(out, step)
    _show_replaced(out, step)
    out.print(escape(_costs(step.cost)))
    for when, actions in groupby(step.order, key=lambda action: action.when):
        out.print(f"\n[bold]{_WHEN[when]}[/bold]")
        for number, action in enumerate(actions, 1):
            _show_action(out, number, action)
    _show_changes(out, step.changes)


def _summary(step: Step) -> str:
    words = {"create": "to create", "update": "to update", "replace": "to replace", "delete": "to delete"}
    told = [f"{number} {words[action]}" for action, number in counts(step.changes).items() if number]
    return ", ".join(told) or "nothing changes"


def _show_dangers(out: Console, step: Step) -> None:
    if step.dangers:
        out.print(f"[red bold]Not safe:[/red bold] {counted(len(step.dangers), 'danger')}")
    elif step.changes and not step.allowed:
        out.print("[green]Safe:[/green] nothing that holds data is replaced, deleted or put at risk")
    for (type_, what, because), alike in _alike(step.dangers):
        names = f"[cyan]{escape(', '.join(_split(danger.key)[1] for danger in alike))}[/cyan]"
        told = f"{escape(what)} [dim]({escape(because)})[/dim]"
        line = f"{type_} {names}: {told}" if len(alike) == 1 else f"{len(alike)} {type_}: {told}: {names}"
        out.print(f"[red bold]![/red bold] {line}")
        if len(step.dangers) <= _URNS:
            out.print(f"    [dim]{escape(alike[0].key)}[/dim]")
    for danger, allowance in step.allowed:
        what = f"{_kind(danger.key)} {_split(danger.key)[1]}: {danger.what}; let through on {allowance.on}: {allowance.because}"
        out.print(f"[yellow]![/yellow] {escape(what)}")
    if step.dangers:
        where = "" if len(step.dangers) <= _URNS else " (`--json` lists the URNs)"
        out.print(f"To let one through: --allow URN --because TEXT, which is written to the record{where}")


def _alike(dangers: Sequence[Danger]) -> Iterator[tuple[tuple[str, str, str], list[Danger]]]:
    """The dangers that differ in the name alone, together, in the table's order: databases and what they need first.

    A few are told one by one, each with its URN.
    """
    order = {type_: place for place, type_ in enumerate(rules())}
    grouped: dict[tuple[str, ...], list[Danger]] = {}
    for danger in sorted(dangers, key=lambda danger: order[_split(danger.key)[0]]):
        apart = (danger.key,) if len(dangers) <= _URNS else ()
        grouped.setdefault((_kind(danger.key), danger.what, danger.because, *apart), []).append(danger)
    for (type_, what, because, *_), alike in grouped.items():
        yield (type_, what, because), alike


def _show_replaced(out: Console, step: Step) -> None:
    """What is made anew and holds nothing: otherwise a number at the top that nobody can place."""
    names = [f"{_type(c)} {c.resource.name}" for c in step.changes if c.action == "replace" and not c.holds]
    if names:
        out.print(f"Made anew, and holds no data: {escape(few(names))}")


def _costs(cost: StepCost) -> str:
    """The change of the monthly bill, and below it the components that change most first; or why there is none."""
    step = cost.change
    if step is None:
        alone = f"; what comes after costs {money(cost.after.total.expected)} a month" if cost.after else ""
        return f"Not priced: {cost.unpriced}{alone}"
    before, after = (money(bill.total.expected) for bill in (step.before, step.after))
    if not step.lines:
        return f"Costs {after} a month, as before"
    parts = sorted(((group, step.group(group).expected) for group in Group), key=lambda part: -abs(part[1]))
    told = ", ".join(f"{group.value} {signed(amount)}" for group, amount in parts if amount)
    share = percentage(step.percent, sign=True)
    return f"Costs {signed(step.difference.expected)} a month ({share}): {before} → {after}\n  {told}"


def _show_action(out: Console, number: int, action: Action) -> None:
    names = [key.split("::", 1)[1] for key in action.resources]
    new = [name for name in names if name not in action.what]
    whose = f": [cyan]{escape(few(new))}[/cyan]" if new else ""
    took = "" if not names else f"; duration {UNKNOWN}" if action.duration == UNKNOWN else f"; takes {action.duration}"
    out.print(f"  {number}. {escape(action.what)}{whose} [dim]({escape(action.why + took)})[/dim]")


def _show_changes(out: Console, changes: Sequence[Change]) -> None:
    """Every change under its component, what goes beside what comes."""
    by_component: dict[str, list[Change]] = {}
    for change in changes:
        if change.resource.custom or change.action == "update":
            parent = change.resource.parent
            by_component.setdefault(urns.without_stack(parent) if parent else "", []).append(change)
    if by_component:
        out.print("\n[bold]Changes[/bold]")
    for parent, listed in by_component.items():
        out.print(_component(parent, listed))


def _component(parent: str, changes: Sequence[Change]) -> Tree:
    tree = Tree(f"{_kind(parent)} [bold]{escape(_split(parent)[1])}[/bold]")
    for change in changes:
        if change.action != "create":
            _grow(tree, change)
    created = Counter(_type(change) for change in changes if change.action == "create")
    if created:
        told = ", ".join(f"{n} {type_}" if n > 1 else type_ for type_, n in created.items())
        tree.add(f"{_SIGNS['create']} {escape(told)}")
    return tree


def _grow(tree: Tree, change: Change) -> None:
    was = (
        f" [dim](formerly {escape(change.old.name)})[/dim]"
        if change.old and change.old.name != change.resource.name
        else ""
    )
    shared = _shared(change.properties)
    why = f" [dim]({escape(change.reason)})[/dim]" if change.reason else ""
    told = "".join(_effect(effect, reason) for effect, reason in shared)
    branch = tree.add(f"{_SIGNS[change.action]} {_type(change)} {escape(change.resource.name)}{was}{why}{told}")
    for each in change.properties:
        branch.add(_property(each, told=(each.effect, each.reason) in shared))


def _shared(properties: Sequence[PropertyChange]) -> list[tuple[Effect, str]]:
    """What several properties do for one reason: told once, at the resource."""
    found: Counter[tuple[Effect, str]] = Counter(
        (each.effect, each.reason) for each in properties if each.effect != "in place"
    )
    return [effect for effect, times in found.items() if times > 1]


def _property(change: PropertyChange, *, told: bool) -> str:
    old, new = _sides(change.old, change.new)
    values = f"{old} → {new}" if old != new else "known after the step"
    return f"{escape(change.path)}: {escape(values)}{'' if told else _effect(change.effect, change.reason)}"


def _effect(effect: Effect, reason: str) -> str:
    word = "" if effect == "in place" else f" [bold]{effect}[/bold]"
    return f"{word} [dim]({escape(reason)})[/dim]" if reason else word


def _sides(old: Side, new: Side) -> tuple[str, str]:
    """Both sides in a few words: a long text from just before the first character that differs."""
    before, after = text(old), text(new)
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, same - 15) if max(len(before), len(after)) > _LONGEST else 0
    return _cut(before, start), _cut(after, start)


def _cut(told: str, start: int) -> str:
    end = start + _LONGEST
    return f"{'…' if start else ''}{told[start:end]}{'…' if len(told) > end else ''}"


def _type(change: Change) -> str:
    name = change.resource.type.rpartition(":")[2]
    return f"{name} provider" if change.resource.is_provider else name


def _kind(key: str) -> str:
    return _split(key)[0].rpartition(":")[2]


def _split(key: str) -> tuple[str, str]:
    """The type and the name of a resource, from its URN without its stack."""
    types, _, name = key.partition("::")
    return types.rpartition("$")[2], name
