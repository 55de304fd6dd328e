"""The real Pulumi engine, run on a copy of a project against stand-in plugins and a state in a folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "tools" / "bin"

PASSPHRASE = "a passphrase for a state that is thrown away"


class EngineMissing(Exception):
    """There is no engine on this machine; the text names in one line what is missing."""


class EngineError(Exception):
    """The engine ended with an error; the text is what it printed."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi CLI, and the PATH on which it finds its language host and this interpreter."""

    cli: str
    path: str


def find_engine() -> Engine:
    """Returns the engine on PATH, else the one in tools/bin; EngineMissing if there is neither."""
    python = str(Path(sys.executable).parent)
    path = os.pathsep.join([python, os.environ.get("PATH", os.defpath), str(BUILT)])
    cli = shutil.which("pulumi", path=path)
    host = shutil.which("pulumi-language-python", path=path)
    missing = [name for name, found in (("pulumi", cli), ("pulumi-language-python", host)) if not found]
    if cli is None or missing:
        names = " and ".join(missing)
        raise EngineMissing(f"missing: {names}, neither on PATH nor in tools/bin; 'make engine' provides them")
    return Engine(cli=cli, path=path)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A project's copy in a folder of its own, with a state backend beside it; no method touches the original."""

    engine: Engine
    folder: Path
    plugins: str  # the value of PULUMI_DEBUG_PROVIDERS
    printed: list[str] = field(default_factory=list)  # all that the engine has said so far

    @classmethod
    def copy(cls, engine: Engine, project: Path, folder: Path, plugins: str) -> "Workspace":
        """Returns a workspace in the folder: the project's Pulumi files copied, the rest of it linked."""
        work = folder / "project"
        work.mkdir(parents=True)
        for entry in sorted(project.iterdir()):
            if entry.name.startswith("Pulumi.") and entry.suffix == ".yaml":
                shutil.copy(entry, work / entry.name)
            elif not entry.name.startswith("."):
                (work / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
        (folder / "state").mkdir()
        return cls(engine=engine, folder=folder, plugins=plugins)

    @property
    def project(self) -> Path:
        """The folder of the project's copy."""
        return self.folder / "project"

    def init(self, stack: str) -> None:
        """Makes the stack."""
        self.run("stack", "init", stack)

    def preview(self, stack: str, *options: str) -> dict[str, Any]:
        """Returns what `pulumi preview --json` prints; EngineError with the engine's own complaints if it fails."""
        done = self._process("preview", "--json", "--stack", stack, *options)
        if done.returncode:
            raise EngineError(_complaints(done))
        return json.loads(done.stdout)

    def up(self, stack: str, *options: str, preview_first: bool = False) -> str:
        """Returns what `pulumi up` prints; EngineError if it fails. Only a preview refuses a step as a whole."""
        command = self._up(stack, *options)
        return self.run(*(part for part in command if not (preview_first and part == "--skip-preview")))

    def start_up(self, stack: str, *options: str) -> subprocess.Popen[str]:
        """Returns a running `pulumi up` that saves its state after each resource."""
        return subprocess.Popen(
            [self.engine.cli, *self._up(stack, *options)],
            cwd=self.project,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def settle(self, stack: str, seconds: float = 1.0) -> None:
        """Waits until the state rests: an engine that is killed while it writes the file leaves half of one."""
        (state,) = (self.folder / "state").rglob(f"stacks/**/{stack}.json")
        while time.time() - state.stat().st_mtime < seconds:
            time.sleep(seconds / 10)

    def export(self, stack: str) -> dict[str, Any]:
        """Returns the stack's state, as `pulumi stack export` prints it."""
        return json.loads(self.run("stack", "export", "--stack", stack))

    def run(self, *arguments: str) -> str:
        """Returns what a Pulumi command prints; EngineError if it fails."""
        done = self._process(*arguments)
        if done.returncode:
            raise EngineError(_complaints(done))
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Returns the environment of a Pulumi command: no credentials, no network, nothing of the user's own Pulumi."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "KUBE"))}
        return kept | {
            "PATH": self.engine.path,
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_DEBUG_PROVIDERS": self.plugins,
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def _up(self, stack: str, *options: str) -> list[str]:
        return ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--stack", stack, *options]

    def written(self) -> dict[Path, str]:
        """Returns every file that the engine has written, with its text: states, their history, configs, its own home."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return {path.relative_to(self.folder): path.read_text(encoding="utf-8", errors="replace") for path in files}

    def _process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.engine.cli, *arguments],
            cwd=self.project,
            # Writing the whole state after each of a thousand resources takes minutes; the end of a run is enough.
            env=self.environment() | {"PULUMI_SKIP_CHECKPOINTS": "true"},
            text=True,
            capture_output=True,
            check=False,
        )
        self.printed.extend((done.stdout, done.stderr))
        return done


def kill(running: subprocess.Popen[str]) -> None:
    """Kills a running engine and all that it has started: its language host leads a group of its own and lives on."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], text=True, capture_output=True, check=True).stdout
    pairs = [(int(pid), int(parent)) for pid, parent in map(str.split, table.splitlines())]
    doomed = [running.pid]
    for parent in doomed:
        doomed += [pid for pid, its_parent in pairs if its_parent == parent]
    for pid in doomed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.communicate()


def _complaints(done: subprocess.CompletedProcess[str]) -> str:
    """Returns the errors among what the engine printed; everything, where it doesn't say which lines are errors."""
    try:
        told = json.loads(done.stdout).get("diagnostics", [])
    except ValueError:
        return f"{done.stdout}\n{done.stderr}".strip()
    errors = [entry["message"].strip() for entry in told if entry.get("severity") == "error"]
    return "\n".join(dict.fromkeys(errors)) or done.stderr.strip()
