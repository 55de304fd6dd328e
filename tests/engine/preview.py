"""`python -m tests.engine.preview`: the real engine previews every stack, against stand-in plugins."""

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.engine.engine import ROOT, Engine, EngineError, EngineMissing, Workspace, find_engine
from tests.engine.standin import PACKAGES, Cloud, serve

Preview = dict[str, Any]


def stacks(project: Path) -> list[str]:
    """Returns the names of the project's stacks: one for each Pulumi.<stack>.yaml, in the order of their names."""
    return sorted(path.name.split(".")[1] for path in project.glob("Pulumi.*.yaml"))


def preview_all(engine: Engine, project: Path, folder: Path, names: list[str]) -> dict[str, Preview | EngineError]:
    """Returns, for each stack, what `pulumi preview --json` prints for a first deployment, or why it fails."""

    def one(name: str) -> Preview | EngineError:
        try:
            with serve(Cloud()) as plugins:
                workspace = Workspace.copy(engine, project, folder / name, plugins)
                workspace.init(name)
                return workspace.preview(name)
        except EngineError as error:
            return error

    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(one, names), strict=True))


def counts(preview: Preview) -> dict[str, int]:
    """Returns how many resources a preview has, by package; the project's own components count as `component`."""
    states = [step["newState"] for step in preview["steps"] if "newState" in step]
    kinds = [state["type"].split(":")[0] if state.get("custom") else "component" for state in states]
    return dict(sorted(Counter("provider" if kind == "pulumi" else kind for kind in kinds).items()))


def main(arguments: list[str] | None = None) -> int:
    """Previews every stack and prints what each creates; returns 0, 1 if a preview fails, 2 if there is no engine."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.preview", description=__doc__)
    parser.add_argument("--project", type=Path, default=ROOT, help="the Pulumi project's folder")
    project = parser.parse_args(arguments).project.resolve()
    try:
        engine = find_engine()
    except EngineMissing as missing:
        print(f"preview: {missing}", file=sys.stderr)
        return 2
    names = stacks(project)
    if not names:
        print(f"preview: no Pulumi.<stack>.yaml in {project}", file=sys.stderr)
        return 2
    print("preview: the engine is Pulumi's own; the cloud plugins are STAND-INS, no cloud is asked anything:")
    print(f"preview: {', '.join(PACKAGES)} come from tests/engine/standin", flush=True)
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        results = preview_all(engine, project, Path(folder), names)
    failed = False
    for name, result in results.items():
        if isinstance(result, EngineError):
            failed = True
            print(f"{name}: FAILED\n{result}", file=sys.stderr)
        else:
            found = counts(result)
            print(f"{name}: {sum(found.values())} to create: {', '.join(f'{n} {kind}' for kind, n in found.items())}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
