"""A step on a terminal: what is dangerous first, then what to do around it, then the rest by component."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from infra.cost.figures import money, percentage, signed
from infra.cost.items import Group
from infra.diff.change import Absent, Change, PropertyChange, Side, counts
from infra.diff.cost import StepCost
from infra.diff.order import Action
from infra.diff.step import Step
from infra.graph import urn as urns
from infra.graph.values import to_json
from infra.show import console

_SIGNS = {
    "create": "[green]+[/green]",
    "update": "[yellow]~[/yellow]",
    "replace": "[red]±[/red]",
    "delete": "[red]-[/red]",
}
_WHEN = {"before": "Before the step", "with": "While it runs", "after": "After it"}
_LONGEST = 60


def show_step(step: Step) -> None:
    """Prints a step."""
    out = console()
    out.print(f"[bold]{escape(step.old)} → {escape(step.new)}[/bold]: {_summary(step)}")
    _show_dangers(out, step)
    out.print(escape(_costs(step.cost)))
    for when, actions in groupby(step.order, key=lambda action: action.when):
        out.print(f"\n[bold]{_WHEN[when]}[/bold]")
        for number, action in enumerate(actions, 1):
            _show_action(out, number, action)
    for parent, changes in groupby(step.changes, key=lambda change: change.resource.parent or ""):
        listed = [change for change in changes if change.resource.custom or change.action == "update"]
        if listed:
            out.print(_component(parent, listed))


def _summary(step: Step) -> str:
    words = {"create": "to create", "update": "to update", "replace": "to replace", "delete": "to delete"}
    told = [f"{number} {words[action]}" for action, number in counts(step.changes).items() if number]
    return ", ".join(told) or "nothing changes"


def _show_dangers(out: Console, step: Step) -> None:
    for danger in step.dangers:
        out.print(
            f"[red bold]![/red bold] {escape(_named(danger.key))}: {escape(danger.what)} [dim]({escape(danger.because)})[/dim]"
        )
        out.print(f"    [dim]{escape(danger.key)}[/dim]")
    for danger, allowance in step.allowed:
        what = f"{_named(danger.key)}: {danger.what}; let through on {allowance.on}: {allowance.because}"
        out.print(f"[yellow]![/yellow] {escape(what)}")
    if step.dangers:
        out.print("[red]Not safe.[/red] To let one through: --allow URN --because TEXT, which is written to the record")


def _costs(cost: StepCost) -> str:
    """The change of the monthly bill in one line, the components that change most first; or why there is none."""
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
    return f"Costs {signed(step.difference.expected)} a month ({share}), {before} → {after}: {told}"


def _show_action(out: Console, number: int, action: Action) -> None:
    names = [key.split("::", 1)[1] for key in action.resources]
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    whose = f" [cyan]{escape(', '.join(names[:4]) + more)}[/cyan]" if names else ""
    took = f"; takes {action.duration}" if action.resources else ""
    out.print(f"  {number}. {escape(action.what)}{whose} [dim]({escape(action.why + took)})[/dim]")


def _component(parent: str, changes: list[Change]) -> Tree:
    kind, name = (urns.type_of(parent).rpartition(":")[2], urns.name_of(parent)) if parent else ("", "")
    tree = Tree(f"{kind} [bold]{escape(name)}[/bold]")
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
    why = f" [dim]({escape(change.reason)})[/dim]" if change.reason else ""
    branch = tree.add(f"{_SIGNS[change.action]} {_type(change)} {escape(change.resource.name)}{was}{why}")
    for line in map(_property, change.properties):
        branch.add(line)


def _property(change: PropertyChange) -> str:
    effect = "" if change.effect == "in place" else f" [bold]{change.effect}[/bold]"
    why = f" [dim]({escape(change.reason)})[/dim]" if change.reason else ""
    old, new = _sides(change.old, change.new)
    return f"{escape(change.path)}: {escape(old)} → {escape(new)}{effect}{why}"


def _sides(old: Side, new: Side) -> tuple[str, str]:
    """Both sides in a few words: a long text from just before the first character that differs."""
    before, after = _text(old), _text(new)
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, same - 15) if max(len(before), len(after)) > _LONGEST else 0
    return _cut(before, start), _cut(after, start)


def _text(value: Side) -> str:
    if isinstance(value, Absent):
        return repr(value)
    plain = to_json(value)
    return " ".join(plain.split()) if isinstance(plain, str) else str(plain)


def _cut(text: str, start: int) -> str:
    end = start + _LONGEST
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _type(change: Change) -> str:
    return change.resource.type.rpartition(":")[2]


def _named(key: str) -> str:
    types, _, name = key.partition("::")
    return f"{types.rpartition(':')[2]} {name}"
