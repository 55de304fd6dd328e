"""The SDKs' packages loaded class by class hold what they hold when loaded whole."""

import json
import subprocess
import sys
from textwrap import dedent

from infra.project import ROOT


def python(code: str) -> str:
    """What code prints in a process of its own: how packages load can't be changed once they are there."""
    done = subprocess.run([sys.executable, "-c", dedent(code)], cwd=ROOT, capture_output=True, text=True, check=False)
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
    by_class = python(f"from infra.sdk import load_by_class\nload_by_class()\n{origins}")
    assert by_class == python(origins)
    assert len(by_class.splitlines()) > 150


def test_a_class_loads_its_own_module_and_no_other() -> None:
    """Guards the speed: one module too many, and the whole package is loaded."""
    loaded = python("""
        import sys
        from infra.sdk import load_by_class
        load_by_class()
        import pulumi_aws
        pulumi_aws.ec2.Vpc
        print(*[name for name in sys.modules if name.startswith("pulumi_aws.ec2.")])
    """)
    assert set(loaded.split()) == {"pulumi_aws.ec2.vpc"}


def test_a_package_is_whole_for_whoever_asks_for_all_of_it() -> None:
    """Guards `from … import *`, and the error about a name that is nowhere."""
    printed = python("""
        from infra.sdk import load_by_class
        load_by_class()
        from pulumi_aws.kms import *
        import pulumi_aws
        print(Key.__name__, KeyArgs.__name__, get_key.__name__)
        try:
            pulumi_aws.sns.Nothing
        except AttributeError as error:
            print(error)
    """)
    assert printed == "Key KeyArgs get_key\nmodule 'pulumi_aws.sns' has no attribute 'Nothing'\n"
