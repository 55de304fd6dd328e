"""Whatever a path leads to, every command that reads such a file says the same, exits with 2 and leaves all as it was."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.project import ROOT
from tests.unit.folder import SMALL, Folder

SETTINGS = {
    "generate": ["generate", "small.md", "--settings", "FILE", "--out", "out"],
    "generate --check": ["generate", "small.md", "--settings", "FILE", "--check"],
    "plan": ["plan", "--roadmap", "small.md", "--settings", "FILE"],
    "plan PHASE": ["plan", "phase1", "--roadmap", "small.md", "--settings", "FILE", "--json"],
    "explain": ["explain", "phase1", "users", "--roadmap", "small.md", "--settings", "FILE"],
    "diff": ["diff", "baseline", "phase1", "--roadmap", "small.md", "--settings", "FILE"],
    "cost": ["cost", "--roadmap", "small.md", "--settings", "FILE"],
    "fill": ["fill", "small.md", "--settings", "FILE", "--out", "copy.md"],
}
ROADMAP = {
    "generate": ["generate", "FILE", "--out", "out"],
    "generate --check": ["generate", "FILE", "--check"],
    "plan": ["plan", "--roadmap", "FILE"],
    "plan PHASE": ["plan", "phase1", "--roadmap", "FILE", "--json"],
    "explain": ["explain", "phase1", "users", "--roadmap", "FILE"],
    "diff": ["diff", "phase1", "phase2", "--roadmap", "FILE", "--json"],
    "cost": ["cost", "phase1", "--roadmap", "FILE"],
    "fill": ["fill", "FILE", "--out", "copy.md"],
}
STACK = {
    "plan": ["plan", "FILE.yaml", "--roadmap", "small.md"],
    "explain": ["explain", "FILE.yaml", "users", "--json", "--roadmap", "small.md"],
    "diff before": ["diff", "FILE.yaml", "phase1", "--roadmap", "small.md"],
    "diff after": ["diff", "baseline", "FILE.yaml", "--json", "--roadmap", "small.md"],
}
STATE = {
    "diff before": ["diff", "FILE.json", "phase1", "--roadmap", "small.md"],
    "diff after": ["diff", "baseline", "FILE.json", "--roadmap", "small.md"],
}
READERS = [
    *(pytest.param(line, "file", "a YAML file", id=f"settings: {name}") for name, line in SETTINGS.items()),
    *(pytest.param(line, "roadmap", "", id=f"roadmap: {name}") for name, line in ROADMAP.items()),
    *(pytest.param(line, "file", "a YAML file", id=f"stack config: {name}") for name, line in STACK.items()),
    *(pytest.param(line, "file", "the output of `pulumi stack export`", id=f"state: {name}") for name, line in STATE.items()),
]  # fmt: skip
WORDS = "owner: a\ndomain: "
FILES: dict[str, tuple[bytes, str]] = {
    "binary": (bytes(range(256)), ": got a binary file (it has a zero byte)"),
    "Latin-1": (f"{WORDS}Köln\n".encode("latin-1"), ":2: got byte 0xf6"),
    "UTF-16": (WORDS.encode("utf-16"), ": got UTF-16"),
    "UTF-16 without a mark": (WORDS.encode("utf-16-le"), ": got a binary file (it has a zero byte)"),
}
PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no such file"),
    "a folder": (Path.mkdir, "a folder"),
    "a pipe": (os.mkfifo, "a pipe or a device"),
    "a device": (lambda path: path.symlink_to("/dev/null"), "a pipe or a device"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "no such file"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "too many levels of symbolic links"),
}
reads = pytest.mark.parametrize(("line", "key", "wanted"), READERS)


def refused(folder: Folder, line: list[str], prepare: Callable[[Path], object]) -> tuple[str, str]:
    """The name of the file that `prepare` makes for a command line, and what is said of it."""
    name = next(word for word in line if word.startswith("FILE"))
    prepare(folder.path / name)
    folder.write("small.md", SMALL)
    return name, folder.refused(*line)


@reads
@pytest.mark.parametrize("case", FILES)
def test_what_is_no_text_is_told_with_the_place_in_it(
    folder: Folder, case: str, line: list[str], key: str, wanted: str
) -> None:
    """Guards against the words of a decoder, in every command that reads the file."""
    content, found = FILES[case]
    name, said = refused(folder, line, lambda path: path.write_bytes(content))
    place, received = found.rsplit(": ", 1)
    assert said.startswith(f"{name}{place}: {key}: {received}; allowed: {wanted}")
    assert "UTF-8" in said


@reads
@pytest.mark.parametrize("case", PLACES)
def test_what_is_no_file_is_told_and_not_waited_for(
    folder: Folder, case: str, line: list[str], key: str, wanted: str
) -> None:
    """Guards against waiting for ever at a pipe that nobody writes to, and against a traceback of the file system."""
    prepare, received = PLACES[case]
    name, said = refused(folder, line, prepare)
    assert said.startswith(f"{name}: {key}: got {received}; allowed: {wanted}")


@reads
def test_a_file_that_may_not_be_read_is_told(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, line: list[str], key: str, wanted: str
) -> None:
    """Guards a file of somebody else's; for root, who runs this in a container, every file may be read."""
    opened = Path.open

    def denied(path: Path, *arguments: object, **more: object) -> object:
        if path.name.startswith("FILE") and arguments:  # the test reads it, too, to compare
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **more)  # type: ignore[call-overload]

    def prepare(path: Path) -> None:
        path.write_bytes(b"a: 1\n")
        monkeypatch.setattr(Path, "open", denied)

    name, said = refused(folder, line, prepare)
    assert said.startswith(f"{name}: {key}: got permission denied; allowed: {wanted}")


@reads
def test_a_file_of_ten_megabytes_is_refused_unread(folder: Folder, line: list[str], key: str, wanted: str) -> None:
    """Guards the minutes that a parser would take for a log named by mistake; a state may be as large as it is."""
    name, said = refused(folder, line, lambda path: path.write_bytes(b"a: b\n" * 2 * 1024 * 1024))
    assert said.startswith(f"{name}: {key}: got ")
    assert "more than" in said or name.endswith(".json")


EMPTY = {
    "settings": (SETTINGS, "FILE: file: got nothing in it; allowed: a mapping"),
    "roadmap": (ROADMAP, "FILE: roadmap: got an empty file; allowed: a scaling roadmap in Markdown"),
    "stack config": (STACK, "FILE.yaml: config: got nothing; allowed: a stack config with config → ramp:phase; "
                     "`ramp generate` writes one"),
    "state": (STATE, "FILE.json: file: got something else; allowed: the output of `pulumi stack export`"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "command"), [(kind, name) for kind in EMPTY for name in EMPTY[kind][0]])
def test_an_empty_file_is_told(folder: Folder, kind: str, command: str) -> None:
    """Guards a file that an editor or a full disk left empty."""
    lines, expected = EMPTY[kind]
    _, said = refused(folder, lines[command], lambda path: path.write_bytes(b""))
    assert said == expected


def test_mistakes_in_the_roadmap_and_in_the_settings_are_told_together(folder: Folder) -> None:
    """Guards against a user who mends one file only to be told of the other."""
    said = folder.refused("plan", "--roadmap", "r.md", "--settings", "s.yaml")
    assert [line.split(":")[0] for line in said.splitlines()] == ["r.md", "s.yaml"]


def test_mistakes_on_both_sides_of_a_diff_are_told_together(folder: Folder) -> None:
    """Guards the same for two stack configs."""
    folder.write("a.yaml", "config: {}\n")
    folder.write("b.yaml", "config: [\n")
    assert [line.split(":")[0] for line in folder.refused("diff", "a.yaml", "b.yaml").splitlines()] == [
        "a.yaml",
        "b.yaml",
    ]


@pytest.mark.parametrize("place", ["a folder", "a pipe", "a device"])
def test_no_command_writes_in_the_place_of_what_is_no_file(folder: Folder, place: str) -> None:
    """Guards /dev/null, which a rename over it would make a file; told before all the work, for each way to write."""
    prepare, kind = PLACES[place]
    prepare(folder.path / "there")
    wanted = "a file to write the copy to"
    assert folder.refused("fill", "--out", "there") == f"there: --out: got {kind}; allowed: {wanted}"
    if place != "a folder":
        wanted = "a folder that can be written to"
        assert folder.refused("generate", "--out", "there") == f"there: --out: got {kind}; allowed: {wanted}"


def test_a_link_that_is_written_to_stays_a_link(folder: Folder) -> None:
    """Guards a stack config that is kept elsewhere and linked to."""
    (folder.path / "real").mkdir()
    (folder.path / "Pulumi.phase1.yaml").symlink_to("real/phase1.yaml")
    assert folder.run("generate", "--out", ".").status == 0
    assert (folder.path / "Pulumi.phase1.yaml").is_symlink()
    assert (folder.path / "real/phase1.yaml").read_text() == (ROOT / "Pulumi.phase1.yaml").read_text()


NOT_A_BOOK = (
    "what is no price book; allowed: a folder with a price book alone, or none yet, since it is replaced as a whole"
)


def test_a_refresh_throws_nothing_away_that_is_no_price_book(folder: Folder) -> None:
    """Guards a folder of one's own named as the book, which the new one would take the place of."""
    folder.write("notes.txt", "mine")
    refresh = ["prices", "refresh", "--region", "us-east-1", "--source", "file:///nowhere", "--book"]
    assert folder.refused(*refresh, ".") == f"notes.txt: --book: got {NOT_A_BOOK}"
    assert folder.refused(*refresh, "notes.txt") == f"notes.txt: --book: got {NOT_A_BOOK}"


@pytest.mark.parametrize("source", ["prices", "file:///nowhere", "http://", "http://["])
def test_a_source_without_price_lists_is_named(folder: Folder, source: str) -> None:
    """Guards a path given for a URL."""
    said = folder.refused("prices", "refresh", "--region", "us-east-1", "--book", "new", "--source", source)
    assert said.startswith(source.rstrip("/")) and said.endswith("; allowed: a price list of AWS's format")


def test_a_region_of_which_aws_has_no_prices_is_told_before_anything_is_read(folder: Folder) -> None:
    """Guards against a 404 of the price list, and a document's word for a region."""
    said = folder.refused("prices", "refresh", "--region", "us-west-9", "--region", "eu-west-1")
    assert said.startswith("command line: --region: got us-west-9; allowed: one of af-south-1, ")
    assert said.endswith(" Probably meant: 'us-west-2'.")


ROW = "item,unit,kind,from,usd,source,source_date,confidence\nkey,key-month,on-demand,0,{},by hand,2026-01-01,read\n"


@pytest.mark.parametrize("usd", ["one", "nan", "-1", ""])
def test_a_row_of_the_price_book_that_is_no_price_is_told_at_its_line(folder: Folder, usd: str) -> None:
    """Guards a price added by hand, which docs/costs.md invites to."""
    (folder.path / "book/us-east-1").mkdir(parents=True)
    folder.write("book/us-east-1/kms.csv", ROW.format(usd))
    said = folder.refused("prices", "refresh", "--book", "book", "--source", "file:///nowhere")
    row = f"key,key-month,on-demand,0,{usd},by hand,2026-01-01,read"
    assert said == f"book/us-east-1/kms.csv:2: price: got {row}; allowed: a row of {ROW.splitlines()[0]}"


ROADMAP_MISTAKES = [
    ("8x 8vCPU", "eight big ones", ":12: Application Server: got 'eight big ones, 16GB'; allowed: a count and a size"),
    ("8x 8vCPU", "-8x 8vCPU", ":12: Application Server: got '-8x 8vCPU, 16GB'; allowed: a count and a size"),
    ("| 4 |", f"| {10**30} |", f":5: Application Server: count: got '{10**30}'; allowed: a whole number from 1 to 10000"),
    ("2,000 Users", "3,000,000,000 Users", ":8: users: got '3,000,000,000'; allowed: a whole number from 1 to 1000000000"),
    ("Phase 1:", "Phase 2:", ":8: phase: got '2'; allowed: phase 1 before it. Number phases 1, 2, 3."),
    ("4x 8vCPU", "5x 8vCPU", ":12: phase1: Application Server: what there is before the phase: got '5x 8vCPU, 16GB'; "
     "allowed: what line 5 leaves, '8 vCPU, 16GB'. They differ in the count."),
    (SMALL[SMALL.index("## Phase"):], f"{SMALL[SMALL.index('## Phase'):]}\n{SMALL[SMALL.index('## Phase'):]}",
     ":14: phase: got 'Phase 1: 1,000 → 2,000 Users (Months 1-3)'; allowed: a number of its own (phase 1 is on line 8). "
     "Probably meant: 'Phase 2'."),
    ("| Component | Current | New |\n|-----------|---------|-----|\n| Application Server | 4x 8vCPU, 16GB | 8x 8vCPU, 16GB |\n",
     "", ":8: Phase 1: 1,000 → 2,000 Users (Months 1-3): got no infrastructure table; allowed: a table with Component, "
     "Current and New columns. A phase beyond what is planned has an unlimited target (10,000+ Users) and no table."),
    ("8x 8vCPU, 16GB |\n", "8x 8vCPU, 16GB |\n\n```yaml\nkind: HorizontalPodAutoscaler\nspec: [\n```\n",
     ":17: HPA block: got nothing; allowed: one YAML document. YAML says: expected the node content"),
    ("8x 8vCPU, 16GB |\n", "8x 8vCPU, 16GB |\n\n```yaml\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
     "spec: {scaleTargetRef: {name: a}, minReplicas: 9, maxReplicas: 4}\n```\n",
     ":17: HPA block: spec.minReplicas: got '9'; allowed: at most "
     "maxReplicas, 4 on line 17. Probably the two are swapped."),
]  # fmt: skip


@pytest.mark.parametrize("command", ROADMAP)
@pytest.mark.parametrize("case", range(len(ROADMAP_MISTAKES)))
def test_a_mistake_in_a_roadmap_is_told_alike_by_every_command(folder: Folder, case: int, command: str) -> None:
    """Guards a command that reads the document in a way of its own."""
    before, after, expected = ROADMAP_MISTAKES[case]
    assert before in SMALL
    _, said = refused(folder, ROADMAP[command], lambda path: path.write_text(SMALL.replace(before, after, 1)))
    assert said.startswith(f"FILE{expected}")
