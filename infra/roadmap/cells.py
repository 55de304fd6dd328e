"""The grammar of an infrastructure table's cells.

A cell is a run of terms, each of which says one thing: a count (`4x`), a size (`8vCPU, 16GB`, `1TB SSD`), a topology
(`1P + 4R`, `2 read replicas`, `3 nodes`, `2 regions`), a word (`HA`, `Cluster`, `active-passive`) or a product's name.
What is left over after all terms are taken makes the cell unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

from infra.roadmap.model import Capacity, Size
from infra.roadmap.numbers import NUMBER, whole

ALLOWED = (
    "a count and a size (4x 8vCPU, 16GB), replicas (1P + 2R, 2 read replicas), nodes (3-node cluster), HA, "
    "regions (2 regions (active-passive)), Global CDN, or - for none"
)
# Far above what any cloud sells or any roadmap plans: a figure beyond is a slip of the keyboard.
LIMITS = {
    "count": 10_000,
    "regions": 10_000,
    "read replicas": 15,
    "vCPU": 1_024,
    "memory GiB": 32_768,
    "storage GiB": 131_072,
}
# Memory and volumes are sold in binary units whatever the label says: a "GB" here is a GiB and a "TB" 1024 of them.
# Reading 1TB as 1000 GB would plan a volume smaller than the one that the document's authors run today.
_GIB = {"m": Fraction(1, 1024), "g": Fraction(1), "t": Fraction(1024)}


class CellError(ValueError):
    """A cell that cannot be read; the text says why."""


@dataclass
class _Cell:
    """What the terms read so far have said."""

    values: dict[str, int] = field(default_factory=dict)
    unlabelled: bool = False  # whether it is the order alone that tells memory from disk
    clustered: bool = False
    highly_available: bool = False
    region_mode: str | None = None

    def put(self, key: str, value: int) -> None:
        if value < 1:
            raise CellError(f"{key} is {value}, and must be at least 1")
        if value > LIMITS[key]:
            raise CellError(f"{key} is {value}, and may be at most {LIMITS[key]}")
        if self.values.get(key, value) != value:
            raise CellError(f"{key} is given twice, as {self.values[key]} and as {value}")
        self.values[key] = value


def _number(text: str | None) -> int:
    """A count in figures or as a word; "primary" and "a replica" are one."""
    word = (text or "a").lower()
    return _WORDS[word] if word in _WORDS else whole(word)


def _count(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", _number(term[1]))


def _primary_and_replicas(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", _number(term[1]))
    cell.put("read replicas", _number(term[2]))


def _replicas(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("read replicas", _number(term[1]))


def _nodes(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", _number(term[1]))
    cell.clustered = cell.clustered or bool(term[2])


def _regions(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("regions", _number(term[1]))


def _vcpu(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("vCPU", whole(term[1]))


def _bytes(cell: _Cell, term: re.Match[str]) -> None:
    decimals, unit, kind = term[2] or "0", _GIB[term[3].lower()], (term[4] or "").lower()
    gib = ceil((whole(term[1]) + Fraction(int(decimals), 10 ** len(decimals))) * unit)  # never less than stated
    disk = kind not in ("", "ram", "memory") or (not kind and "memory GiB" in cell.values)
    cell.unlabelled = cell.unlabelled or (disk and not kind)
    cell.put("storage GiB" if disk else "memory GiB", gib)


def _cluster(cell: _Cell, term: re.Match[str]) -> None:
    cell.clustered = True


def _ha(cell: _Cell, term: re.Match[str]) -> None:
    cell.highly_available = True


def _mode(cell: _Cell, term: re.Match[str]) -> None:
    cell.region_mode = f"active-{'active' if term[1].lower() == 'active' else 'passive'}"


def _nothing(cell: _Cell, term: re.Match[str]) -> None:
    pass


_N = rf"({NUMBER})"
_WORDS = {
    **dict.fromkeys(("a", "an", "one", "single"), 1),
    **{
        word: n
        for n, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)
    },
}
_M = rf"({NUMBER}|(?:{'|'.join(_WORDS)})\b)"  # a word counts nothing but what it stands before
_PRIMARY = r"(?:primar(?:y|ies)|writers?|masters?)"
_REPLICA = r"(?:(?:read[- ]?)?replica|reader)"
_PRODUCTS = (
    "redis|valkey|elasticache|postgresql|postgres|aurora|rds|rabbitmq|amazon mq|kafka|sqs|cloudfront|cloudflare|fastly|"
    "akamai|alb|nlb|elb|nginx|haproxy|global|regional|managed|cdn|load balancers?|sentinel"
)
_TERMS: tuple[tuple[re.Pattern[str], Callable[[_Cell, re.Match[str]], None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), say)
    for pattern, say in (
        (rf"{_N}\s*p\s*[+,&]\s*{_N}\s*r\b", _primary_and_replicas),
        (rf"{_M}\s*{_REPLICA}s?\b", _replicas),
        (rf"{_REPLICA}\b()", _replicas),
        (rf"(?:{_M}\s*)?{_PRIMARY}\b", _count),
        (
            rf"{_M}[\s-]*(?:nodes?|brokers?|instances?|servers?|pods?|machines?|vms?|shards?)\b(?:\s*(cluster)\b)?",
            _nodes,
        ),
        (rf"{_M}[\s-]*regions?\b", _regions),
        (rf"{_N}[\s-]*(?:v?cpus?(?:\s+cores?)?|v?cores?)\b", _vcpu),
        (
            rf"{_N}(?:[.,](\d{{1,3}}))?\s*([mgt])i?b?\b(?:\s*(?:of\s+)?(ram|memory|ssd|nvme|hdd|disk|storage|gp3|ebs)\b)?",
            _bytes,
        ),
        (rf"{_N}\s*x(?=[\s\d(,]|$)", _count),
        (rf"x\s*{_N}\s*$", _count),
        (r"x(?=[\s\d(])", _nothing),
        (r"cluster(?:ed|ing)?\b(?:\s+mode\b(?:\s+(?:enabled|on)\b)?)?", _cluster),
        (r"(?:ha|highly[\s-]available|high[\s-]availability|multi-?az)\b", _ha),
        (r"active\s*[-/]\s*(active|passive|standby)\b", _mode),
        (rf"(?:{_PRODUCTS})\b", _nothing),
        (r"(?:and|with|each|of|in|per (?:node|server|instance))\b", _nothing),
        (r"[\s,;/+()&@]+", _nothing),
        (r"(?:[*\u2020\u2021\u00b9\u00b2\u00b3\u2074-\u2079]+|\[\d{1,2}\])(?=$|[\s,;)])", _nothing),  # a note's mark
    )
)
_OPEN = (
    r"[~\u2248<>\u2264\u2265]|(?:up to|at least|at most|min|max|about|approx)"  # a figure that leaves something open
)
_ADVICE = (
    (
        r"(?:[a-z]+\.)?[a-z]{1,4}\d[a-z0-9-]*\.\w*(?:large|medium|small|micro|metal)\b",
        "write a machine type as its size",
    ),
    (rf"{_OPEN}|{_N}\s*(?:\+|-\s*{_N})", "write the one number planned for"),
    (r"disabled|off\b", "several nodes are a cluster here, and one needs no word for it"),
    (rf"{_N}\s*(?:$|[,;)])", "write what it counts, as in 4x or 4 nodes"),
)
# A size in running text: who states one there means it, and the reader plans from cells and blocks alone.
SIZE = re.compile(
    r"\d\s*v?cpus?\b|\d\s*[x\u00d7]\s*\d|\d[\s-]*(?:nodes?|servers?|instances?|pods?|(?:read )?replicas?)\b",
    re.IGNORECASE,
)
_ABSENT = {"-", "--", "---", "none", "n/a", "no", "✗", "❌"}
_SIGNED = re.compile(r"-\s*\d")
UNCHANGED = re.compile(r"(?:unchanged|no change|same(?: as before)?|as before|as is)", re.IGNORECASE)


def parse_cell(text: str, known: Size | None = None) -> Capacity:
    """What a cell says; sizes in GiB. Raises CellError, with the reason, for a cell that cannot be read.

    `known` is the size the row had before: it gives the memory to a cell that restates only the same vCPUs.
    """
    written = " ".join(text.split())
    plain = re.sub("[\u2010-\u2015\u2212]", "-", written.replace("\u00d7", "x"))  # any dash, and the times sign
    if not plain:
        raise CellError("the cell is empty; write - for none")
    if plain.lower() in _ABSENT:
        return Capacity(text=written, absent=True)
    if _SIGNED.match(plain):
        raise CellError("a count cannot be negative")
    cell = _terms(plain)
    return Capacity(
        text=written,
        count=cell.values.get("count", cell.values.get("regions")),
        size=_size(cell, known),
        read_replicas=cell.values.get("read replicas"),
        clustered=cell.clustered,
        highly_available=cell.highly_available,
        region_mode=cell.region_mode,
    )


def with_count(cell: Capacity, count: int) -> Capacity:
    """A baseline cell with the count of its own column; raises CellError if the cell states another one."""
    if cell.count not in (None, count):
        raise CellError(f"the cell says {cell.count} and the count column {count}")
    return replace(cell, count=count)


def _terms(text: str) -> _Cell:
    cell, at = _Cell(), 0
    while at < len(text):
        for pattern, say in _TERMS:
            if match := pattern.match(text, at):
                say(cell, match)
                at = match.end()
                break
        else:
            raise CellError(f"'{text[at:]}' is not understood{_advice(text[at:])}")
    if {"count", "regions"} <= cell.values.keys():
        raise CellError("regions are counted in the row Multi-Region")
    return cell


def _advice(rest: str) -> str:
    """What to write in place of something that plans often have and no size can be taken from."""
    return next((f": {advice}" for pattern, advice in _ADVICE if re.match(pattern, rest, re.IGNORECASE)), "")


def _size(cell: _Cell, known: Size | None) -> Size | None:
    vcpu, memory = cell.values.get("vCPU"), cell.values.get("memory GiB")
    storage = cell.values.get("storage GiB")
    if vcpu is None and memory is None and storage is None:
        return None
    if known and vcpu == known.vcpu and memory is None:
        memory = known.memory_gib
    if cell.unlabelled and memory and storage and storage < memory:
        raise CellError(f"say which is the memory, as in {min(memory, storage)}GB RAM, {max(memory, storage)}GB SSD")
    if vcpu is None or memory is None:
        raise CellError("a size needs both vCPU and memory, as in 8vCPU, 16GB")
    return Size(vcpu, memory, storage)
