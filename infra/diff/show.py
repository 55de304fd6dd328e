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
from infra.diff.change import Absent, Change, Danger, Effect, PropertyChange, Side, counts
from infra.diff.cost import StepCost
from infra.diff.order import UNKNOWN, Action
from infra.diff.step import Step
from infra.diff.table import rules
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
_LONGEST, _NAMES = 60, 4
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
    for parent, changes in groupby(step.changes, key=lambda change: change.resource.parent or ""):
        listed = [change for change in changes if change.resource.custom or change.action == "update"]
        if listed:
            out.print(_component(parent, listed))


def _summary(step: Step) -> str:
    words = {"create": "to create", "update": "to update", "replace": "to replace", "delete": "to delete"}
    told = [f"{number} {words[action]}" for action, number in counts(step.changes).items() if number]
    return ", ".join(told) or "nothing changes"


def _show_dangers(out: Console, step: Step) -> None:
    if step.dangers:
        out.print(f"[red bold]Not safe:[/red bold] {_number(len(step.dangers), 'danger')}")
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
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        out.print(f"Made anew, and holds no data: {escape(', '.join(names[:_NAMES]) + more)}")


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
    new = [name for name in names if name not in action.what]
    more = f" and {len(new) - _NAMES} more" if len(new) > _NAMES else ""
    whose = f": [cyan]{escape(', '.join(new[:_NAMES]) + more)}[/cyan]" if new else ""
    took = "" if not names else f"; duration {UNKNOWN}" if action.duration == UNKNOWN else f"; takes {action.duration}"
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


def _kind(key: str) -> str:
    return _split(key)[0].rpartition(":")[2]


def _split(key: str) -> tuple[str, str]:
    """The type and the name of a resource, from its URN without its stack."""
    types, _, name = key.partition("::")
    return types.rpartition("$")[2], name


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"
