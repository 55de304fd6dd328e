"""The command `ramp`. Each command is a few lines; what it imports, it imports when it runs, so that help is instant."""

from __future__ import annotations

import json
import signal
import sys
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from infra.cost.commands import add_to as add_cost_commands
from infra.sdk import load_as_used

app = typer.Typer(
    name="ramp",
    help="From a scaling roadmap to the infrastructure of each phase.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PhaseArgument = Annotated[str, typer.Argument(help="baseline, phase1, … or the path of a stack config.")]
RoadmapOption = Annotated[Path | None, typer.Option("--roadmap", help="Plan straight from this document.")]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="Settings for it (default: roadmap/settings.yaml).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ramp {version('ramp')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """From a scaling roadmap to the infrastructure of each phase."""


@app.command()
def generate(
    roadmap: Annotated[Path | None, typer.Argument(help="The roadmap (default: the one in roadmap/).")] = None,
    settings: SettingsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files (default: the project).")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file isn't what it should be.")
    ] = False,
) -> None:
    """Write Pulumi.<phase>.yaml for every phase of a roadmap."""
    from infra.project import ROOT, SETTINGS, own_roadmap, shown
    from infra.render import left_behind, render_all, write_all
    from infra.selection import load_document

    document = load_document(roadmap, settings)
    files = render_all(document.phases, roadmap or own_roadmap(), settings or SETTINGS, out or ROOT)
    changed = [file for file in files if file.changed]
    stale = left_behind(files)
    if check:
        for file in changed:
            typer.echo(file.difference(), nl=False)
    else:
        write_all(files)
        for file in files:
            typer.echo(f"{'wrote' if file.changed else 'unchanged'} {shown(file.path)}")
    for path in stale:
        typer.echo(f"stale {shown(path)}: its phase is none of the document's; delete it")
    if check and (changed or stale):
        raise typer.Exit(1)


@app.command()
def plan(
    phase: Annotated[
        str | None, typer.Argument(help="A phase, or the path of a stack config (default: every phase).")
    ] = None,
    roadmap: RoadmapOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="List what of the document isn't used.")] = False,
) -> None:
    """Show all resources of a phase and what to know of them. No account, network or engine is needed."""
    from infra.errors import together
    from infra.planned import planned, to_json
    from infra.selection import load_document, select

    document = load_document(roadmap, settings)
    keys = document.keys if phase is None else [phase]
    chosen = together(*(partial(select, key, document, straight=bool(roadmap or settings)) for key in keys))
    plans = [planned(each) for each in chosen]
    if as_json:
        _print_json(to_json(plans[0]) if phase is not None else [to_json(plan) for plan in plans])
        return
    from infra.show import show_plan, show_unused

    for each in plans:
        if each is not plans[0]:
            typer.echo()
        show_plan(each)
    if verbose:
        from infra.leftover import leftover
        from infra.trace import document_lines

        findings = [finding for each in plans for finding in each.findings]
        show_unused(leftover(document, findings, document_lines(plans[0].selected)))


@app.command()
def explain(
    phase: PhaseArgument,
    key: Annotated[str, typer.Argument(help="A config path, such as database.instance_class.")],
    roadmap: RoadmapOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Trace a value of a phase to its sources. These are lines of the document, settings and rules."""
    from infra.selection import load_document, select
    from infra.trace import document_lines, traced

    selected = select(phase, load_document(roadmap, settings), straight=bool(roadmap or settings))
    found = traced(selected, key)
    if as_json:
        told = [{"key": path, "value": value, **source.to_json()} for path, value, source in found]
        _print_json(told[0] if found[0][0] == key else told)
        return
    from infra.show import show_source

    for path, value, source in found:
        show_source(path, value, source, document_lines(selected))


@app.command()
def diff(
    a: Annotated[
        str, typer.Argument(metavar="A", help="A phase, a stack config, or a deployed stack's `pulumi stack export`.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="What comes after it; of the same kinds.")],
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="URN", help="Let the dangerous changes of this resource through."),
    ] = None,
    because: Annotated[
        list[str] | None, typer.Option("--because", metavar="TEXT", help="Why; one for each --allow.")
    ] = None,
    roadmap: RoadmapOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the step from A to B changes, risks and costs, and what to do around it.

    Exits with 1 where it would put at risk what holds data.
    """
    from infra.diff.command import diff_step

    step = diff_step(a, b, allow or [], because or [], roadmap, settings)
    if as_json:
        _print_json(step.to_json())
    else:
        from infra.diff.show import show_step

        show_step(step)
    raise typer.Exit(0 if step.safe else 1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a stack config, for editors."""
    from infra.config.schema import stack_schema

    _print_json(stack_schema())


add_cost_commands(app)


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def main() -> None:
    """Run the command; a mistake in the input is told without a traceback, and exits with 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the document's letters shows `?` for them
    load_as_used()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `ramp diff … | head` mustn't end with 1, which says "unsafe"
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]  # wherever it stands
    try:
        app(arguments)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(_told(error))


def _told(error: Exception) -> int:
    from infra.errors import InputError

    if isinstance(error, InputError):
        for mistake in error.mistakes:
            typer.echo(f"ramp: {mistake}", err=True)
        return 2
    if isinstance(error, OSError) and error.strerror:
        typer.echo(f"ramp: {error.filename or 'standard output'}: {error.strerror.lower()}", err=True)
        return 2
    typer.echo(f"ramp: an error of its own: {type(error).__name__}: {error}", err=True)
    typer.echo("ramp: run it again as `ramp --debug …` and report what it prints", err=True)
    return 70
