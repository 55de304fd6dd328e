"""Names in the plans: each has a rule or belongs to what has one, fits, is free, and is nobody else's."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from components import naming
from components.naming import AUTONAME_SUFFIX, NameRule
from infra.config import PhaseConfig
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.project import own_roadmap
from infra.selection import Document, load_document
from tests.engine.standin import cfn
from tests.graph import name_table as table
from tests.graph.named import given, made, names, type_or_kind
from tests.graph.wire import as_wire
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")
ROADMAPS = Path(__file__).resolve().parent.parent / "roadmaps"
OTHERS = {
    "harbor-ledger": 3, "kestrel-telemetry": 6, "lumen-notes": 3, "orbit-shop": 3, "paper-mill": 4, "tide-clinic": 2,
}  # fmt: skip
SHARED = "Customer Data and Decision Intelligence Platform for the Very Large Enterprises"
TITLES = {
    "long": f"{SHARED} of the North",
    "long too": f"{SHARED} of the South",
    "one letter": "X",
    "digits": "3D-Shop 360",
    "accents": "Café Größe",
    "kept": "AWS",
}
NOT_UNIQUE = ("dbName", "username", "userName")
"""Names that are an instance's own. A zone's and a record's are those of the domain, which is a setting."""
LONG_SERVICE = "customer-data-platform-for-enterpris-api"
"""A service with the 40 characters that its name may have."""


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory):
    """What gives a phase of the project's own document under another title, with a service of a long name."""
    own = own_roadmap().read_text(encoding="utf-8").split("\n", 1)[1]
    folder = tmp_path_factory.mktemp("titled")

    @cache
    def document(title: str) -> Document:
        path = folder / f"{title}.md"
        path.write_text(f"# Scaling Recommendations - {TITLES[title]}\n{own}", encoding="utf-8")
        return load_document(path)

    @cache
    def config(title: str, phase: str) -> PhaseConfig:
        found = document(title).derived(phase).config
        first, *rest = found.app.services
        services = (first.model_copy(update={"name": LONG_SERVICE}), *rest)
        return found.model_copy(update={"app": found.app.model_copy(update={"services": services})})

    return config


@pytest.fixture(scope="module")
def titled_graph(titled):
    return cache(lambda title, phase: plan_config(titled(title, phase)))


def wrong(rule: NameRule, text: str, suffix: int = 0) -> str | None:
    """What AWS or Kubernetes would say of a name; `suffix` characters come behind it."""
    if len(text) + suffix > rule.longest:
        return f"{len(text) + suffix} characters where {rule.what} takes {rule.longest}"
    try:
        naming.physical(rule, text)
    except naming.InvalidName as refusal:
        return str(refusal)
    return None


def complaints(graph: ResourceGraph, application: str) -> Iterator[str]:
    """Every name that has no rule, breaks its own, or belongs to nothing in the plan."""
    found = names(graph, application)
    owners = {(type_or_kind(name.resource), name.path, name.text) for name in found if given(name)}
    for name in found:
        match name.verdict:
            case None:
                yield f"no rule: {name}"
            case NameRule() as rule if said := wrong(rule, name.text):
                yield f"{name}: {said}"
            case (owner, path):
                texts = {text for kind, its_path, text in owners if (kind, its_path) == (owner, path)}
                made_of = [text for text in texts if name.path in table.DERIVED and name.text.startswith(f"{text}-")]
                if name.text not in texts and not made_of:
                    yield f"{name}: no {owner} has this name"
            case _:
                pass
    for resource in made(graph):
        rule = table.MADE.get(resource.type)
        if rule is None:
            yield f"no rule: {resource.type}, whose name Pulumi makes"
        elif said := wrong(rule, resource.name, AUTONAME_SUFFIX):
            yield f"{resource.type} {resource.name}: {said}"


def marker(config: PhaseConfig) -> str:
    """The part of the application's name that every name of it keeps; none where it is too short to tell."""
    return config.application[:15] if len(config.application) > 4 else "\0"


@pytest.mark.parametrize("phase", PHASES)
def test_every_name_in_the_plans_has_a_rule_and_keeps_it(phase_graph, phase: str) -> None:
    """Guards what the real API refuses at creation only; a new type with a name fails here until it has a rule."""
    assert list(complaints(phase_graph(phase), "mgx-ai")) == []


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in OTHERS for number in range(OTHERS[name])])
def test_every_name_of_another_teams_document_keeps_its_rule(name: str, number: int) -> None:
    """Guards documents of other shapes, whose phases have what the project's own doesn't."""
    document = load_document(ROADMAPS / f"{name}.md")
    config = document.derived(document.keys[number]).config
    assert len(document.keys) == OTHERS[name]
    assert list(complaints(plan_config(config), marker(config))) == []


@pytest.mark.parametrize(
    ("title", "phase"),
    [*(("long", phase) for phase in PHASES), *((title, "phase3") for title in TITLES if title != "long")],
)
def test_whatever_an_application_is_called_its_names_fit(titled, titled_graph, title: str, phase: str) -> None:
    """Guards names that are too long, with Pulumi's suffix where it has one, or that begin with what a kind keeps."""
    assert list(complaints(titled_graph(title, phase), marker(titled(title, phase)))) == []


@pytest.mark.parametrize("phase", PHASES)
def test_every_text_of_a_long_name_is_one_that_awss_own_schemas_take(titled_graph, phase: str) -> None:
    """Guards descriptions, comments and what else holds the name, as long as AWS says how long it may be."""
    graph: ResourceGraph = titled_graph("long", phase)
    found = [
        f"{resource.urn}: {path}: {reason}"
        for resource in graph
        if resource.package == "aws"
        for path, reason in cfn.check(resource.type, as_wire(resource.inputs), "us-east-1")
    ]
    assert found == []


def test_no_rule_is_wider_than_awss_own_schema() -> None:
    """Guards the table itself: AWS's resource schemas say for some kinds how long a name may be, and of what."""
    rules = {(type_, path): rule for type_, paths in table.GIVEN.items() for path, rule in paths.items()}
    rules |= {(type_, "bucket" if type_.endswith(":Bucket") else "name"): rule for type_, rule in table.MADE.items()}
    compared = 0
    for (type_, path), rule in rules.items():
        found = schema_of(type_, path)
        if isinstance(rule, NameRule) and found:
            compared += 1
            assert rule.longest <= found.get("maxLength", rule.longest), (type_, path)
            for text in ("a" * 8, "a-b-c", "customer-data", "a1-2b"):
                if wrong(rule, text) is None:
                    assert re.search(found.get("pattern", ""), text), (type_, path, text)
    assert compared > 20


def schema_of(type_: str, path: str) -> dict[str, Any]:
    """What AWS's schema says of an input at the top of a type; nothing where it has no such type or says nothing."""
    row = cfn.MAPPING.get(type_)
    whole = cfn.schema(row["type"], "us-east-1") if row else None
    if row is None or whole is None:
        return {}
    properties = cfn.root(row, whole)["properties"]
    return next((part for key, part in properties.items() if key.lower() == cfn.cfn_name(type_, path)), {})


def test_every_name_given_by_hand_is_checked_where_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a component that makes a name of its own, and so would tell a mistake only at AWS."""
    checked, check = set[str](), naming._checked

    def note(rule: NameRule, name: str) -> str:
        checked.add(name)
        return check(rule, name)

    monkeypatch.setattr(naming, "_checked", note)
    config = selected("phase3").config
    ours = [
        name
        for name in names(plan_config(config), "mgx-ai")
        if name.resource.package == "aws" and "mgx-ai" in name.text
    ]
    limited = {name.text for name in ours if name.verdict in vars(naming).values()}
    assert len(limited) > 80
    assert limited - checked == set()


def places(graph: ResourceGraph) -> Iterator[tuple[object, ...]]:
    """Each name given by hand with what it must be the only one in: the account, a region, a cluster, a namespace."""
    for name in names(graph, "\0"):
        resource = name.resource
        if not given(name) or name.path in NOT_UNIQUE or resource.type.startswith("aws:route53/"):
            continue
        if resource.package == "kubernetes":
            yield resource.type, resource.provider, resource.inputs["metadata"].get("namespace"), name.text
        else:
            account_wide = resource.type.startswith("aws:cloudwatch/logDelivery")
            yield resource.type, None if account_wide else resource.provider, name.text


@pytest.mark.parametrize(("title", "phase"), [*(("long", phase) for phase in PHASES), ("one letter", "phase3")])
def test_no_two_resources_share_a_name_given_by_hand(titled_graph, title: str, phase: str) -> None:
    """Guards two regions, services or databases against one name where there is only one of it."""
    counted = Counter(places(titled_graph(title, phase)))
    assert [place for place, count in counted.items() if count > 1] == []


def own_names(graph: ResourceGraph) -> set[tuple[str, str]]:
    """The names of AWS that a plan gives by hand."""
    found = [name for name in names(graph, "\0") if given(name) and name.resource.package == "aws"]
    ours = [name for name in found if name.path not in NOT_UNIQUE and not name.resource.type.startswith("aws:route53/")]
    return {(name.resource.type, name.text) for name in ours}


def test_two_applications_that_begin_alike_share_no_name(titled, titled_graph) -> None:
    """Guards two teams in one account whose names have 60 characters in common."""
    north, south = (titled(title, "phase3").application for title in ("long", "long too"))
    assert north[:20] == south[:20] and len(SHARED) > 60
    assert own_names(titled_graph("long", "phase3")) & own_names(titled_graph("long too", "phase3")) == set()


def test_names_are_of_the_application_and_not_of_the_stack() -> None:
    """Guards both ways to run a phase: a stack a phase, and one long-lived stack, give what stands the same names.

    So two stacks of one application can't stand in one account; docs/design.md says what to do instead.
    """
    config = selected("phase1").config
    one, other = (plan_config(config, stack=stack) for stack in ("phase1", "prod"))
    assert own_names(one) == own_names(other)
    assert [resource.name for resource in made(one)] == [resource.name for resource in made(other)]


@pytest.mark.parametrize("phase", PHASES)
def test_final_snapshots_and_the_documents_own_application_keep_readable_names(phase_graph, phase: str) -> None:
    """Guards against shortening what fits: an operator finds the database by its region and role."""
    instances = phase_graph(phase).of_type("aws:rds/instance:Instance")
    assert any(i.inputs["finalSnapshotIdentifier"] == "mgx-ai-us-east-1-postgres-primary-final" for i in instances)
