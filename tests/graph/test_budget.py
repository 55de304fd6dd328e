"""What a month may cost, in the plans."""

import re
from typing import Any

import botocore.session
import pytest

from infra.graph import Resource, ResourceGraph
from infra.plan import plan_config
from tests.graph.reading import inputs
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")
MODEL = botocore.session.get_session().get_service_model("budgets")


def budget_of(graph: ResourceGraph) -> Resource:
    return graph.one("aws:budgets/budget:Budget")


@pytest.mark.parametrize(("phase", "usd"), [("baseline", "6000.00"), ("phase3", "60000.00")])
def test_a_month_may_cost_what_the_phases_users_do(phase_graph, phase: str, usd: str) -> None:
    """Guards the risk of a cost overrun: the limit follows the phase's users, in place, and counts the whole bill."""
    found = inputs(budget_of(phase_graph(phase)))
    assert (found["limitAmount"], found["limitUnit"], found["timeUnit"]) == (usd, "USD", "MONTHLY")
    assert "costFilters" not in found


@pytest.mark.parametrize("phase", PHASES)
def test_a_ticket_tells_of_a_month_that_costs_more_and_of_one_that_is_going_to(phase_graph, phase: str) -> None:
    """Guards the weeks before the limit is passed, and a notification that no topic takes: its policy stands first."""
    graph = phase_graph(phase)
    budget = budget_of(graph)
    told = {each["notificationType"]: each for each in inputs(budget)["notifications"]}
    assert told.keys() == {"ACTUAL", "FORECASTED"}
    assert {(each["threshold"], each["thresholdType"]) for each in told.values()} == {(100, "PERCENTAGE")}
    (policy,) = (graph[urn] for urn in budget.property_dependencies["notifications"])
    assert (policy.type, policy.name) == ("aws:sns/topicPolicy:TopicPolicy", "mgx-ai-edge-alerts-ticket")


def test_in_an_account_that_others_share_the_applications_tag_is_counted() -> None:
    """Guards the filter: to Budgets a tag that people give begins with `user:`, and without it nothing is counted."""
    config = selected("phase1").config
    shared = config.monitoring.model_copy(update={"budget_counts": "application"})
    graph = plan_config(config.model_copy(update={"monitoring": shared}))
    (counted,) = inputs(budget_of(graph))["costFilters"]
    assert (counted["name"], counted["values"]) == ("TagKeyValue", ["user:application$mgx-ai"])
    provider = next(each for each in graph.of_type("pulumi:providers:aws") if each.name == "mgx-ai-global")
    assert '"application": "mgx-ai"' in str(inputs(provider)["defaultTags"]).replace("'", '"')


@pytest.mark.parametrize("phase", PHASES)
def test_a_budget_is_one_that_awss_own_model_takes(phase_graph, phase: str) -> None:
    """Guards words and forms that AWS's CloudFormation schema leaves open: kinds, units, operators, amounts."""
    found = inputs(budget_of(phase_graph(phase)))
    assert [
        wrong(shape, text)
        for shape, text in (
            ("BudgetType", found["budgetType"]),
            ("TimeUnit", found["timeUnit"]),
            ("NumericValue", found["limitAmount"]),
            *(pair for each in found["notifications"] for pair in words(each)),
        )
        if wrong(shape, text)
    ] == []


def words(notification: dict[str, Any]) -> list[tuple[str, str]]:
    """Shapes of AWS's model with what a notification says for each."""
    shapes = {
        "comparisonOperator": "ComparisonOperator", "notificationType": "NotificationType", "thresholdType": "ThresholdType",
    }  # fmt: skip
    return [(shape, notification[key]) for key, shape in shapes.items()]


def wrong(shape: str, text: str) -> str | None:
    """What AWS's model says of a text, if it refuses it."""
    model = MODEL.shape_for(shape)
    if model.enum and text not in model.enum:
        return f"{text} is none of {model.enum}"
    pattern = model.metadata.get("pattern")
    return f"{text} doesn't match {pattern}" if pattern and not re.fullmatch(pattern, text) else None
