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
from collections.abc import Container, Sequence
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
_INPUT_TYPE: Final = re.compile(r"[A-Z]\w*Args(Dict)?")


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
        code = _compiled(_later(ast.parse(self.get_data(path)), path), path)
        self.set_data(kept, head + marshal.dumps(code))
        return code

    def _head(self, path: str) -> bytes:
        """What bytecode begins with, so that it is dropped when Python or the module changes."""
        stats = self.path_stats(path)
        times = (0, int(stats["mtime"]), stats["size"])
        return MAGIC_NUMBER + b"".join((number & 0xFFFFFFFF).to_bytes(4, "little") for number in times)


def _later(module: ast.Module, path: str) -> list[ast.stmt]:
    """The module's statements, which import no input type before it is asked for, nor make one if they define it."""
    stem = Path(path).stem
    if stem == "__init__":  # a package is there to hold all names
        return module.body
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    named = _InputsByModule(() if stem in _NESTED else [each.name for each in classes])
    statements: list[ast.stmt] = [node if isinstance(node, ast.Assign) else named.visit(node) for node in module.body]
    return _by_name(statements, path) if stem in _NESTED else statements


def _by_name(statements: list[ast.stmt], path: str) -> list[ast.stmt]:
    """The same module with its classes as bytecode, each made when it is asked for."""
    classes = [node for node in statements if isinstance(node, ast.ClassDef)]
    names = [ast.Constant(node.name) for node in classes]
    bytecode = [ast.Constant(marshal.dumps(_compiled([node], path))) for node in classes]
    given = ast.Assign([ast.Name("_BYTECODE", ast.Store())], ast.Dict([*names], [*bytecode]))
    return [*(node for node in statements if not isinstance(node, ast.ClassDef)), given, *ast.parse(_BY_NAME).body]


def _compiled(statements: list[ast.stmt], path: str) -> CodeType:
    tree = ast.fix_missing_locations(ast.Module(statements, []))
    return compile(tree, path, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)


class _InputsByModule(ast.NodeTransformer):
    """Writes `_inputs.BarArgs` for `BarArgs`, as the SDKs do for outputs: so no name is imported before it is asked for."""

    def __init__(self, own: Container[str]) -> None:
        self._own = own

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        everything = node.module == _INPUTS and node.names[0].name == "*"
        return ast.ImportFrom(None, [ast.alias(_INPUTS)], node.level) if everything else node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(f"{_INPUTS}.{node.value}") if self._foreign(node.value) else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Attribute(ast.Name(_INPUTS, ast.Load()), node.id, ast.Load()) if self._foreign(node.id) else node

    def _foreign(self, name: object) -> bool:
        return isinstance(name, str) and bool(_INPUT_TYPE.fullmatch(name)) and name not in self._own


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
