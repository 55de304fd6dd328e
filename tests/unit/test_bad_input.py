"""Bad input through the command line: one message that says all, status 2, every file as it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.project import ROOT
from tests.unit.run_cli import Ran, run

SETTINGS = (ROOT / "roadmap" / "settings.yaml").read_text(encoding="utf-8")
STACK = (ROOT / "Pulumi.phase3.yaml").read_text(encoding="utf-8")


class Folder:
    """A folder with a user's files, and `ramp` run in it; what a run leaves of the files is compared."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def refused(self, *arguments: object) -> str:
        """What is said of a mistake, without the program's name. It exits with 2 and changes nothing."""
        before = self._files()
        ran = self.run(*arguments)
        assert (ran.status, ran.out) == (2, ""), ran
        assert "Traceback" not in ran.err
        assert self._files() == before
        return ran.err.removeprefix("ramp: ").removesuffix("\n").replace("\nramp: ", "\n")

    def run(self, *arguments: object) -> Ran:
        return run(arguments, self.path, self._capsys)

    def settings(self, before: str, after: str) -> str:
        """What is said of the project's settings with one piece of text exchanged."""
        assert before in SETTINGS
        self.write("settings.yaml", SETTINGS.replace(before, after, 1))
        return self.refused("plan", "phase3", "--settings", "settings.yaml")

    def stack(self, before: str, after: str) -> str:
        """What is said of the project's third stack config with one piece of text exchanged."""
        assert before in STACK
        self.write("Pulumi.phase3.yaml", STACK.replace(before, after, 1))
        return self.refused("plan", "Pulumi.phase3.yaml")

    def _files(self) -> dict[str, bytes]:
        paths = self.path.rglob("*")
        return {str(path): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)


def line(text: str, within: str) -> int:
    """The line on which a piece of text first stands."""
    return within[: within.index(text)].count("\n") + 1


FILES = {
    "empty": (b"", "settings.yaml: file: got nothing in it; allowed: a mapping"),
    "binary": (b"a\0b", "settings.yaml: file: got a binary file (it has a zero byte); allowed: a YAML file in UTF-8"),
    "large": (
        b"a: b\n" * 300_000,
        "settings.yaml: file: got more than 1024 KiB; allowed: a YAML file of at most 1024 KiB",
    ),
    "latin-1": (
        b"owner: a\ndomain: K\xf6ln\n",
        "settings.yaml:2: file: got byte 0xf6; allowed: a YAML file in UTF-8. Save the file as UTF-8.",
    ),
    "list": (b"- a\n- b\n", "settings.yaml: file: got a list of 2; allowed: a mapping"),
    "documents": (b"a: 1\n---\nb: 1\n", "settings.yaml:2: YAML: got a second document (---); allowed: one document"),
    "tab": (
        b"app:\n\tport: 1\n",
        "settings.yaml:2: YAML: got character '\\t' that cannot start any token; allowed: valid YAML. Indent with spaces.",
    ),
    "deep": (
        b"a: " + b"[" * 400 + b"]" * 400,
        "settings.yaml: YAML: got a value nested too deep; allowed: at most 30 levels",
    ),
    "digits": (
        b"a: 1\nb: " + b"9" * 5000,
        "settings.yaml:2: YAML: got a number of thousands of digits; allowed: a number",
    ),
    "key": (b"a: 1\n2: b\n", "settings.yaml:2: 2: got a key that is not text; allowed: text, in quotes"),
    "tag": (
        b"a: 1\nb: !secret x\n",
        "settings.yaml:2: b: got a value of the type !secret; allowed: a value without a tag",
    ),
    "twice": (b"a: 1\na: 2\n", "settings.yaml:2: a: got this key a second time; allowed: each key once"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_settings_is_told_in_one_line(folder: Folder, case: str) -> None:
    """Guards against a parser's own words, and against a traceback, for whatever a path may lead to."""
    content, said = FILES[case]
    folder.write("settings.yaml", content)
    assert folder.refused("plan", "phase1", "--settings", "settings.yaml") == said


@pytest.mark.parametrize(("option", "wanted"), [("--settings", "file"), ("--roadmap", "roadmap")])
def test_what_is_no_file_is_not_read(folder: Folder, option: str, wanted: str) -> None:
    """Guards against waiting for ever at a pipe that nobody writes to."""
    os.mkfifo(folder.path / "pipe")
    (folder.path / "folder").mkdir()
    for name, kind in (("pipe", "a pipe or a device"), ("/dev/null", "a pipe or a device"), ("folder", "a folder")):
        assert folder.refused("plan", "phase1", option, name).startswith(f"{name}: {wanted}: got {kind}; allowed: a ")


def test_an_alias_bomb_is_refused_at_once(folder: Folder) -> None:
    """Guards the memory: nine levels of ten aliases are a billion values."""
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    folder.write("settings.yaml", "\n".join(["a0: &a0 [x]", *levels]))
    said = folder.refused("plan", "phase1", "--settings", "settings.yaml")
    assert "got more values than a config has (an alias inside aliases?); allowed: at most 50000" in said


SETTINGS_CASES = [
    ("max_pods: 110", "max_pod: 110", "app.server.max_pod: got an unknown key; allowed: architecture, "
     "burst_capacity_type, daemon_cpu_millicores, daemon_memory_mib, families, max_pods, surge. Did you mean max_pods?"),
    ("max_pods: 110", "max_pods: lots", 'app.server.max_pods: got "lots"; allowed: a valid integer'),
    ('account_id: "111122223333"', "account_id: 011122223333", "account_id: got 11122223333; allowed: text. "
     "Put it in quotes: without them it is not text, and a leading zero would be lost."),
    ("domain: mgx.example.com", "domain: mgx_example", 'domain: got "mgx_example"; allowed: '
     "a domain in lower case such as mgx.example.com"),
    ("10.1.0.0/16", "10.0.128.0/17", "regions.names.US-West.cidr: 10.0.128.0/17 overlaps the network of US-East, 10.0.0.0/16"),
    ("10.1.0.0/16", "10.1.0.0/24", 'regions.names.US-West.cidr: got "10.1.0.0/24"; allowed: '
     "a /16 to a /20: a VPC takes at most a /16, and a smaller one has no room for pods"),
    ("10.1.0.0/16", "10.1.0.1/16", 'regions.names.US-West.cidr: got "10.1.0.1/16"; allowed: '
     "an IPv4 network such as 10.0.0.0/16; probably 10.1.0.0/16"),
    ("zones: [us-west-2a, us", "zones: [us-east-1a, us", "regions.names.US-West.zones: us-east-1a is not in us-west-2"),
    ("zones: [us-west-2a, us-west-2b", "zones: [us-west-2a, us-west-2a",
     "regions.names.US-West.zones: us-west-2a, us-west-2a, us-west-2c are not all different"),
    ("home: US-East", "home: US-Eest", "regions.home: US-Eest is not one of names: US-East, US-West, EU-West, "
     "EU-Central, EU-North, AP-Southeast, AP-Northeast, AP-South"),
    ("families: [m7g, m8g]", "families: [m7g, zz9]", "platform.families: no ec2 family zz9 of arm64; allowed: "
     "c6g, c6gd, c7g, c7gd, c8g, m6g, m7g, m8g, r6g, r7g, r8g, t4g"),
    ("ttl_seconds: 20", "ttl_seconds: 30", "failover.ttl_seconds: 30 is too much, since failover takes "
     "check_interval_seconds × failure_threshold + timeout + ttl_seconds = 30 × 1 + 6 + 30 = 66 s, allowed: below 60 s"),
    ("standby_ratio: 0.2", "standby_ratio: .nan", "regions.standby_ratio: got NaN; allowed: less than or equal to 1"),
    ("-{number}", "-{numbr}", 'database.replica_host: got "db-replica-{numbr}.internal"; allowed: '
     "a private name with {number} in it, such as db-replica-{number}.internal"),
    ("AWSManagedRulesCommonRuleSet:", "CommonRuleSet:", 'web_acl.managed_rules.CommonRuleSet: got "CommonRuleSet"; '
     "allowed: one of AWS's managed rule groups, such as AWSManagedRulesCommonRuleSet"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), SETTINGS_CASES)
def test_a_mistake_in_the_settings_is_told_once_at_its_line(folder: Folder, before: str, after: str, said: str) -> None:
    """Guards each message as a person reads it: the key to change, its line, what stands there, what may."""
    assert folder.settings(before, after) == f"settings.yaml:{line(before, SETTINGS)}: {said}"


def test_a_region_word_without_a_region_is_told_at_the_documents_line(folder: Folder) -> None:
    """Guards against a KeyError for a word that the settings lack."""
    said = folder.settings("    US-West: {", "    US-Wast: {")
    assert said.startswith(f"{ROOT}/roadmap/mgx-ai.md:")
    assert ": region: got US-West; allowed: a region word of settings.yaml, regions.names: US-East, US-Wast" in said


def test_several_mistakes_are_told_together(folder: Folder) -> None:
    """Guards against a user who mends one mistake only to be told the next."""
    text = SETTINGS.replace("max_pods: 110", "max_pods: lots").replace("domain: mgx.", "domain: -mgx.")
    folder.write("settings.yaml", text)
    said = folder.refused("plan", "--settings", "settings.yaml").splitlines()
    assert [each.split(": ")[1] for each in said] == ["domain", "app.server.max_pods"]


STACK_CASES = [
    ("schema_version: 1 ", "schema_version: 2 ", "schema_version: got 2; allowed: 1. "
     "Run `ramp generate` again to write the file in the current shape."),
    ("users: 10000", "users: 1" + "0" * 20, "users: got 100000000000000000000; allowed: less than or equal to 2147483647"),
    ("min_replicas: 25", "min_replicas: 64", "regions.us-east-1.min_replicas: 64 is above max_replicas 63"),
    ('cidr: "10.1.0.0/16"', 'cidr: "10.0.0.0/16"',
     "regions.us-west-2.cidr: 10.0.0.0/16 overlaps regions.us-east-1.cidr 10.0.0.0/16"),
    ("active_region: us-east-1", "active_region: us-east-2",
     "active_region: us-east-2 is not one of regions: us-east-1, us-west-2"),
    ("instance_class: db.", "instance_class: db.x", 'database.instance_class: got "db.xm7g.12xlarge"; '
     "allowed: a class of infra/catalogue/data/specs/rds.csv"),
    ("name: phase3", "name: phase9", f"name: got phase9; allowed: a phase of {ROOT}/roadmap/mgx-ai.md: "
     "baseline, phase1, phase2, phase3. Name its roadmap with --roadmap."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), STACK_CASES)
def test_a_mistake_in_a_stack_config_is_told_once_at_its_line(
    folder: Folder, before: str, after: str, said: str
) -> None:
    """Guards the same for a file that someone edited by hand."""
    assert folder.stack(before, after) == f"Pulumi.phase3.yaml:{line(before, STACK)}: {said}"


def test_what_a_component_refuses_is_a_mistake_and_no_error_of_ramp(folder: Folder) -> None:
    """Guards a config that loads and can't be built: node agents that ask for more than a node has."""
    said = folder.stack("daemon_memory_mib: 512", "daemon_memory_mib: 999999")
    assert said.startswith("plan: phase3: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "Phase3"], "phase: got Phase3; allowed: baseline, phase1, phase2, phase3. Did you mean phase3?"),
        (["plan", ""], "phase: got ''; allowed: baseline, phase1, phase2, phase3"),
        (["plan", "a\nb"], "phase: got 'a\\nb'; allowed: baseline, phase1, phase2, phase3"),
        (
            ["diff", "phase1", "phse2"],
            "phase: got phse2; allowed: baseline, phase1, phase2, phase3. Did you mean phase2?",
        ),
    ],
)
def test_a_phase_that_isnt_there_names_those_that_are(folder: Folder, arguments: list[str], said: str) -> None:
    """Guards the first typo of a new user."""
    assert folder.refused(*arguments) == f"{ROOT}/roadmap/mgx-ai.md: {said}"


def test_a_stack_config_that_isnt_there_is_told(folder: Folder) -> None:
    """Guards a path mistyped."""
    said = "Pulumi.phase9.yaml: file: got no such file; allowed: a YAML file"
    assert folder.refused("plan", "Pulumi.phase9.yaml") == said


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"deployment": null}', '{"deployment": {"resources": [{}]}}', "[" * 9999]
)
def test_what_is_no_export_of_a_stack_is_told(folder: Folder, content: str) -> None:
    """Guards `ramp diff` against any JSON that isn't an export."""
    folder.write("state.json", content)
    assert folder.refused("diff", "state.json", "phase1").endswith("the output of `pulumi stack export`")


def test_out_must_be_a_folder(folder: Folder) -> None:
    """Guards a file in the place of the folder, which stays as it was."""
    folder.write("there", "mine")
    said = folder.refused("generate", "--out", "there/in")
    assert said == "there/in: --out: got not a directory; allowed: a folder that can be written to"


def test_all_files_are_written_or_none(folder: Folder) -> None:
    """Guards against half a set of stack configs where one of them can't be written."""
    folder.write("Pulumi.phase2.yaml", "config: [")
    folder.refused("generate", "--out", ".")
    assert [path.name for path in folder.path.iterdir()] == ["Pulumi.phase2.yaml"]


@pytest.mark.parametrize(
    "content",
    [
        "{config: {'aws:region': us-east-1}, encryptionsalt: 'v1:x'}\n",
        "encryptionsalt: v1\nconfig: {'aws:region': x, 'ramp:phase': {a: 1}}\n",
        "x: &a {config: {aws:region: q}}\n<<: *a\n",
    ],
)
def test_what_isnt_ramps_is_never_lost(folder: Folder, content: str) -> None:
    """Guards a file of another style: ramp keeps the others' lines, and refuses where it can't cut them out."""
    folder.write("Pulumi.phase1.yaml", content)
    said = folder.refused("generate", "--out", ".")
    assert said == (
        "Pulumi.phase1.yaml: file: got YAML of another style; allowed: block style, each key on a line of its own, "
        "so that what isn't ramp's can be kept"
    )


def test_a_budget_is_a_number_of_dollars(folder: Folder) -> None:
    """Guards against a comparison with NaN, after all the work."""
    said = folder.refused("cost", "--budget", "nan")
    assert said == "command line: --budget: got nan; allowed: US dollars a month, such as 45000"


def test_a_terminal_without_the_documents_letters_still_gets_the_plan(folder: Folder) -> None:
    """Guards a locale of C, in which no dash and no arrow can be printed."""
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "infra.cli", "explain", "phase1", "users"]
    ran = subprocess.run(command, cwd=ROOT, env=ascii_only, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1,000 ? 2,000" in ran.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_and_is_no_error_of_ramp() -> None:
    """Guards against a request to report what the user's disk did."""
    command = [sys.executable, "-m", "infra.cli", "explain", "phase1", "users"]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, "ramp: standard output: no space left on device\n")
