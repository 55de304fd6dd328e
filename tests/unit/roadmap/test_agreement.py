"""What a document states twice must agree: a plan follows one of the two, and the other would be dropped without a word."""

from __future__ import annotations

import pytest

from tests.unit.roadmap.changed import mistakes, roadmap, text_of

SECOND_HPA = """**Auto-Scaling Configuration**:
```yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: mgx-api-hpa
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: mgx-api
  minReplicas: 9
  maxReplicas: 30
  metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 60
```

"""
PHASE2_LISTS = "**Architecture Changes**:\n- [ ] Database read replicas"


@pytest.mark.parametrize(
    ("stem", "change", "message"),
    [
        (
            "mgx-ai",
            ("servers (50 pods)", "servers (45 pods)"),
            "r.md:223: pods of the active region: got '45'; allowed: the 50 servers of line 205, here or in all regions together",
        ),
        (
            "mgx-ai",
            ("| 2 regions (active-passive)", "| 3 regions (active-passive)"),
            "r.md:209: Multi-Region: got '3 regions (active-passive)'; allowed: the 2 regions of the block on line 222",
        ),
        (
            "mgx-ai",
            ("| 2 regions (active-passive)", "| 2 regions (active-active)"),
            "r.md:209: Multi-Region: got '2 regions (active-active)'; allowed: what the block on line 222 says: 1 active",
        ),
        (
            "mgx-ai",
            ("64GB + 2 read replicas", "64GB + 3 read replicas"),
            "r.md:176: replication block: got 2 replicas; allowed: the 3 of line 158, '1x 32vCPU, 64GB + 3 read replicas'",
        ),
        (
            "mgx-ai",
            ("  host: db-replica-2.internal\n  port: 5432", "  host: db-replica-2.internal\n  port: 5433"),
            "r.md:187: replication block: port: got '5433'; allowed: the primary's, 5432 on line 177",
        ),
        (
            "mgx-ai",
            ("  host: db-primary.internal\n  port: 5432\n", "  host: db-primary.internal\n  port: 5432\n  lag: 5s\n"),
            "r.md:178: replication block: lag: got '5s'; allowed: a lag of replicas only",
        ),
        (
            "mgx-ai",
            (PHASE2_LISTS, SECOND_HPA.replace("name: mgx-api\n", "name: web\n") + PHASE2_LISTS),
            "r.md:174: HPA block: target: got 'web'; allowed: mgx-api, as on line 125. "
            "A phase grows in place: what is renamed is made anew.",
        ),
    ],
)
def test_figures_that_a_document_states_twice_must_agree(stem: str, change: tuple[str, str], message: str) -> None:
    """Guards each pair of constructs of which a plan follows only one."""
    assert message in mistakes(stem, change)


def test_servers_may_be_counted_in_all_regions_together() -> None:
    """Guards a table that counts the standby's servers too."""
    assert roadmap("mgx-ai", ("| 50x 8vCPU, 16GB", "| 60x 8vCPU, 16GB"))


def test_a_table_s_regions_need_a_block_that_names_them() -> None:
    """Guards against a second region that is counted and never planned."""
    text = text_of("harbor-ledger")
    block = text[text.index("### Multi-Region") : text.index("### Architecture Changes")]
    assert mistakes("harbor-ledger", (block, "")) == [
        "r.md:52: Regions: got 'active-passive'; allowed: a block that names the regions: Primary Region (US-East): "
        "and those beside it"
    ]


def test_the_region_that_serves_stands_first_wherever_it_is_written() -> None:
    """Guards against a plan that puts the document's standby in front."""
    stem = "mgx-ai"
    text = text_of(stem)
    primary = text[text.index("Primary Region (US-East)") : text.index("Secondary Region (US-West)")]
    secondary = text[text.index("Secondary Region (US-West)") : text.index("Failover Strategy:")]
    plan = roadmap(stem, (primary + secondary, secondary + primary)).phase("phase3").multi_region
    assert plan and [(r.role, r.name.value) for r in plan.regions] == [("active", "US-East"), ("standby", "US-West")]


def test_a_block_without_a_region_that_serves_is_refused() -> None:
    """Guards against a first region that is called a standby and planned as the one that writes."""
    found = mistakes(
        "mgx-ai",
        ("Primary Region (US-East)", "Backup Region (US-East)"),
        ("- Active application", "- Standby application"),
    )
    assert "r.md:222: multi-region block: got 'US-East'; allowed: one that serves: Primary Region (US-East):" in found


def test_a_replication_block_repeats_the_hosts_before_it() -> None:
    """Guards the names of databases that stand: a phase grows in place."""
    later = (
        "**Database Replication Setup**:\n```yaml\n- role: primary\n  host: pg.internal\n  port: 5432\n"
        + "".join(f"- role: replica\n  host: db-replica-{n}.internal\n  port: 5432\n" for n in range(1, 5))
        + "```\n\n**Multi-Region Architecture**:\n"
    )
    assert mistakes("mgx-ai", ("**Multi-Region Architecture**:\n", later)) == [
        "r.md:223: replication block: got 'primary pg.internal:5432'; allowed: primary db-primary.internal:5432, as on line "
        "176. A phase grows in place: name further replicas after those before."
    ]


def test_a_queue_keeps_the_disk_that_it_began_with() -> None:
    """Guards a StatefulSet, whose volumes can't change their size."""
    found = mistakes(
        "kestrel-telemetry",
        ("| Message broker | 4 vCPU, 8GB RAM |", "| Message broker | 4 vCPU, 8GB RAM, 40GB SSD |"),
        ("| 5x 8vCPU, 16GB (Cluster)", "| 5x 8vCPU, 16GB, 50GB SSD (Cluster)"),
    )
    assert found == [
        "r.md:51: Message broker: got '5x 8vCPU, 16GB, 50GB SSD (Cluster)'; allowed: the disk of line 14, 40 GB, in every phase"
    ]


def test_a_bill_for_users_that_no_phase_has_is_refused() -> None:
    """Guards `At 10,000 Users` above a cost table, under which the last phase's figures were filled in whatever it says."""
    assert mistakes("mgx-ai", ("**At 10,000 Users**:", "**At 12,000 Users**:")) == [
        "r.md:302: cost table: got '12000 users'; allowed: the users of a phase: 1000, 2000, 5000, 10000"
    ]


def test_two_times_in_one_promise_are_refused() -> None:
    """Guards `RTO < 60s, RPO < 5s` in one line, of which the first would be taken for the other."""
    both = "RTO < 60s, RPO < 5s"
    assert mistakes("mgx-ai", ("Automatic DNS failover (< 60s)", both))[0] == (
        f"r.md:236: failover strategy: got '{both}'; allowed: health checks every 30s, DNS failover (< 60s), replication "
        "lag < 5s"
    )


def test_a_further_figure_in_a_promise_is_listed() -> None:
    """Guards `every 30s, 3 failures`, of which only the time is followed."""
    said = "Automated health checks every 30s, 3 failures"
    read = roadmap("mgx-ai", ("Automated health checks every 30s", said))
    assert [item.text for item in read.unused if item.text == said] == [said]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("(50 pods)", "(40-50 pods)", "pods of a region: got 'Active application servers (40-50 pods)'"),
        ("lag < 5s", "lag < 5-10s", "failover strategy: got 'Data replication lag < 5-10s'"),
        ("(US-West):", "(US-West, EU-West):", "multi-region block: got 'Secondary Region (US-West, EU-West):'"),
    ],
)
def test_a_region_and_its_figures_are_one_each(old: str, new: str, told: str) -> None:
    """Guards against the last end of a range, and a second region of a heading, that nobody plans."""
    assert told in mistakes("mgx-ai", (old, new))[0]
