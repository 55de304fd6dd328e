"""Whatever settings or a stack config look like, they load to what derives and renders, or to an InputError.

Real files, broken where they have structure. `RAMP_FUZZ_CASES` sets the number of cases; the suite runs a few hundred.
"""

from __future__ import annotations

import os
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from infra.checked import check
from infra.config import CONFIG_KEY, PhaseConfig
from infra.config.load import load_tree
from infra.derive import derive
from infra.errors import InputError
from infra.render import render
from infra.roadmap import read
from infra.settings import Settings, SettingsFile
from infra.stackfile import Foreign, foreign
from infra.yamlfile import parse_yaml

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "roadmap" / "settings.yaml").read_text(encoding="utf-8")
STACK = (ROOT / "Pulumi.phase3.yaml").read_text(encoding="utf-8")
FOREIGN = """\
encryptionsalt: v1:a=
config:
  aws:region: us-east-1
  # of ours
  ramp:phase:
    a: [1, 2]
  x:y: |
    z
more: {a: 1}
"""
ROADMAP = read(ROOT / "roadmap" / "mgx-ai.md")
CASES = int(os.environ.get("RAMP_FUZZ_CASES", "100"))

VALUES = st.one_of(
    st.sampled_from(
        [None, True, [], {}, [None], {"a": None}, 0, -1, 1, 2**31, 10**40, 0.5, float("nan"), float("inf")]
    ),
    st.sampled_from(
        ["", " ", "a" * 300, "10.0.0.0/8", "::/0", "us-east-1", "us-east-1a", "{number}", "{0}", "\ud800", "\n"]
    ),
    st.sampled_from(
        ["phase1", "default", "-", "/", "a.b", "arm64", "amd64", "m7g", "t4g", "2026-13-45", "%", "*", "$x"]
    ),
    st.text(max_size=6),
)
SCRAPS = [
    "\t",
    "\r",
    "\ufeff",
    "\0",
    "---\n",
    "...\n",
    "&a ",
    "*a",
    "<<: ",
    "!!set ",
    "!x ",
    "? ",
    ": ",
    "- ",
    "{",
    "]",
    "'",
    "\x85",
]
SCRAPS += [
    "%YAML 9.9\n",
    "2026-13-45",
    "!!int x",
    "!!float x",
    "!!binary x",
    "!!timestamp x",
    "0o9",
    "1:2:3",
    "1_0",
    "~",
    "|\n",
    ">",
]


@st.composite
def trees(draw: st.DrawFn, whole: Any) -> Any:
    """The data of a real file after up to three edits: values exchanged, keys dropped, renamed, moved."""
    tree: Any = deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        node, key = _place(tree, draw)
        match draw(st.sampled_from(["drop", "value", "value", "value", "rename", "borrow"])):
            case "drop":
                del node[key]
            case "value":
                node[key] = deepcopy(draw(VALUES))
            case "rename" if isinstance(node, dict):
                node[draw(st.sampled_from(["x", f"{key}s", f"{key}"[1:], key]))] = node.pop(key)
            case _:
                other, there = _place(tree, draw)
                node[key] = deepcopy(other[there])
    return tree


def _place(tree: Any, draw: st.DrawFn) -> tuple[Any, Any]:
    node, key = tree, draw(st.sampled_from(list(tree) or ["config"]))
    node.setdefault(key, 1)
    while isinstance(node[key], dict | list) and node[key] and draw(st.integers(0, 4)):
        node = node[key]
        key = draw(st.sampled_from(list(node))) if isinstance(node, dict) else draw(st.integers(0, len(node) - 1))
    return node, key


@st.composite
def texts(draw: st.DrawFn, text: str) -> str:
    """A real file's text after up to three edits that an editor, a merge or a broken disk may make."""
    for _ in range(draw(st.integers(1, 3))):
        at, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        end = min(end, at + 40)
        match draw(st.sampled_from(["cut", "insert", "double", "end"])):
            case "cut":
                text = text[:at] + text[end:]
            case "insert":
                text = text[:at] + draw(st.sampled_from(SCRAPS)) + text[at:]
            case "double":
                text = text[:end] + text[at:end] + text[end:]
            case _:
                text = text[:at] if draw(st.integers(0, 5)) == 0 else text
    return text


def settings_hold(tree: Any) -> None:
    """Loads a settings tree, and where it loads, derives every phase and renders it."""
    try:
        loaded = SettingsFile("s.yaml", check(Settings, tree, "s.yaml"), tree)
        derived = derive(ROADMAP, loaded)
    except InputError as error:
        assert error.mistakes and str(error)
        return
    for phase in derived:
        text = render(phase, "r.md", "s.yaml", Foreign())
        assert load_tree(parse_yaml(text, "p.yaml"), "p.yaml") == phase.config


def stack_holds(tree: Any) -> None:
    """Loads a stack config's tree."""
    try:
        assert isinstance(load_tree(tree, "p.yaml"), PhaseConfig)
    except InputError as error:
        assert error.mistakes and str(error)


fuzzed = settings(max_examples=CASES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
fuzzed_text = settings(fuzzed, max_examples=max(20, CASES // 10))


@fuzzed
@given(trees(YAML(typ="safe", pure=True).load(SETTINGS)))
def test_fuzz_settings_of_other_values_derive_or_are_refused(tree: Any) -> None:
    """Guards against a traceback for any value in the place of another."""
    settings_hold(tree)


@fuzzed
@given(trees(YAML(typ="safe", pure=True).load(STACK)))
def test_fuzz_a_stack_config_of_other_values_loads_or_is_refused(tree: Any) -> None:
    """Guards the same for a stack config that someone edited."""
    stack_holds(tree)


@fuzzed_text
@given(texts(SETTINGS))
def test_fuzz_settings_of_broken_text_are_refused_or_derive(text: str) -> None:
    """Guards against whatever else the YAML library may raise."""
    try:
        tree = parse_yaml(text, "s.yaml")
    except InputError:
        return
    settings_hold(tree)


@fuzzed_text
@given(texts(FOREIGN))
def test_fuzz_nothing_of_others_is_lost_from_a_broken_stack_config(text: str) -> None:
    """Guards what Pulumi keeps in the file: it is the same after ramp has cut out its own part, or the file is refused."""
    try:
        kept = foreign(text, "p.yaml")
        tree = parse_yaml(text, "p.yaml") or {}
    except InputError:
        return
    again = "\n".join([*kept.top.before, "config:", *kept.config.before, *kept.config.after, *kept.top.after])
    after = YAML(typ="rt").load(StringIO(again))
    config = {key: value for key, value in (tree.get("config") or {}).items() if key != CONFIG_KEY}
    assert (after["config"] or {}) == config
    assert {k: v for k, v in after.items() if k != "config"} == {k: v for k, v in tree.items() if k != "config"}
