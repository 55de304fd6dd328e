"""The document's title, and the application's name in it."""

from __future__ import annotations

import re

from components.naming import latin
from infra.roadmap.document import Section
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Fact
from infra.roadmap.numbers import DASHES

_WORDS = (
    "scaling|scalability|scale|capacity|growth|infrastructure|performance|recommendations?|roadmap|plan|planning|strategy|"
    "guide|document|kapazit\u00e4tsplan(?:ung)?|skalierungs(?:plan|strategie)|report|architecture|analysis|overview|proposal|for|the|of|a|an|and|to|our|v?\\d+(?:\\.\\d+)*"
)
_DOCUMENT = re.compile(rf"(?:(?:{_WORDS})\b[\s:]*)+", re.IGNORECASE)
_TAIL = re.compile(r"\s+(?:platform|system|application|app|service|product|backend)$", re.IGNORECASE)


def read_title(root: Section, reading: Reading) -> tuple[Fact[str], Fact[str]] | None:
    """The title and the application as the document words it: "MGX-AI" of "Scaling Recommendations - MGX-AI Platform".

    None, with a mistake reported, if there is no title or nothing is left of it once the words for a plan are gone.
    """
    section = title_section(root)
    allowed = "a heading such as # Scaling Recommendations - Acme Platform"
    if section is None:
        reading.mistake(1, "title", "", allowed)
        return None
    name = application(section.title)
    if not name:
        reading.mistake(
            section.line, "title", section.title, allowed, "The application's name, in Latin letters, is missing."
        )
        return None
    return Fact(section.title, section.line), Fact(name, section.line)


def title_section(root: Section) -> Section | None:
    """The section under the document's first heading, which names the application and holds what follows."""
    return next((section for section in root.walk() if 1 <= section.level <= 6), None)


def application(title: str) -> str:
    """The application's name in a title; empty if the title names none."""
    parts = [part.strip() for part in re.split(rf"\s+[|{DASHES}]\s+|:\s+", title)]
    names = [name for part in parts if (name := _name(part))]
    return names[0] if names else ""


def _name(part: str) -> str:
    """A part of a title without the words for a plan before and after the name, and without "Platform"."""
    words = part.split()
    while words and _DOCUMENT.fullmatch(words[0]):
        words.pop(0)
    while words and _DOCUMENT.fullmatch(words[-1]):
        words.pop()
    name = re.sub(r"(?<=\S)\s*\([^()]*\)$", "", " ".join(words))  # "Acme (Backend)" is Acme, "(Acme)" too
    name = _TAIL.sub("", name).strip(" &/()[]\"'`")
    return "" if re.search(r"\busers\b", name, re.IGNORECASE) or not re.search("[a-z]", latin(name)) else name
