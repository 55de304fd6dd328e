"""Loads the provider SDKs class by class: for a process that runs one program, since it goes for every later import.

A package such as `pulumi_aws.ec2` imports a module for each of its resources as soon as one is touched: some 900 modules
for a phase, of which it uses 80. What a module defines stays as it is; only the moment of its import changes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_PACKAGES: Final = ("pulumi_aws.", "pulumi_kubernetes.")
_IMPORT_ALL: Final = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_INPUTS: Final = "_inputs"


def load_by_class() -> None:
    """Has effect on packages that aren't imported yet; so it comes before the first import of an SDK."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds what Python's own finder does, and changes the loader of the packages that only gather modules."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PACKAGES):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader and spec.origin and spec.submodule_search_locations:
            modules = frozenset(_IMPORT_ALL.findall(Path(spec.origin).read_text(encoding="utf-8")))
            if modules:
                spec.loader = _ByClass(spec.loader, modules)
        return spec


class _ByClass(Loader):
    """Leaves a package empty, and looks for each name where the SDK's generator puts it; else it loads the whole."""

    def __init__(self, whole: Loader, modules: frozenset[str]) -> None:
        self._whole = whole
        self._modules = modules

    def exec_module(self, module: ModuleType) -> None:
        def find(name: str) -> Any:
            if name == "outputs":
                return import_module(f"{module.__name__}.outputs")
            for candidate in self._candidates(name):
                defined = import_module(f"{module.__name__}.{candidate}")
                vars(module).update({each: getattr(defined, each) for each in defined.__all__})
                if name in vars(module):
                    return vars(module)[name]
            if name != "__all__" and name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            del vars(module)["__getattr__"]
            self._whole.exec_module(module)
            return getattr(module, name)

        vars(module)["__getattr__"] = find

    def _candidates(self, name: str) -> list[str]:
        """The modules that may define a name, of which the package would take the first: it imports `_inputs` last."""
        resource = re.sub(r"(Init)?Args(Dict)?$", "", name)
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", resource).lower()
        places = [_INPUTS, resource, snake] if resource != name else [resource, snake]
        return [place for place in dict.fromkeys(places) if place in self._modules]
