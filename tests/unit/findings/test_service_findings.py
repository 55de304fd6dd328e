"""Findings about services that a document leaves without a way to them."""

from dataclasses import replace

from infra.findings.finding import Situation
from infra.findings.services import unrouted_services
from infra.graph import ResourceGraph
from tests.unit.documents import selected


def test_services_without_a_gateway_are_a_warning_with_the_line_that_names_them() -> None:
    """Guards silence: nobody would see why a service gets no request."""
    phase = selected("phase3")
    without = replace(phase, config=phase.config.model_copy(update={"gateway": None}))
    (found,) = unrouted_services(Situation(without, ResourceGraph(())))
    assert (found.id, found.severity) == ("services-unrouted", "warning")
    assert found.message == (
        "The document names microservices and, up to this phase, no API gateway: the load balancer sends everything to "
        "mgx-api, and task, agent, llm-gateway, workspace, analytics, notification are reached inside the cluster only."
    )
    assert found.source == f"line {phase.provenance['app.services.1.name'].lines()[0]}"


def test_the_projects_own_document_has_no_such_finding() -> None:
    """Guards noise: every phase with services has its gateway."""
    for key in ("baseline", "phase1", "phase2", "phase3"):
        assert list(unrouted_services(Situation(selected(key), ResourceGraph(())))) == []
