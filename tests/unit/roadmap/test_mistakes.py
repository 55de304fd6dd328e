"""Bad input: one clear message for each mistake, all of them at once, and never another exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import InputError
from infra.roadmap import read, read_text

ROADMAP = (Path(__file__).parents[3] / "roadmap" / "mgx-ai.md").read_text(encoding="utf-8")
CELLS = (
    "a count and a size (4x 8vCPU, 16GB), replicas (1P + 2R, 2 read replicas), nodes (3-node cluster), HA, "
    "regions (2 regions (active-passive)), Global CDN, or - for none"
)


def mistakes(*changes: tuple[str, str]) -> list[str]:
    """The messages for the project's own roadmap once each (old, new) has been replaced, one time, in it."""
    text = ROADMAP
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(InputError) as caught:
        read_text(text, "r.md")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_missing_file_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    """Guards against a traceback for a slip in the file's name."""
    (tmp_path / "roadmap.md").write_text("x")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "raodmap.md")
    assert str(caught.value) == (
        f"{tmp_path}/raodmap.md: roadmap: got no such file; allowed: a Markdown file that can be read. "
        "Probably meant: 'roadmap.md'."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "got an empty file; allowed: a scaling roadmap in Markdown"),
        (b" \n\n", "got an empty file; allowed: a scaling roadmap in Markdown"),
        (b"\x89PNG\r\n\x00\x00", "got a binary file (it has a zero byte); allowed: Markdown text in UTF-8"),
        (b"#" * 10_000_000, "got more than 1048576 bytes; allowed: at most 1048576 bytes (1 MiB)"),
    ],
    ids=["empty", "blank", "binary", "ten megabytes"],
)
def test_a_file_that_is_no_roadmap_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Guards against reading on with whatever happens to be in the file."""
    path = tmp_path / "r.md"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: roadmap: {message}"


def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    """Guards against a Windows file whose dashes and arrows would be read as something else."""
    path = tmp_path / "r.md"
    path.write_bytes(b"# Plan\n\nCaf\xe9\n")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}:3: roadmap: got byte 0xe9; allowed: Markdown text in UTF-8. "
        "Save the file as UTF-8; it looks like Latin-1 or Windows-1252."
    )


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """Guards against IsADirectoryError."""
    with pytest.raises(InputError):
        read(tmp_path)


def test_an_unreadable_cell_is_named_with_its_row_and_what_is_allowed() -> None:
    """Guards against a cell that is skipped because no pattern fits it."""
    assert mistakes(("| 8x 8vCPU, 16GB | +$XXX", "| eight big ones | +$XXX")) == [
        f"r.md:102: Application Server: got 'eight big ones'; allowed: {CELLS}. 'eight big ones' is not understood.",
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-8x 8vCPU, 16GB", "A count cannot be negative."),
        ("0x 8vCPU, 16GB", "Count is 0, and must be at least 1."),
        ("80000x 8vCPU, 16GB", "Count is 80000, and may be at most 10000."),
    ],
)
def test_a_negative_or_absurd_count_is_refused(cell: str, reason: str) -> None:
    """Guards against a plan for no server, or for eighty thousand."""
    assert mistakes(("| 8x 8vCPU, 16GB | +$XXX", f"| {cell} | +$XXX")) == [
        f"r.md:102: Application Server: got '{cell}'; allowed: {CELLS}. {reason}"
    ]


def test_two_phases_of_one_number_are_refused_with_both_lines() -> None:
    """Guards against the later phase quietly replacing the earlier one."""
    assert mistakes(("### Phase 2: 2,000", "### Phase 1: 2,000"))[0] == (
        "r.md:150: phase: got 'Phase 1: 2,000 → 5,000 Users (Months 4-6)'; allowed: a number of its own "
        "(phase 1 is on line 95). Probably meant: 'Phase 2'."
    )


def test_a_missing_phase_number_is_refused() -> None:
    """Guards against a phase that was lost when the document was cut."""
    found = mistakes(("### Phase 3: 5,000", "### Phase 5: 5,000"), ("### Phase 3 (5,000", "### Phase 5 (5,000"))
    assert found[0] == "r.md:198: phase: got '5'; allowed: phase 3 before it. Number phases 1, 2, 3."


def test_a_sized_phase_without_a_table_is_refused() -> None:
    """Guards against a phase that plans nothing because its table was not recognised."""
    start = ROADMAP.index("**Infrastructure Changes**:\n| Component | Phase 1")
    end = ROADMAP.index("**Architecture Changes**", start)
    assert mistakes((ROADMAP[start:end], ""))[0] == (
        "r.md:150: Phase 2: 2,000 → 5,000 Users (Months 4-6): got no infrastructure table; allowed: a table with "
        "Component, Current and New columns. A phase beyond what is planned has an unlimited target (10,000+ Users) "
        "and no table."
    )


def test_a_phase_without_limit_that_sizes_something_is_planned() -> None:
    """Guards against servers in a last phase of 10,000+ users that are passed over as a sketch."""
    label = "**Architecture Evolution**:\n"
    assert label in ROADMAP
    text = ROADMAP.replace(label, f"**Infrastructure**:\n- Application Server: 90x 8vCPU, 16GB\n\n{label}")
    phase = read_text(text, "r.md").phase("phase4")
    assert (phase.users.value, phase.rows[0].after.value.count) == (10_000, 90)


def test_a_block_in_a_sketched_phase_is_refused() -> None:
    """Guards against regions that are stated where no phase plans them."""
    block = "```\nPrimary Region (EU-West):\n  - Active servers (3 pods)\n```\n\n**Architecture Evolution**:\n"
    found = mistakes(("**Architecture Evolution**:\n", block))
    assert found[0].startswith("r.md:248: Phase 4: 10,000+ Users (Beyond Year 1): got no infrastructure table;")


def test_a_table_whose_delimiter_row_is_broken_is_refused() -> None:
    """Guards against Markdown's silence: such a table is a paragraph, and its numbers would be lost."""
    found = mistakes(("|-----------|---------|-----|-------------|", "|-----------|---------|-----|"))
    assert "r.md:100: table: got '| Component | Current | New | Cost Impact |'; allowed: a header row" in found[1]


def test_a_row_with_a_cell_too_many_is_refused() -> None:
    """Guards against Markdown's silence: it drops the cells beyond the header."""
    assert mistakes(("| 8x 8vCPU, 16GB | +$XXX/mo |", "| 8x 8vCPU | 16GB | +$XXX/mo |")) == [
        "r.md:102: Application Server: got 5 cells; allowed: 4 cells, as many as the header has. "
        "Write a | inside a cell as \\|."
    ]


def test_an_unknown_component_is_refused_with_the_one_probably_meant() -> None:
    """Guards against a row that is dropped because of a slip in its label."""
    assert mistakes(("| Load Balancer | HA", "| Lode Balancer | HA")) == [
        "r.md:21: component: got 'Lode Balancer'; allowed: Application Server, Database Server, Redis Cache, "
        "Message Queue, Load Balancer, CDN, Multi-Region. Probably meant: 'Load Balancer'."
    ]


def test_two_rows_for_one_component_are_refused() -> None:
    """Guards against one of two application tiers being lost."""
    found = mistakes(("| Load Balancer | HA | 2 | $XXX |", "| Web Server | 8 vCPU, 16GB | 2 | $XXX |"))
    assert found == [
        "r.md:21: Web Server: got 'Web Server'; allowed: one row for the application (the first is on line 17)"
    ]


def test_a_misspelled_column_is_refused_with_the_one_probably_meant() -> None:
    """Guards against a table whose new column is not found."""
    assert mistakes(("| Component | Current | New | Cost", "| Component | Curent | Nwe | Cost")) == [
        "r.md:100: infrastructure table: got 'Component | Curent | Nwe | Cost Impact'; allowed: a Component column and "
        "a New column (or Spec and Count), and a Current one if you like. Probably meant: 'Current'."
    ]


def test_an_hpa_block_that_is_not_yaml_is_refused_at_its_line() -> None:
    """Guards against an autoscaler that is left out because its block has a slip."""
    found = mistakes(("  minReplicas: 4\n", "  minReplicas: [4\n"))
    assert len(found) == 1
    assert found[0].startswith("r.md:127: HPA block: got 'maxReplicas: 10'; allowed: one YAML document. YAML says:")


def test_an_hpa_with_min_above_max_is_refused_with_both_lines() -> None:
    """Guards against a range that Kubernetes would refuse only at deployment."""
    assert mistakes(("minReplicas: 4", "minReplicas: 14")) == [
        "r.md:126: HPA block: spec.minReplicas: got '14'; allowed: at most maxReplicas, 10 on line 127. "
        "Probably the two are swapped."
    ]


def test_a_key_that_is_there_twice_is_refused_at_its_second_line() -> None:
    """Guards against YAML's silence: of two values the last would win."""
    assert mistakes(("  minReplicas: 4\n", "  minReplicas: 4\n  minReplicas: 6\n")) == [
        "r.md:127: HPA block: got 'minReplicas: 6'; allowed: one YAML document. YAML says: key minReplicas twice."
    ]


def test_an_unknown_key_of_the_hpa_is_refused_with_the_one_probably_meant() -> None:
    """Guards against a field that is read by nobody."""
    assert mistakes(("  maxReplicas: 10\n", "  maxReplicas: 10\n  minReplica: 2\n")) == [
        "r.md:128: HPA block: spec: got 'minReplica'; allowed: scaleTargetRef, minReplicas, maxReplicas, metrics, "
        "behavior, targetCPUUtilizationPercentage. Probably meant: 'minReplicas'."
    ]


def test_a_current_column_that_contradicts_the_phase_before_names_both_lines() -> None:
    """Guards against a phase that grows from something other than what the phase before it leaves."""
    assert mistakes(("| 8x 8vCPU, 16GB | 20x", "| 6x 8vCPU, 32GB | 20x")) == [
        "r.md:157: phase2: Application Server: what there is before the phase: got '6x 8vCPU, 32GB'; allowed: what "
        "line 102 leaves, '8x 8vCPU, 16GB'. They differ in the count and memory."
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 3-node cluster |", "| Redis Cluster (3 nodes) |"),
        ("| 1P + 2R (32vCPU, 64GB) |", "| 1x 32vCPU, 64GB + 2 read replicas |"),
        ("| 1P + 2R (32vCPU, 64GB) |", "| 1x 32vCPU, 64GB |"),
        ("| 2x 4vCPU, 8GB | 3x", "| 2x 4vCPU, 8GB (HA) | 3x"),
        ("| Redis Cache | 1x 8vCPU, 16GB |", "| Redis Cache | Redis |"),
    ],
)
def test_a_current_cell_may_say_less_or_say_it_otherwise(old: str, new: str) -> None:
    """Guards against contradictions that are none."""
    assert old in ROADMAP
    read_text(ROADMAP.replace(old, new, 1), "r.md")


def test_a_replica_that_no_phase_added_is_a_contradiction() -> None:
    """Guards against replicas that appear from nowhere in a "current" cell."""
    assert mistakes(("| 1x 24vCPU, 48GB | 1x 32", "| 1P + 1R (24vCPU, 48GB) | 1x 32")) == [
        "r.md:158: phase2: Database Server: what there is before the phase: got '1P + 1R (24vCPU, 48GB)'; allowed: "
        "what line 103 leaves, '1x 24vCPU, 48GB'. They differ in read replicas."
    ]


def test_a_target_capacity_that_contradicts_the_heading_is_refused() -> None:
    """Guards against picking one of two user counts in silence."""
    assert mistakes(("**Target Capacity**: 5,000", "**Target Capacity**: 6,000")) == [
        "r.md:152: target capacity: got '6000'; allowed: the users of the heading on line 150, 5000"
    ]


def test_an_unreadable_trigger_is_refused() -> None:
    """Guards against a trigger that is dropped."""
    assert mistakes(("- CPU > 70% for 3 minutes", "- CPU gets hot")) == [
        "r.md:427: scale up trigger: got 'CPU gets hot'; allowed: CPU > 70% for 3 minutes, Memory > 80%, "
        "p95 latency > 3s, Queue depth > 1000"
    ]


def test_an_unreadable_target_of_a_phase_is_refused() -> None:
    """Guards against an objective that is dropped."""
    assert mistakes(("- Availability: 99.99%", "- Availability: four nines")) == [
        "r.md:244: Expected Performance: got 'Availability: four nines'; allowed: Metric: < figure unit, as in "
        "p99 Latency: < 5s"
    ]


def test_a_failover_promise_that_is_not_understood_is_refused() -> None:
    """Guards against a promise that nobody keeps."""
    assert mistakes(("  - Automatic DNS failover (< 60s)", "  - DNS failover soon")) == [
        "r.md:236: failover strategy: got 'DNS failover soon'; allowed: health checks every 30s, DNS failover (< 60s), "
        "replication lag < 5s"
    ]


def test_a_misspelled_region_heading_is_refused() -> None:
    """Guards against a region that is lost because of its heading."""
    assert mistakes(("Secondary Region (US-West):", "Secondary Regoin (US-West):")) == [
        "r.md:228: multi-region block: got 'Secondary Regoin (US-West):'; allowed: Primary Region (US-East):, "
        "Secondary Region (US-West):, Failover Strategy:. Probably meant: 'Secondary Region (US-West):'."
    ]


def test_a_region_named_twice_is_refused() -> None:
    """Guards against two regions that are one."""
    assert mistakes(("Secondary Region (US-West):", "Secondary Region (US-East):")) == [
        "r.md:228: multi-region block: got 'US-East'; allowed: a region of its own (it is named on line 222 already)"
    ]


def test_a_lag_that_is_no_duration_is_refused() -> None:
    """Guards against an alarm without a limit."""
    assert mistakes(("  lag: < 100ms", "  lag: small")) == [
        "r.md:183: replication block: lag: got 'small'; allowed: a duration such as < 100ms or < 2s"
    ]


def test_an_unknown_code_block_in_a_phase_is_refused() -> None:
    """Guards against a manifest that a phase states and nobody plans."""
    found = mistakes(("- Throughput: XXX req/s\n", "\n```yaml\nkind: CronJob\n```\n"))
    assert found == [
        "r.md:148: code block: got 'kind: CronJob'; allowed: a HorizontalPodAutoscaler, a replication list (role, host, "
        "port, lag) or a multi-region block. Name a language after the fence (```bash) if the block speaks to people only."
    ]


def test_an_hpa_outside_any_phase_is_refused() -> None:
    """Guards against an autoscaler that stands where it belongs to no phase."""
    block = "```yaml\nkind: HorizontalPodAutoscaler\n```\n"
    assert mistakes(("## Cost Analysis\n", f"## Cost Analysis\n\n{block}")) == [
        "r.md:290: auto-scaling configuration: got a block outside any phase; allowed: the block under the phase it is for"
    ]


def test_a_misspelled_section_of_a_phase_is_refused() -> None:
    """Guards against a list that is not read because of a slip in its label."""
    found = mistakes(("**Architecture Changes**:", "**Architcture Changes**:"))
    assert found == [
        "r.md:164: section: got 'Architcture Changes'; allowed: a title that says what it holds. "
        "Probably meant: 'architecture changes'."
    ]


@pytest.mark.parametrize(
    ("title", "slip"),
    [("Current Baseline", "Curent Baselin"), ("Auto-Scaling Triggers", "Auto-Scaling Trigers")],
)
def test_a_misspelled_section_outside_the_phases_is_refused(title: str, slip: str) -> None:
    """Guards against triggers that are listed as unused because of a slip in their heading."""
    assert any(
        f"got '{slip}'" in m and f"Probably meant: '{title}'." in m for m in mistakes((f"# {title}\n", f"# {slip}\n"))
    )


def test_a_phase_that_starts_from_other_users_names_both_lines() -> None:
    """Guards against a gap between two phases."""
    assert mistakes(("### Phase 2: 2,000 →", "### Phase 2: 3,000 →")) == [
        "r.md:150: Phase 2: 3,000 → 5,000 Users (Months 4-6): users before the phase: got '3000'; allowed: "
        "what line 95 says, 2000"
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("Max Concurrent Users | 1,000", "Max Concurrent Users | -5"), ("→ 2,000 Users", "→ -2,000 Users")]
)
def test_a_negative_number_of_users_is_refused(old: str, new: str) -> None:
    """Guards against a sign that is taken for a dash."""
    assert any(f"allowed: a whole number from 1 to {10**9}" in m for m in mistakes((old, new)))


def test_a_size_in_the_running_text_of_a_phase_is_refused() -> None:
    """Guards against servers that a phase promises in prose and no plan creates."""
    text = "**Remarks**: search gets 3x 4vCPU, 8GB of its own.\n\n**Optimizations Needed**"
    assert mistakes(("**Optimizations Needed**", text)) == [
        "r.md:108: Remarks: got 'search gets 3x 4vCPU, 8GB of its own.'; allowed: sizes in the infrastructure table or in "
        "a block. Leave the figure out if it is a remark."
    ]


def test_triggers_within_a_phase_are_refused() -> None:
    """Guards against triggers where the reader does not look for them."""
    text = "**Scaling Triggers**:\n- CPU > 50%\n\n**Optimizations Needed**"
    assert mistakes(("**Optimizations Needed**", text)) == [
        "r.md:109: Scaling Triggers: got 'CPU > 50%'; allowed: a section Auto-Scaling Triggers of its own: they hold for "
        "all phases"
    ]


def test_a_table_of_sizes_outside_the_phases_is_refused() -> None:
    """Guards against a phase whose heading has a slip, so that its table would stand nowhere."""
    assert any(
        m.startswith("r.md:203: infrastructure table: got 'Component | Phase 2 | Phase 3 | Cost Impact'")
        for m in mistakes(("### Phase 3: 5,000", "### Phsae 3: 5,000"))
    )


def test_a_title_without_an_application_is_refused() -> None:
    """Guards against resources named after nothing."""
    assert mistakes(("# Scaling Recommendations - MGX-AI Platform", "# Scaling Recommendations")) == [
        "r.md:1: title: got 'Scaling Recommendations'; allowed: a heading such as # Scaling Recommendations - "
        "Acme Platform. The application's name, in Latin letters, is missing."
    ]


def test_a_document_of_another_kind_is_refused_with_all_that_it_lacks() -> None:
    """Guards against a crash on a document with none of the parts."""
    with pytest.raises(InputError) as caught:
        read_text("# A cake\n\n- flour\n- sugar\n", "cake.md")
    assert [m.key for m in caught.value.mistakes] == ["baseline", "roadmap"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("8x 8vCPU, 16GB | +$", "#x 8vCPU, 16GB | +$"),
        ("2,000 Users (Months", "# Users (Months"),
        ("Concurrent Users | 1,000", "Concurrent Users | #"),
        ("16GB RAM | 4 |", "16GB RAM | # |"),
        ("(50 pods)", "(# pods)"),
        ("every 30s", "every #s"),
    ],
)
def test_a_figure_of_five_thousand_digits_is_refused(old: str, new: str) -> None:
    """Guards against Python's own limit on digits, which raises a ValueError."""
    assert mistakes((old, new.replace("#", "9" * 5000)))


def test_an_empty_block_at_the_end_of_the_file_is_named_at_its_own_line() -> None:
    """Guards against a line number beyond the file (found by fuzzing)."""
    text = ROADMAP[: ROADMAP.index("### Phase 4")] + "```"
    with pytest.raises(InputError) as caught:
        read_text(text, "r.md")
    assert [m.line for m in caught.value.mistakes] == [len(text.split("\n"))]


def test_lists_nested_beyond_reason_are_refused() -> None:
    """Guards against markdown-it, which drops without a word what is nested deeper than it likes."""
    with pytest.raises(InputError) as caught:
        read_text("> " * 200 + "x", "deep.md")
    assert str(caught.value) == "deep.md: roadmap: got lists or quotes nested too deep; allowed: at most 40 levels"


def test_mistakes_are_reported_together_in_the_order_of_their_lines() -> None:
    """Guards against a user who has to run the command once for every slip."""
    found = mistakes(
        ("minReplicas: 4", "minReplicas: 14"),
        ("- CPU > 70% for 3 minutes", "- CPU gets hot"),
        ("| Load Balancer | HA", "| Lode Balancer | HA"),
        ("| 8x 8vCPU, 16GB | 20x", "| 6x 8vCPU, 16GB | 20x"),
    )
    assert [int(message.split(":")[1]) for message in found] == [21, 126, 157, 427]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Capacity**: 2,000 c", "Capacity**: -2,000 c",
         "97: target capacity: got '-2,000 concurrent users'; allowed: a whole number from 1 to 1000000000"),
        ("### Phase 1: 1,000 →", "### Phase 1: -1,000 →",
         "95: users: got '-1,000 → 2,000 Users (Months 1-3)'; allowed: "
         "a whole number from 1 to 1000000000, as in 2,000 → 5,000 Users"),
        ("→ 2,000 Users (Months", "→ 2e3 Users (Months",
         "95: users: got '1,000 → 2e3 Users (Months 1-3)'; allowed: "
         "a whole number from 1 to 1000000000, as in 2,000 → 5,000 Users"),
        ("CPU > 70% for", "CPU > 170% for",
         "427: scale up trigger: got 'CPU > 170% for 3 minutes'; allowed: a share above 0% and up to 100%"),
        ("CPU < 40% for", "CPU < 90% for",
         "433: scale down trigger: cpu: got '90%'; allowed: below 70%, above which line 427 scales up"),
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_is_no_other_one(old: str, new: str, said: str) -> None:
    """Guards against planning for a figure that nobody wrote: a sign, an exponent or a unit left out of account."""
    assert mistakes((old, new)) == [f"r.md:{said}"]


def test_an_alias_bomb_in_a_block_is_refused_at_its_line() -> None:
    """Guards the minutes that nine levels of ten aliases would take the reader."""
    bomb = "".join(f"  y{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    (said,) = mistakes(("  minReplicas: 4\n", f"  minReplicas: 4\n  y0: &a0 [1]\n{bomb}"))
    assert said.startswith("r.md:131: HPA block: got 'y4: ")
    assert said.endswith("YAML says: more values than a config has (an alias inside aliases?).")
