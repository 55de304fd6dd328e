"""The SDKs' packages loaded as far as they are used hold what they hold when loaded whole."""

import json
import os
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path
from textwrap import dedent

from infra.project import ROOT
from infra.sdk import Later


def python(code: str, **environment: str) -> str:
    """What code prints in a process of its own: how packages load can't be changed once they are there."""
    command, environment = [sys.executable, "-c", dedent(code)], os.environ | environment
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


PACKAGES = ("pulumi_aws.sns", "pulumi_aws.kms", "pulumi_kubernetes.policy.v1", "pulumi_kubernetes.apps.v1")
NAMES = """
    import json
    from importlib import import_module
    names = {}
    for package in PACKAGES:
        module = import_module(package)
        hasattr(module, "anything")  # the SDK loads a package when it is touched
        names[package] = [n for n, value in vars(module).items() if getattr(value, "__module__", "").startswith(package)]
    print(json.dumps(names))
"""
ORIGINS = """
    from importlib import import_module
    for package, names in NAMES.items():
        for name in names:
            value = getattr(import_module(package), name)
            print(package, value.__module__, value.__qualname__)
"""


def test_every_name_is_what_the_whole_package_has() -> None:
    """Guards each way to a name: classes, their arguments, inputs, enums, functions that are named as their modules."""
    names = json.loads(python(f"PACKAGES = {PACKAGES!r}\n{dedent(NAMES)}"))
    origins = f"NAMES = {names!r}\n{dedent(ORIGINS)}"
    by_class = python(f"from infra.sdk import load_as_used\nload_as_used()\n{origins}")
    assert by_class == python(origins)
    assert len(by_class.splitlines()) > 150


def test_a_class_loads_its_own_module_and_no_other() -> None:
    """Guards the speed: one module too many, and the whole package is loaded."""
    loaded = python("""
        import sys
        from infra.sdk import load_as_used
        load_as_used()
        import pulumi_aws
        pulumi_aws.ec2.Vpc
        print(*[name for name in sys.modules if name.startswith("pulumi_aws.ec2.")])
    """)
    assert set(loaded.split()) == {"pulumi_aws.ec2.vpc"}


def test_a_nested_type_is_made_when_it_is_asked_for() -> None:
    """Guards the speed: a phase uses some ten of the 2,000 nested types of a firewall, and thousands of Kubernetes'."""
    made = python(
        """
        from infra.sdk import load_as_used
        load_as_used()
        import pulumi_aws
        pulumi_aws.wafv2.WebAcl
        pulumi_aws.wafv2.WebAclRuleArgs
        from pulumi_aws.wafv2 import _inputs, outputs
        print([name for nested in (_inputs, outputs) for name in nested.__all__ if name in vars(nested)])
        print(_inputs.WebAclRuleArgs is pulumi_aws.wafv2.WebAclRuleArgs, _inputs.WebAclRuleArgs.__module__)
        """,
        PYTHONDONTWRITEBYTECODE="",
    )
    assert made == "['WebAclRuleArgs']\nTrue pulumi_aws.wafv2._inputs\n"


def test_what_no_stack_uses_of_the_sdk_loads_when_it_is_touched() -> None:
    """Guards the speed of every command, and programs that do use the automation API."""
    told = python("""
        import sys
        from infra.sdk import load_as_used
        load_as_used()
        import pulumi
        print("dill" in sys.modules, "pulumi.automation._local_workspace" in sys.modules)
        print(pulumi.automation.LocalWorkspace.__name__, pulumi.dynamic.Resource.__name__)
    """)
    assert told == "False False\nLocalWorkspace Resource\n"


def test_a_package_is_whole_for_whoever_asks_for_all_of_it() -> None:
    """Guards `from … import *`, and the error about a name that is nowhere."""
    printed = python("""
        from infra.sdk import load_as_used
        load_as_used()
        from pulumi_aws.kms import *
        import pulumi_aws
        print(Key.__name__, KeyArgs.__name__, get_key.__name__)
        try:
            pulumi_aws.sns.Nothing
        except AttributeError as error:
            print(error)
    """)
    assert printed == "Key KeyArgs get_key\nmodule 'pulumi_aws.sns' has no attribute 'Nothing'\n"


def test_a_hint_that_is_worked_out_later_is_the_same() -> None:
    """Guards the types of inputs and outputs, by which the SDK translates names and values."""
    code = """
        from importlib import import_module
        from typing import get_type_hints
        from pulumi import Output, _types
        for package in PACKAGES:
            module = import_module(package)
            hasattr(module, "anything")
            for name, value in sorted(vars(module).items()):
                if _types.is_input_type(value):
                    print(name, _types.input_type_types(value))
                elif isinstance(value, type) and not name.endswith("Dict"):
                    print(name, _types.resource_types(value))
            if package == "pulumi_aws.sns":
                continue  # the one without nested types
            for name in module.outputs.__all__:
                print(name, _types.output_type_types(getattr(module.outputs, name)))
            for name in module._inputs.__all__:
                print(name, get_type_hints(getattr(module._inputs, name), None, {"Output": Output, "T": None}))
    """
    code = f"PACKAGES = {PACKAGES!r}\n{dedent(code)}"
    later = python(f"from infra.sdk import load_as_used\nload_as_used()\n{code}", PYTHONDONTWRITEBYTECODE="")
    assert later == python(code)
    assert len(later.splitlines()) > 200


def test_kept_bytecode_is_of_the_module_as_it_stands(tmp_path: Path, monkeypatch) -> None:
    """Guards against a plan with the classes of an SDK that was updated since."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module = tmp_path / "module.py"
    kept = Path(cache_from_source(str(module), optimization="later"))
    kept.parent.mkdir()
    loader = Later("module", str(module))

    def value(text: str) -> tuple[object, object]:
        module.write_text(text)
        names: dict[str, object] = {}
        exec(loader.get_code("module") or "", names)
        return names["__annotations__"], names["x"]

    assert value("x: 1 + 1 = 'one'\n") == ({"x": "1 + 1"}, "one")
    before = kept.read_bytes()
    assert value("x: 1 + 1 = 'one'\n")[1] == "one"
    assert kept.read_bytes() == before
    assert value("x: int = 'another'\n") == ({"x": "int"}, "another")
    kept.write_bytes(kept.read_bytes()[:-9])
    assert value("x: int = 'another'\n") == ({"x": "int"}, "another")


def test_nothing_is_kept_where_python_keeps_nothing(tmp_path: Path, monkeypatch) -> None:
    """Guards a user's wish for no bytecode, and the speed: without it, compiling anew costs more than it saves."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = tmp_path / "module.py"
    module.write_text("x: 1 + 1 = 'one'\n")
    names: dict[str, object] = {}
    exec(Later("module", str(module)).get_code("module") or "", names)
    assert names["__annotations__"] == {"x": 2}
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_hint_that_stands_in_many_classes_is_compiled_once_and_means_the_same() -> None:
    """Guards the speed of every command, and that a text is never taken for another one's."""
    told = python("""
        from typing import ForwardRef, get_type_hints
        from infra.sdk import load_as_used
        load_as_used()
        class Both:
            one: "int"
            other: "str"
        print(ForwardRef("int").__forward_code__ is ForwardRef("int").__forward_code__)
        print(get_type_hints(Both) == {"one": int, "other": str})
    """)
    assert told.split() == ["True", "True"]
