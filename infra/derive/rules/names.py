"""What things are called after."""

from __future__ import annotations

import re
from collections.abc import Sequence

from components.key_metrics import metric_id
from components.naming import APPLICATION, DATABASE, NAMESPACE, latin, reserved, shorten
from infra.config.pooler import DATABASE_NAMESPACE
from infra.config.scalars import LABEL_LENGTH
from infra.derive.sources import rule


@rule
def application_slug(name: str) -> str:
    """The application is named as the document's title names it, in lower case with hyphens.

    Logical and physical names begin with it, and AWS and Kubernetes take no other characters: letters lose their
    accents, `#` is sharp and `+` plus, as in C#, and `app-` stands before a digit and before what AWS keeps for itself. A
    name of more than 40 characters is shortened, so that a suffix still fits.
    """
    spelt = latin(name).replace("#", " sharp ").replace("+", " plus ")
    slug = "-".join(re.findall(r"[a-z0-9]+", spelt))
    if not slug[:1].isalpha() or reserved(APPLICATION, slug):
        slug = f"app-{slug}"
    return shorten(slug, LABEL_LENGTH)


@rule
def api_name(application: str) -> str:
    """Without an HPA block, the application's workload is named after the application.

    The document then gives no name for it.
    """
    return shorten(f"{application}-api", LABEL_LENGTH)


@rule
def hpa_name(service: str) -> str:
    """Without an HPA block, an autoscaler is named after its service.

    The document's block gives the name where there is one.
    """
    return shorten(f"{service}-hpa", LABEL_LENGTH)


@rule
def namespace_of(application: str) -> str:
    """The application's objects stand in a namespace of its own name, with app- before one that is taken.

    The document's HPA block gives no other. Kubernetes keeps some for itself, and the database's pooler has its own.
    """
    taken = reserved(NAMESPACE, application) or application == DATABASE_NAMESPACE
    return shorten(f"app-{application}", LABEL_LENGTH) if taken else application


@rule
def owner_tag(owner: str) -> str:
    """The owner is written as tags take it: without the characters that AWS refuses in them.

    Every resource carries it. A document may put names in brackets, or several behind commas.
    """
    return " ".join(re.sub(r"[^\w .:/=+@-]+", " ", owner).split())[:256].strip()


@rule
def database_name(application: str) -> str:
    """The first database is named after the application, with db_ before a name that PostgreSQL or RDS keeps.

    It can't be changed later without replacing the instance.
    """
    name = re.sub(r"[^a-z0-9_]", "_", application)
    return f"db_{name}" if reserved(DATABASE, name) else name


@rule
def known_metric(name: str) -> str:
    """A key metric is recorded and drawn as the known metric that its words mean.

    The document names it in a team's own words.
    """
    return metric_id(name) or name


@rule
def replica_hosts(named: Sequence[str], count: int, pattern: str) -> list[str]:
    """Read replicas beyond the document's own list are numbered on.

    The document names the first ones and later only counts them.
    """
    return [named[i] if i < len(named) else pattern.format(number=i + 1) for i in range(count)]


@rule
def virtual_host(application: str) -> str:
    """The queue's virtual host is named after the application.

    Users, exchanges and limits belong to it, and nothing else shares it.
    """
    return application
