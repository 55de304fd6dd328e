"""Rendering stack configs, and what of a file that stands there is kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from infra.errors import InputError
from infra.render import render_all, scalar, write_all
from infra.stackfile import foreign
from tests.unit.documents import document
from tests.unit.folder import SMALL, STACK, Folder
from tests.unit.run_cli import Ran


def rendered(out: Path):
    files = render_all(document().phases, Path("mgx-ai.md"), Path("settings.yaml"), out)
    return {file.path.name: file for file in files}


def test_every_value_has_a_comment_with_its_source(tmp_path: Path) -> None:
    """Guards the trace from each value of a stack config to its line, setting or rule."""
    text = rendered(tmp_path)["Pulumi.phase3.yaml"].text
    valued = [line for line in text.splitlines()[2:] if ": " in line.split(" #")[0]]
    assert not [line for line in valued if " # " not in line]
    assert "users: 10000 # line " in text
    assert "domain: mgx.example.com # settings: domain" in text


def test_a_roadmap_that_states_nothing_but_its_servers_is_generated(folder: Folder) -> None:
    """Guards a list of which the document has no entry: it has a source, too."""
    folder.write("small.md", SMALL)
    assert folder.run("generate", "small.md", "--out", ".").status == 0
    assert folder.run("generate", "small.md", "--out", ".", "--check").status == 0
    assert "signals: [] # rule: The document states none (line 8)" in (folder.path / "Pulumi.phase1.yaml").read_text()


def test_the_config_of_a_phase_that_is_gone_is_told(folder: Folder) -> None:
    """Guards a stack against the config of another document, which would stand there beside the new ones for good."""
    folder.write("small.md", SMALL)
    folder.write("Pulumi.phase2.yaml", STACK)
    folder.write("Pulumi.phase7.yaml", "config: {}\n")  # a stack of somebody's own
    folder.write("Pulumi.prod.yaml", STACK)  # a copy, under the name of a stack
    told = "stale Pulumi.phase2.yaml: its phase is none of the document's; delete it\n"
    ran = folder.run("generate", "small.md", "--out", ".")
    assert (ran.status, ran.out) == (0, f"wrote Pulumi.baseline.yaml\nwrote Pulumi.phase1.yaml\n{told}")
    assert folder.run("generate", "small.md", "--out", ".", "--check") == Ran(told, "", 1)


def test_a_merge_conflict_in_a_stack_config_says_how_to_end_it(folder: Folder) -> None:
    """Guards whoever merges two branches that generated: YAML's own words are of a missing colon."""
    folder.write("small.md", SMALL)
    lines = STACK.splitlines(keepends=True)
    conflict = "".join(["<<<<<<< HEAD\n", lines[6], "=======\n", lines[6], ">>>>>>> other\n"])
    folder.write("Pulumi.phase1.yaml", "".join([*lines[:6], conflict, *lines[7:]]))
    for command in (["generate", "small.md", "--out", "."], ["plan", "Pulumi.phase1.yaml"]):
        assert folder.refused(*command) == (
            "Pulumi.phase1.yaml:7: YAML: got a merge conflict; allowed: one side of it. "
            "Take either side of a stack config: `ramp generate` makes it right."
        )


def test_what_pulumi_wrote_is_kept_and_nothing_else_is_rewritten(tmp_path: Path) -> None:
    """Guards the salt: a stack whose salt is lost can't read its own secrets."""
    write_all(rendered(tmp_path).values())
    path = tmp_path / "Pulumi.phase1.yaml"
    header, body = path.read_text().split("config:\n", 1)
    salted = f"{header}encryptionsalt: v1:abc=:v1:def==\nconfig:\n{body}  aws:profile: staging\n"
    path.write_text(salted)
    again = rendered(tmp_path)
    assert "encryptionsalt: v1:abc=:v1:def==\n" in again["Pulumi.phase1.yaml"].text
    assert again["Pulumi.phase1.yaml"].text.endswith("  aws:profile: staging\n")
    assert [name for name, file in again.items() if file.changed] == []


def test_what_pulumi_wrote_stays_where_it_stands(tmp_path: Path) -> None:
    """Guards `--check`, which would ask for a new run only because Pulumi puts its salt at the end."""
    write_all(rendered(tmp_path).values())
    path = tmp_path / "Pulumi.phase1.yaml"
    header, body = path.read_text().split("config:\n", 1)
    path.write_text(f"{header}config:\n  aws:profile: staging\n{body}encryptionsalt: v1:abc=:v1:def==\n")
    assert not rendered(tmp_path)["Pulumi.phase1.yaml"].changed


def test_a_file_that_is_no_stack_config_is_refused_and_stays(tmp_path: Path) -> None:
    """Guards against overwriting something that a person put there."""
    path = tmp_path / "Pulumi.phase2.yaml"
    path.write_text("- a list\n")
    with pytest.raises(InputError, match="a stack config, or no file"):
        rendered(tmp_path)
    assert path.read_text() == "- a list\n"


def test_a_rewrite_is_idempotent(tmp_path: Path) -> None:
    """Guards `--check`, which would fail for ever if a second run rendered something else."""
    write_all(rendered(tmp_path).values())
    assert not [file for file in rendered(tmp_path).values() if file.changed]


@given(st.one_of(st.text(), st.booleans(), st.integers(), st.none(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_scalar_reads_back_as_itself(value: object) -> None:
    """Guards the YAML words (yes, 12:30, 1_000) that readers take for something else than the text they are."""
    loaded = YAML(typ="safe").load(f"key: {scalar(value)} # a comment\n")["key"]
    assert loaded == value
    whole = isinstance(value, float) and value.is_integer()
    assert type(loaded) is (int if whole else type(value))


@given(
    st.sampled_from(
        ["yes", "No", "12:30", "1_000", "0x1f", "~", "null", "1e3", "- a", "a: b", "#x", "@x", "`x", "2026-01-01"]
    )
)
def test_text_that_another_reader_could_take_for_a_value_is_quoted(text: str) -> None:
    """Guards PyYAML and Go readers alike, which disagree on these."""
    assert scalar(text).startswith('"')


def test_foreign_lines_are_those_of_other_keys_only() -> None:
    """Guards multi-line values of others, which must be kept whole."""
    text = "environment:\n  - prod\n  - shared\nconfig:\n  a:b:\n    c: 1\n  ramp:phase:\n    x: 1\n  d:e: 2\nsecretsprovider: awskms://x\n"
    found = foreign(text, "Pulumi.x.yaml")
    assert found.top == (("environment:", "  - prod", "  - shared"), ("secretsprovider: awskms://x",))
    assert found.config == (("  a:b:", "    c: 1"), ("  d:e: 2",))
