"""What commands print for people: plans as trees, findings, mistakes, the source of a value."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from infra.derive import Source
from infra.findings import Finding
from infra.outline import Node, outline
from infra.planned import Planned
from infra.plural import counted
from infra.roadmap.model import Item

MARKS = {"warning": "[yellow]![/yellow]", "info": "[blue]i[/blue]"}
_WIDTH, _HEIGHT = 100_000, 25
"""Beyond any line, in characters: rich cuts the lines of trees and tables. A dumb terminal's width counts without a height."""


def console() -> Console:
    """Standard output; plain where it isn't a terminal. Lines are left whole, for the terminal to wrap."""
    return Console(highlight=False, soft_wrap=True, width=_WIDTH, height=_HEIGHT)


def show_plan(plan: Planned) -> None:
    """The plan of a phase: a tree by region and component with counts and key figures, then the findings."""
    made = sum(1 for resource in plan.graph if resource.custom)
    phase = plan.selected.phase
    told = f"{phase.users.value:,} users, {made} resources, {_counted(plan.findings)}"
    root = Tree(f"[bold]{phase.key}[/bold]: {told}")
    for node in outline(plan.graph):
        _grow(root, node)
    out = console()
    out.print(root)
    for finding in plan.findings:
        show_finding(out, finding)


def _counted(findings: Sequence[Finding]) -> str:
    warnings = sum(1 for finding in findings if finding.severity == "warning")
    return counted(len(findings), "finding") + (f" ({counted(warnings, 'warning')})" if warnings else "")


def show_finding(out: Console, finding: Finding) -> None:
    """One finding on a line: how grave, its id, what it says, and what it rests on."""
    out.print(f"{MARKS[finding.severity]} [bold]{finding.id}[/bold]: {escape(finding.message)}", end=" ")
    out.print(f"[dim]({escape(finding.source)})[/dim]")


def _grow(tree: Tree, node: Node) -> None:
    figures = f"  [cyan]{escape('; '.join(node.figures))}[/cyan]" if node.figures else ""
    branch = tree.add(f"{node.kind} [bold]{escape(node.name)}[/bold] ({node.resources}){figures}")
    for child in node.inside:
        _grow(branch, child)


def show_unused(items: Sequence[Item]) -> None:
    """What the document says that has no bearing on infrastructure."""
    out = console()
    out.print(f"\n[bold]Read, and not used[/bold] ({len(items)})")
    for item in items:
        out.print(f"  line {item.line}: {escape(item.text)}")


def show_source(key: str, value: object, source: Source, document: Sequence[str]) -> None:
    """A value and the chain of sources behind it, each line of the document quoted."""
    root = Tree(f"[bold]{escape(key)}[/bold] = {escape(str(value))}")
    _explain(root, source, document)
    console().print(root)


def _explain(tree: Tree, source: Source, document: Sequence[str]) -> None:
    quoted = (
        f"  [dim]{escape(document[source.line - 1].strip())}[/dim]" if source.kind == "line" and source.line else ""
    )
    where = f" [dim](line {source.line})[/dim]" if source.kind == "setting" and source.line else ""
    branch = tree.add(f"{escape(source.text)}{where}{quoted}")
    if source.reason:
        branch.add(f"[dim]{escape(source.reason)}[/dim]")
    for cause in source.inputs:
        _explain(branch, cause, document)
