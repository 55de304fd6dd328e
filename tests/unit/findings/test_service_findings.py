"""Findings about services that a document leaves without a way to them."""

from dataclasses import replace

from infra.findings.finding import Situation
from infra.findings.services import images_copied_elsewhere, unrouted_services
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


def test_rules_that_someone_else_keeps_are_told_with_what_has_to_be_among_them() -> None:
    """Guards a standby without images: nobody but the reader of the plan can put the prefix there."""
    phase = selected("phase3")
    kept = phase.config.registry.model_copy(update={"replication": "others"})
    shared = replace(phase, config=phase.config.model_copy(update={"registry": kept}))
    (found,) = images_copied_elsewhere(Situation(shared, ResourceGraph(())))
    assert (found.id, found.source) == ("registry-rules-elsewhere", "settings: registry.replication")
    assert "the prefix mgx-ai/ has to be among them in each of us-east-1, us-west-2" in found.message
    assert list(images_copied_elsewhere(Situation(phase, ResourceGraph(())))) == []
