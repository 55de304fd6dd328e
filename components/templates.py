"""The files that servers read: Jinja2 templates in `templates/`, and plain data dumped as YAML."""

from __future__ import annotations

from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import jinja2
from ruamel.yaml import YAML


def render(template: str, **values: Any) -> str:
    """The text of `templates/<template>`. Raises jinja2.UndefinedError where it names a value that isn't given."""
    return _environment().get_template(template).render(**values)


def dump_yaml(data: Any) -> str:
    """Plain data as YAML, keys in their order, no line wrapped."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width = False, 10_000
    yaml.representer.sort_base_mapping_type_on_output = False
    text = StringIO()
    yaml.dump(data, text)
    return text.getvalue()


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
