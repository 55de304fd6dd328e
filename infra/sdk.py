"""Loads the provider SDKs as far as they are used: for a process that runs one program, since it goes for every later import.

A package such as `pulumi_aws.ec2` imports a module for each of its resources as soon as one is touched: some 900 modules
for a phase, of which it uses 80. The types that are nested in resources stand in two modules of each package, `_inputs`
and `outputs`, with up to thousands of classes, of which it uses some ten. And half of a module's import is type hints,
which are worked out for each field of each class. What a module defines stays as it is; only the moment changes, of its
import, of its nested types and of its hints.
"""

from __future__ import annotations
import __future__

import ast
import marshal
import os
import re
import sys
import typing
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, LazyLoader, cache_from_source
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

_PACKAGES: Final = ("pulumi_aws.", "pulumi_kubernetes.")
_ASIDE: Final = frozenset({"pulumi.automation", "pulumi.dynamic"})
"""What `pulumi` imports for programs of other kinds than one that declares resources."""
_IMPORT_ALL: Final = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_INPUTS: Final = "_inputs"
_NESTED: Final = (_INPUTS, "outputs")
"""The modules of a package that hold nested types."""
_ALL_INPUTS: Final = f"from .{_INPUTS} import *"
_INPUT_HINT: Final = re.compile(r"'([A-Z]\w*Args(?:Dict)?)'")
_FIRST_CLASS: Final = re.compile(r"^(?:@|class )", re.MULTILINE)
_CLASS: Final = re.compile(r"^class (\w+)", re.MULTILINE)


def load_as_used() -> None:
    """Has effect on packages that aren't imported yet; so it comes before the first import of an SDK."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
        # ForwardRef compiles each hint that is text, and the same few texts stand in every class.
        typing.__dict__["compile"] = cache(compile)


class _Finder(MetaPathFinder):
    """Finds what Python's own finder does, and changes the loader."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PACKAGES) and fullname not in _ASIDE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader and fullname in _ASIDE:
            spec.loader = LazyLoader(spec.loader)
        elif spec and spec.origin and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Later(fullname, spec.origin)
            if spec.submodule_search_locations:
                modules = frozenset(_IMPORT_ALL.findall(Path(spec.origin).read_text(encoding="utf-8")))
                spec.loader = _ByClass(spec.loader, modules) if modules else spec.loader
        return spec


class Later(SourceFileLoader):
    """Compiles a module so that a hint stays text until it is asked for (PEP 563), and a nested type bytecode.

    That is kept beside Python's own bytecode. Where nothing may be kept, Python's own is faster than compiling anew.
    """

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        kept = cache_from_source(path, optimization="later")
        head = self._head(path)
        with suppress(OSError, EOFError, ValueError):
            data = self.get_data(kept)
            if data.startswith(head):
                return marshal.loads(memoryview(data)[len(head) :])
        if sys.dont_write_bytecode or not os.access(Path(kept).parent, os.W_OK):
            return super().get_code(fullname)
        stem = Path(path).stem
        module = ast.parse(_later(self.get_data(path).decode(), stem))
        code = _compiled(_by_name(module, path) if stem in _NESTED else module, path)
        self.set_data(kept, head + marshal.dumps(code))
        return code

    def _head(self, path: str) -> bytes:
        """What bytecode begins with, so that it is dropped when Python or the module changes."""
        stats = self.path_stats(path)
        times = (0, int(stats["mtime"]), stats["size"])
        return MAGIC_NUMBER + b"".join((number & 0xFFFFFFFF).to_bytes(4, "little") for number in times)


def _later(source: str, stem: str) -> str:
    """Names input types through their module, `_inputs.BarArgs`, as SDKs name outputs: so nothing imports all of them."""
    begin = _FIRST_CLASS.search(source)
    head, rest = (source[: begin.start()], source[begin.start() :]) if begin else (source, "")
    if stem == "__init__" or (stem != _INPUTS and _ALL_INPUTS not in head):
        return source
    own = set(_CLASS.findall(rest)) if stem != _INPUTS else set()
    named = _INPUT_HINT.sub(lambda found: found[0] if found[1] in own else f"'{_INPUTS}.{found[1]}'", rest)
    return head.replace(_ALL_INPUTS, f"from . import {_INPUTS}") + named


def _by_name(module: ast.Module, path: str) -> ast.Module:
    """A module of nested types with its classes as bytecode, each made when it is asked for."""
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    bytecode = {node.name: marshal.dumps(_compiled(ast.Module([node], []), path)) for node in classes}
    head = [node for node in module.body if not isinstance(node, ast.ClassDef)]
    return ast.Module([*head, *ast.parse(f"_BYTECODE = {bytecode!r}\n{_BY_NAME}").body], [])


def _compiled(module: ast.Module, path: str) -> CodeType:
    return compile(module, path, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)


_BY_NAME: Final = """
import marshal as _marshal, sys as _sys
globals()[__name__.rpartition(".")[2]] = _sys.modules[__name__]
def __getattr__(name):
    if name not in _BYTECODE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    exec(_marshal.loads(_BYTECODE[name]), globals())
    return globals()[name]
"""
"""What such a module ends with."""


class _ByClass(Loader):
    """Leaves a package empty, and looks for each name where the SDK's generator puts it; else it loads the whole."""

    def __init__(self, whole: Loader, modules: frozenset[str]) -> None:
        self._whole = whole
        self._modules = modules

    def exec_module(self, module: ModuleType) -> None:
        def find(name: str) -> Any:
            if name in _NESTED:
                return import_module(f"{module.__name__}.{name}")
            for candidate in self._candidates(name):
                defined = import_module(f"{module.__name__}.{candidate}")
                if name in defined.__all__:
                    vars(module)[name] = getattr(defined, name)
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
