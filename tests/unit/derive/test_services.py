"""Services and proxies in a stack config: what the document names, whatever it is called there."""

from pathlib import Path

import pytest

from infra.config import PhaseConfig
from infra.config.compute import AppConfig
from infra.derive import derive
from infra.derive.phases import Derived
from infra.derive.rules import names
from infra.derive.sources import Source, Sourced
from infra.errors import InputError
from infra.project import SETTINGS, own_roadmap
from infra.roadmap import read
from infra.settings import load_settings
from tests.unit.documents import selected

SOURCE = Source("line", "line 1", line=1)

PHASES = ("baseline", "phase1", "phase2", "phase3")


def derived(
    tmp_path: Path, *changes: tuple[str, str], settings: tuple[tuple[str, str], ...] = ()
) -> tuple[Derived, ...]:
    """The phases of the project's document and settings with some words changed."""
    files = []
    for source, changed in ((own_roadmap(), changes), (SETTINGS, settings)):
        text = source.read_text(encoding="utf-8")
        for before, after in changed:
            assert before in text
            text = text.replace(before, after)
        files.append(tmp_path / source.name)
        files[-1].write_text(text, encoding="utf-8")
    return derive(read(files[0]), load_settings(files[1]))


def config(phase: str) -> PhaseConfig:
    return selected(phase).config


def test_the_application_takes_what_its_services_leave_of_a_server() -> None:
    """Guards the share: 100 in all, so that one pod of each fills a server."""
    shares = {service.name: service.share_percent for service in config("phase3").app.services}
    assert shares.pop("mgx-api") == 100 - sum(shares.values())
    assert [service.share_percent for service in config("phase2").app.services] == [100]


def test_each_is_there_from_its_phase_on_with_the_line_that_names_it() -> None:
    """Guards provenance: the figure leads to the list entry by which the system is there."""
    assert [bool(config(phase).egress) for phase in PHASES] == [False, False, True, True]
    assert [bool(config(phase).gateway) for phase in PHASES] == [False, False, False, True]
    lines = own_roadmap().read_text(encoding="utf-8").splitlines()
    by_path = {
        "egress.replicas": "Circuit breakers",
        "gateway.replicas": "API gateway",
        "app.services.1.name": "Microservices",
    }
    for path, words in by_path.items():
        named = selected("phase3").provenance[path].lines()
        assert words in lines[named[0] - 1]


@pytest.mark.parametrize(
    "words", ["Break the monolith into micro-services", "Micro services", "First microservice: billing"]
)
def test_microservices_are_found_however_they_are_written(tmp_path: Path, words: str) -> None:
    """Guards other documents' spelling."""
    phases = derived(tmp_path, ("Microservices architecture, taken out of the monolith one by one", words))
    assert len(phases[-1].config.app.services) == 7


def test_an_llm_gateway_is_no_api_gateway(tmp_path: Path) -> None:
    """Guards against a proxy that nobody asked for: a gateway to language models is an application's service."""
    phases = derived(
        tmp_path, ("API gateway that routes and does the rate limiting", "LLM gateway with its own rate limiting")
    )
    assert phases[-1].config.gateway is None


def test_shares_that_leave_the_application_nothing_are_refused_with_their_sum(tmp_path: Path) -> None:
    """Guards a server's worth of pods: 101 percent would need more servers than the document counts."""
    with pytest.raises(InputError) as refusal:
        derived(tmp_path, settings=(("share_percent: 18", "share_percent: 60"),))
    assert "add up to 107; below 100, or nothing is left for the main one" in str(refusal.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "    agent: {",
            "    egress: {",
            "app.services: got egress; allowed: another name; the egress proxy has it",
        ),
        ("path: /agents}", "path: /tasks}", "app.services.agent.path: /tasks is that of task"),
        ("listen_port: 9102", "listen_port: 9101", "services.anthropic.listen_port: 9101 is that of openai"),
        (
            "listen_port: 9102",
            "listen_port: 9902",
            "services.anthropic.listen_port: 9902 is that of the proxy's metrics",
        ),
        ("user_burst: 60", "user_burst: 6", "user_burst: 6 is below user_requests_per_second 20"),
    ],
)
def test_services_that_could_not_be_told_apart_are_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    """Guards routes and ports: the second of two equal ones would never be reached."""
    with pytest.raises(InputError) as refusal:
        derived(tmp_path, settings=((before, after),))
    assert said in str(refusal.value)


def test_every_region_that_the_settings_do_not_explain_is_told_with_its_word(tmp_path: Path) -> None:
    """Guards AWS codes in a document: both are told at once, each with the word that the settings have for it."""
    with pytest.raises(InputError) as refusal:
        derived(tmp_path, ("(US-East)", "(us-east-1)"), ("(US-West)", "(Mars)"))
    told = [(mistake.received, mistake.hint) for mistake in refusal.value.mistakes]
    assert set(told) == {
        ("'us-east-1'", "Add it to the settings, or write US-East."),
        ("'Mars'", "Add it to the settings."),
    }


def test_a_namespace_that_kubernetes_keeps_is_refused_at_its_line(tmp_path: Path) -> None:
    """Guards the cluster's own objects, which the application's would stand among."""
    with pytest.raises(InputError) as refusal:
        derived(tmp_path, ("  name: mgx-api-hpa\n", "  name: mgx-api-hpa\n  namespace: kube-system\n"))
    assert "a name that Kubernetes doesn't keep for itself" in str(refusal.value)


def test_applications_that_differ_in_a_sign_are_two() -> None:
    """Guards C# Shop and C++ Shop in one account, of which each would take the other's names."""
    slugs = [names.application_slug(Sourced(name, SOURCE)).value for name in ("C Shop", "C# Shop", "C++ Shop")]
    assert slugs == ["c-shop", "c-sharp-shop", "c-plus-plus-shop"]


def test_a_long_application_name_is_shortened_the_same_way_each_time() -> None:
    """Guards every physical name: they all begin with it."""
    title = Sourced("The Customer Data Platform of the Enterprise Group", SOURCE)
    assert names.application_slug(title).value == "the-customer-data-platform-of-t-b4468a95"
    assert len(names.hpa_name(names.api_name(names.application_slug(title))).value) == 40


def test_two_long_titles_that_begin_alike_make_two_applications_and_databases() -> None:
    """Guards two teams in one account: every physical name begins with the application."""
    beginning = "Customer Data and Decision Intelligence for Enterprises"
    slugs = [names.application_slug(Sourced(f"{beginning} {end}", SOURCE)) for end in ("North", "South")]
    assert len({slug.value for slug in slugs}) == len({names.database_name(slug).value for slug in slugs}) == 2


def test_a_word_that_postgresql_or_kubernetes_keeps_is_no_database_and_no_namespace() -> None:
    """Guards an application called Order, Admin or Default: RDS and Kubernetes refuse the name as it is."""
    named = {word: names.database_name(Sourced(word, SOURCE)).value for word in ("order", "admin", "shop")}
    assert named == {"order": "db_order", "admin": "db_admin", "shop": "shop"}
    spaces = {word: names.namespace_of(Sourced(word, SOURCE)).value for word in ("default", "database", "shop")}
    assert spaces == {"default": "app-default", "database": "app-database", "shop": "shop"}


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Café Straße 7", "cafe-strasse-7"),
        ("3D-Shop", "app-3d-shop"),
        ("AWS Cost Explorer", "app-aws-cost-explorer"),
        ("Internal Tools", "app-internal-tools"),
        ("SG Bank", "app-sg-bank"),
        ("X", "x"),
    ],
)
def test_an_applications_name_is_one_that_every_service_of_aws_takes(title: str, slug: str) -> None:
    """Guards against what one kind alone refuses, and only at creation: sg-… for a security group, aws… for a document."""
    assert names.application_slug(Sourced(title, SOURCE)).value == slug


def test_a_stack_config_with_a_name_that_aws_keeps_is_refused() -> None:
    """Guards a config that was written by hand: the rule that puts app- before such a name isn't asked then."""
    for name in ("aws-shop", "internal-tools", "a--b"):
        with pytest.raises(ValueError, match="a name that AWS doesn't keep for itself, with single hyphens"):
            PhaseConfig.model_validate(config("phase1").model_dump() | {"application": name})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("shop", "shop-pods"), "services.1.name shop-pods is the name of the pods of the service shop"),
        (("shop-pods", "shop"), "services.0.name shop-pods is the name of the pods of the service shop"),
        (("default", "shop"), "services.0.name default is the name of the service account that every namespace has"),
    ],
)
def test_no_service_takes_the_name_of_anothers_objects(names: tuple[str, str], said: str) -> None:
    """Guards against two objects of one name, of which Kubernetes refuses the second, in whichever order they stand."""
    app = config("phase3").app
    services = [{**service.model_dump(), "name": name} for name, service in zip(names, app.services, strict=False)]
    with pytest.raises(ValueError, match=said):
        AppConfig.model_validate(app.model_dump() | {"services": tuple(services)})


def test_no_two_services_share_an_autoscaler() -> None:
    """Guards the document's own HPA name, which may be that of a service of the settings."""
    app = config("phase3").app
    services = [{**service.model_dump(), "hpa": "one-hpa"} for service in app.services[:2]]
    with pytest.raises(ValueError, match=r"services\.1\.hpa one-hpa is that of mgx-api"):
        AppConfig.model_validate(app.model_dump() | {"services": tuple(services)})


def test_an_owner_is_written_as_tags_take_it() -> None:
    """Guards every resource against a tag that AWS refuses."""
    assert names.owner_tag(Sourced("Jane Doe (Platform), SRE", SOURCE)).value == "Jane Doe Platform SRE"
