"""The phase that a command speaks of: its config, where each value comes from, and the document behind it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.config import CONFIG_KEY, PhaseConfig, load_file
from infra.derive import Derived, Source, derive, leaves
from infra.errors import InputError, Mistake, together
from infra.project import SETTINGS, own_roadmap, shown, stack_file
from infra.roadmap import Roadmap, read
from infra.roadmap.model import Phase
from infra.settings import SettingsFile, load_settings
from infra.yamlfile import line_of, read_yaml


@dataclass(frozen=True)
class Document:
    """A roadmap with its settings, and every phase derived from them."""

    roadmap: Roadmap
    settings: SettingsFile
    phases: tuple[Derived, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(phase.config.name for phase in self.phases)

    def derived(self, key: str) -> Derived:
        """The derived phase of a key. Raises InputError that lists the document's phases."""
        for phase in self.phases:
            if phase.config.name == key:
                return phase
        near = difflib.get_close_matches(key.lower(), self.keys, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        shown_key = key if key.isprintable() and key.strip() == key != "" else repr(key)
        raise InputError([Mistake(self.roadmap.path, None, "phase", shown_key, ", ".join(self.keys), hint)])


@dataclass(frozen=True)
class Selected:
    """One phase as it is to be planned. `edited` are the config paths whose values the document doesn't lead to."""

    config: PhaseConfig
    provenance: Mapping[str, Source]
    document: Document
    edited: tuple[str, ...] = ()

    @property
    def phase(self) -> Phase:
        """What the document says of the phase."""
        return self.document.roadmap.phase(self.config.name)


def load_document(roadmap: Path | None = None, settings: Path | None = None) -> Document:
    """A roadmap and its settings, the project's own where none is named. Raises InputError with every mistake found."""
    document, loaded = together(
        lambda: read(Path(shown(roadmap or own_roadmap()))), lambda: load_settings(Path(shown(settings or SETTINGS)))
    )
    return Document(document, loaded, derive(document, loaded))


def select(phase: str, document: Document, *, straight: bool) -> Selected:
    """A phase `straight` from the document, or else from the project's committed stack config.

    `phase` is a phase's key, or the path of a stack config, which must be of a phase of the document. Raises InputError.
    """
    if phase.endswith((".yaml", ".yml")):
        return _committed(Path(phase), document)
    derived = document.derived(phase)
    if straight:
        return Selected(derived.config, derived.provenance, document)
    path = stack_file(derived.config.name)
    if not path.exists():
        raise InputError(
            [Mistake(shown(path), None, "file", "no such file", "a stack config", "`ramp generate` writes it.")]
        )
    return _committed(path, document)


def _committed(path: Path, document: Document) -> Selected:
    config = load_file(Path(shown(path)))
    if config.name not in document.keys:
        allowed = f"a phase of {document.roadmap.path}: {', '.join(document.keys)}"
        line = line_of(read_yaml(path), ("config", CONFIG_KEY, "name"))
        raise InputError([Mistake(shown(path), line, "name", config.name, allowed, "Name its roadmap with --roadmap.")])
    derived = document.derived(config.name)
    ours = dict(leaves(config.model_dump(mode="json")))
    theirs = dict(leaves(derived.config.model_dump(mode="json")))
    edited = tuple(key for key, value in ours.items() if key not in theirs or theirs[key] != value)
    if not edited:
        return Selected(config, derived.provenance, document)
    tree = read_yaml(path)
    provenance = {key: derived.provenance[key] for key in ours if key in derived.provenance}
    for key in edited:
        steps = [int(step) if step.isdigit() else step for step in key.split(".")]
        line = line_of(tree, ("config", CONFIG_KEY, *steps))
        provenance[key] = Source("edit", f"{shown(path)}, line {line}, by hand", line=line)
    return Selected(config, provenance, document, edited)
