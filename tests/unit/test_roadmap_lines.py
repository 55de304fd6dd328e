"""docs/roadmap-lines.md: no line of the roadmap is missing, and what holds it is there."""

import re

from infra.project import ROOT

PAGE = (ROOT / "docs" / "roadmap-lines.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<first>\d+)(?:–(?P<last>\d+))? \|.*\| (?P<held>[^|]*) ?\|$", re.MULTILINE)
WITHOUT_CONTENT = re.compile(r"\s*$|#+ |---$|```|\|-")


def rows() -> list[tuple[int, int, list[str]]]:
    """First and last line of each row, and the files of its tests."""
    found = [(int(row["first"]), int(row["last"] or row["first"]), row["held"]) for row in ROW.finditer(PAGE)]
    return [(first, last, re.findall(r"`([^`]+)`", held)) for first, last, held in found]


def test_every_line_with_content_is_in_one_row() -> None:
    """Guards completeness: a line that nobody thought of, and a row that an edit of the roadmap has moved away from."""
    document = (ROOT / "roadmap" / "mgx-ai.md").read_text(encoding="utf-8").splitlines()
    content = {number for number, line in enumerate(document, 1) if not WITHOUT_CONTENT.match(line)}
    listed = [number for first, last, _ in rows() for number in range(first, last + 1)]
    assert listed == sorted(set(listed))
    labels = {number for number in content if re.fullmatch(r"\*\*[^*]+\*\*:", document[number - 1])}
    assert content - labels - set(listed) == set()
    assert all(document[first - 1].strip() and document[last - 1].strip() for first, last, _ in rows())


def test_every_test_that_holds_a_line_is_there() -> None:
    """Guards against a promise of a test that was renamed."""
    named = {file for _, _, files in rows() for file in files}
    assert len(named) > 20
    assert [file for file in sorted(named) if not (ROOT / "tests" / file).exists()] == []


def test_a_line_that_becomes_something_is_held_by_a_test() -> None:
    """Guards a row that only claims: nothing to hold is a row of the team's, of words, or of what stands elsewhere."""
    for line in ROW.finditer(PAGE):
        becomes = line[0].split("|")[3].strip()
        assert "`" in line["held"] or becomes.startswith(("*Team*", "nothing", "what the phases")), line[0]
