"""Names: shortened by one rule, and refused where AWS or Kubernetes would refuse them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import naming
from components.naming import InvalidName, NameRule, logical, physical, shorten

RULES = [rule for rule in vars(naming).values() if isinstance(rule, NameRule)]
PLAIN = st.from_regex(r"[a-z]([a-z0-9]{0,12}-)?[a-z0-9]{1,60}(-[a-z0-9]{1,60}){0,3}", fullmatch=True)


def test_a_name_that_fits_is_left_as_it_is():
    """A rule that always added a digest would rename everything that stands already."""
    assert shorten("mgx-ai-us-east-1-lb-alb", 24) == "mgx-ai-us-east-1-lb-alb"
    assert physical(naming.CLUSTER, "mgx-ai-us-east-1") == "mgx-ai-us-east-1"


def test_a_long_name_keeps_its_beginning_and_ends_in_a_digest_that_never_changes():
    """The digest is part of names of what exists: another algorithm or length would replace it all."""
    assert shorten("harbor-ledger-eu-central-1-lb-pods", 24) == "harbor-ledger-e-bdc428ea"


def test_no_separator_doubles_where_a_name_is_cut():
    """RDS refuses two hyphens in a row, which a cut just after a hyphen would make."""
    assert shorten("abcd-efgh-ijklmnop", 14) == "abcd-bbd0adc9"


@given(st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=120), st.integers(20, 100))
def test_a_shortened_name_always_fits_and_is_the_same_each_time(name: str, longest: int):
    """A name one character too long fails at AWS only when the resource is created."""
    short = shorten(name, longest)
    assert len(short) <= longest
    assert short == shorten(name, longest) == shorten(short, longest)


@given(st.text(string.ascii_lowercase, min_size=40, max_size=60), st.lists(PLAIN, min_size=2, max_size=8, unique=True))
def test_long_names_that_begin_alike_stay_different(beginning: str, ends: list[str]):
    """A plain cut would give both regions of a long application name one and the same name."""
    assert len({shorten(f"{beginning}-{end}", 32) for end in ends}) == len(ends)


APART = (naming.KEY_ALIAS, naming.DATABASE, naming.LOGIN, naming.MASTER_LOGIN)
"""Kinds whose names have a prefix, or no hyphen."""


@given(PLAIN, st.sampled_from([rule for rule in RULES if rule not in APART]))
def test_every_plain_name_suits_every_kind_however_long(name: str, rule: NameRule):
    """Shortening must not break the alphabet of a kind: a trailing hyphen, a dot."""
    if naming.reserved(rule, name):
        return
    assert len(physical(rule, name)) <= rule.longest
    assert len(logical(rule, name)) + naming.AUTONAME_SUFFIX <= rule.longest


@pytest.mark.parametrize(
    ("rule", "name", "message"),
    [
        (
            naming.NAMESPACE,
            "kube-system",
            'Kubernetes namespace "kube-system" is reserved (default, kube-…). '
            "Choose another application or service name.",
        ),
        (
            naming.DATABASE_INSTANCE,
            "mgx--ai",
            'RDS instance "mgx--ai": allowed are letters, digits and single hyphens, a letter first, no hyphen last. '
            "Choose another application or service name.",
        ),
        (
            naming.OBJECT,
            "Mgx_Api",
            'Kubernetes name "Mgx_Api": allowed are lower-case letters, digits and hyphens, a letter first, '
            "no hyphen last. Choose another application or service name.",
        ),
        (
            naming.LOAD_BALANCER,
            "internal-mgx",
            'load balancer "internal-mgx" is reserved (internal-…). Choose another application or service name.',
        ),
    ],
)
def test_a_name_that_would_be_refused_is_refused_with_what_is_allowed(rule: NameRule, name: str, message: str):
    """AWS tells at creation, half way through an update; Kubernetes after the cluster stands."""
    with pytest.raises(InvalidName) as refusal:
        physical(rule, name)
    assert str(refusal.value) == message


def test_a_line_break_at_the_end_does_not_slip_through():
    """`$` would match before it."""
    with pytest.raises(InvalidName):
        physical(naming.OBJECT, "mgx-api\n")
