"""Bad input through the command line: one message that says all, status 2, every file as it was."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.errors import InputError
from infra.project import ROOT
from infra.settings import Settings
from tests.unit.folder import SETTINGS, STACK, Folder, line

FILES = {
    "empty": (b"", "settings.yaml: file: got nothing in it; allowed: a mapping"),
    "binary": (b"a\0b", "settings.yaml: file: got a binary file (it has a zero byte); allowed: a YAML file in UTF-8"),
    "large": (
        b"a: b\n" * 300_000,
        "settings.yaml: file: got more than 256 KiB; allowed: a YAML file of at most 256 KiB",
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
        "settings.yaml:1: YAML: got a value nested too deep; allowed: at most 30 levels",
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


WIDE = {
    "keys": "".join(f"key{n}: {n}\n" for n in range(15_000)),
    "entries": f"a: [{'1,' * 100_000}1]\n",
    "aliases": "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))]),
    "merges": f"a: &a {{{', '.join(f'k{n}: 1' for n in range(500))}}}\n"
    + "".join(f"b{n}: {{<<: *a}}\n" for n in range(99)),
}


@pytest.mark.parametrize("case", WIDE)
def test_a_few_lines_may_not_claim_much_time_or_memory(folder: Folder, case: str) -> None:
    """Guards against minutes for a file of another kind, and against aliases: nine levels of ten are a billion values."""
    folder.write("settings.yaml", WIDE[case])
    begun = time.process_time()
    said = folder.refused("plan", "phase1", "--settings", "settings.yaml")
    assert said.endswith("YAML: got more values than a config has (an alias inside aliases?); allowed: at most 20000")
    assert time.process_time() - begun < 5


def test_of_many_mistakes_the_first_hundred_are_told(folder: Folder) -> None:
    """Guards against thousands of lines, each of which takes its time, for a file that was never meant."""
    folder.write("settings.yaml", "".join(f"key{n}: {n}\n" for n in range(5000)))
    first, *others = folder.refused("plan", "--settings", "settings.yaml").splitlines()
    count = 5000 + len(Settings.model_fields)
    assert first == (
        f"settings.yaml: file: got {count} mistakes; allowed: none. The first 100 follow; it is probably another file."
    )
    assert len(others) == 100


def test_a_value_inside_itself_is_refused(folder: Folder) -> None:
    """Guards against a walk through it that never ends."""
    said = folder.settings("phases: {} ", "phases: &p {a: *p} ")
    at = line("phases: {}", SETTINGS)
    assert said == f"settings.yaml:{at}: YAML: got a value inside itself (*p); allowed: a value that ends"


def test_a_value_that_is_taken_over_is_told_where_it_stands(folder: Folder) -> None:
    """Guards against a traceback, and the line of `<<`, for a mistake in what a mapping merges."""
    said = folder.settings("      max_connections: 400", "      max_connections: lots")
    at = line("      max_connections: 400", SETTINGS)
    wrong = 'max_connections: got "lots"; allowed: a valid integer'
    assert said.splitlines() == [
        f"settings.yaml:{at}: egress.services.{name}.{wrong}" for name in ("openai", "anthropic")
    ]
    said = folder.settings(
        "    anthropic: {<<: *external, host: api.anthropic.com, listen_port: 9102}", "    x: {<<: *external}"
    )
    at = line("      listen_port: 9101", SETTINGS)
    assert said == f"settings.yaml:{at}: egress.services.x.listen_port: 9101 is that of openai"


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
    ("primary_host: db-primary.internal", "primary_host: db-replica-1.internal", "database.primary_host: db-replica-1.internal "
     "and db-replica-1.internal, db-replica-2.internal, db-replica-3.internal, db-replica-4.internal are not all different"),
    ("name: phase3", "name: phase9", f"name: got phase9; allowed: a phase of {ROOT}/roadmap/mgx-ai.md: "
     "baseline, phase1, phase2, phase3. Name its roadmap with --roadmap."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), STACK_CASES)
def test_a_mistake_in_a_stack_config_is_told_once_at_its_line(
    folder: Folder, before: str, after: str, said: str
) -> None:
    """Guards the same for a file that someone edited by hand."""
    assert folder.stack(before, after) == f"Pulumi.phase3.yaml:{line(before, STACK)}: {said}"


def test_a_private_zone_hides_no_public_name(folder: Folder) -> None:
    """Guards a VPC in which the application's own domain would be found nowhere."""
    said = folder.stack("domain: mgx.example.com", "domain: mgx.internal")
    where = f"Pulumi.phase3.yaml:{line('primary_host: ', STACK)}: database.primary_host"
    assert said == f"{where}: a private zone internal would hide mgx.internal from everything in the network"


def test_what_a_component_refuses_is_a_mistake_and_no_error_of_ramp(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a config that loads and can't be built, whatever a component may have against it."""

    def refused(config: object) -> None:
        raise ValueError("a name of 64 characters; at most 63")

    monkeypatch.setattr("infra.planned.plan_config", refused)
    said = folder.stack("users: 10000", "users: 10001")
    assert said == "plan: phase3: a name of 64 characters; at most 63"


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
    assert said == "there: --out: got a file; allowed: a folder that can be written to"


def test_a_filled_copy_is_a_file(folder: Folder) -> None:
    """Guards a folder in the place of the copy, told before all the work."""
    (folder.path / "there").mkdir()
    said = folder.refused("fill", "--out", "there")
    assert said == "there: --out: got a folder; allowed: a file to write the copy to"


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


@pytest.mark.parametrize("at", [0, 1, 4])
def test_a_traceback_comes_where_it_is_asked_for(folder: Folder, at: int) -> None:
    """Guards `--debug` before and behind the command; without it there is none (each other test here)."""
    arguments = ["plan", "phase1", "--settings", "missing.yaml"]
    with pytest.raises(InputError, match=r"missing\.yaml: file: got no such file"):
        folder.run(*arguments[:at], "--debug", *arguments[at:])


@pytest.mark.parametrize(
    "arguments", [["explain", "phase1", ""], ["cost", "--budget", ""], ["prices", "refresh", "--region", ""]]
)
def test_an_empty_argument_is_told_as_nothing(folder: Folder, arguments: list[str]) -> None:
    """Guards a variable of a script that was never set."""
    assert ": got nothing; allowed: " in folder.refused(*arguments)


def test_a_terminal_without_the_documents_letters_still_gets_the_plan(folder: Folder) -> None:
    """Guards a locale of C, in which no dash and no arrow can be printed."""
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "infra.entry", "explain", "phase1", "users"]
    ran = subprocess.run(command, cwd=ROOT, env=ascii_only, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1,000 ? 2,000" in ran.stdout


def test_an_early_interrupt_ends_without_a_traceback() -> None:
    """Guards a user who presses Ctrl-C while the command is still being imported."""
    start = (
        "import os, signal, sys, infra.entry\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'infra.cli': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "infra.entry.main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_and_is_no_error_of_ramp() -> None:
    """Guards against a request to report what the user's disk did."""
    command = [sys.executable, "-m", "infra.entry", "explain", "phase1", "users"]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, "ramp: standard output: no space left on device\n")
