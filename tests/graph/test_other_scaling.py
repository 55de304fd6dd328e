"""What other documents say of scaling, in the plans: policies, and latencies of other quantiles."""

from functools import cache
from pathlib import Path

from infra.arguments.monitoring import rules_input
from infra.config import PhaseConfig
from infra.plan import plan_config
from infra.selection import load_document

FOLDER = Path(__file__).resolve().parent.parent / "roadmaps"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"


@cache
def config(stem: str, phase: str) -> PhaseConfig:
    return load_document(FOLDER / f"{stem}.md").derived(phase).config


def test_a_document_s_policies_reach_its_autoscaler() -> None:
    """Guards the pace that a block gives, and that the other direction is left to Kubernetes."""
    hpa = plan_config(config("orbit-shop", "phase1")).of_type(HPA)[0]
    behavior = hpa.inputs["spec"]["behavior"]
    assert behavior["scaleUp"]["policies"] == [{"type": "Pods", "value": 2, "periodSeconds": 30}]
    assert "policies" not in behavior["scaleDown"]


def test_a_latency_of_another_quantile_is_followed_by_the_autoscaler() -> None:
    """Guards a trigger on p99, where the project's own document has p95."""
    paper = config("paper-mill", "phase1")
    hpa = plan_config(paper).of_type(HPA)[0]
    external = [m["external"] for m in hpa.inputs["spec"]["metrics"] if m["type"] == "External"]
    assert [(e["metric"]["name"], e["metric"]["selector"]["matchLabels"]) for e in external] == [
        ("p99_latency_pressure", {"service": "paper-mill-api"})
    ]


def test_a_latency_of_another_quantile_has_its_own_budget() -> None:
    """Guards p95: one request in twenty may be slower, not one in a hundred."""
    stated = rules_input(config("paper-mill", "phase1"), "us-east-1").objectives
    assert [(each.name, round(each.budget, 6)) for each in stated] == [("p95_latency", 0.05), ("availability", 0.005)]
    assert 'le=~"0.4|0.4"' in stated[0].bad
